"""Adoptables: whatever is given a wave, expanded from the tables with its modes, cost lines and resource use.

Each kind has one function here that turns its records into :class:`Adoptable` objects; model, evaluation and reports
see only those. Sourcing modes multiply capability steps, archetypes × touches make the modes of affiliates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from sequencer.instance.cost_lines import adjusted
from sequencer.instance.history import begun, with_history
from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.instance.entities import Archetype, Capability, Touch
    from sequencer.instance.history import History
    from sequencer.instance.instance import Instance
    from sequencer.instance.records import Costed

Shares = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class CostLine:
    """A cost of an adoptable in a mode.

    Attributes
    ----------
    kind : {"one_off", "running"}
        Spread over the waves in progress, or a rate a year while live.
    amount : float
        Money, or money a year.
    shares : tuple of (str, float)
        Pots that pay and their shares, which sum to 1.
    affiliate : str or None
        Affiliate the line belongs to.
    """

    kind: Literal["one_off", "running"]
    amount: float
    shares: Shares
    affiliate: str | None = None


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to adopt something.

    Attributes
    ----------
    id : str
        Empty where the adoptable has one way only; else e.g. ``build`` or ``adapted/high``.
    duration : int
        Waves in progress; 0 means live in the start wave.
    lines : tuple of CostLine
        What it costs.
    use : mapping of str to tuple of float
        Use of a resource in the first, second, … of the ``max(duration, 1)`` waves since start.
    upkeep : mapping of str to float
        Use of a resource in every wave in which it is live.
    value_factor, success : float
        Factors on the value of the cells it is a member of.
    archetype, touch, sourcing : str or None
        Where the mode comes from.
    inhouse_weight : float
        How far it counts as built in-house.
    """

    id: str = ""
    duration: int = 0
    lines: tuple[CostLine, ...] = ()
    use: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    upkeep: Mapping[str, float] = field(default_factory=dict)
    value_factor: float = 1.0
    success: float = 1.0
    archetype: str | None = None
    touch: str | None = None
    sourcing: str | None = None
    inhouse_weight: float = 1.0

    @property
    def span(self) -> int:
        """Waves over which its one-off cost and use fall: ``max(duration, 1)``."""
        return max(self.duration, 1)

    def matches(self, word: str) -> bool:
        """Whether ``word`` names this mode, its archetype, touch or sourcing; ``only:adapted`` the mode of that id."""
        return word in (self.id, self.archetype, self.touch, self.sourcing, f"only:{self.id}")


@dataclass(frozen=True, slots=True)
class Adoptable:
    """Something that is given a wave, or not adopted.

    Attributes
    ----------
    id, kind, name
        Business id, kind and the name shown.
    modes : tuple of Mode
        At least one.
    earliest_live : int
        Earliest period it may be live (1 where free).
    capability, level : str or None, int or None
        For capability steps; ``level`` also for mandate steps.
    parent : str or None
        Driver, brand or function of a derived adoptable such as ``r1@jp``; its other half is ``place``.
    place : str or None
        Affiliate or brand a derived adoptable belongs to.
    weight, tactical, strategic : float
        Weight in shares, and learning amounts.
    history : History or None
        How it stands where it is live or in progress already, so that it is given no wave; its mode then takes only
        what is still to come.
    """

    id: str
    kind: Kind
    name: str
    modes: tuple[Mode, ...]
    earliest_live: int = 1
    capability: str | None = None
    level: int | None = None
    parent: str | None = None
    place: str | None = None
    weight: float = 1.0
    tactical: float = 0.0
    strategic: float = 0.0
    history: History | None = None

    def mode(self, mode_id: str | None) -> Mode:
        """Mode by id; None and the empty id mean the only one.

        Raises
        ------
        KeyError
            If there is no such mode, or none is named where there are several.
        """
        if not mode_id and len(self.modes) == 1:
            return self.modes[0]
        for mode in self.modes:
            if mode.id == mode_id:
                return mode
        raise KeyError(mode_id)


def expand(instance: Instance) -> dict[str, Adoptable]:
    """All adoptables of an instance by id, in table order."""
    made: dict[str, Adoptable] = {}
    past = begun(instance)
    for source in (_plain, _steps, _affiliates, _mandate_steps, _derived):
        for item in source(instance):
            whole = _with_extra_modes(instance, item)
            made[item.id] = with_history(instance, whole, past) if past else whole
    return made


