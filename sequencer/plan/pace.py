"""Losses of pace (formulation 4): what it costs to start more in a wave than is comfortable."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sequencer.instance.rules import Pace
    from sequencer.plan.state import State


def pace_losses(state: State) -> tuple[float, ...]:
    """Loss of each wave over all sets, in the declared unit, undiscounted; outside the pots, value and cost.

    The first start above comfort costs the first entry of the list, the second the second, and so on; the last entry
    repeats.
    """
    rows = [(row, _waves(state, row)) for row in state.instance.pace if any(row.losses)]
    return tuple(sum(_loss(row, waves.count(w)) for row, waves in rows) for w in state.waves)


def _waves(state: State, row: Pace) -> list[int]:
    """Start wave of each adopted member of a set."""
    found = [state.start_of(m) for m in state.instance.member_set(row.items)]
    return [start.wave for start in found if start is not None]


def _loss(row: Pace, starts: int) -> float:
    above = max(0, starts - (row.comfort or 0))
    listed = row.losses[:above]
    return sum(listed) + row.losses[-1] * (above - len(listed))
