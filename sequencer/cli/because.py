"""Why something cannot be reached in any wave, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.instance.reach import Reach


def because(instance: Instance, found: Reach, item: str) -> str:
    """Why an adoptable has no wave left, its own rule first.

    Parameters
    ----------
    instance
        Where it is.
    found
        Reach of the instance.
    item
        Id of an adoptable that cannot be reached.

    Returns
    -------
    str
        Such as ``Orders after Data 1; Data 1 must not be adopted``.
    """
    from sequencer.instance.reach import NEVER
    from sequencer.report.rules import rule_text

    said = list(dict.fromkeys(rule_text(instance, ref) for ref in reversed(found.unreachable[item])))
    window = min((w for (i, _), w in found.windows.items() if i == item), key=lambda w: w.earliest)
    if window.earliest < NEVER:
        said.append(f"so it can start in wave {window.earliest} at the earliest")
        why = "by its lock" if _late_by_lock(instance, item) else "to be live in time"
        said.append(f"but has to start by wave {window.latest} {why}")
    return "; ".join(said)


def _late_by_lock(instance: Instance, item: str) -> bool:
    locks = (k for k in instance.locks if k.latest is not None or k.fixed is not None)
    return any(member.id == item for lock in locks for member in instance.members(lock.item))


def out_of_reach_but_needed(instance: Instance) -> list[str]:
    """Sentences on adoptables that a lock demands and no wave allows: each of them alone rules out every plan."""
    from sequencer.instance.reach import reach

    found = reach(instance)
    needed = {m.id for lock in instance.locks if lock.must for m in instance.members(lock.item)}
    return [
        f"{instance.label(item)} must be adopted by its lock, but cannot be: {because(instance, found, item)}."
        for item in found.unreachable
        if item in needed
    ]