def _plain(instance: Instance) -> Iterator[Adoptable]:
    """Drivers, brands, customer types, functions, exceptions and initiatives."""
    for kind, records in (
        (Kind.DRIVER, instance.drivers),
        (Kind.BRAND, instance.brands),
        (Kind.CUSTOMER_TYPE, instance.customer_types),
        (Kind.FUNCTION, tuple(f for f in instance.functions if not f.per_brand)),
        (Kind.EXCEPTION, instance.exceptions),
        (Kind.INITIATIVE, instance.initiatives),
    ):
        for r in records:
            mode = _costed_mode(instance, r.id, r, getattr(r, "duration", 0))
            launch = getattr(r, "launch_wave", None) or 1
            yield Adoptable(
                r.id, kind, r.label, (mode,), earliest_live=launch, tactical=r.tactical, strategic=r.strategic
            )


def _steps(instance: Instance) -> Iterator[Adoptable]:
    """Steps above the as-is maturity, offered in the sourcing modes of their layer."""
    capabilities = instance.by_id("capabilities")
    for r in instance.capability_steps:
        capability = capabilities[r.capability]
        if r.level <= capability.as_is or capability.local:
            continue
        item_id = f"{r.capability}:{r.level}"
        yield Adoptable(
            item_id,
            Kind.STEP,
            f"{capability.label} {r.level}",
            _sourced(instance, item_id, _costed_mode(instance, item_id, r, r.duration), capability),
            capability=r.capability,
            level=r.level,
            weight=r.weight,
            tactical=r.tactical,
            strategic=r.strategic,
        )


def _sourced(instance: Instance, item_id: str, own: Mode, capability: Capability) -> tuple[Mode, ...]:
    """Sourcing modes of a step of a capability; its own mode where its layer has none."""
    sourced = tuple(
        replace(
            _scaled(instance, item_id, own, s.cost_factor, s.use_factor, s.duration),
            id=s.id,
            sourcing=s.id,
            inhouse_weight=s.inhouse_weight,
        )
        for s in instance.sourcing_modes
        if capability.layer in s.layers
    )
    return sourced or (own,)


def _affiliates(instance: Instance) -> Iterator[Adoptable]:
    """Affiliates in their archetypes, times the touches."""
    for r in instance.affiliates:
        modes = tuple(
            _affiliate_mode(instance, r.id, r.revenue, archetype, touch)
            for archetype in instance.archetypes_of(r.id)
            for touch in (instance.touches or (None,))
        )
        yield Adoptable(r.id, Kind.AFFILIATE, r.label, modes or (Mode(),), earliest_live=r.launch_wave or 1)


def _affiliate_mode(
    instance: Instance, affiliate: str, revenue: float, archetype: Archetype, touch: Touch | None
) -> Mode:
    own = tuple((p, s) for p, s in (("hq", archetype.hq_share), (affiliate, 1 - archetype.hq_share)) if s > 0)
    one_off = archetype.one_off_cost + archetype.one_off_share_of_revenue * revenue
    lines = (
        CostLine("one_off", one_off * (touch.cost_factor if touch else 1.0), own, affiliate),
        CostLine("running", archetype.running_cost, own, affiliate),
    )
    mode_id = f"{archetype.id}/{touch.id}" if touch else archetype.id
    known = instance.by_id("affiliate_success").get(f"{affiliate}:{mode_id}")
    success = archetype.success * (touch.success if touch else 1.0) if known is None else known.success
    use = dict(archetype.use)
    for resource, amount in (touch.use if touch else {}).items():
        use[resource] = use.get(resource, 0.0) + amount
    return Mode(
        id=mode_id,
        duration=archetype.duration,
        lines=adjusted(instance, affiliate, lines),
        use=_profiles(instance, affiliate, use, archetype.duration),
        upkeep=archetype.upkeep,
        value_factor=archetype.value_factor,
        success=success,
        archetype=archetype.id,
        touch=touch.id if touch else None,
    )


def _mandate_steps(instance: Instance) -> Iterator[Adoptable]:
    """Mandate levels above the one the programme starts with."""
    for r in sorted(instance.mandate, key=lambda m: m.level):
        if r.level > instance.settings.mandate_start:
            item_id = f"mandate:{r.level}"
            mode = _costed_mode(instance, item_id, r, 0)
            yield _teaching(Adoptable(item_id, Kind.MANDATE, r.label, (mode,), level=r.level), r)


def _derived(instance: Instance) -> Iterator[Adoptable]:
    """Functions per brand, drivers and brands per affiliate, local capability steps."""
    for f in instance.functions:
        for b in instance.brands if f.per_brand else ():
            item_id = f"{f.id}@{b.id}"
            mode = _costed_mode(instance, item_id, f, 0)
            name = f"{f.label} for {b.label}"
            yield _teaching(Adoptable(item_id, Kind.FUNCTION, name, (mode,), parent=f.id, place=b.id), f)
    for kind, records, whole in (
        (Kind.DRIVER_AFFILIATE, instance.driver_affiliates, "driver"),
        (Kind.BRAND_AFFILIATE, instance.brand_affiliates, "brand"),
    ):
        for r in records:
            parent = getattr(r, whole)
            item_id = f"{parent}@{r.affiliate}"
            mode = _costed_mode(instance, item_id, r, 0, affiliate=r.affiliate)
            name = f"{instance.label(parent)} in {instance.label(r.affiliate)}"
            yield _teaching(Adoptable(item_id, kind, name, (mode,), parent=parent, place=r.affiliate), r)
    yield from _local_steps(instance)


