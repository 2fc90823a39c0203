"""What limits and links adoption: money, resources, interdependencies, coherence rules, locks and history."""

from __future__ import annotations

from typing import ClassVar, Literal

from sequencer.instance.records import Id, Named, Numbers, Record, Word, Words, amount, field


class Pot(Named):
    """A budget pot; an affiliate's own pot carries the affiliate's id and needs no row here."""

    table: ClassVar[str] = "pots"

    carry_share: float | None = field("overrides the setting of the same name", None, ge=0, le=1)


class Budget(Record):
    """Money of a pot in a wave, before the share that the mandate releases."""

    table: ClassVar[str] = "budgets"
    key: ClassVar[tuple[str, ...]] = ("pot", "wave")

    pot: Id = field("pot", ref="pots")
    wave: int = field("wave", ge=1)
    amount: float = amount("budget of the wave")


class CostSplit(Record):
    """Share of an adoptable's cost lines that another pot pays."""

    table: ClassVar[str] = "cost_splits"
    key: ClassVar[tuple[str, ...]] = ("item", "line", "pot")

    item: Word = field("adoptable", ref="items")
    line: Literal["one_off", "running", "all"] = field("cost line", "all")
    pot: Id = field("pot that pays", ref="pots")
    share: float = field("share of the line", ge=0, le=1)


class CostFactor(Record):
    """Factor on the cost of named adoptables (part of a roll-out approach)."""

    table: ClassVar[str] = "cost_factors"
    key: ClassVar[tuple[str, ...]] = ("item", "line")

    item: Word = field("adoptable, capability or function", ref="items")
    line: Literal["one_off", "running", "all"] = field("cost line", "all")
    factor: float = field("factor on cost", ge=0)


class Resource(Named):
    """A resource that adoption takes."""

    table: ClassVar[str] = "resources"

    unit: str = field("what one unit is, e.g. FTE", "")
    timing: Literal["each_wave", "last_wave"] = field(
        "whether use_ columns mean every wave in progress or the last one (the go-live decision)", "each_wave"
    )
    lead: int = field("waves before extra capacity can be there", 0, ge=0, unit="waves")


class Capacity(Record):
    """Capacity of a resource in a wave."""

    table: ClassVar[str] = "capacities"
    key: ClassVar[tuple[str, ...]] = ("resource", "wave")

    resource: Id = field("resource", ref="resources")
    wave: int = field("wave", ge=1)
    capacity: float = amount("capacity", unit="resource unit")
    extra_cap: float = field("most extra capacity that can be bought", 0.0, ge=0, unit="resource unit")
    extra_cost: float = amount("price of a unit of extra capacity in the wave", 0.0, unit="money/unit")


class UseProfile(Record):
    """Use of a resource by wave since start, where it is not even; replaces the use_ column."""

    table: ClassVar[str] = "use_profiles"
    key: ClassVar[tuple[str, ...]] = ("item", "resource")

    item: Word = field("adoptable; the profile holds in all its modes", ref="items")
    resource: Id = field("resource", ref="resources")
    profile: Numbers = field("use in the first, second, … wave in progress", unit="resource unit")


class PairUse(Record):
    """Use of a resource by every live (affiliate, brand) pair."""

    table: ClassVar[str] = "pair_uses"
    key: ClassVar[tuple[str, ...]] = ("resource", "affiliate", "brand")

    resource: Id = field("resource", ref="resources")
    affiliate: str = field("affiliate; empty: each", "", ref="affiliates")
    brand: str = field("brand; empty: each", "", ref="brands")
    amount: float = field("use while both are live", ge=0, unit="resource unit")


class ArchetypeLimit(Record):
    """Most affiliates of a class that may ever take an archetype."""

    table: ClassVar[str] = "archetype_limits"
    key: ClassVar[tuple[str, ...]] = ("affiliate_class", "archetype")

    affiliate_class: Id = field("affiliate class")
    archetype: Id = field("archetype", ref="archetypes")
    limit: int = field("most affiliates", ge=0)


class Requirement(Record):
    """An interdependency: the item starts only when what it requires is live."""

    table: ClassVar[str] = "requirements"
    key: ClassVar[tuple[str, ...]] = ("item", "requires", "lag")

    item: Word = field("adoptable, set, mode (jp/customized) or archetype", ref="items")
    requires: Words = field("what must be live; an inner node (commercial.insight:2) means all leaves", ref="items")
    lag: int = field("waves it must have been live", 0, ge=0, unit="waves")
    at_least: int | None = field(
        "how many of them suffice; empty: all. A node or capability counts as one, a set as each of its members",
        None,
        ge=1,
    )


class Relation(Record):
    """A relation within a set of adoptables."""

    table: ClassVar[str] = "relations"
    key: ClassVar[tuple[str, ...]] = ("relation", "items", "others")

    relation: Literal["before", "together", "exclusive", "bundle"] = field(
        "before: if both are adopted, items start only when others are live; together: same start wave, all or none; "
        "exclusive: at most one; bundle: where any of items starts, at least n of others start"
    )
    items: Words = field("adoptables", ref="items")
    others: Words = field("adoptables on the other side (before, bundle)", (), ref="items")
    at_least: int = field("n of a bundle", 1, ge=1)


class Pilot(Named):
    """Pilot before scale."""

    table: ClassVar[str] = "pilots"

    affiliates: Words = field("affiliates that wait", ref="affiliates")
    pilots: Words = field("affiliates that go first", ref="affiliates")
    at_least: int = field("how many pilots must be live", 1, ge=1)
    lag: int = field("waves they must have been live", 0, ge=0, unit="waves")


class Synergy(Named):
    """A yearly value, of either sign, while all members are live."""

    table: ClassVar[str] = "synergies"

    members: Words = field("adoptables", ref="items")
    category: Id = field("value category")
    rate: float = field("value a year, may be negative", unit="money/year", allow_inf_nan=False)


