"""Checks of measures by name: what is optimised and limited exists, and can be stated exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sequencer.errors import InputProblem
from sequencer.instance.goals import IN_SCENARIO, OVER_SCENARIOS, Measure, measures
from sequencer.instance.nearest import suggest

if TYPE_CHECKING:
    from sequencer.instance.rules import MeasureLimit
    from sequencer.instance.scene import Scene

SOURCES = ("drivers", "initiatives", "synergies", "fatigue", "resources", "scenarios", "settings", "reference_plan")
"""Tables that name categories, resources and scenarios, and so measures."""


def objective(scene: Scene) -> Iterator[InputProblem]:
    """Every word of the objective is a measure that can be optimised, and none comes twice."""
    if "objective" in scene.raw.refused_settings or "settings" in scene.raw.unread:
        return
    known = measures(scene.instance)
    words = scene.instance.settings.objective.split()
    if not words:
        remedy = "Name one or more measures, the most important first, or take objective out: it is then npv."
        yield scene.setting("missing-value", "the objective names no measure", remedy, "objective")
    for word in dict.fromkeys(words):
        if word not in known:
            if scene.complete(*SOURCES):
                message = f"there is no measure '{word}' to optimise"
                remedy = _without_scenarios(scene, word) or suggest(word, _usable(known))
                yield scene.setting("unknown-measure", message, remedy, "objective")
        elif known[word].no_objective:
            why, remedy = _split(known[word].no_objective)
            message = f"{word} cannot be an objective: {why}"
            yield scene.setting("unusable-measure", message, remedy, "objective")
        if words.count(word) > 1:
            message = f"the objective names {word} {words.count(word)} times"
            yield scene.setting("duplicate-measure", message, "Name every measure once.", "objective")


def measure_limits(scene: Scene) -> Iterator[InputProblem]:
    """Every limit is on a measure there is, in a sense in which it can be kept exactly, and limits leave room."""
    known = measures(scene.instance)
    for index, row in scene.items("measure_limits"):
        if row.measure not in known:
            if scene.complete(*SOURCES):
                message = f"there is no measure '{row.measure}'"
                remedy = _without_scenarios(scene, row.measure) or suggest(row.measure, known)
                yield scene.problem("measure_limits", index, "unknown-measure", message, remedy, "measure")
            continue
        refused = known[row.measure].refusal(row.sense)
        if refused:
            why, remedy = _split(refused)
            message = f"{row.measure} cannot have a {row.sense}: {why}"
            yield scene.problem("measure_limits", index, "unusable-measure", message, remedy, "measure")
        elif (reason := _senseless(row, scene.instance.n_waves)) is not None:
            yield scene.problem("measure_limits", index, "out-of-range", *reason, "amount")
    yield from _crossed(scene)


def _crossed(scene: Scene) -> Iterator[InputProblem]:
    """A floor lies at or below the cap of the same measure."""
    caps = {row.measure: row.amount for _, row in scene.items("measure_limits") if row.sense == "cap"}
    for index, row in scene.items("measure_limits"):
        cap = caps.get(row.measure)
        if row.sense == "floor" and cap is not None and row.amount > cap:
            message = f"the floor {row.amount:g} of {row.measure} lies above its cap {cap:g}"
            remedy = "Lower the floor or raise the cap."
            yield scene.problem("measure_limits", index, "limits-cross", message, remedy, "amount")


def _senseless(row: MeasureLimit, waves: int) -> tuple[str, str] | None:
    """Why the amount of a limit says nothing, and the remedy."""
    if row.measure == "benefit_to_cost" and row.amount < 0:
        return f"benefit_to_cost is never asked to be below 0, found {row.amount:g}", "Write the least value per cost."
    if row.measure == "payback_wave" and not 1 <= row.amount <= waves + 1:
        when = "in wave 1 at the earliest" if row.amount < 1 else f"in wave {waves + 1} at the latest, after all waves"
        return f"payback is {when}, found {row.amount:g}", f"Write a wave from 1 to {waves + 1}."
    return None


def _without_scenarios(scene: Scene, word: str) -> str:
    """Remedy where a measure of scenarios is asked for, and there are none."""
    asked = word in OVER_SCENARIOS or word.partition(":")[0] == IN_SCENARIO
    if not asked or scene.instance.scenarios:
        return ""
    return "It needs scenarios: fill in the tables scenarios and scenario_changes, or let 'sequencer robust' draw them."


def _usable(known: Mapping[str, Measure]) -> list[str]:
    return [name for name, measure in known.items() if not measure.no_objective]


def _split(refusal: str) -> tuple[str, str]:
    """Reason and remedy of a refusal."""
    why, _, remedy = refusal.partition(". ")
    return why, f"{remedy}."
