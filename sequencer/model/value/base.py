"""What other families see of value, and the rates every formulation is made of."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from sequencer.instance.adoptables import Mode
from sequencer.instance.instance import Cell
from sequencer.model.linear import Linear, total
from sequencer.model.value.head_start import HeadStart
from sequencer.model.value.ramping import Ramping
from sequencer.model.value.sources import SOURCES

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.model.value.source import Source

Rates = tuple[float, ...]
"""A factor on base values, then in each scenario of the model."""

NO_MODE = Mode()
"""Stands for the mode of a kind the instance does not have."""


class Gate(NamedTuple):
    """What must be live for something to be earned: an item (in some modes), for ``lag`` periods already.

    An empty id stands for a kind the instance does not have, which is live from the start.
    """

    item: str
    lag: int = 0
    modes: tuple[str, ...] | None = None


class Ceiling(NamedTuple):
    """``Σ weight · column ≤ most · gate`` in every plan: what a gate lets through of groups that share affiliates."""

    columns: dict[int, float]
    gate: Linear
    most: float


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
        self.sources: tuple[Source, ...] = ()
        self.instances = (model.instance, *model.futures.values())
        self._number = {name: n for n, name in enumerate((None, *model.futures))}

    def build(self) -> None:
        """Add columns and rows.

        Raises
        ------
        sequencer.errors.UnsupportedError
            If the instance asks for something that this formulation cannot say, or cannot say exactly.
        """
        self.build_cells()
        self.head_start = HeadStart(self)
        self.sources = tuple(make(self.model, exact=self.exact) for make in SOURCES)

    def expr(
        self,
        *,
        category: str | None = None,
        affiliate: str | None = None,
        period: int,
        scenario: str | None = None,
    ) -> Linear:
        """Undiscounted expected value of a period, in scaled money.

        Parameters
        ----------
        category
            Restrict it; None means all.
        affiliate
            Only the value of cells in this affiliate; None means all places and all other sources.
        period
            Wave or tail period, 1-based.
        scenario
            Scenario whose amounts count; base values, as rules see them, where none is named.
        """
        number = self._number[scenario]
        made = self.cells(category=category, affiliate=affiliate, period=period, number=number)
        made.constant += self.head_start.value_in(category, affiliate, period, number)
        if affiliate is None:
            made.add(total(source.expr(category, period, scenario) for source in self.sources))
        return made

    @abstractmethod
    def build_cells(self) -> None:
        """Add columns and rows of the cells."""

    @abstractmethod
    def cells(
        self, *, category: str | None = None, affiliate: str | None = None, period: int, number: int = 0
    ) -> Linear:
        """Undiscounted expected value of the cells in a period, in scaled money.

        Arguments are as in :meth:`expr`; ``number`` is that of the scenario in :attr:`instances`, 0 for base values.
        """

    @abstractmethod
    def earned(self) -> dict[tuple[str, int], list[int]]:
        """Columns that are 0 unless a driver is live in the period they count from, by driver and that period."""

    def ceilings(self) -> list[Ceiling]:
        """Rows that hold in every plan and cut off more of the relaxation than those of their columns do; none here."""
        return []

    # -- time -----------------------------------------------------------------------------------------------------

    @cached_property
    def starts(self) -> range:
        """Periods in which adoptables may become live: the waves, and the tail as one."""
        return range(1, self.instance.n_waves + 1 + (len(self.instance.periods) > self.instance.n_waves))

    def starts_of(self, driver: str) -> range:
        """Periods in which a cell of a driver may become active: also later in the tail, where gates have a lag."""
        lags = [lag for gates in self.instance.cell_gates.get(driver, {}).values() for _, lag in gates]
        last = min(len(self.instance.periods), self.starts[-1] + max(lags, default=0))
        return range(1, last + 1)

    @cached_property
    def ramping(self) -> Ramping:
        """Ramps by period."""
        return Ramping(self.instance.periods)

    # -- factors --------------------------------------------------------------------------------------------------

    def affiliate_modes(self, affiliate: str) -> tuple[Mode, ...]:
        """Modes of an affiliate; one neutral mode where the instance has no affiliates."""
        return self.instance.adoptables[affiliate].modes if affiliate else (NO_MODE,)

    def mode_factor(self, affiliate: str, mode: str) -> Rates:
        """Fit, success and value factor of an affiliate in a mode."""
        if not affiliate:
            return (1.0,) * len(self.instances)
        modes = [(given, given.adoptables[affiliate].mode(mode)) for given in self.instances]
        return tuple(given.fit_of(affiliate, m) * m.success * m.value_factor for given, m in modes)

    def factors(self, item: str) -> tuple[tuple[Rates, Gate], ...]:
        """Factors that the modes of a driver or brand put on value, each with the modes that do; never only 0."""
        if not item:
            return (((1.0,) * len(self.instances), Gate("")),)
        found: dict[Rates, list[str]] = {}
        for mode in self.instance.adoptables[item].modes:
            modes = [given.adoptables[item].mode(mode.id) for given in self.instances]
            found.setdefault(tuple(m.value_factor * m.success for m in modes), []).append(mode.id)
        if len(found) == 1:
            return tuple((f, Gate(item)) for f in found if any(f))
        return tuple((f, Gate(item, 0, tuple(ids))) for f, ids in found.items() if any(f))

    def weight(self, driver: str, cell: Cell) -> Rates:
        """Factors of a cell that no decision changes: share, reach, and that of the roll-out approach on its brand."""
        return tuple(
            given.scope[driver].get(cell, 0.0)
            * given.reach_of(driver, cell.customer_type)
            * given.approach_factor(cell.brand)
            for given in self.instances
        )

    def rate(self, driver: str, brand: str, period: int, number: int) -> float:
        """What a driver earns in a period with a whole brand in scope and every other factor 1, in scaled money."""
        given = self.instances[number]
        row = given.by_id("drivers")[driver]
        return (
            float(row.potential * row.success)
            * given.lifecycle_of(driver, brand, period)
            * given.periods[period - 1].years
            * self.model.money_scale
        )

    # -- gates ----------------------------------------------------------------------------------------------------

    def driver_gates(self, driver: str, cell: Cell) -> list[Gate]:
        """What must be live for a driver to earn in a cell, besides itself and the cell's own members."""
        wanted = [f"{driver}@{cell.affiliate}"]
        for function in self.instance.by_id("drivers")[driver].functions:
            wanted += [function, f"{function}@{cell.brand}"]
        local = self.instance.cell_gates.get(driver, {}).get(cell.affiliate, ())
        return [Gate(i) for i in wanted if i in self.instance.adoptables] + [Gate(i, lag) for i, lag in local]

    def scope_gates(self, cell: Cell) -> list[Gate]:
        """What must be live for a cell to be in scope, besides its affiliate and its brand."""
        wanted = [f"{cell.brand}@{cell.affiliate}", cell.customer_type]
        return [Gate(i) for i in wanted if i in self.instance.adoptables]

    def live(self, gate: Gate, period: int) -> Linear:
        """Whether a gate is open in a period: its item has been live for the lag."""
        if not gate.item:
            return Linear(1.0)
        return self.model.live(gate.item, period - gate.lag, gate.modes)


def possible(live: Linear) -> bool:
    """Whether something can be live at all."""
    return bool(live.terms or live.constant)


def product(*factors: Rates) -> Rates:
    """Product of factors, number by number."""
    return tuple(math.prod(together) for together in zip(*factors, strict=True))


class Place(NamedTuple):
    """A cell of a driver."""

    driver: str
    cell: Cell


def places(model: SequencingModel) -> Iterator[Place]:
    """All cells with a positive share."""
    for driver, cells in model.instance.scope.items():
        for cell in cells:
            yield Place(driver, cell)
