"""Moves against a reference plan (formulation 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sequencer.instance.rules import ReferenceAdoption
    from sequencer.plan.state import State


def moved(state: State) -> tuple[str, ...]:
    """What a plan decides otherwise than the reference plan: another wave or mode, adopted or not, in instance order.

    What the reference plan leaves open is never moved, nor is what had started before wave 1; what it does not list it
    does not adopt. Without a reference plan nothing is moved.
    """
    rows = state.instance.by_id("reference_plan")
    return tuple(i for i in state.instance.decided if rows and _moved(state, i, rows.get(i)))


def _moved(state: State, item_id: str, row: ReferenceAdoption | None) -> bool:
    start = state.starts.get(item_id)
    if row is None or row.wave == 0:
        return start is not None
    if row.wave is None:
        return False
    return start is None or start.wave != row.wave or start.mode.id != start.item.mode(row.mode).id
