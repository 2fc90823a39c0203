"""Mutations against interdependencies and coherence: see :mod:`tests.oracle.mutations`."""

from __future__ import annotations

from collections.abc import Iterator

from sequencer.instance.rules import Relation
from sequencer.plan.plan import Adoption
from sequencer.types import Kind
from tests.oracle.spoiler import PLENTY, Mutation, Spoiler


def requirements(s: Spoiler) -> Iterator[Mutation]:
    """What is required dropped, in another mode, or live too late; all that a choice is among dropped."""
    for rule in s.instance.precedences:
        a = s.plan.by_id.get(rule.item.id)
        if a is None or (rule.item.modes and a.mode not in rule.item.modes):
            continue
        if any(e in s.plan.by_id for e in s.instance.waivers.get(rule, ())):
            continue
        ids = tuple(m.id for m in rule.members if m.id != a.id)
        if len(rule.members) > 1 and s.begun & {*ids}:
            continue
        if len(rule.members) > 1 and ids:
            none = s.without(*ids)
            yield Mutation(f"none of {ids}", s.instance, none, "requirements", (a.id, *ids), a.wave)
            continue
        required = s.plan.by_id.get(rule.members[0].id)
        if required is None:
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


def relations(s: Spoiler) -> Iterator[Mutation]:
    """Two that exclude each other, one of two that go together, the second first, one of a bundle alone."""
    kinds = {"exclusive": _exclusive, "together": _together, "before": _before, "bundle": _bundle}
    for row in s.instance.relations:
        yield from kinds[row.relation](s, row)


def _exclusive(s: Spoiler, row: Relation) -> Iterator[Mutation]:
    both = s.members(*row.items)[:2]
    plan = s.with_(*(s.start(i, 1) for i in both))
    yield Mutation(f"{both} both", s.instance, plan, "relations", ("exclusive", *both), None)


def _together(s: Spoiler, row: Relation) -> Iterator[Mutation]:
    first, *others = s.members(*row.items)
    if s.begun & {first, *others}:
        return
    alone = s.with_(s.start(first, 1), without=tuple(others))
    yield Mutation(f"{first} alone", s.instance, alone, "relations", ("together", first, others[0]), None)
    if s.last > 1:
        apart = s.with_(s.start(first, 1), s.start(others[0], s.last))
        yield Mutation(f"{first} first", s.instance, apart, "relations", ("together", first, others[0]), None)


def _before(s: Spoiler, row: Relation) -> Iterator[Mutation]:
    for item in s.members(*row.items):
        for other in (i for i in s.members(*row.others) if i != item):
            late = s.start(other, s.last)
            if s.live(late) > 1:
                plan = s.with_(s.start(item, 1), late)
                yield Mutation(f"{item} before {other}", s.instance, plan, "relations", ("before", item, other), 1)


def _bundle(s: Spoiler, row: Relation) -> Iterator[Mutation]:
    items, others = s.members(*row.items), s.members(*row.others)
    plan = s.with_(s.start(items[0], s.last), without=tuple(others))
    if items[0] not in others:
        members = ("bundle", *row.items, *row.others)
        yield Mutation(f"{items[0]} without {others}", s.instance, plan, "relations", members, s.last)


def pilots(s: Spoiler) -> Iterator[Mutation]:
    """The pilots dropped."""
    for row in s.instance.pilots:
        for waiting in s.members(*row.affiliates) if not s.begun & {*s.members(*row.pilots)} else ():
            hasty = s.with_(s.start(waiting, s.last), without=tuple(s.members(*row.pilots)))
            yield Mutation(f"{waiting} without pilots", s.instance, hasty, "pilots", (row.id, waiting), s.last)


# -- coherence --------------------------------------------------------------------------------------------------------


def _steps(s: Spoiler, capability: str) -> list[str]:
    """Steps of a capability that is the same everywhere."""
    found = s.instance.adoptables.values()
    return [i.id for i in found if i.kind == Kind.STEP and i.capability == capability and i.place is None]


def _steps_begun(s: Spoiler) -> bool:
    """Whether steps had started before wave 1, which no mutation can undo."""
    return any(s.item(i).kind == Kind.STEP for i in s.begun)


def inhouse(s: Spoiler) -> Iterator[Mutation]:
    """Every step bought, in the way that counts least."""
    share = s.instance.settings.inhouse_share
    weights = {m.id: m.inhouse_weight for m in s.instance.sourcing_modes}
    layers = {c.id: c.layer for c in s.instance.capabilities}
    bought, own, whole = [], 0.0, 0.0
    for row in s.instance.capability_steps if share else ():
        item = f"{row.capability}:{row.level}"
        offered = [m.id for m in s.instance.sourcing_modes if layers[row.capability] in m.layers]
        if item in s.instance.adoptables and offered:
            least = min(offered, key=weights.__getitem__)
            bought.append(Adoption(item, 1, least))
            own, whole = own + weights[least] * row.weight, whole + row.weight
    others = tuple(a.id for a in s.plan.adoptions if s.item(a.id).kind == Kind.STEP)
    if bought and own < share * whole and not _steps_begun(s):
        yield Mutation("all bought", s.instance, s.with_(*bought, without=others), "inhouse", (), None)


def balance(s: Spoiler) -> Iterator[Mutation]:
    """All target steps of one layer, and none of another one."""
    if s.instance.settings.balance_gap is None or s.instance.settings.balance_gap >= 1 or _steps_begun(s):
        return
    layers: dict[str, list[str]] = {}
    for c in s.instance.capabilities:
        for item in _steps(s, c.id):
            if c.target is not None and (s.item(item).level or 0) <= c.target and s.item(item).weight:
                layers.setdefault(str(c.layer), []).append(item)
    for one, other in zip(layers, list(layers)[1:], strict=False):
        ahead = [s.start(i, 1) for i in layers[one]]
        plan = s.with_(*ahead, without=tuple(layers[other]))
        yield Mutation(f"{one} without {other}", s.instance, plan, "balance", (one, other), s.last + 1)


def learning(s: Spoiler) -> Iterator[Mutation]:
    """Something that takes more tactical learning than can be made up for."""
    if s.instance.settings.strategic_gap is not None:
        instance, plan = s.extra(1, tactical=PLENTY)
        yield Mutation("tactical alone", instance, plan, "learning", (), s.last)


def maturity_gaps(s: Spoiler) -> Iterator[Mutation]:
    """All steps of execution, and none of strategy."""
    today = {c.id: c.as_is for c in s.instance.capabilities}
    for row in s.instance.maturity_gaps if not _steps_begun(s) else ():
        done, planned = _steps(s, row.execution), _steps(s, row.strategy)
        if today[row.execution] + len(done) > today[row.strategy] + row.gap:
            plan = s.with_(*(s.start(i, 1) for i in done), without=tuple(planned))
            members = (row.execution, row.strategy)
            what = f"{row.execution} without {row.strategy}"
            yield Mutation(what, s.instance, plan, "maturity_gaps", members, s.last + 1)


def quick_wins(s: Spoiler) -> Iterator[Mutation]:
    """Nothing visible."""
    visible = tuple(d.id for d in s.instance.drivers if d.visible)
    for row in s.instance.quick_wins if not s.begun & {*visible} else ():
        yield Mutation("nothing visible", s.instance, s.without(*visible), "quick_wins", (), row.wave)
