"""Limits on how much goes on at a time: resources, archetypes, pace (formulation 4, 6 and 8)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from sequencer.plan.rows import Check
from sequencer.plan.wording import count, item_name, listed, number
from sequencer.types import Kind, RuleRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sequencer.instance.rules import ArchetypeLimit
    from sequencer.plan.rows import LoadRow
    from sequencer.plan.start import Start
    from sequencer.plan.state import State


def _names(state: State, starts: Sequence[Start]) -> str:
    return listed(item_name(state.instance, s.item.id) for s in starts)


def capacities(state: State) -> Iterator[Check]:
    """In every wave, the load of a resource stays within its capacity and the most that can be bought."""
    for row in state.load_rows:
        if row.capacity is not None:
            ref = RuleRef("capacities", (row.resource,), row.wave)
            say = partial(_overloaded, state, row, row.capacity)
            yield Check(ref, row.load, "<=", row.capacity + row.extra_cap, say)


def _overloaded(state: State, row: LoadRow, capacity: float) -> str:
    resource = state.instance.by_id("resources")[row.resource]
    unit = f" {resource.unit}" if resource.unit else ""
    upkeep = f" ({number(row.upkeep)} of it upkeep)" if row.upkeep else ""
    more = f", and {number(row.extra_cap)} more can be bought" if row.extra_cap else ""
    return (
        f"Wave {row.wave} needs {number(row.load)}{unit} of {resource.label}{upkeep}, "
        f"but there {'is' if capacity == 1 else 'are'} {number(capacity)}{more}"
    )


def parallel(state: State) -> Iterator[Check]:
    """At most so many affiliates of an archetype, its experienced variants included, are in progress in a wave."""
    base = state.prepared.base_archetype
    for archetype in state.instance.archetypes:
        if archetype.parallel is None or archetype.variant_of:
            continue
        own = [s for s in state.of_kind(Kind.AFFILIATE) if base.get(s.mode.archetype or "") == archetype.id]
        for wave in state.waves:
            busy = [s for s in own if s.in_progress(wave)]
            ref = RuleRef("parallel", (archetype.id,), wave)
            say = partial(_too_many_parallel, state, archetype.label, archetype.parallel, busy, wave)
            yield Check(ref, len(busy), "<=", archetype.parallel, say)


def _too_many_parallel(state: State, label: str, limit: int, busy: Sequence[Start], wave: int) -> str:
    amount = count(len(busy), "affiliate")
    return f"Wave {wave} has {amount} of archetype {label} in progress ({_names(state, busy)}), at most {limit} may be"


def archetype_limits(state: State) -> Iterator[Check]:
    """At most so many affiliates of a class ever take an archetype or a variant of it; a variant's own limit is its."""
    base = state.prepared.base_archetype
    classes = {a.id: a.affiliate_class for a in state.instance.affiliates}
    for row in state.instance.archetype_limits:
        taken = [
            s
            for s in state.of_kind(Kind.AFFILIATE)
            if classes[s.item.id] == row.affiliate_class
            and row.archetype in (s.mode.archetype, base.get(s.mode.archetype or ""))
        ]
        ref = RuleRef("archetype_limits", (row.affiliate_class, row.archetype))
        yield Check(ref, len(taken), "<=", row.limit, partial(_too_many_of, state, row, taken))


def _too_many_of(state: State, row: ArchetypeLimit, taken: Sequence[Start]) -> str:
    label = state.instance.label(row.archetype)
    amount = f"{count(len(taken), 'affiliate')} of class {row.affiliate_class}"
    return f"{amount} take archetype {label} ({_names(state, taken)}), at most {row.limit} may"


def pace(state: State) -> Iterator[Check]:
    """At most so many of a set start in a wave."""
    for row in state.instance.pace:
        if row.limit is None:
            continue
        members = state.instance.member_set(row.items)
        found = [start for m in members if (start := state.start_of(m)) is not None]
        for wave in state.waves:
            new = [s for s in found if s.wave == wave]
            ref = RuleRef("pace", (" ".join(row.items),), wave)
            yield Check(ref, len(new), "<=", row.limit, partial(_too_fast, state, row.limit, new, wave))


def _too_fast(state: State, limit: int, new: Sequence[Start], wave: int) -> str:
    return f"{_names(state, new)} all start in wave {wave}; of these {len(new)}, at most {limit} may start in one wave"


def start_small(state: State) -> Iterator[Check]:
    """At most so many brands start in wave 1, and so many in any later wave."""
    settings = state.instance.settings
    for wave in state.waves:
        limit = settings.brands_first_wave if wave == 1 else settings.brands_later_waves
        if limit is not None:
            new = [s for s in state.of_kind(Kind.BRAND) if s.wave == wave]
            say = partial(_not_small, state, limit, new, wave)
            yield Check(RuleRef("start_small", (), wave), len(new), "<=", limit, say)


def _not_small(state: State, limit: int, new: Sequence[Start], wave: int) -> str:
    amount = count(len(new), "brand")
    return f"Wave {wave} starts {amount} ({_names(state, new)}), at most {limit} may start in it"
