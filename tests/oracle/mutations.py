"""Mutations of plans that keep every rule, each with the rule that it breaks by construction.

What a mutation breaks is told by the tables of the instance alone, never by the evaluator: dropping what a row of
``requirements`` asks for must break ``requirements``. Other rules may be broken along with it.

Limits on amounts are broken by something *extra*: an adoptable added to the instance that nothing needs and that takes
more than there is. Without it being adopted the plan is as good as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sequencer.plan.plan import Adoption, Plan
from sequencer.types import Kind
from tests.oracle import mutations_links as links
from tests.oracle import mutations_money as money
from tests.oracle.spoiler import PLENTY, Mutation, Spoiler


def start_once(s: Spoiler) -> Iterator[Mutation]:
    """Adopted twice, in a mode or a wave that there is not, or though it had started before wave 1."""
    for item in sorted(s.begun):
        again = s.with_(s.start(item, 1))
        yield Mutation(f"{item} again", s.instance, again, "start_once", (item,), None)
    for a in s.plan.adoptions:
        made = [
            (f"{a.id} in mode nowhere", s.with_(Adoption(a.id, a.wave, "nowhere"))),
            (f"{a.id} after the last wave", s.with_(Adoption(a.id, s.last + 1, a.mode))),
            (f"{a.id} twice", Plan((*s.plan.adoptions, a))),
        ]
        for what, plan in made:
            yield Mutation(what, s.instance, plan, "start_once", (a.id,), None)


def windows(s: Spoiler) -> Iterator[Mutation]:
    """Live before its launch, or not when the last wave has ended."""
    for a in s.plan.adoptions:
        item = s.item(a.id)
        for mode in item.modes:
            if mode.duration > 1:
                late = s.with_(Adoption(a.id, s.last, mode.id or None))
                yield Mutation(f"{a.id} too late", s.instance, late, "windows", (a.id,), None)
            if 1 + mode.duration < item.earliest_live:
                early = s.with_(Adoption(a.id, 1, mode.id or None))
                yield Mutation(f"{a.id} before its launch", s.instance, early, "windows", (a.id,), None)


def capability_steps(s: Spoiler) -> Iterator[Mutation]:
    """A step skipped, or taken in the wave of the one below."""
    for a in s.plan.adoptions:
        item = s.item(a.id)
        below = s.plan.by_id.get(f"{a.id.rpartition(':')[0]}:{(item.level or 0) - 1}")
        if item.kind == Kind.STEP and below is not None:
            skipped, hasty = s.without(below.id), s.with_(Adoption(a.id, below.wave, a.mode))
            for what, plan, wave in (("skipped", skipped, a.wave), ("not waited for", hasty, below.wave)):
                yield Mutation(f"{below.id} {what}", s.instance, plan, "capability_steps", (a.id, below.id), wave)


def mandate(s: Spoiler) -> Iterator[Mutation]:
    """Two steps in a wave, one skipped, or off the path that is given."""
    given = bool(s.instance.settings.mandate_path)
    for a in s.plan.adoptions:
        if s.item(a.id).kind != Kind.MANDATE:
            continue
        below = s.plan.by_id.get(f"mandate:{(s.item(a.id).level or 0) - 1}")
        if given:
            yield Mutation(f"{a.id} dropped", s.instance, s.without(a.id), "mandate", (a.id,), a.wave)
            for wave in {1, s.last} - {a.wave}:
                moved = s.with_(Adoption(a.id, wave))
                yield Mutation(f"{a.id} moved", s.instance, moved, "mandate", (a.id,), wave)
        elif below is not None:
            yield Mutation(f"{below.id} skipped", s.instance, s.without(below.id), "mandate", (a.id,), a.wave)
            at_once = s.with_(Adoption(a.id, below.wave))
            yield Mutation(f"{a.id} at once", s.instance, at_once, "mandate", (a.id,), below.wave)


def locks(s: Spoiler) -> Iterator[Mutation]:
    """Against each decision made outside."""
    for lock in s.instance.locks:
        for member in (i for i in s.members(lock.item) if i not in s.begun):
            made: list[tuple[str, Plan]] = []
            if lock.must:
                made.append(("must", s.without(member)))
            if lock.must and lock.by and lock.by < s.last:
                made.append(("must", s.with_(s.start(member, lock.by + 1))))
            if lock.never:
                made.append(("never", s.with_(s.start(member, 1))))
            if lock.earliest and lock.earliest > 1:
                made.append(("earliest", s.with_(s.start(member, lock.earliest - 1))))
            if lock.latest and lock.latest < s.last:
                made.append(("latest", s.with_(s.start(member, lock.latest + 1))))
            if lock.fixed and s.last > 1:
                made.append(("fixed", s.with_(s.start(member, lock.fixed % s.last + 1))))
            if lock.mode:
                others = [m.id for m in s.item(member).modes if not m.matches(lock.mode)]
                made += [("mode", s.with_(Adoption(member, 1, other))) for other in others]
            for word, plan in made:
                yield Mutation(f"against {word} of {member}", s.instance, plan, "locks", (member, word), None)


# -- something extra --------------------------------------------------------------------------------------------------


def capacities(s: Spoiler) -> Iterator[Mutation]:
    """Something that takes more of a resource than there is and can be bought, in its only wave."""
    for resource in s.instance.capacity:
        for wave in range(1, s.last + 1):
            instance, plan = s.extra(wave, **{f"use_{resource}": PLENTY})
            yield Mutation(f"more than {resource} can", instance, plan, "capacities", (resource,), wave)


def parallel(s: Spoiler) -> Iterator[Mutation]:
    """More new affiliates of an archetype at once than may be."""
    for archetype in s.instance.archetypes:
        if archetype.parallel is not None:
            instance, more = s.extra_affiliates(archetype.id, archetype.parallel + 1)
            what = f"{len(more)} affiliates more at once"
            yield Mutation(what, instance, s.with_(*more), "parallel", (archetype.id,), s.last)


def archetype_limits(s: Spoiler) -> Iterator[Mutation]:
    """More affiliates of a class in an archetype than ever may be."""
    for row in s.instance.archetype_limits:
        instance, more = s.extra_affiliates(row.archetype, row.limit + 1, row.affiliate_class)
        members = (row.affiliate_class, row.archetype)
        yield Mutation(f"{len(more)} more", instance, s.with_(*more), "archetype_limits", members, None)


def mandate_grants(s: Spoiler) -> Iterator[Mutation]:
    """More than the level that the plan reaches in the end grants; an exception under a strict policy."""
    steps = [a for a in s.plan.adoptions if s.item(a.id).kind == Kind.MANDATE]
    level = s.instance.settings.mandate_start + len(steps) + sum(s.item(i).kind == Kind.MANDATE for i in s.begun)
    row = next((row for row in s.instance.mandate if row.level == level), None)
    for grant in ("live_drivers", "new_drivers", "customized_in_progress", "customized_total"):
        limit = getattr(row, grant, None)
        customized = grant.startswith("customized")
        if limit is None or (customized and not any(a.id == "customized" for a in s.instance.archetypes)):
            continue
        instance, more = s.extra_affiliates("customized", limit + 1) if customized else s.extra_drivers(limit + 1)
        what = f"{len(more)} more against {grant}"
        yield Mutation(what, instance, s.with_(*more), "mandate_grants", (grant,), s.last)
    for e in s.instance.exceptions if s.instance.settings.governance == "strict" else ():
        opened = s.with_(s.start(e.id, s.last))
        yield Mutation(f"{e.id} opened", s.instance, opened, "mandate_grants", ("open_exceptions",), s.last)


def pace(s: Spoiler) -> Iterator[Mutation]:
    """More of a set started in a wave than may be: those adopted moved into it, or new drivers."""
    for row in s.instance.pace:
        if row.limit is None:
            continue
        adopted = [i for i in s.members(*row.items) if i in s.plan.by_id]
        for wave in range(1, s.last + 1):
            moved = s.with_(*(s.start(i, wave) for i in adopted))
            if len(adopted) > row.limit:
                name = " ".join(row.items)
                yield Mutation(f"all in wave {wave}", s.instance, moved, "pace", (name,), wave)
        if row.items == ("drivers",):
            instance, more = s.extra_drivers(row.limit + 1)
            what = f"{len(more)} drivers more"
            yield Mutation(what, instance, s.with_(*more), "pace", ("drivers",), s.last)


def start_small(s: Spoiler) -> Iterator[Mutation]:
    """More new brands than may start."""
    settings = s.instance.settings
    for wave, limit in ((1, settings.brands_first_wave), (s.last, settings.brands_later_waves)):
        if limit is not None and s.instance.brands and (wave == 1 or s.last > 1):
            ids = [f"extra{n}" for n in range(limit + 1)]
            instance = s.enlarged("brands", *({"id": i, "share": 0} for i in ids))
            plan = s.with_(*(Adoption(i, wave) for i in ids))
            yield Mutation(f"{ids} in wave {wave}", instance, plan, "start_small", (), wave)


MUTATIONS: tuple[Callable[[Spoiler], Iterator[Mutation]], ...] = (
    start_once,
    windows,
    capability_steps,
    links.requirements,
    links.relations,
    links.pilots,
    parallel,
    archetype_limits,
    mandate,
    mandate_grants,
    money.earned_mandate,
    money.budgets,
    money.transfers,
    money.prices,
    money.affiliate_gains,
    money.continuous_return,
    money.minimum_values,
    capacities,
    pace,
    start_small,
    links.inhouse,
    links.balance,
    links.learning,
    links.maturity_gaps,
    links.quick_wins,
    money.measure_limits,
    locks,
)
"""One a family, by its name."""


def mutations(s: Spoiler) -> Iterator[Mutation]:
    """Every mutation there is; one that adopts what had started before wave 1 is named for that alone."""
    for make in MUTATIONS:
        for mutation in make(s):
            again = next((a.id for a in mutation.plan.adoptions if a.id in s.begun), None)
            named = mutation if again is None else mutation._replace(family="start_once", members=(again,), wave=None)
            yield named
