"""Mutations of plans that keep every rule, each with the rule that it breaks by construction.

What a mutation breaks is told by the tables of the instance alone, never by the evaluator: dropping what a row of
``requirements`` asks for must break ``requirements``. Other rules may be broken along with it.

Limits on amounts are broken by something *extra*: an adoptable added to the instance that nothing needs and that takes
more than there is. Without it being adopted the plan is as good as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sequencer.instance.adoptables import Adoptable
from sequencer.instance.instance import Instance
from sequencer.plan.plan import Adoption, Plan
from sequencer.types import Kind, RuleRef


class Mutation(NamedTuple):
    """A spoiled plan.

    Attributes
    ----------
    what : str
        What was done, in words.
    instance, plan
        The spoiled plan, and the instance it is a plan of.
    family, members, wave
        A violation must be of this family, name these members (ids without modes), in this wave (None where it spans
        all).
    """

    what: str
    instance: Instance
    plan: Plan
    family: str
    members: tuple[str, ...]
    wave: int | None

    def named_by(self, ref: RuleRef) -> bool:
        """Whether a rule is the one that the mutation breaks."""
        members = {m.partition("/")[0] for m in ref.members}
        return ref.family == self.family and members >= set(self.members) and self.wave == ref.wave


class Spoiler:
    """Makes mutations of one plan.

    Parameters
    ----------
    instance, plan
        A plan that keeps every rule of the instance.
    """

    def __init__(self, instance: Instance, plan: Plan) -> None:
        self.instance = instance
        self.plan = plan
        self.last = instance.n_waves

    def all(self) -> Iterator[Mutation]:
        """Every mutation there is."""
        for make in MUTATIONS:
            yield from make(self)

    # -- moves --------------------------------------------------------------------------------------------------------

    def item(self, item_id: str) -> Adoptable:
        return self.instance.adoptables[item_id]

    def live(self, adoption: Adoption) -> int:
        """Period from which an adoption is live."""
        return adoption.wave + self.item(adoption.id).mode(adoption.mode).duration

    def without(self, item_id: str) -> Plan:
        """The plan with something dropped."""
        return Plan(tuple(a for a in self.plan.adoptions if a.id != item_id))

    def with_(self, *adoptions: Adoption) -> Plan:
        """The plan with adoptions added, moved or in another mode."""
        ids = {a.id for a in adoptions}
        return Plan((*(a for a in self.plan.adoptions if a.id not in ids), *adoptions))

    def any_mode(self, item_id: str) -> str | None:
        """A mode of something not adopted."""
        return self.item(item_id).modes[0].id or None

    def enlarged(self, table: str, *rows: dict[str, Any]) -> Instance:
        """The instance with rows added."""
        return self.instance.replace(*({"table": table, "insert": row} for row in rows))


def start_once(s: Spoiler) -> Iterator[Mutation]:
    """Adopted twice, in a mode or a wave that there is not."""
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
        below = s.plan.by_id.get(f"{item.capability}:{(item.level or 0) - 1}")
        if item.kind == Kind.STEP and below is not None:
            skipped, hasty = s.without(below.id), s.with_(Adoption(a.id, below.wave, a.mode))
            for what, plan, wave in (("skipped", skipped, a.wave), ("not waited for", hasty, below.wave)):
                yield Mutation(f"{below.id} {what}", s.instance, plan, "capability_steps", (a.id, below.id), wave)


def requirements(s: Spoiler) -> Iterator[Mutation]:
    """What is required dropped, in another mode, or live too late."""
    for rule in s.instance.precedences:
        a, required = s.plan.by_id.get(rule.item.id), s.plan.by_id.get(rule.members[0].id)
        if a is None or required is None or (rule.item.modes and a.mode not in rule.item.modes):
            continue
        made = [(f"{required.id} dropped", s.without(required.id), a.wave)]
        early = s.live(required) + rule.lag - 1
        if 1 <= early <= s.last:
            made.append((f"{a.id} before {required.id}", s.with_(Adoption(a.id, early, a.mode)), early))
        for mode in s.item(required.id).modes:
            if rule.members[0].modes and mode.id not in rule.members[0].modes:
                swapped = s.with_(Adoption(required.id, required.wave, mode.id))
                made.append((f"{required.id} as {mode.id}", swapped, a.wave))
        for what, plan, wave in made:
            yield Mutation(what, s.instance, plan, "requirements", (a.id, required.id), wave)


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
        for member in s.instance.members(lock.item):
            a = s.plan.by_id.get(member.id)
            mode = a.mode if a else s.any_mode(member.id)
            made: list[tuple[str, Plan]] = []
            if lock.must:
                made.append(("must", s.without(member.id)))
            if lock.must and lock.by and lock.by < s.last:
                made.append(("must", s.with_(Adoption(member.id, lock.by + 1, mode))))
            if lock.never:
                made.append(("never", s.with_(Adoption(member.id, 1, mode))))
            if lock.earliest and lock.earliest > 1:
                made.append(("earliest", s.with_(Adoption(member.id, lock.earliest - 1, mode))))
            if lock.latest and lock.latest < s.last:
                made.append(("latest", s.with_(Adoption(member.id, lock.latest + 1, mode))))
            if lock.fixed and s.last > 1:
                made.append(("fixed", s.with_(Adoption(member.id, lock.fixed % s.last + 1, mode))))
            if lock.mode:
                others = [m.id for m in s.item(member.id).modes if not m.matches(lock.mode)]
                made += [("mode", s.with_(Adoption(member.id, 1, other))) for other in others]
            for word, plan in made:
                yield Mutation(f"against {word} of {member.id}", s.instance, plan, "locks", (member.id, word), None)


# -- something extra --------------------------------------------------------------------------------------------------


def budgets(s: Spoiler) -> Iterator[Mutation]:
    """Something that costs more than all budgets together, and than what others free."""
    for pot, amounts in s.instance.budget.items():
        lines = [line for item in s.instance.adoptables.values() for mode in item.modes for line in mode.lines]
        freed = sum(abs(line.amount) for line in lines) * sum(p.years for p in s.instance.periods)
        row = {"id": "extra", "duration": 0, "pot": pot, "one_off_cost": sum(amounts) + freed + 1}
        instance = s.enlarged("initiatives", row)
        for wave in range(1, s.last + 1):
            plan = s.with_(Adoption("extra", wave))
            yield Mutation(f"more than {pot} has", instance, plan, "budgets", (pot,), wave)


def capacities(s: Spoiler) -> Iterator[Mutation]:
    """Something that takes more of a resource than there is, and than others free, in its only wave."""
    for resource, amounts in s.instance.capacity.items():
        modes = [mode for item in s.instance.adoptables.values() for mode in item.modes]
        freed = sum(abs(mode.upkeep.get(resource, 0)) for mode in modes)
        row = {"id": "extra", "duration": 0, f"use_{resource}": max(amounts) + freed + 1}
        instance = s.enlarged("initiatives", row)
        for wave in range(1, s.last + 1):
            plan = s.with_(Adoption("extra", wave))
            yield Mutation(f"more than {resource} can", instance, plan, "capacities", (resource,), wave)


def parallel(s: Spoiler) -> Iterator[Mutation]:
    """More new affiliates of an archetype at once than may be."""
    for archetype in s.instance.archetypes:
        if archetype.parallel is not None:
            instance, more = _extra_affiliates(s, archetype.id, archetype.parallel + 1)
            what = f"{len(more)} affiliates more at once"
            yield Mutation(what, instance, s.with_(*more), "parallel", (archetype.id,), s.last)


def mandate_grants(s: Spoiler) -> Iterator[Mutation]:
    """More new drivers, or customized affiliates, than the level that the plan reaches in the end grants."""
    steps = [a for a in s.plan.adoptions if s.item(a.id).kind == Kind.MANDATE]
    level = s.instance.settings.mandate_start + len(steps)
    row = next((row for row in s.instance.mandate if row.level == level), None)
    for grant in ("live_drivers", "new_drivers", "customized_in_progress", "customized_total"):
        limit = getattr(row, grant, None)
        customized = grant.startswith("customized")
        if limit is None or (customized and not any(a.id == "customized" for a in s.instance.archetypes)):
            continue
        instance, more = _extra_affiliates(s, "customized", limit + 1) if customized else _extra_drivers(s, limit + 1)
        what = f"{len(more)} more against {grant}"
        yield Mutation(what, instance, s.with_(*more), "mandate_grants", (grant,), s.last)


def pace(s: Spoiler) -> Iterator[Mutation]:
    """More of a set started in a wave than may be: those adopted moved into it, or new drivers."""
    for row in s.instance.pace:
        if row.limit is None:
            continue
        members = dict.fromkeys(m.id for word in row.items for m in s.instance.members(word))
        adopted = [s.plan.by_id[i] for i in members if i in s.plan.by_id]
        for wave in range(1, s.last + 1):
            moved = s.with_(*(Adoption(a.id, wave, a.mode) for a in adopted))
            if len(adopted) > row.limit:
                name = " ".join(row.items)
                yield Mutation(f"all in wave {wave}", s.instance, moved, "pace", (name,), wave)
        if row.items == ("drivers",):
            instance, more = _extra_drivers(s, row.limit + 1)
            what = f"{len(more)} drivers more"
            yield Mutation(what, instance, s.with_(*more), "pace", ("drivers",), s.last)


def _extra_drivers(s: Spoiler, count: int) -> tuple[Instance, list[Adoption]]:
    """Drivers that start in the last wave."""
    ids = [f"extra{n}" for n in range(count)]
    category = s.instance.drivers[0].category
    instance = s.enlarged("drivers", *({"id": i, "category": category, "potential": 0} for i in ids))
    return instance, [Adoption(i, s.last) for i in ids]


def _extra_affiliates(s: Spoiler, archetype: str, count: int) -> tuple[Instance, list[Adoption]]:
    """Affiliates that start in an archetype in the last wave."""
    ids = [f"extra{n}" for n in range(count)]
    rows = [{"id": i, "affiliate_class": "any", "share": 0, "archetypes": archetype} for i in ids]
    return s.enlarged("affiliates", *rows), [Adoption(i, s.last, archetype) for i in ids]


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
    requirements,
    parallel,
    mandate,
    mandate_grants,
    budgets,
    capacities,
    pace,
    start_small,
    locks,
)
"""One a family, by its name."""
