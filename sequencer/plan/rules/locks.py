"""Locks (formulation 2): decisions made outside."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from sequencer.plan.rows import Check
from sequencer.plan.wording import capital, item_name, live_text
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.rules import Lock
    from sequencer.plan.start import Start
    from sequencer.plan.state import State


def locks(state: State) -> Iterator[Check]:
    """What must be adopted is, what never is, is not; waves and modes decided outside hold where it is adopted."""
    for lock in state.instance.locks:
        for member in state.instance.members(lock.item):
            if member.id in state.prepared.past:
                continue  # decided already
            yield from _lock(state, lock, member.id)


def _lock(state: State, lock: Lock, item_id: str) -> Iterator[Check]:
    start = state.starts.get(item_id)
    name = capital(item_name(state.instance, item_id))
    adopted = float(start is not None)
    if lock.must and (start is None or lock.by is None):
        say = partial(_say, f"{name} must be adopted, and is not")
        yield Check(RuleRef("locks", (item_id, "must")), adopted, ">=", 1, say)
    if lock.never:
        say = partial(_say, f"{name} is adopted, but is locked out")
        yield Check(RuleRef("locks", (item_id, "never")), adopted, "<=", 0, say)
    if start is not None:
        yield from _adopted(state, lock, start, name)


def _adopted(state: State, lock: Lock, start: Start, name: str) -> Iterator[Check]:
    """Waves and mode of something that is adopted."""
    item_id = start.item.id
    if lock.must and lock.by is not None:
        say = partial(_say, f"{name} is {live_text(state.instance, start.live)}, but must be live by wave {lock.by}")
        yield Check(RuleRef("locks", (item_id, "must")), start.live, "<=", lock.by, say)
    head = f"{name} starts in wave {start.wave}, but is locked to "
    if lock.earliest is not None:
        say = partial(_say, f"{head}wave {lock.earliest} at the earliest")
        yield Check(RuleRef("locks", (item_id, "earliest")), start.wave, ">=", lock.earliest, say)
    if lock.latest is not None:
        say = partial(_say, f"{head}wave {lock.latest} at the latest")
        yield Check(RuleRef("locks", (item_id, "latest")), start.wave, "<=", lock.latest, say)
    if lock.fixed is not None:
        say = partial(_say, f"{head}wave {lock.fixed}")
        yield Check(RuleRef("locks", (item_id, "fixed")), start.wave, "=", lock.fixed, say)
    if lock.mode:
        say = partial(_say, f"{name} is adopted as '{start.mode.id}', but is locked to '{lock.mode}'")
        yield Check(RuleRef("locks", (item_id, "mode")), float(start.mode.matches(lock.mode)), ">=", 1, say)


def _say(message: str) -> str:
    return message