def _teaching(item: Adoptable, record: Costed) -> Adoptable:
    return replace(item, tactical=record.tactical, strategic=record.strategic)


def _local_steps(instance: Instance) -> Iterator[Adoptable]:
    """One step of every local capability for every affiliate."""
    capabilities = instance.by_id("capabilities")
    local = {(r.capability, r.affiliate): r for r in instance.local_capabilities}
    for r in instance.capability_steps:
        capability = capabilities[r.capability]
        for a in instance.affiliates if capability.local else ():
            here = local.get((r.capability, a.id))
            if r.level <= (here.as_is if here else capability.as_is):
                continue
            item_id = f"{r.capability}@{a.id}:{r.level}"
            mode = _costed_mode(instance, item_id, r, r.duration, affiliate=a.id)
            own = _scaled(instance, item_id, mode, here.cost_factor if here else 1.0, {}, None)
            yield Adoptable(
                item_id,
                Kind.STEP,
                f"{capability.label} {r.level} in {a.label}",
                _sourced(instance, item_id, own, capability),
                capability=r.capability,
                level=r.level,
                parent=r.capability,
                place=a.id,
                weight=r.weight,
                tactical=r.tactical,
                strategic=r.strategic,
            )


def _costed_mode(instance: Instance, item_id: str, record: Costed, duration: int, affiliate: str | None = None) -> Mode:
    whole = ((record.pot, 1.0),)
    lines = (
        CostLine("one_off", record.one_off_cost, whole, affiliate),
        CostLine("running", record.running_cost, whole, affiliate),
    )
    return Mode(
        duration=duration,
        lines=adjusted(instance, item_id, lines),
        use=_profiles(instance, item_id, record.use, duration),
        upkeep=record.upkeep,
    )


def _profiles(
    instance: Instance, item_id: str, use: Mapping[str, float], duration: int
) -> dict[str, tuple[float, ...]]:
    """Use by wave since start: even, all in the last wave in progress, or as a profile row says."""
    span = max(duration, 1)
    made = {r: _even(instance, r, amount, span) for r, amount in use.items() if amount}
    return made | {r: _padded(profile, span) for r, profile in _given(instance, item_id).items()}


def _given(instance: Instance, item_id: str) -> dict[str, tuple[float, ...]]:
    """Profiles of an item as rows say, by resource."""
    return {row.resource: row.profile for row in instance.use_profiles if row.item == item_id}


def _even(instance: Instance, resource: str, amount: float, span: int) -> tuple[float, ...]:
    """The same in each wave in progress, or all in the last one, as the resource says."""
    last = instance.by_id("resources")[resource].timing == "last_wave"
    return (0.0,) * (span - 1) + (amount,) if last else (amount,) * span


def _padded(profile: tuple[float, ...], span: int) -> tuple[float, ...]:
    return (profile + (0.0,) * span)[:span]


def _scaled(
    instance: Instance,
    item_id: str,
    mode: Mode,
    cost_factor: float,
    use_factor: Mapping[str, float],
    duration: int | None,
) -> Mode:
    """Return a mode with cost, use and duration changed; even use stays even, a given profile keeps its first waves."""
    length = mode.duration if duration is None else duration
    span = max(length, 1)
    given = _given(instance, item_id)
    use: dict[str, tuple[float, ...]] = {}
    for resource, profile in mode.use.items():
        made = _even(instance, resource, profile[-1], span)
        made = _padded(given[resource], span) if resource in given else made
        use[resource] = tuple(u * use_factor.get(resource, 1.0) for u in made)
    lines = tuple(replace(line, amount=line.amount * cost_factor) for line in mode.lines if line.amount * cost_factor)
    return replace(mode, duration=length, lines=lines, use=use)


def _with_extra_modes(instance: Instance, item: Adoptable) -> Adoptable:
    """Add the rows of table ``modes`` that belong to an adoptable."""
    extra = [m for m in instance.modes if m.item == item.id]
    if not extra:
        return item
    base = item.modes[0]
    first = tuple(replace(m, id=m.id or "own") for m in item.modes)
    more = tuple(
        replace(
            _scaled(instance, item.id, base, m.cost_factor, m.use_factor, m.duration),
            id=m.id,
            success=base.success * m.success,
            value_factor=base.value_factor * m.value_factor,
        )
        for m in extra
    )
    return replace(item, modes=first + more)
