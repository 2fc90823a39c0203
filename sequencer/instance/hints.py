"""Warnings: what is allowed, but probably not meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

Hint = Callable[["Instance"], Iterator[str]]


def warnings(instance: Instance) -> list[str]:
    """What is allowed in an instance, but probably not meant.

    Parameters
    ----------
    instance
        A valid instance.

    Returns
    -------
    list of str
        One sentence each, in words of the business; empty where nothing is odd.
    """
    return [text for hint in HINTS for text in hint(instance)]


def _pots(instance: Instance) -> Iterator[str]:
    """Pots without a limit, budgets that nothing draws on."""
    used = {pot for item in instance.adoptables.values() for m in item.modes for ln in m.lines for pot, _ in ln.shares}
    unlimited = [pot for pot in sorted(used) if pot not in instance.budget]
    if unlimited:
        yield f"Without a budget, and so without a limit: {_few(unlimited)}."
    idle = [pot for pot in instance.budget if pot not in used]
    if idle:
        yield f"Budgets that no cost is charged to: {_few(idle)}."


def _resources(instance: Instance) -> Iterator[str]:
    """Resources without a limit, capacities that nothing takes."""
    modes = [m for item in instance.adoptables.values() for m in item.modes]
    used = {r for m in modes for r, amount in m.upkeep.items() if amount}
    used |= {r for m in modes for r, profile in m.use.items() if any(profile)}
    used |= {row.resource for row in instance.pair_uses}
    unlimited = [r for r in sorted(used) if r not in instance.capacity]
    if unlimited:
        yield f"Resources without a capacity, and so without a limit: {_few(unlimited)}."
    idle = [r.id for r in instance.resources if r.id not in used]
    if idle:
        yield f"Resources that nothing uses: {_few(idle)}."


def _value(instance: Instance) -> Iterator[str]:
    """No value at all, and fits that are missing or that nobody has."""
    if instance.drivers and not any(d.potential for d in instance.drivers):
        yield "No driver has a potential above 0, so there is nothing to gain from them."
    classes = {a.affiliate_class for a in instance.affiliates}
    unused = sorted({f.affiliate_class for f in instance.fit} - classes)
    if unused:
        yield f"Classes in fit that no affiliate has: {_few(unused)}."
    fits = {(f.affiliate_class, f.archetype) for f in instance.fit}
    if fits:
        missing = [
            f"{row.affiliate_class} as {a.variant_of or a.id}"
            for row in instance.affiliates
            for a in instance.archetypes_of(row.id)
            if (row.affiliate_class, a.variant_of or a.id) not in fits
        ]
        if missing:
            yield f"Fit is not given, and taken as 1, for: {_few(dict.fromkeys(missing))}."


def _lifecycle(instance: Instance) -> Iterator[str]:
    """Brands and stages for which the lifecycle factor is silently 1."""
    if not instance.lifecycle:
        return
    unstaged = [b.id for b in instance.brands if instance.stage(b.id, 1) is None]
    if unstaged:
        yield f"Brands without a lifecycle stage in wave 1, whose factor is then 1: {_few(unstaged)}."
    known = {row.stage for row in instance.lifecycle}
    unknown = sorted({row.stage for row in instance.brand_stages} - known)
    if unknown:
        yield f"Lifecycle stages without a factor for any driver, taken as 1: {_few(unknown)}."


def _targets(instance: Instance) -> Iterator[str]:
    """Capabilities whose target no step reaches."""
    top: dict[str, int] = {}
    for row in instance.capability_steps:
        top[row.capability] = max(row.level, top.get(row.capability, 0))
    short = [c.id for c in instance.capabilities if c.target is not None and c.target > max(c.as_is, top.get(c.id, 0))]
    if short:
        yield f"Capabilities whose target no step reaches: {_few(short)}."


def _needless(instance: Instance) -> Iterator[str]:
    """Steps and initiatives that nothing needs and that are worth nothing themselves."""
    needed = {m.id for p in instance.precedences for m in p.members}
    needed |= {step for places in instance.cell_gates.values() for gates in places.values() for step, _ in gates}
    needed |= {m.id for row in instance.all_relations for w in (*row.items, *row.others) for m in instance.members(w)}
    needed |= {m.id for row in instance.synergies for w in row.members for m in instance.members(w)}
    needed |= {m.id for row in instance.locks if row.must for m in instance.members(row.item)}
    valued = {i.id for i in instance.initiatives if i.value_per_year or i.value_once}
    found = instance.adoptables
    higher = {f"{i.id.rpartition(':')[0]}:{(i.level or 0) - 1}" for i in found.values() if i.kind == Kind.STEP}
    idle = [
        i.id
        for i in found.values()
        if i.kind in (Kind.STEP, Kind.INITIATIVE)
        and i.id not in needed | valued | higher
        and not _saves(instance, i.id)
        and not _targeted(instance, i.capability, i.level)
    ]
    if idle:
        yield f"Nothing requires these, and they earn nothing themselves: {_few(idle)}."


def _saves(instance: Instance, item_id: str) -> bool:
    """Whether an adoptable frees money, capacity or learning."""
    item = instance.adoptables[item_id]
    frees = any(line.amount < 0 for m in item.modes for line in m.lines)
    return frees or item.strategic > 0 or any(u < 0 for m in item.modes for u in m.upkeep.values())


def _targeted(instance: Instance, capability: str | None, level: int | None) -> bool:
    """Whether the balance of layers counts a step."""
    if instance.settings.balance_gap is None or capability is None or level is None:
        return False
    target = instance.by_id("capabilities")[capability].target
    return target is not None and level <= target


def _idle_rules(instance: Instance) -> Iterator[str]:
    """Rules that are on, but find nothing to be about."""
    settings = instance.settings
    if settings.inhouse_share > 0 and not instance.sourcing_modes:
        yield "Without sourcing modes every step counts as built in-house, so inhouse_share says nothing."
    if settings.balance_gap is not None and _targeted_layers(instance) < 2:
        yield "Fewer than two layers have steps up to a target, so balance_gap says nothing."
    if settings.strategic_gap is not None and not any(i.tactical for i in instance.adoptables.values()):
        yield "Nothing has tactical learning, so strategic_gap says nothing."
    for name in ("brands_first_wave", "brands_later_waves"):
        if getattr(settings, name) is not None and not instance.brands:
            yield f"There are no brands, so {name} says nothing."
    if settings.mandate_path and any(row.earned_value for row in instance.mandate):
        yield "The mandate's path is given from above, so earned_value says nothing."


def _targeted_layers(instance: Instance) -> int:
    """Number of layers that have steps up to a target."""
    layer = {c.id: c.layer for c in instance.capabilities}
    found = instance.adoptables.values()
    return len({layer[i.capability] for i in found if i.capability and _targeted(instance, i.capability, i.level)})


def _together(instance: Instance) -> Iterator[str]:
    """Adoptables that require each other, and so start together."""
    direct = {
        (p.item.id, p.members[0].id)
        for p in instance.precedences
        if len(p.members) == 1 and p.lag == 0 and p.item.id != p.members[0].id
    }
    pairs = sorted(f"{a} and {b}" for a, b in direct if a < b and (b, a) in direct)
    if pairs:
        yield f"These require each other and can only start together: {_few(pairs)}."


def _few(words: Iterable[str]) -> str:
    """List words, cutting a long list short."""
    listed = list(words)
    return ", ".join(listed[:8]) + (f" and {len(listed) - 8} more" if len(listed) > 8 else "")


HINTS: tuple[Hint, ...] = (_value, _lifecycle, _pots, _resources, _targets, _needless, _idle_rules, _together)
