"""Load of resources (formulation 6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sequencer.plan.rows import LoadRow

if TYPE_CHECKING:
    from sequencer.plan.state import State


def load_rows(state: State) -> Iterator[LoadRow]:
    """Use by what is in progress and upkeep of what is live, for every resource and wave."""
    use: dict[tuple[str, int], float] = defaultdict(float)
    upkeep: dict[tuple[str, int], float] = defaultdict(float)
    for start in state.starts.values():
        for resource, profile in start.mode.use.items():
            for w, amount in enumerate(profile, start=start.wave):
                use[resource, w] += amount
        for resource, amount in start.mode.upkeep.items():
            for w in range(start.live, state.last + 1):
                upkeep[resource, w] += amount
    for resource in (r.id for r in state.instance.resources):
        capacity = state.instance.capacity.get(resource)
        for w in state.waves:
            busy, kept = use[resource, w], upkeep[resource, w]
            yield LoadRow(resource, w, busy, kept, busy + kept, None if capacity is None else capacity[w - 1])
