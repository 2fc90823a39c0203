"""Load of resources, and the capacity bought for it (formulation 6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sequencer.plan.rows import LoadRow

if TYPE_CHECKING:
    from sequencer.plan.state import State

Amounts = dict[tuple[str, int], float]


def load_rows(state: State) -> Iterator[LoadRow]:
    """Use by what is in progress and upkeep of what is live, for every resource and wave.

    Where capacity can be bought, as much of it is as the load exceeds what there is.
    """
    use, upkeep = _use(state), _upkeep(state)
    for resource in (r.id for r in state.instance.resources):
        capacity = state.instance.capacity.get(resource)
        for w in state.waves:
            busy, kept = use[resource, w], upkeep[resource, w]
            load = busy + kept
            limit = None if capacity is None else capacity[w - 1]
            sale = state.prepared.for_sale.get((resource, w))
            if sale is None or limit is None:
                yield LoadRow(resource, w, busy, kept, load, limit, 0.0, 0.0)
            else:
                yield LoadRow(resource, w, busy, kept, load, limit, max(0.0, load - limit), sale.extra_cap)


def _use(state: State) -> Amounts:
    made: Amounts = defaultdict(float)
    for start in state.starts.values():
        for resource, profile in start.mode.use.items():
            for w, amount in zip(start.waves, profile, strict=False):
                made[resource, w] += amount
    return made


def _upkeep(state: State) -> Amounts:
    made: Amounts = defaultdict(float)
    for start in state.starts.values():
        for resource, amount in start.mode.upkeep.items():
            for w in range(max(start.live, 1), state.last + 1):
                made[resource, w] += amount
    for resource, amount, members in state.prepared.pair_uses:
        since = state.live_since(members)
        for w in range(since, state.last + 1) if since else ():
            made[resource, w] += amount
    return made
