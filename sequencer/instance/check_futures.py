"""Checks of what may turn out otherwise: probabilities, and changes that mean something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sequencer.errors import InputProblem
from sequencer.instance.futures import CHANGEABLE, changed, misfits
from sequencer.instance.nearest import suggest

if TYPE_CHECKING:
    from pydantic import BaseModel

    from sequencer.instance.futures_tables import ScenarioChange
    from sequencer.instance.scene import Scene

SLACK = 1e-6
"""How far probabilities may be from summing to 1: they are often written with few digits."""


def affiliate_success(scene: Scene) -> Iterator[InputProblem]:
    """A probability is given for a mode that the affiliate has, and is not that of another mode."""
    further = {(row.item, row.id) for row in scene.instance.modes}
    for index, row in scene.items("affiliate_success"):
        item = scene.instance.adoptables.get(row.affiliate)
        own = [m.id for m in item.modes if (row.affiliate, m.id) not in further] if item is not None else []
        if item is not None and row.mode not in own and scene.complete("archetypes", "touches", "fit"):
            message = f"{row.affiliate} cannot go live as '{row.mode}'"
            yield scene.problem("affiliate_success", index, "unknown-mode", message, suggest(row.mode, own), "mode")


def probabilities(scene: Scene) -> Iterator[InputProblem]:
    """Probabilities of all scenarios sum to 1."""
    rows = scene.instance.scenarios
    if not rows or not scene.complete("scenarios"):
        return
    whole = sum(row.probability for row in rows)
    if abs(whole - 1) > SLACK:
        message = f"the probabilities of the scenarios sum to {whole:.6g}, not to 1"
        remedy = "Correct them; a scenario without changes stands for everything going as planned."
        yield scene.problem("scenarios", len(rows) - 1, "probabilities", message, remedy, "probability")


def changes(scene: Scene) -> Iterator[InputProblem]:
    """Every change names an amount that scenarios may change, and makes it one that it could be."""
    for index, row in scene.items("scenario_changes"):
        found = _unknown(row) or _action(row)
        if found is None and scene.complete(row.of):
            found = _missing(scene, row)
        if found is not None:
            yield scene.problem("scenario_changes", index, *found)
        else:
            for one in _meant(scene, row):
                wrong = _wrong(one, row)
                if wrong is not None:
                    yield scene.problem("scenario_changes", index, *wrong)


Found = tuple[str, str, str, str]
"""Check, message, remedy and column."""


def _unknown(row: ScenarioChange) -> Found | None:
    if row.of not in CHANGEABLE:
        message = f"scenarios do not change the table '{row.of}': rules always use base values"
        return "unknown-table", message, suggest(row.of, CHANGEABLE), "of"
    if row.column not in CHANGEABLE[row.of]:
        message = f"scenarios do not change {row.column} of {row.of}"
        return "unknown-column", message, suggest(row.column, CHANGEABLE[row.of]), "column"
    return None


def _action(row: ScenarioChange) -> Found | None:
    if (row.value is None) == (row.factor is None):
        what = "neither value nor factor is given" if row.value is None else "both value and factor are given"
        return "one-of", what, "Give the amount itself as value, or what the base is multiplied by as factor.", "value"
    return None


def _missing(scene: Scene, row: ScenarioChange) -> Found | None:
    if row.of == "settings":
        return None if not row.row else ("unknown-row", "settings have no rows", "Leave row empty.", "row")
    known = scene.instance.by_id(row.of)
    if row.row and row.row not in known:
        return "unknown-row", f"there is no row '{row.row}' in {row.of}", suggest(row.row, known), "row"
    if not known:
        return "unknown-row", f"the table {row.of} has no rows", "Take the change out, or fill the table.", "of"
    return None


def _meant(scene: Scene, row: ScenarioChange) -> list[BaseModel]:
    if row.of == "settings":
        return [scene.instance.settings]
    return [one for one in scene.instance.rows(row.of) if row.row in ("", one.record_id)]


def _wrong(one: BaseModel, row: ScenarioChange) -> Found | None:
    """What is wrong with what a change makes of a row."""
    column = "factor" if row.value is None else "value"
    after = changed(one, row)
    words = next(misfits(after), None)
    amount, before = getattr(after, row.column), getattr(one, row.column)
    name = getattr(one, "record_id", "settings")
    if words is not None:
        message = f"{row.column} of {name} would be {amount:g}: {words}"
        return "out-of-range", message, f"Correct {column}.", column
    if row.of == "synergies" and (amount < 0) != (before < 0) and amount:
        message = f"the rate of {name} would change its sign, from {before:g} to {amount:g}"
        return "sign", message, "Make two synergies of it, one of either sign.", column
    if row.of == "affiliates" and not before and amount:
        message = f"{name} has no revenue, so a scenario cannot give it some"
        return "sign", message, "Give it a small revenue in affiliates.", column
    return None
