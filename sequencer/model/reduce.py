"""Reductions: decisions that no good plan takes are closed before the model is built, each with its reasons.

* *Windows* that the rules imply (:mod:`sequencer.instance.reach`).
* *Cumulative capacity*: an item starts only when all it needs is live, so all of that has used its resources and been
  paid by then; the earliest wave is the first whose capacity and budget, added up from wave 1, suffice (Boland et al.
  2012, *A strengthened formulation and cutting planes for the open pit mine production scheduling problem*).
* *Pruning*: a capability step or initiative that nothing needs, that no family gains from and that frees neither money
  nor capacity can be dropped from any plan without breaking a rule or losing value, so it is left out; so are the modes
  in which a step would help no family. Exceptions are left out where a strict policy allows none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from sequencer.instance.reach import NEVER, Key, Reach, Window, reach, step_pairs
from sequencer.model.usage import for_sale
from sequencer.types import HQ, Kind, RuleRef

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable, Mode
    from sequencer.instance.instance import Instance
    from sequencer.model.family import Family

SUPPORT = frozenset({Kind.STEP, Kind.INITIATIVE})
"""Kinds that are adopted only for what needs them."""


def reduced(instance: Instance, families: Iterable[Family], futures: Iterable[Instance] = ()) -> Reach:
    """Windows after all reductions.

    Parameters
    ----------
    instance
        What is given.
    families
        Families of the model; what one of them gains from is kept.
    futures
        The instance as it is in scenarios that count; what earns or frees something in one of them is kept.
    """
    known: dict[Key, Window] = dict(_cumulative(instance))
    known.update(_unneeded(instance, tuple(families), (instance, *futures)))
    known.update(_refused_exceptions(instance))
    return reach(instance, known)


# -- pruning ----------------------------------------------------------------------------------------------------------


def _unneeded(
    instance: Instance, families: tuple[Family, ...], earning: tuple[Instance, ...]
) -> Iterator[tuple[Key, Window]]:
    """Items, or modes of them, that nothing needs.

    Whatever needs a pruned item is pruned, too, and whatever gains from an item in some modes only, such as the
    in-house floor from a step built in-house, does not miss it in the others.
    """
    whole, partly = _gaining(instance, families)
    for one in earning:
        whole |= _earning(one)
    needs = _needs(instance, families)
    waiting = [*whole, *partly]
    while waiting:
        for other in needs.get(waiting.pop(), ()):
            if other not in whole:
                whole.add(other)
                waiting.append(other)
    for item in instance.adoptables.values():
        kept = partly.get(item.id, ())
        if item.id not in whole:
            for mode in item.modes:
                if mode.id not in kept:
                    yield (item.id, mode.id), Window(NEVER, 0, (RuleRef("unneeded", (item.id,)),))


def _gaining(instance: Instance, families: tuple[Family, ...]) -> tuple[set[str], dict[str, set[str]]]:
    """Items worth something to a family, and those that are in some of their modes only."""
    whole: set[str] = set()
    if any(family.from_below(instance) for family in families):  # then even what lowers value may help
        whole.update(m.id for row in instance.synergies for m in instance.member_set(row.members))
    whole.update(row.item for row in instance.reference_plan if row.wave)  # leaving it out is a move
    partly: dict[str, set[str]] = {}
    for gaining in (one for family in families for one in family.gains(instance)):
        if isinstance(gaining, str):
            whole.add(gaining)
        elif gaining.modes is None:
            whole.add(gaining.id)
        else:
            partly.setdefault(gaining.id, set()).update(gaining.modes)
    return whole, partly


def _earning(instance: Instance) -> set[str]:
    """Items that earn or free something, or are not adopted only for what needs them."""
    whole = {i.id for i in instance.adoptables.values() if i.kind not in SUPPORT or _frees(i)}
    whole.update(i.id for i in instance.initiatives if i.value_per_year or i.value_once)
    whole.update(m.id for row in instance.synergies if row.rate > 0 for m in instance.member_set(row.members))
    return whole


def _frees(item: Adoptable) -> bool:
    """Whether an item frees money or capacity in some mode."""
    return any(
        any(line.amount < 0 for line in mode.lines) or any(u < 0 for u in mode.upkeep.values()) for mode in item.modes
    )


def _needs(instance: Instance, families: tuple[Family, ...]) -> dict[str, set[str]]:
    """For each item, what it may need directly."""
    made: dict[str, set[str]] = {}
    for item, other in (pair for family in families for pair in family.needs(instance)):
        made.setdefault(item, set()).add(other)
    return made


def _refused_exceptions(instance: Instance) -> Iterator[tuple[Key, Window]]:
    """A strict policy allows no exception."""
    if instance.settings.governance == "strict":
        for item in instance.adoptables.values():
            if item.kind == Kind.EXCEPTION:
                ref = RuleRef("mandate_grants", ("open_exceptions",))
                yield from (((item.id, mode.id), Window(NEVER, 0, (ref,))) for mode in item.modes)


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
        needed = rule.item.id in instance.decided and rule not in instance.waivers
        if needed and rule.item.modes is None and rule.single is not None:
            direct[rule.item.id].add(rule.single.id)
    for item, below in step_pairs(instance):
        if item in instance.decided:
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
        extra = {row.wave: row.extra_cap for row in for_sale(instance) if row.resource == resource}
        amounts = tuple(c + extra.get(w, 0.0) for w, c in enumerate(instance.capacity[resource], start=1))
        take = {i.id: min(sum(m.use.get(resource, ())) for m in i.modes) for i in instance.adoptables.values()}
        yield RuleRef("capacities", (resource,)), amounts, take


def _pot_limits(instance: Instance) -> Iterator[Limit]:
    """Budgets are taken as fully released and carried in full, so that the bound holds whatever is decided.

    The pot of hq has no such limit where it gets more than its budget: payments of affiliates, or reinvested value.
    """
    more = bool(instance.settings.reinvest_share) or instance.settings.funding != "none"
    for pot, amounts in instance.budget.items():
        if pot == HQ and more:
            continue
        modes = [m for i in instance.adoptables.values() for m in i.modes]
        if any(line.amount < 0 and pot in dict(line.shares) for m in modes for line in m.lines):
            continue
        take = {i.id: min(_one_off(m, pot) for m in i.modes) for i in instance.adoptables.values()}
        opening = instance.past.carry.get(pot, 0.0)
        yield RuleRef("budgets", (pot,)), (amounts[0] + opening, *amounts[1:]), take


def _one_off(mode: Mode, pot: str) -> float:
    return sum(line.amount * dict(line.shares).get(pot, 0.0) for line in mode.lines if line.kind == "one_off")
