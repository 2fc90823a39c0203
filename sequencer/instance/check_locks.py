"""Checks of locks: decisions made outside that contradict one another can never be kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from sequencer.errors import InputProblem
from sequencer.instance.adoptables import Adoptable
from sequencer.instance.check_references import place
from sequencer.instance.history import History
from sequencer.instance.nearest import suggest
from sequencer.instance.rules import Lock
from sequencer.instance.scene import Scene

REMEDY = "Take one of the two out."


@dataclass
class _Joint:
    """All that is decided about one adoptable."""

    must: bool = False
    never: bool = False
    by: list[int] = field(default_factory=list)
    earliest: list[int] = field(default_factory=list)
    latest: list[int] = field(default_factory=list)
    fixed: list[int] = field(default_factory=list)
    modes: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)

    def add(self, index: int, lock: Lock) -> None:
        self.rows.append(index)
        self.must |= lock.must
        self.never |= lock.never
        for name in ("by", "earliest", "latest", "fixed"):
            value = getattr(lock, name)
            if value is not None:
                getattr(self, name).append(value)
        if lock.mode:
            self.modes.append(lock.mode)


def locks(scene: Scene) -> Iterator[InputProblem]:
    """Each lock can be kept, on its own and together with the others on the same adoptable."""
    joint: dict[str, _Joint] = defaultdict(_Joint)
    for index, lock in scene.items("locks"):
        yield from _alone(scene, index, lock)
        for member in scene.instance.members(lock.item):
            joint[member.id].add(index, lock)
    told: set[int] = set()
    for item_id, found in joint.items():
        contradiction = _contradiction(scene.instance.adoptables[item_id], found)
        if contradiction and found.rows[-1] not in told:
            told.add(found.rows[-1])
            places = list(dict.fromkeys(place(scene, ("locks", index)) for index in found.rows))
            decided = f" (decided in {' and in '.join(places)})" if len(places) > 1 else ""
            message = f"{item_id} {contradiction}{decided}"
            begun = scene.instance.adoptables[item_id].history is not None
            remedy = "Take the lock out: what has started is decided." if begun else REMEDY
            yield scene.problem("locks", found.rows[-1], "lock-contradiction", message, remedy)


def _alone(scene: Scene, index: int, lock: Lock) -> Iterator[InputProblem]:
    """What is wrong with a lock on its own."""
    members = scene.instance.members(lock.item)
    if any(member.modes is not None for member in members):
        message = f"'{lock.item}' names a mode, but a lock's item is an adoptable"
        yield scene.problem("locks", index, "lock-item", message, "Name the mode in the column mode.", "item")
    if lock.by is not None and not lock.must:
        message, remedy = "by is given without must", "Set must to 1, or leave by empty."
        yield scene.problem("locks", index, "lock-without-must", message, remedy, "by")
    if not any((lock.must, lock.never, lock.earliest, lock.latest, lock.fixed, lock.mode)):
        message, remedy = "the lock decides nothing", "Fill in one of its columns, or delete the row."
        yield scene.problem("locks", index, "empty-lock", message, remedy)
    items = [scene.instance.adoptables[m.id] for m in members]
    if lock.mode and items and not any(mode.matches(lock.mode) for item in items for mode in item.modes):
        if scene.may_exist(lock.mode):
            return
        modes = {mode.id for item in items for mode in item.modes if mode.id}
        message = f"{lock.item} has no mode '{lock.mode}'"
        yield scene.problem("locks", index, "unknown-mode", message, suggest(lock.mode, modes), "mode")


def _against_history(history: History, found: _Joint) -> str:
    """What a lock asks of something that is live or in progress already; start waves and modes are past."""
    if found.never:
        return f"must never be adopted, but is {'in progress' if history.under_way else 'live'} already (initial_state)"
    if found.by and history.live > min(found.by):
        return f"must be live by wave {min(found.by)}, but is in progress until wave {history.live - 1} (initial_state)"
    return ""


def _contradiction(item: Adoptable, found: _Joint) -> str:
    """Two decisions about an adoptable that exclude each other, in words; empty where none do."""
    if found.must and found.never:
        return "must be adopted and must never be"
    if item.history is not None:
        return _against_history(item.history, found)
    if found.never:
        return ""
    first, last = max(found.earliest, default=1), min(found.latest, default=10**9)
    if first > last:
        return f"starts in wave {first} at the earliest and in wave {last} at the latest"
    if len(set(found.fixed)) > 1:
        return f"is fixed to start in wave {' and in wave '.join(map(str, sorted(set(found.fixed))))}"
    fixed = found.fixed[0] if found.fixed else None
    if fixed is not None and not first <= fixed <= last:
        bound = f"{first} at the earliest" if fixed < first else f"{last} at the latest"
        return f"is fixed to start in wave {fixed}, but starts in wave {bound}"
    left = [m for m in item.modes if all(m.matches(word) for word in found.modes)]
    if not left:
        # One unknown mode is reported on its own; several known ones contradict one another.
        known = all(any(m.matches(word) for m in item.modes) for word in found.modes)
        return f"cannot take the modes {' and '.join(sorted(set(found.modes)))} at once" if known else ""
    start = first if fixed is None else fixed
    shortest = min(m.duration for m in left)
    if found.by and start + shortest > min(found.by):
        return f"must be live by wave {min(found.by)}, but may start in wave {start} and then take {shortest} waves"
    return ""
