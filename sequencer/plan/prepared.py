"""What the evaluation of any plan of an instance needs, worked out once."""

from __future__ import annotations

from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from sequencer.instance.goals import goals, weights
from sequencer.plan.clock import Ramp, discount_factor, ramp_average
from sequencer.plan.start import Start
from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable, Mode
    from sequencer.instance.entities import Driver
    from sequencer.instance.instance import Cell, Instance
    from sequencer.instance.items import Member
    from sequencer.instance.rules import Capacity, FatigueStep
    from sequencer.plan.rows import CostRow


class CellSpec(NamedTuple):
    """A cell of a driver.

    Attributes
    ----------
    affiliate, brand, customer_type : str
        Its place; empty where the instance has no such kind.
    weight : float
        Potential × scope × reach × success of the driver × factor of the roll-out approach, money a year.
    members : tuple of str
        Adoptables that must be live for it to be active.
    gates : tuple of (str, int)
        Steps of local capabilities, and for how many periods each must have been live.
    """

    affiliate: str
    brand: str
    customer_type: str
    weight: float
    members: tuple[str, ...]
    gates: tuple[tuple[str, int], ...]


class Prepared:
    """Lookups of an instance for evaluations; nothing in it depends on a plan.

    Attributes
    ----------
    instance : Instance
        What is given.
    items : dict of str to Adoptable
        Adoptables by id.
    last : int
        Number of waves W.
    discount, years : tuple of float
        Discount factor, and length in years, by period.
    goals : tuple of Goal
        What is optimised, the most important first.
    weights : dict of (str, str) to float
        Weight of value by category and affiliate, an empty affiliate for all others.
    costs : dict of (str, str, int) to tuple of CostRow
        Cost of an adoptable in a mode and start wave, as far as plans have asked for it.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.items: dict[str, Adoptable] = instance.adoptables
        self.last = instance.n_waves
        rate = instance.settings.discount_rate
        self.discount = tuple(discount_factor(rate, p) for p in instance.periods)
        self.years = tuple(p.years for p in instance.periods)
        self.goals = goals(instance)
        self.weights = weights(instance)
        self.costs: dict[tuple[str, str, int], tuple[CostRow, ...]] = {}
        self._shapes: dict[tuple[str, str, Ramp, int, int], tuple[float, ...]] = {}
        self._factors: dict[tuple[str, str], tuple[float, Ramp]] = {}

    def of_kind(self, kind: Kind) -> tuple[Adoptable, ...]:
        """Adoptables of a kind, in instance order."""
        return self._kinds.get(kind, ())

    @cached_property
    def past(self) -> dict[str, Start]:
        """What had started before wave 1, by id."""
        made = {}
        for item in self.items.values():
            if item.history is not None:
                made[item.id] = Start(item, item.mode(item.history.mode), 0, item.history.live)
        return made

    @cached_property
    def _kinds(self) -> dict[Kind, tuple[Adoptable, ...]]:
        made: dict[Kind, tuple[Adoptable, ...]] = {}
        for item in self.items.values():
            made[item.kind] = (*made.get(item.kind, ()), item)
        return made

    @cached_property
    def futures(self) -> dict[str, tuple[float, Prepared]]:
        """Probability of every scenario, and the lookups of the instance as it is then."""
        return {f.id: (f.probability, Prepared(f.instance)) for f in self.instance.futures}

    # -- archetypes ---------------------------------------------------------------------------------------------------

    @cached_property
    def base_archetype(self) -> dict[str, str]:
        """Archetype whose fit and limits hold, by archetype: the one it is a variant of, or itself."""
        return {a.id: a.variant_of or a.id for a in self.instance.archetypes}

    # -- resources ----------------------------------------------------------------------------------------------------

    @cached_property
    def for_sale(self) -> dict[tuple[str, int], Capacity]:
        """Where capacity can be bought, by resource and wave: none of it is there before the lead has passed."""
        lead = {r.id: r.lead for r in self.instance.resources}
        rows = (row for row in self.instance.capacities if row.extra_cap > 0 and row.wave > lead[row.resource])
        return {(row.resource, row.wave): row for row in rows}

    @cached_property
    def pair_uses(self) -> tuple[tuple[str, float, tuple[str, ...]], ...]:
        """Resource, amount and what must be live, for every row of pair uses and every pair it means."""
        made = []
        for row in self.instance.pair_uses:
            affiliates = [row.affiliate] if row.affiliate else [a.id for a in self.instance.affiliates]
            brands = [row.brand] if row.brand else [b.id for b in self.instance.brands]
            for a, b in product(affiliates, brands):
                members = (a, b, f"{b}@{a}") if f"{b}@{a}" in self.items else (a, b)
                made.append((row.resource, row.amount, members))
        return tuple(made)

    # -- value --------------------------------------------------------------------------------------------------------

    @cached_property
    def cells(self) -> dict[str, tuple[CellSpec, ...]]:
        """Cells with a positive share, by driver."""
        return {d.id: tuple(self._cell(d, c, s) for c, s in self.instance.scope[d.id].items()) for d in self._drivers}

    @property
    def _drivers(self) -> tuple[Driver, ...]:
        return self.instance.drivers

    def _cell(self, driver: Driver, cell: Cell, share: float) -> CellSpec:
        """One cell; what is adopted by place, such as ``r1@jp``, belongs to it where the instance has it."""
        a, b, k = cell
        wanted = [driver.id, a, b, k, f"{driver.id}@{a}", f"{b}@{a}"]
        for function in driver.functions:
            wanted += [function, f"{function}@{b}"]
        members = tuple(dict.fromkeys(i for i in wanted if i in self.items))
        weight = driver.potential * share * self.instance.reach_of(driver.id, k) * driver.success
        gates = self.instance.cell_gates.get(driver.id, {}).get(a, ())
        return CellSpec(a, b, k, weight * self.instance.approach_factor(b), members, gates)

    @cached_property
    def synergy_members(self) -> dict[str, tuple[Member, ...]]:
        """What has to be live, by synergy; what is as-is already is left out."""
        members = self.instance.members
        return {s.id: tuple(m for word in s.members for m in members(word)) for s in self.instance.synergies}

    @cached_property
    def fatigue(self) -> dict[str, tuple[FatigueStep, ...]]:
        """Steps of contact fatigue in order, by customer type."""
        made: dict[str, tuple[FatigueStep, ...]] = {}
        for step in sorted(self.instance.fatigue, key=lambda row: row.step):
            made[step.customer_type] = (*made.get(step.customer_type, ()), step)
        return made

    def own_shape(self, initiative: str, start: int, before: int) -> tuple[float, ...]:
        """Years × average of its own ramp by period, for an initiative live ``before`` months already in ``start``."""
        key = ("", initiative, (), start, before)
        if key not in self._shapes:
            ramp, since = self.instance.ramp_of_owner(initiative), self.instance.periods[start - 1]
            self._shapes[key] = tuple(p.years * ramp_average(ramp, since, p, before) for p in self.instance.periods)
        return self._shapes[key]

    def affiliate_factor(self, affiliate: str, mode: Mode) -> tuple[float, Ramp]:
        """Fit × value factor × success of an affiliate in a mode, and its ramp."""
        key = (affiliate, mode.id)
        if key not in self._factors:
            factor = self.instance.fit_of(affiliate, mode) * mode.value_factor * mode.success
            self._factors[key] = (factor, self.instance.ramp_of(mode))
        return self._factors[key]

    def shape(self, driver: str, brand: str, ramp: Ramp, start: int, before: int = 0) -> tuple[float, ...]:
        """Years × lifecycle × average ramp by period, for what is active since ``before`` months before ``start``."""
        key = (driver, brand, ramp, start, before)
        if key not in self._shapes:
            since = self.instance.periods[start - 1]
            self._shapes[key] = tuple(
                p.years * self.instance.lifecycle_of(driver, brand, p.index) * ramp_average(ramp, since, p, before)
                for p in self.instance.periods
            )
        return self._shapes[key]
