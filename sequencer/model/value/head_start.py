"""What cells earn more than if they had become active in wave 1, where they were so before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from sequencer.instance.history import mode_before
from sequencer.model.value.ramping import Ramp, average

if TYPE_CHECKING:
    from sequencer.instance.instance import Cell
    from sequencer.model.value.base import Rates, ValueModel


class _Ahead(NamedTuple):
    """A cell active since before wave 1: its factors apart from the period, its ramp and its age in months."""

    driver: str
    cell: Cell
    factor: Rates
    ramp: Ramp
    months: int


class HeadStart:
    """Value that follows from history alone: all members of these cells are live already, so no decision changes it.

    Every formulation counts such a cell as active from wave 1 on. What the months before add, the ramp at its true age
    less the ramp from wave 1 on, is a constant of each period, hence exact in every formulation.

    Parameters
    ----------
    value
        The value model, for its factors, gates and rates.
    """

    def __init__(self, value: ValueModel) -> None:
        self.value = value
        self.instance = value.instance
        under_way = len(self.instance.decided) < len(self.instance.adoptables)
        self._cells = list(self._ahead()) if under_way else []

    def _ahead(self) -> Iterator[_Ahead]:
        for driver, cells in self.instance.scope.items():
            for cell in cells:
                months = self._months(driver, cell)
                if not months:
                    continue
                mode = mode_before(self.instance, cell.affiliate)
                ramp: Ramp = ((0, 1.0),) if mode is None else self.instance.ramp_of(mode)
                yield _Ahead(driver, cell, self._factor(driver, cell), ramp, months)

    def _factor(self, driver: str, cell: Cell) -> Rates:
        """Share of a cell and what the modes of its members make of it."""
        made = list(self.value.weight(driver, cell))
        for number, given in enumerate(self.value.instances):
            for item in (driver, cell.brand, cell.affiliate):
                mode = mode_before(given, item)
                made[number] *= mode.value_factor * mode.success if mode else 1.0
                made[number] *= given.fit_of(item, mode) if mode and item == cell.affiliate else 1.0
        return tuple(made)

    def _months(self, driver: str, cell: Cell) -> int:
        """Months for which a cell has been active when wave 1 starts; 0 where it is not."""
        lags = [(i, 0) for i in (driver, cell.affiliate, cell.brand) if i]
        lags += [(g.item, g.lag) for g in self.value.driver_gates(driver, cell)]
        lags += [(g.item, g.lag) for g in self.value.scope_gates(cell)]
        ages = []
        for item, lag in lags:
            history = self.instance.adoptables[item].history
            if history is None or not history.lives(1 - lag):
                return 0
            ages.append(history.open_months(lag))
        return min(ages)

    def value_in(self, category: str | None, affiliate: str | None, period: int, number: int) -> float:
        """What these cells earn in a period more than from wave 1 on, in scaled money; arguments as of ``cells``."""
        drivers, made = self.instance.by_id("drivers"), 0.0
        for driver, cell, factor, ramp, months in self._cells:
            if category in (None, drivers[driver].category) and affiliate in (None, cell.affiliate):
                rate = self.value.rate(driver, cell.brand, period, number) * factor[number]
                made += rate * self.ahead(ramp, months, period)
        return made

    def ahead(self, ramp: Ramp, months: int, period: int) -> float:
        """Average of a ramp over a period at an age, less what it is where wave 1 is the first month."""
        found = self.instance.periods[period - 1]
        first, last = found.start_month, found.start_month + found.months
        return average(ramp, first + months, last + months) - average(ramp, first, last)
