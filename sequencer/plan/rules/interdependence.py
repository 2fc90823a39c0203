"""Interdependencies (formulation 3): requirements, relations, pilots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from sequencer.plan.rows import Check
from sequencer.plan.wording import capital, count, item_name, listed, live_text, member_name
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.items import Member
    from sequencer.instance.precedences import Precedence
    from sequencer.instance.rules import Relation
    from sequencer.plan.start import Start
    from sequencer.plan.state import State


def _live_for(state: State, units: Iterable[Sequence[Member]], wave: int, lag: int) -> int:
    """How many of the units have been live, with all members, for ``lag`` waves when ``wave`` begins."""
    return sum(all(_live(state, member, wave - lag) for member in unit) for unit in units)


def _live(state: State, member: Member, wave: int) -> bool:
    """Whether a member is live in a wave; nothing that a plan adopts is before wave 1."""
    start = state.start_of(member)
    return start is not None and start.live <= wave


# -- requirements -----------------------------------------------------------------------------------------------------


def requirements(state: State) -> Iterator[Check]:
    """What starts finds live what it requires: all of it, or at least n of a set, for as many waves as asked.

    It does not bind where an exception that waives it is live in the wave of the start.
    """
    waivers = state.instance.waivers
    for rule in state.instance.precedences:
        start = state.start_of(rule.item)
        if start is None or start.past or any(state.is_live(e, start.wave) for e in waivers.get(rule, ())):
            continue
        ref = RuleRef("requirements", (str(rule.item), *map(str, rule.members)), start.wave)
        live = _live_for(state, rule.alternatives, start.wave, rule.lag)
        yield Check(ref, live, ">=", rule.at_least, partial(_unmet, state, rule, start, live))


def _unmet(state: State, rule: Precedence, start: Start, live: int) -> str:
    instance = state.instance
    head = f"{capital(member_name(instance, rule.item))} starts in wave {start.wave} but needs "
    lag = f" live for {count(rule.lag, 'wave')} by then" if rule.lag else ""
    if rule.single is not None:
        said = f"{member_name(instance, rule.single)}{lag}, which is {_fact(state, rule.single)}"
    else:
        names = listed(_unit_name(state, unit) for unit in rule.alternatives)
        said = f"at least {rule.at_least} of {names}{lag or ' live'}; {live} of them {'is' if live == 1 else 'are'}"
    waivers = " or ".join(item_name(instance, e) for e in instance.waivers.get(rule, ()))
    return head + said + (f"; the exception {waivers}, live by then, would waive it" if waivers else "")


def _unit_name(state: State, unit: Sequence[Member]) -> str:
    names = listed(member_name(state.instance, m) for m in unit)
    return names if len(unit) == 1 else f"({names})"


def _fact(state: State, member: Member) -> str:
    start = state.starts.get(member.id)
    if start is None:
        return "not adopted"
    if state.start_of(member) is None:
        return f"adopted as {start.mode.id}"
    return live_text(state.instance, start.live)


# -- relations --------------------------------------------------------------------------------------------------------


def relations(state: State) -> Iterator[Check]:
    """Before, together, exclusive, bundle; as given and as the roll-out approach asks for."""
    kinds = {"before": _before, "together": _together, "exclusive": _exclusive, "bundle": _bundle}
    for row in state.instance.all_relations:
        yield from kinds[row.relation](state, row)


def _members(state: State, words: Sequence[str]) -> tuple[Member, ...]:
    return state.instance.member_set(words)


def _before(state: State, row: Relation) -> Iterator[Check]:
    """Where both are adopted, the item starts only when the other is live."""
    for item, other in product(_members(state, row.items), _members(state, row.others)):
        start, first = state.start_of(item), state.start_of(other)
        if start is not None and first is not None and start is not first and not start.past:
            ref = RuleRef("relations", ("before", str(item), str(other)), start.wave)
            yield Check(ref, start.wave, ">=", first.live, partial(_not_before, state, item, other, start, first))


def _not_before(state: State, item: Member, other: Member, start: Start, first: Start) -> str:
    name, others = member_name(state.instance, item), member_name(state.instance, other)
    fact = live_text(state.instance, first.live)
    return f"{capital(name)} starts in wave {start.wave}, before {others}, which comes first, is live ({fact})"


def _together(state: State, row: Relation) -> Iterator[Check]:
    """The same start wave for all, or none of them; what had started before wave 1 no longer counts."""
    members = [m for m in _members(state, row.items) if m.id not in state.prepared.past]
    for first, other in zip(members, members[1:], strict=False):
        waves = [0 if s is None else s.wave for s in (state.start_of(first), state.start_of(other))]
        ref = RuleRef("relations", ("together", str(first), str(other)))
        yield Check(ref, waves[1], "=", waves[0], partial(_apart, state, (first, other), waves))


def _apart(state: State, pair: Sequence[Member], waves: Sequence[int]) -> str:
    said = [
        f"{member_name(state.instance, member)} {f'starts in wave {wave}' if wave else 'is not adopted'}"
        for member, wave in zip(pair, waves, strict=True)
    ]
    return f"{capital(said[0])}, but {said[1]}; they start together or not at all"


def _exclusive(state: State, row: Relation) -> Iterator[Check]:
    """At most one of them is ever adopted."""
    members = _members(state, row.items)
    adopted = [m for m in members if state.start_of(m) is not None]
    ref = RuleRef("relations", ("exclusive", *map(str, members)))
    yield Check(ref, len(adopted), "<=", 1, partial(_both, state, adopted))


def _both(state: State, adopted: Sequence[Member]) -> str:
    names = listed(member_name(state.instance, m) for m in adopted)
    return f"{capital(names)} are all adopted, but they exclude one another: at most one may be"


def _bundle(state: State, row: Relation) -> Iterator[Check]:
    """In a wave in which any of the items starts, at least n of the others start."""
    items, others = _members(state, row.items), _members(state, row.others)
    for wave in state.waves:
        starting = [[m for m in side if (s := state.start_of(m)) and s.wave == wave] for side in (items, others)]
        if starting[0]:
            ref = RuleRef("relations", ("bundle", *row.items, *row.others), wave)
            say = partial(_unbundled, state, row, starting[0], others, wave)
            yield Check(ref, len(starting[1]), ">=", row.at_least, say)


def _unbundled(state: State, row: Relation, starting: Sequence[Member], others: Sequence[Member], wave: int) -> str:
    names, wanted = (listed(member_name(state.instance, m) for m in side) for side in (starting, others))
    verb = "starts" if len(starting) == 1 else "start"
    return f"{capital(names)} {verb} in wave {wave}, but fewer than {row.at_least} of {wanted} start beside"


# -- pilots -----------------------------------------------------------------------------------------------------------


def pilots(state: State) -> Iterator[Check]:
    """Affiliates that wait start only when enough pilots have been live for long enough."""
    for row in state.instance.pilots:
        first = _members(state, row.pilots)
        for member in _members(state, row.affiliates):
            start = state.start_of(member)
            if start is not None and not start.past:
                live = _live_for(state, [(pilot,) for pilot in first], start.wave, row.lag)
                ref = RuleRef("pilots", (row.id, member.id), start.wave)
                say = partial(_no_pilot, state, start, first, row.at_least, row.lag, live)
                yield Check(ref, live, ">=", row.at_least, say)


def _no_pilot(state: State, start: Start, first: Sequence[Member], least: int, lag: int, live: int) -> str:
    name = capital(item_name(state.instance, start.item.id))
    names = listed(member_name(state.instance, m) for m in first)
    time = f" for {count(lag, 'wave')}" if lag else ""
    return (
        f"{name} starts in wave {start.wave}, but waits until {least} of the pilots {names} "
        f"{'has' if least == 1 else 'have'} been live{time}; {live} {'has' if live == 1 else 'have'}"
    )
