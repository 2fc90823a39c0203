"""Checks of numbers: none is absurdly large, and none is written where nothing reads it."""

from __future__ import annotations

from collections.abc import Iterator

from sequencer.errors import InputProblem
from sequencer.instance.instance import Instance
from sequencer.instance.scene import Scene

LARGEST = 1e15
"""Largest number, of either sign, that an instance may hold: beyond it sums are no longer exact to the unit."""


def largest(scene: Scene) -> Iterator[InputProblem]:
    """No number is beyond what can be added up exactly."""
    for table in Instance.tables():
        for index, row in enumerate(scene.rows[table]):
            for name, value in row.cells.items():
                if _too_large(value):
                    yield scene.problem(table, index, "too-large", *_words(name, value), name)
    for name in type(scene.instance.settings).model_fields:
        value = getattr(scene.instance.settings, name)
        if _too_large(value):
            yield scene.setting("too-large", *_words(name, value), name)


def use_profiles(scene: Scene) -> Iterator[InputProblem]:
    """A profile gives use that is not negative, for waves in which its item can be in progress."""
    for index, row in scene.items("use_profiles"):
        if min(row.profile, default=0.0) < 0:
            message = f"profile must be at least 0, found {min(row.profile):g}"
            remedy = "Correct the value; only upkeep may be negative, where something is replaced."
            yield scene.problem("use_profiles", index, "out-of-range", message, remedy, "profile")
        item = scene.instance.adoptables.get(row.item)
        longest = 0 if item is None else max(mode.span for mode in item.modes)
        if item is not None and item.history is None and len(row.profile) > longest:
            message = f"the profile has {len(row.profile)} waves, but {row.item} is in progress for {longest} at most"
            remedy = f"Give {longest} numbers at most, or lengthen the duration."
            yield scene.problem("use_profiles", index, "profile-too-long", message, remedy, "profile")


def extra_capacity(scene: Scene) -> Iterator[InputProblem]:
    """Extra capacity can be there in the waves it is offered in, and a price goes with an offer."""
    lead = {r.id: r.lead for r in scene.instance.resources}
    for index, row in scene.items("capacities"):
        if row.extra_cap > 0 and row.wave <= lead.get(row.resource, 0):
            first = lead[row.resource] + 1
            message = f"extra {row.resource} can be there from wave {first} on, so there is none in wave {row.wave}"
            remedy = f"Leave extra_cap empty up to wave {lead[row.resource]}, or shorten lead in resources."
            yield scene.problem("capacities", index, "without-effect", message, remedy, "extra_cap")
        if row.extra_cost > 0 and row.extra_cap == 0:
            message = "a price of extra capacity is given, but none is offered"
            remedy = "Say in extra_cap how much can be bought, or leave extra_cost empty."
            yield scene.problem("capacities", index, "without-effect", message, remedy, "extra_cost")


def earned_mandate(scene: Scene) -> Iterator[InputProblem]:
    """Only levels above the start are earned, for only those are steps."""
    if not scene.complete("settings"):
        return
    start = scene.instance.settings.mandate_start
    for index, row in scene.items("mandate"):
        if row.earned_value > 0 and row.level <= start:
            message = f"level {row.level} is there from the start, so it is not earned"
            remedy = f"Leave earned_value empty up to level {start}, or lower mandate_start."
            yield scene.problem("mandate", index, "without-effect", message, remedy, "earned_value")


def _too_large(value: object) -> bool:
    if isinstance(value, tuple):
        return any(map(_too_large, value))
    return isinstance(value, int | float) and abs(value) > LARGEST


def _words(name: str, value: object) -> tuple[str, str]:
    worst = max(map(abs, value)) if isinstance(value, tuple) else value
    message = f"{name} is {worst:g}; the largest number that can be added up exactly is {LARGEST:g}"
    return message, "Correct it, or write all amounts in a larger unit (unit = 1000000 in instance.toml)."
