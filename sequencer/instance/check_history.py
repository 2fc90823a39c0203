"""Checks of what a programme under way has behind it, and of the plan it follows: initial_state, reference_plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sequencer.errors import InputProblem
from sequencer.instance.columns import columns_of
from sequencer.instance.nearest import suggest
from sequencer.instance.rules import InitialState
from sequencer.instance.scene import Scene
from sequencer.types import HQ, Kind

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable

COLUMNS: dict[str, tuple[str, ...]] = {
    "live": ("mode", "live_months", "live_waves"),
    "in_progress": ("mode", "remaining_waves", "amount"),
    "carry": ("amount",),
    "mandate": ("level",),
    "value": ("amount", "wave"),
    "spend": ("amount", "wave"),
    "gain": ("amount",),
}
"""Columns that a kind of row reads, besides record and id."""

NEEDED: dict[str, tuple[str, ...]] = {
    "carry": ("amount",),
    "mandate": ("level",),
    "value": ("amount",),
    "spend": ("amount", "wave"),
    "gain": ("amount",),
}
"""Columns that it cannot do without."""

TABLE = "initial_state"


def initial_state(scene: Scene) -> Iterator[InputProblem]:
    """Rows name what their kind of record is about, say all it takes, and nothing that it does not read."""
    seen: dict[str, str] = {}
    for index, row in scene.items(TABLE):
        yield from _columns(scene, index, row)
        if row.record == "mandate":
            yield from _mandate(scene, index, row)
        elif row.record not in ("live", "in_progress"):
            yield from _amounts(scene, index, row)
        elif row.id in scene.instance.adoptables:
            if seen.setdefault(row.id, row.record) != row.record:
                message = f"{row.id} is both live and in progress"
                yield scene.problem(TABLE, index, "duplicate-row", message, "Keep one of the two rows.", "id")
            yield from _item(scene, index, row, scene.instance.adoptables[row.id])
        else:
            yield from _unknown(scene, index, row, set(scene.instance.adoptables))


def reference_plan(scene: Scene) -> Iterator[InputProblem]:
    """Every row is about something that has not started, in a wave and a mode there are; a price needs a plan."""
    table, instance = "reference_plan", scene.instance
    for index, row in scene.items(table):
        item = instance.adoptables.get(row.item)
        if item is None:
            if not scene.may_exist(row.item):
                message, remedy = f"there is no '{row.item}' to adopt", suggest(row.item, set(instance.adoptables))
                yield scene.problem(table, index, "unknown-reference", message, remedy, "item")
            continue
        if item.history is not None:
            message = f"{row.item} has started before wave 1, so there is nothing to move"
            yield scene.problem(table, index, "without-effect", message, "Take the row out.", "item")
        if (row.wave or 0) > instance.n_waves:
            message = f"{row.item} starts in wave {row.wave}, but the waves are 1 to {instance.n_waves}"
            yield scene.problem(table, index, "out-of-range", message, "Correct wave.", "wave")
        if row.wave:
            yield from _mode(scene, table, index, row.item, row.mode)
    if instance.settings.move_cost and not instance.reference_plan and scene.complete(table, "settings"):
        message = "move_cost says nothing, for there is no reference plan"
        yield scene.setting(
            "without-effect", message, "Fill in the table reference_plan, or take move_cost out.", "move_cost"
        )


def _mode(scene: Scene, table: str, index: int, item_id: str, mode: str) -> Iterator[InputProblem]:
    modes = [m.id for m in scene.instance.adoptables[item_id].modes if m.id]
    if mode not in (modes or [""]) and not scene.may_exist(mode):
        message = f"{item_id} has no mode '{mode}'" if mode else f"{item_id} has several modes, and none is named"
        remedy = suggest(mode, modes) if modes else "Leave mode empty."
        yield scene.problem(table, index, "unknown-mode", message, remedy, "mode")


def _columns(scene: Scene, index: int, row: InitialState) -> Iterator[InputProblem]:
    for name in NEEDED.get(row.record, ()):
        if getattr(row, name) is None:
            message = f"the row '{row.record}' has no {name}"
            yield scene.problem(TABLE, index, "missing-value", message, f"Fill in {name}.", name)
    read = ("record", "id", "source", "note", *COLUMNS[row.record])
    for name, column in columns_of(InitialState).fixed.items():
        if name not in read and getattr(row, name) != column.default:
            message = f"a row '{row.record}' reads no {name}"
            remedy = f"Leave {name} empty; it reads {', '.join(COLUMNS[row.record])}."
            yield scene.problem(TABLE, index, "without-effect", message, remedy, name)


def _unknown(scene: Scene, index: int, row: InitialState, words: set[str]) -> Iterator[InputProblem]:
    if row.id not in words and not scene.may_exist(row.id):
        message = f"there is no '{row.id}' for a row '{row.record}'"
        yield scene.problem(TABLE, index, "unknown-reference", message, suggest(row.id, words), "id")


def _amounts(scene: Scene, index: int, row: InitialState) -> Iterator[InputProblem]:
    """Rows on money."""
    instance = scene.instance
    affiliates = set(instance.by_id("affiliates"))
    pots = {HQ, *instance.by_id("pots"), *affiliates}
    words = {"carry": pots, "spend": pots, "value": set(instance.categories), "gain": affiliates}[row.record]
    yield from _unknown(scene, index, row, words)
    if row.record == "carry":
        if row.id in pots and row.id not in instance.budget and scene.complete("budgets"):
            message = f"the pot {row.id} has no budget, so it is not limited and carries nothing"
            remedy = "Take the row out, or give the pot budgets."
            yield scene.problem(TABLE, index, "without-effect", message, remedy, "id")
        if (row.amount or 0.0) < 0:
            message = f"the pot {row.id} carries {row.amount:g}, less than nothing"
            yield scene.problem(TABLE, index, "out-of-range", message, "Give an amount of at least 0.", "amount")


def _mandate(scene: Scene, index: int, row: InitialState) -> Iterator[InputProblem]:
    """The level lies between the one the programme started with and the highest, and below a path given from above."""
    instance = scene.instance
    if row.level is None or not scene.complete("mandate", "settings"):
        return
    first, last = instance.settings.mandate_start, max(instance.mandate_levels, default=0)
    if not first <= row.level <= max(first, last):
        message = f"the mandate is at level {row.level}, but its levels are {first} to {max(first, last)}"
        yield scene.problem(TABLE, index, "out-of-range", message, "Correct level, or the table mandate.", "level")
    path = instance.settings.mandate_path
    if path and path[0] < row.level:
        message = f"the mandate is at level {row.level}, but the path given from above starts at {path[0]}"
        yield scene.problem(TABLE, index, "out-of-range", message, "Correct level, or mandate_path.", "level")


def _item(scene: Scene, index: int, row: InitialState, item: Adoptable) -> Iterator[InputProblem]:
    """Something that is live or in progress: its mode, its waves, and the step below it."""
    yield from _mode(scene, TABLE, index, row.id, row.mode)
    last = scene.instance.n_waves
    if row.record == "in_progress" and not 1 <= row.remaining_waves <= last:
        message = f"{row.id} is in progress for {row.remaining_waves} waves more"
        remedy = f"Give 1 to {last} remaining_waves, or say that it is live."
        yield scene.problem(TABLE, index, "out-of-range", message, remedy, "remaining_waves")
    if row.record == "in_progress" and item.kind == Kind.MANDATE:
        message, remedy = "a level of the mandate is never in progress", "Give the level that is held in a row mandate."
        yield scene.problem(TABLE, index, "out-of-range", message, remedy, "record")
    if row.record == "in_progress" and (row.amount or 0.0) < 0:
        message = f"the committed cost of {row.id} is {row.amount:g}, less than nothing"
        yield scene.problem(TABLE, index, "out-of-range", message, "Give an amount of at least 0.", "amount")
    below = _below(scene, item)
    if below is not None and (below.history is None or below.history.under_way):
        message = f"{row.id} is {row.record.replace('_', ' ')}, but {below.id}, the step below it, is not live"
        remedy = f"Add a row live for {below.id}, or take this one out."
        yield scene.problem(TABLE, index, "step-missing", message, remedy, "id")


def _below(scene: Scene, item: Adoptable) -> Adoptable | None:
    """Step of a capability, or of the mandate, below another that is not there today."""
    if item.level is None:
        return None
    where = (item.kind, item.capability, item.place, item.level - 1)
    found = (i for i in scene.instance.adoptables.values() if (i.kind, i.capability, i.place, i.level) == where)
    return next(found, None)