class FatigueStep(Record):
    """A step of the price of contact load above a customer type's cap."""

    table: ClassVar[str] = "fatigue"
    key: ClassVar[tuple[str, ...]] = ("customer_type", "step")

    customer_type: Id = field("customer type", ref="customer_types")
    step: int = field("number, from 1", ge=1)
    width: float | None = field("width of the step; empty: unbounded (the last)", None, gt=0, unit="contacts")
    slope_per_year: float = field("price a year of a unit of load", ge=0, unit="money/year/contact")
    category: Id = field("value category it lowers")


class Pace(Record):
    """Limit and dilution losses of starting many of a set in one wave."""

    table: ClassVar[str] = "pace"
    key: ClassVar[tuple[str, ...]] = ("items",)

    items: Words = field("a set such as drivers, or adoptables", ("drivers",), ref="items")
    limit: int | None = field("most starts in a wave", None, ge=0)
    comfort: int | None = field("starts in a wave that cost nothing", None, ge=0)
    losses: Numbers = field("loss of the first, second, … start above comfort; the last repeats", (), unit="money")


class MaturityGap(Record):
    """Execution maturity stays at most this far ahead of strategy maturity."""

    table: ClassVar[str] = "maturity_gaps"
    key: ClassVar[tuple[str, ...]] = ("execution", "strategy")

    execution: Id = field("capability of execution", ref="capabilities")
    strategy: Id = field("capability of strategy", ref="capabilities")
    gap: int = field("levels ahead", 1, ge=0, unit="level")


class MinimumValue(Record):
    """Least cumulative value through a wave."""

    table: ClassVar[str] = "minimum_values"
    key: ClassVar[tuple[str, ...]] = ("wave", "category", "affiliate")

    wave: int = field("wave", ge=1)
    category: str = field("value category; empty: all", "")
    affiliate: str = field("affiliate; empty: all", "", ref="affiliates")
    amount: float = amount("least cumulative value")


class QuickWin(Record):
    """Least number of visible drivers with an active cell by a wave."""

    table: ClassVar[str] = "quick_wins"
    key: ClassVar[tuple[str, ...]] = ("wave",)

    wave: int = field("wave", ge=1)
    at_least: int = field("visible drivers", 1, ge=1)


class CategoryWeight(Record):
    """Weight of a category (in an affiliate) in the weighted objective."""

    table: ClassVar[str] = "category_weights"
    key: ClassVar[tuple[str, ...]] = ("category", "affiliate")

    category: Id = field("value category")
    affiliate: str = field("affiliate; empty: all", "", ref="affiliates")
    weight: float = field("weight", ge=0)


class MeasureLimit(Record):
    """Floor or cap on a measure."""

    table: ClassVar[str] = "measure_limits"
    key: ClassVar[tuple[str, ...]] = ("measure", "sense")

    measure: Word = field("measure, such as npv, value:risk or peak_budget")
    sense: Literal["floor", "cap"] = field("floor or cap")
    amount: float = field("bound", allow_inf_nan=False)


class Lock(Record):
    """A decision fixed or restricted from outside."""

    table: ClassVar[str] = "locks"
    key: ClassVar[tuple[str, ...]] = ("item",)

    item: Word = field("adoptable", ref="items")
    must: bool = field("whether it must be adopted", False)
    by: int | None = field("with must: live by this wave", None, ge=1)
    never: bool = field("whether it must not be adopted", False)
    earliest: int | None = field("earliest start wave", None, ge=1)
    latest: int | None = field("latest start wave", None, ge=1)
    fixed: int | None = field("start wave, where adopted", None, ge=1)
    mode: str = field("mode, where adopted; only:adapted leaves out further modes of that archetype", "")


class ReferenceAdoption(Record):
    """What a plan that there is already decides about an adoptable; what differs from it is a move."""

    table: ClassVar[str] = "reference_plan"
    key: ClassVar[tuple[str, ...]] = ("item",)

    item: Word = field("adoptable")
    wave: int | None = field(
        "start wave; 0: not adopted, as is what has no row; empty: left open, whatever becomes of it is no move",
        None,
        ge=0,
    )
    mode: str = field("mode, where it has several", "")


class InitialState(Record):
    """What is already live, in progress, earned, spent or carried when wave 1 starts."""

    table: ClassVar[str] = "initial_state"
    key: ClassVar[tuple[str, ...]] = ("record", "id", "wave")

    record: Literal["live", "in_progress", "carry", "mandate", "value", "spend", "gain"] = field("what the row says")
    id: str = field("adoptable (live, in_progress), pot (carry, spend), category (value) or affiliate (gain)", "")
    mode: str = field("mode it was adopted in, where it has several", "")
    live_months: int = field("months it has been live; its ramp goes on from there", 0, ge=0, unit="months")
    live_waves: int | None = field(
        "waves it has been live, for lags; empty: long enough for every lag", None, ge=0, unit="waves"
    )
    remaining_waves: int = field("waves still in progress", 0, ge=0, unit="waves")
    amount: float | None = field(
        "committed cost still to be paid (empty: what remains of the one-off cost), or what was carried, earned, "
        "spent or gained",
        None,
        unit="money",
        allow_inf_nan=False,
    )
    level: int | None = field("mandate level", None, ge=0)
    wave: int | None = field(
        "wave of what was earned or spent: 0 is the one before wave 1, -1 the one before that; a value without one "
        "was earned some time before",
        None,
        le=0,
    )

    @property
    def record_id(self) -> str:
        """Business id: what the row is about, and the wave where it is of one."""
        return ":".join(str(part) for part in (self.record, self.id, self.wave) if part not in ("", None))
