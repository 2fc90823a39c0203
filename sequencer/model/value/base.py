"""What other families see of value, and the rates every formulation is made of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from sequencer.instance.adoptables import Mode
from sequencer.instance.instance import Cell
from sequencer.model.linear import Linear

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel

NO_MODE = Mode()
"""Stands for the mode of a kind the instance does not have."""


class ValueModel(ABC):
    """Value as linear expressions: that of the cells, each formulation in its own way, and of all other sources.

    Parameters
    ----------
    model
        The model it adds columns and rows to.
    own_affiliates
        Affiliates whose value some rule reads one by one.
    exact
        Whether some rule caps or minimises value. Where it is False, columns are bounded by the decisions from above
        only, and take their true value only where more value helps.

    Attributes
    ----------
    name : str
        How the formulation is chosen.
    """

    name: ClassVar[str]

    def __init__(
        self, model: SequencingModel, *, own_affiliates: frozenset[str] = frozenset(), exact: bool = False
    ) -> None:
        self.model = model
        self.instance = model.instance
        self.own_affiliates = own_affiliates
        self.exact = exact

    @abstractmethod
    def build(self) -> None:
        """Add columns and rows."""

    def expr(self, *, category: str | None = None, affiliate: str | None = None, period: int) -> Linear:
        """Undiscounted expected value of a period as rules see it, in scaled money.

        Parameters
        ----------
        category
            Restrict it; None means all.
        affiliate
            Only the value of cells in this affiliate; None means all places and all other sources.
        period
            Wave or tail period, 1-based.
        """
        return self.cells(category=category, affiliate=affiliate, period=period)

    @abstractmethod
    def cells(self, *, category: str | None = None, affiliate: str | None = None, period: int) -> Linear:
        """Undiscounted expected value of the cells in a period, in scaled money; arguments as in :meth:`expr`."""

    @abstractmethod
    def earned(self) -> dict[tuple[str, int], list[int]]:
        """Columns that are 0 unless a driver is live in the period they count from, by driver and that period."""

    # -- shared by formulations -----------------------------------------------------------------------------------

    @cached_property
    def starts(self) -> range:
        """Periods in which a cell may become active: the waves, and the tail as one."""
        return range(1, self.instance.n_waves + 1 + (len(self.instance.periods) > self.instance.n_waves))

    def affiliate_modes(self, affiliate: str) -> tuple[Mode, ...]:
        """Modes of an affiliate; one neutral mode where the instance has no affiliates."""
        return self.instance.adoptables[affiliate].modes if affiliate else (NO_MODE,)

    def mode_factor(self, affiliate: str, mode: Mode) -> float:
        """Fit, success and value factor of an affiliate in a mode."""
        return self.instance.fit_of(affiliate, mode) * mode.success * mode.value_factor

    def gain(self, ramp: tuple[tuple[int, float], ...], start: int, period: int) -> float:
        """``ρ[s,t] − ρ[s+1,t]``: what being active from ``start`` rather than one period later adds to a period."""
        last = self.starts[-1]
        later = 0.0 if start + 1 > period or start == last else self._ramp(ramp, start + 1, period)
        return self._ramp(ramp, start, period) - later

    def _ramp(self, ramp: tuple[tuple[int, float], ...], start: int, period: int) -> float:
        """Average of the ramp over the months of ``period`` for a cell active since ``start``."""
        if start > period:
            return 0.0
        key = (ramp, start, period)
        if key not in self._averages:
            periods = self.instance.periods
            age = periods[period - 1].start_month - periods[start - 1].start_month
            self._averages[key] = average(ramp, age, age + periods[period - 1].months)
        return self._averages[key]

    @cached_property
    def _averages(self) -> dict[tuple[tuple[tuple[int, float], ...], int, int], float]:
        return {}

    def driver_gates(self, driver: str, cell: Cell) -> list[str]:
        """What must be live for a driver to earn in a cell, besides the cell's own members."""
        wanted = [driver, f"{driver}@{cell.affiliate}"]
        for function in self.instance.by_id("drivers")[driver].functions:
            wanted += [function, f"{function}@{cell.brand}"]
        return [i for i in wanted if i in self.instance.adoptables]

    def scope_gates(self, cell: Cell) -> list[str]:
        """What must be live for a cell to be in scope, besides its affiliate."""
        wanted = [cell.brand, f"{cell.brand}@{cell.affiliate}", cell.customer_type]
        return [i for i in wanted if i in self.instance.adoptables]

    def live_or_one(self, item: str, period: int, modes: tuple[str, ...] | None = None) -> Linear:
        """Whether an item is live; a kind the instance does not have counts as live from the start."""
        return self.model.live(item, period, modes) if item else Linear(1.0)


def average(ramp: tuple[tuple[int, float], ...], first: int, last: int) -> float:
    """Average of a step function of age over the months ``first`` to ``last``."""
    edges = [m for m, _ in ramp] + [10**9]
    area = sum(factor * max(0, min(last, edges[k + 1]) - max(first, edges[k])) for k, (_, factor) in enumerate(ramp))
    return area / (last - first)


class Share(NamedTuple):
    """A cell of a driver with its share of the potential."""

    driver: str
    cell: Cell
    share: float


def shares(model: SequencingModel) -> Iterator[Share]:
    """All cells with a positive share."""
    for driver, cells in model.instance.scope.items():
        for cell, share in cells.items():
            yield Share(driver, cell, share)
