"""Governance mandate (formulation 7): the ladder and what its levels grant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from sequencer.plan.rows import Check
from sequencer.plan.rules.returns import so_far
from sequencer.plan.wording import capital, item_name, money
from sequencer.types import Kind, RuleRef

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable
    from sequencer.plan.start import Start
    from sequencer.plan.state import State

CUSTOMIZED = "customized"
"""Archetype that the mandate limits."""


def mandate(state: State) -> Iterator[Check]:
    """At most one step in a wave, in order; where the path is given from above, exactly that path."""
    steps = state.prepared.of_kind(Kind.MANDATE)
    if state.instance.settings.mandate_path:
        for item in (i for i in steps if i.id not in state.prepared.past):
            yield from _given(state, item)
        return
    by_level = {item.level: item.id for item in steps}
    for start in state.of_kind(Kind.MANDATE):
        below = by_level.get((start.item.level or 0) - 1)
        if below is not None and not start.past:
            first = state.starts.get(below)
            ref = RuleRef("mandate", (start.item.id,), start.wave)
            held = float(first is not None and first.wave < start.wave)
            yield Check(ref, held, ">=", 1, partial(_jump, state, start, below))


def _jump(state: State, start: Start, below: str) -> str:
    first = state.starts.get(below)
    name, lower = item_name(state.instance, start.item.id), item_name(state.instance, below)
    fact = "not adopted" if first is None else f"taken in wave {first.wave}"
    return f"{capital(name)} is taken in wave {start.wave}, but {lower} is {fact}; the mandate rises by one step a wave"


def _given(state: State, item: Adoptable) -> Iterator[Check]:
    """A step is taken in the wave in which the given path reaches its level, or not at all."""
    path = state.instance.settings.mandate_path
    level = item.level or 0
    due = next((w for w, reached in enumerate(path, start=1) if reached >= level), 0)
    start = state.starts.get(item.id)
    taken = 0 if start is None else start.wave
    if due or taken:
        ref = RuleRef("mandate", (item.id,), taken or due)
        yield Check(ref, taken, "=", due, partial(_off_path, state, item, taken, due))


def _off_path(state: State, item: Adoptable, taken: int, due: int) -> str:
    name = capital(item_name(state.instance, item.id))
    fact = f"is taken in wave {taken}" if taken else "is not taken"
    path = f"takes it in wave {due}" if due else "never takes it"
    return f"{name} {fact}, but the path given from above {path}"


def earned_mandate(state: State) -> Iterator[Check]:
    """A step starts only when the value of all earlier waves has reached its threshold; not where the path is given."""
    if state.instance.settings.mandate_path:
        return
    for start in state.of_kind(Kind.MANDATE):
        threshold = state.instance.mandate_levels[start.item.level or 0].earned_value
        if threshold and not start.past:
            value = so_far(state, start.wave - 1)
            ref = RuleRef("earned_mandate", (start.item.id,), start.wave)
            yield Check(ref, value, ">=", threshold, partial(_not_earned, state, start, value, threshold))


def _not_earned(state: State, start: Start, value: float, threshold: float) -> str:
    name = capital(item_name(state.instance, start.item.id))
    found, wanted = money(state.instance, value), money(state.instance, threshold)
    return f"{name} is taken in wave {start.wave}, but the waves before have earned {found}; {wanted} are needed"


# -- grants -----------------------------------------------------------------------------------------------------------


def _started(starts: list[Start], wave: int) -> int:
    return sum(s.wave <= wave for s in starts)


def _live(starts: list[Start], wave: int) -> int:
    return sum(s.live <= wave for s in starts)


def _new(starts: list[Start], wave: int) -> int:
    return sum(s.wave == wave for s in starts)


def _busy(starts: list[Start], wave: int) -> int:
    return sum(s.in_progress(wave) for s in starts)


def mandate_grants(state: State) -> Iterator[Check]:
    """In every wave, no more than the level of the mandate grants; a strict policy grants no exceptions at all."""
    drivers = list(state.of_kind(Kind.DRIVER))
    base = state.prepared.base_archetype
    customized = [s for s in state.of_kind(Kind.AFFILIATE) if base.get(s.mode.archetype or "") == CUSTOMIZED]
    exceptions = list(state.of_kind(Kind.EXCEPTION))
    grants: tuple[tuple[str, list[Start], Callable[[list[Start], int], int], str], ...] = (
        ("live_drivers", drivers, _live, "live value drivers"),
        ("new_drivers", drivers, _new, "value drivers starting"),
        ("customized_in_progress", customized, _busy, "customized affiliates in progress"),
        ("customized_total", customized, _started, "customized affiliates adopted so far"),
        ("open_exceptions", exceptions, _started, "open exceptions"),
    )
    for name, starts, counted, words in grants:
        for wave in state.waves:
            limit = _limit(state, name, wave)
            if limit is not None:
                amount = counted(starts, wave)
                ref = RuleRef("mandate_grants", (name,), wave)
                yield Check(ref, amount, "<=", limit, partial(_ungranted, state, words, wave, amount, limit))


def _limit(state: State, name: str, wave: int) -> int | None:
    """What the level of a wave grants, None for no limit."""
    instance = state.instance
    if name == "open_exceptions" and instance.settings.governance == "strict":
        return 0 if instance.exceptions else None
    row = instance.mandate_levels.get(state.mandate[wave - 1])
    limit: int | None = None if row is None else getattr(row, name)
    return limit


def _ungranted(state: State, words: str, wave: int, amount: int, limit: int) -> str:
    level = state.mandate[wave - 1]
    return f"Wave {wave} has {amount} {words}, but the mandate, at level {level} in that wave, grants {limit}"
