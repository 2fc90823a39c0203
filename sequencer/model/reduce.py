"""Reductions: decisions that no good plan takes are closed before the model is built, each with its reasons.

* *Windows* that the rules imply (:mod:`sequencer.instance.reach`).
* *Cumulative capacity*: an item starts only when all it needs is live, so all of that has used its resources and been
  paid by then; the earliest wave is the first whose capacity and budget, added up from wave 1, suffice (Boland et al.
  2012, *A strengthened formulation and cutting planes for the open pit mine production scheduling problem*).
* *Pruning*: a capability step or initiative that nothing needs, that no family gains from and that frees neither money
  nor capacity can be dropped from any plan without breaking a rule or losing value, so it is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from sequencer.instance.reach import NEVER, Key, Reach, Window, reach, step_pairs
from sequencer.types import Kind, RuleRef

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable, Mode
    from sequencer.instance.instance import Instance
    from sequencer.model.family import Family

SUPPORT = frozenset({Kind.STEP, Kind.INITIATIVE})
"""Kinds that are adopted only for what needs them."""


def reduced(instance: Instance, families: Iterable[Family]) -> Reach:
    """Windows after all reductions.

    Parameters
    ----------
    instance
        What is given.
    families
        Families of the model; what one of them gains from is kept.
    """
    needed = _needed(instance, families)
    known: dict[Key, Window] = dict(_cumulative(instance))
    for item in instance.adoptables.values():
        if item.id not in needed:
            for mode in item.modes:
                known[item.id, mode.id] = Window(NEVER, 0, (RuleRef("unneeded", (item.id,)),))
    return reach(instance, known)


# -- pruning ----------------------------------------------------------------------------------------------------------


def _needed(instance: Instance, families: Iterable[Family]) -> set[str]:
    """Items that are worth something by themselves or to a family, and all that those may need."""
    seeds = {i.id for i in instance.adoptables.values() if i.kind not in SUPPORT or _frees(i)}
    for family in families:
        seeds.update(family.gains(instance))
    for initiative in instance.initiatives:
        if initiative.value_per_year or initiative.value_once:
            seeds.add(initiative.id)
    before = _needs(instance)
    waiting = list(seeds)
    while waiting:
        for other in before.get(waiting.pop(), ()):
            if other not in seeds:
                seeds.add(other)
                waiting.append(other)
    return seeds


def _frees(item: Adoptable) -> bool:
    """Whether an item frees money or capacity in some mode."""
    return any(
        any(line.amount < 0 for line in mode.lines) or any(u < 0 for u in mode.upkeep.values()) for mode in item.modes
    )


def _needs(instance: Instance) -> dict[str, set[str]]:
    """For each item, what it may need directly."""
    made: dict[str, set[str]] = {}
    for rule in instance.precedences:
        made.setdefault(rule.item.id, set()).update(m.id for m in rule.members)
    for driver, by_affiliate in instance.cell_gates.items():
        made.setdefault(driver, set()).update(step for gates in by_affiliate.values() for step, _ in gates)
    for item, below in step_pairs(instance):
        made.setdefault(item, set()).add(below)
    return made


# -- cumulative capacity ----------------------------------------------------------------------------------------------


def _cumulative(instance: Instance) -> Iterator[tuple[Key, Window]]:
    """Earliest waves by what an item and all it certainly needs take of each resource and pot."""
    ancestors = _ancestors(instance)
    limits = [*_resource_limits(instance), *_pot_limits(instance)]
    for item in instance.adoptables.values():
        before = [instance.adoptables[i] for i in ancestors[item.id]]
        best, why = 1, None
        for ref, capacity, take in limits:
            wave = _first_wave(before, capacity, take)
            if wave > best:
                best, why = wave, ref
        if why is not None:
            for mode in item.modes:
                yield (item.id, mode.id), Window(best, instance.n_waves, (why,))


Limit = tuple[RuleRef, tuple[float, ...], dict[str, float]]
"""Rule, capacity by wave, and what each adoptable takes in all, in its thriftiest mode."""


def _first_wave(before: list[Adoptable], capacity: tuple[float, ...], take: Mapping[str, float]) -> int:
    """First wave by which everything in ``before`` can have been taken from the capacity so far."""
    at_once = sum(take[i.id] for i in before)
    earlier = sum(take[i.id] for i in before if all(m.duration > 0 for m in i.modes))
    past = 0.0
    for wave, amount in enumerate(capacity, start=1):
        slack = 1e-6 * max(1.0, past + amount)
        if earlier <= past + slack and at_once <= past + amount + slack:
            return wave
        past += amount
    return NEVER


def _ancestors(instance: Instance) -> dict[str, set[str]]:
    """For each item, what must be live before it starts in whatever mode, and no exception may waive."""
    direct: dict[str, set[str]] = {i: set() for i in instance.adoptables}
    for rule in instance.precedences:
        if rule.item.modes is None and rule.single is not None and rule not in instance.waivers:
            direct[rule.item.id].add(rule.single.id)
    for item, below in step_pairs(instance):
        direct[item].add(below)
    made: dict[str, set[str]] = {}
    for start in direct:
        found: set[str] = set()
        waiting = [start]
        while waiting:
            for other in direct[waiting.pop()] - found:
                found.add(other)
                waiting.append(other)
        made[start] = found
    return made


def _resource_limits(instance: Instance) -> Iterator[Limit]:
    for resource in instance.capacity:
        modes = [m for i in instance.adoptables.values() for m in i.modes]
        if any(m.upkeep.get(resource, 0.0) < 0 for m in modes):
            continue
        extra = {c.wave: c.extra_cap for c in instance.capacities if c.resource == resource}
        amounts = tuple(c + extra.get(w, 0.0) for w, c in enumerate(instance.capacity[resource], start=1))
        take = {i.id: min(sum(m.use.get(resource, ())) for m in i.modes) for i in instance.adoptables.values()}
        yield RuleRef("capacities", (resource,)), amounts, take


def _pot_limits(instance: Instance) -> Iterator[Limit]:
    """Budgets are taken as fully released and carried in full, so that the bound holds whatever is decided."""
    if instance.settings.reinvest_share or instance.settings.funding != "none":
        return
    for pot, amounts in instance.budget.items():
        modes = [m for i in instance.adoptables.values() for m in i.modes]
        if any(line.amount < 0 and pot in dict(line.shares) for m in modes for line in m.lines):
            continue
        take = {i.id: min(_one_off(m, pot) for m in i.modes) for i in instance.adoptables.values()}
        yield RuleRef("budgets", (pot,)), amounts, take


def _one_off(mode: Mode, pot: str) -> float:
    return sum(line.amount * dict(line.shares).get(pot, 0.0) for line in mode.lines if line.kind == "one_off")
