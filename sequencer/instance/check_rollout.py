"""Checks of the roll-out approach: the functions and capabilities it speaks of are there."""

from __future__ import annotations

from collections.abc import Iterator

from sequencer.errors import InputProblem
from sequencer.instance.nearest import suggest
from sequencer.instance.rollout import MARKETING, MEDICAL, SALES, capability_words, known
from sequencer.instance.scene import Scene

NEEDED = {
    "medical-first": ((MEDICAL,), (MARKETING, SALES)),
    "marketing-first": ((MARKETING,), (MEDICAL,)),
    "shared-framework": ((MEDICAL,), (MARKETING,)),
    "holistic": ((MEDICAL,), (MARKETING,)),
}
"""Functions an approach cannot do without; of each group one at least."""


def approach(scene: Scene) -> Iterator[InputProblem]:
    """Everything that an approach orders exists."""
    chosen = scene.instance.settings.rollout
    if chosen == "free" or "rollout" in scene.raw.refused_settings:
        return
    if scene.complete("functions", "settings"):
        yield from _functions(scene, chosen)
    for name, word in capability_words(scene.instance).items():
        if not known(scene.instance, word) and not scene.may_exist(word):
            yield _capability(scene, name, word)


def _functions(scene: Scene, chosen: str) -> Iterator[InputProblem]:
    functions = scene.instance.by_id("functions")
    for group in NEEDED[chosen]:
        if not any(function in functions for function in group):
            message = (
                f"the approach {chosen} orders the function {' or '.join(group)}, which the instance does not have"
            )
            remedy = f"Add {group[0]} to functions (its id is '{group[0]}'), or set rollout to 'free'."
            yield scene.setting("unknown-reference", message, remedy, "rollout")


def _capability(scene: Scene, name: str, word: str) -> InputProblem:
    """Say that the capability a setting names is missing, or does not reach the level."""
    node, _, level = word.partition(":")
    rollout = scene.instance.settings.rollout
    if scene.instance.leaves(node):
        message = f"the approach {rollout} requires level {level} of {node}, which is not defined"
        remedy = f"Add level {level} of {node} to capability_steps, or name another capability in {name}."
        return scene.setting("unknown-level", message, remedy, name)
    message = f"the approach {rollout} requires the capability '{node}', which the instance does not have"
    remedy = f"Name it in {name}. {suggest(node, scene.instance.by_id('capabilities'))}"
    return scene.setting("unknown-reference", message, remedy, name)
