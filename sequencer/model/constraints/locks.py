"""Locks: decisions made outside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.instance.rules import Lock
    from sequencer.model.sequencing import SequencingModel


def _musts(instance: Instance) -> Iterable[str]:
    """Items that have to be adopted."""
    return (m.id for lock in instance.locks if lock.must for m in instance.members(lock.item))


@family(
    "locks",
    "Decisions made outside",
    latex=r"\text{live}_{i,\text{by}} = 1, \quad \text{started}_{i,W} = 0, \quad "
    r"\text{started}_{i,\text{earliest}-1} = 0, \quad \text{started}_{i,W} = \text{started}_{i,\text{latest}}",
    priority=8,
    gains=_musts,
)
def locks(model: SequencingModel) -> None:
    """An item is adopted or not, at a time or in a mode, because somebody decided so.

    A lock says that it must be adopted (live by a wave), never is, starts not before, not after or exactly in a wave,
    or takes a given mode. All but *must* hold only where it is adopted at all. What is live or in progress
    already has been decided.
    """
    for lock in model.instance.locks:
        for member in model.instance.members(lock.item):
            if member.id in model.instance.decided:
                _lock(model, lock, member.id)


def _lock(model: SequencingModel, lock: Lock, item: str) -> None:
    last = model.instance.n_waves
    adopted = model.started(item, last)
    if lock.must:
        by = last + 1 if lock.by is None else lock.by
        model.row(RuleRef("locks", (item, "must")), model.live(item, by), ">=", 1.0)
    if lock.never:
        model.row(RuleRef("locks", (item, "never")), adopted, "<=", 0.0)
    if lock.mode:
        others = tuple(m.id for m in model.instance.adoptables[item].modes if not m.matches(lock.mode))
        if others:
            model.row(RuleRef("locks", (item, "mode")), model.started(item, last, others), "<=", 0.0)
    for word, first, final in (
        ("earliest", lock.earliest, None),
        ("latest", None, lock.latest),
        ("fixed", lock.fixed, lock.fixed),
    ):
        ref = RuleRef("locks", (item, word))
        if first is not None:
            model.row(ref, model.started(item, first - 1), "<=", 0.0)
        if final is not None:
            model.row(ref, adopted, "<=", model.started(item, min(final, last)))
