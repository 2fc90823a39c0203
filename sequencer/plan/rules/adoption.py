"""Adoption as such (formulation 2): once, in time, level by level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from sequencer.plan.rows import Check
from sequencer.plan.wording import capital, count, item_name, live_text
from sequencer.types import Kind, RuleRef

if TYPE_CHECKING:
    from sequencer.plan.plan import Adoption
    from sequencer.plan.start import Start
    from sequencer.plan.state import State


def start_once(state: State) -> Iterator[Check]:
    """Whatever is adopted exists, and starts at most once, in one of its modes and in one of the waves."""
    given: dict[str, list[Adoption]] = defaultdict(list)
    for adoption in state.plan.adoptions:
        given[adoption.id].append(adoption)
    for item_id, adoptions in given.items():
        ref = RuleRef("start_once", (item_id,))
        yield Check(ref, len(adoptions), "<=", 1, partial(_twice, state, item_id, adoptions))
        if item_id in state.prepared.past:
            yield Check(ref, 1, "<=", 0, partial(_begun, state, adoptions[0]))
        elif item_id not in state.starts:
            # Nothing of it counts: it is adopted, but in no way the instance knows.
            yield Check(ref, 1, "<=", 0, partial(_not_understood, state, adoptions[0]))


def _twice(state: State, item_id: str, adoptions: list[Adoption]) -> str:
    waves = " and ".join(f"wave {a.wave}" + (f" as {a.mode}" if a.mode else "") for a in adoptions)
    name = capital(item_name(state.instance, item_id))
    return f"{name} is adopted more than once: in {waves}; only one of them counts"


def _begun(state: State, adoption: Adoption) -> str:
    start = state.prepared.past[adoption.id]
    fact = f"in progress until wave {start.live - 1}" if start.live > 1 else "live already"
    name = capital(item_name(state.instance, adoption.id))
    return f"{name} is to start in wave {adoption.wave}, but is {fact}; what has started is given no wave, leave it out"


def _not_understood(state: State, adoption: Adoption) -> str:
    """Why an adoption counts for nothing."""
    item = state.prepared.items.get(adoption.id)
    if item is None:
        return (
            f"'{adoption.id}' is nothing this instance can adopt, so it is left out; "
            "check the id (steps at or below today's maturity are not adopted)"
        )
    name = capital(item_name(state.instance, adoption.id))
    if not 1 <= adoption.wave <= state.last:
        return f"{name} is to start in wave {adoption.wave}, but the waves are 1 to {state.last}; it is left out"
    known = ", ".join(m.id for m in item.modes if m.id)
    if not known:
        return f"{name} is adopted in mode '{adoption.mode}', but there is one way only; leave the mode empty"
    if not adoption.mode:
        return f"{name} is adopted without a mode; choose one of {known}"
    return f"{name} has no mode '{adoption.mode}'; choose one of {known}"


def windows(state: State) -> Iterator[Check]:
    """Whatever starts is live by W + 1, and not before its launch."""
    end = state.last + 1
    for start in state.decided:
        ref = RuleRef("windows", (start.item.id,))
        yield Check(ref, start.live, "<=", end, partial(_too_late, state, start))
        if start.item.earliest_live > 1:
            yield Check(ref, start.live, ">=", start.item.earliest_live, partial(_too_early, state, start))


def _too_late(state: State, start: Start) -> str:
    name = capital(item_name(state.instance, start.item.id))
    taken = count(start.mode.duration, "wave")
    return (
        f"{name} starts in wave {start.wave} and takes {taken}, so it would not be live when wave {state.last}, "
        f"the last one, ends; it must start in wave {max(state.last + 1 - start.mode.duration, 0)} at the latest"
    )


def _too_early(state: State, start: Start) -> str:
    name = capital(item_name(state.instance, start.item.id))
    launch = start.item.earliest_live
    return f"{name} is {live_text(state.instance, start.live)}, but launches in wave {launch}; start it later"


def capability_steps(state: State) -> Iterator[Check]:
    """A step starts only when the one below is live, and at most one step of a capability starts in a wave."""
    steps = state.prepared.of_kind(Kind.STEP)
    ids = {(i.capability, i.place, i.level): i.id for i in steps}
    for start in state.of_kind(Kind.STEP):
        item = start.item
        below_id = ids.get((item.capability, item.place, (item.level or 0) - 1))
        if below_id is None or start.past:
            continue
        ref = RuleRef("capability_steps", (item.id, below_id), start.wave)
        live = state.is_live(below_id, start.wave)
        yield Check(ref, float(live), ">=", 1, partial(_step_waits, state, start, below_id))
        below = state.starts.get(below_id)
        together = 1 + (below is not None and below.wave == start.wave)
        yield Check(ref, together, "<=", 1, partial(_same_wave, state, start, below_id))


def _step_waits(state: State, start: Start, below_id: str) -> str:
    below = state.starts.get(below_id)
    fact = "not adopted" if below is None else live_text(state.instance, below.live)
    name, lower = item_name(state.instance, start.item.id), item_name(state.instance, below_id)
    return f"{capital(name)} starts in wave {start.wave}, but the step below it, {lower}, is {fact}"


def _same_wave(state: State, start: Start, below_id: str) -> str:
    name, lower = item_name(state.instance, start.item.id), item_name(state.instance, below_id)
    return f"{capital(name)} and {lower} both start in wave {start.wave}, but a capability rises by one step in a wave"
