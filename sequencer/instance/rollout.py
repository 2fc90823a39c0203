"""Roll-out approaches: presets of which function goes first, expanded into ordinary requirements and relations.

====================  ===============================================================================================
approach              means
====================  ===============================================================================================
``medical-first``     ``marketing`` and ``sales`` require ``medical`` live for ``rollout_lag`` waves
``marketing-first``   ``medical`` requires ``marketing`` live for ``rollout_lag`` waves
``shared-framework``  ``medical`` and ``marketing`` start together and require the framework at level 1; ``sales``
                      requires ``marketing``
``holistic``          the same with the framework at level 2, and consent and review at level 2
====================  ===============================================================================================

The functions bear these ids. The capabilities are named by the settings ``rollout_framework``, ``rollout_consent`` and
``rollout_review``. Where a function is adopted per brand, its adoptables of the brands that the approach holds for are
meant; functions adopted once for all brands keep the order as a whole, and ``rollout_brands`` then only says whose
value changes. A function that the instance does not have drops out; :mod:`sequencer.instance.check_rollout` says which
are needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sequencer.instance.items import UnknownItemError
from sequencer.instance.rules import Relation, Requirement

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

MEDICAL, MARKETING, SALES = "medical", "marketing", "sales"
SHARED = ("shared-framework", "holistic")
"""Approaches under one framework."""


def requirements(instance: Instance) -> tuple[Requirement, ...]:
    """Requirements that the approach stands for, without those that name nothing."""
    rows: dict[tuple[str, str], Requirement] = {}
    for brand in _brands(instance):
        for item, required, lag in _pairs(instance):
            for word in _ids(instance, required, brand):
                for one in _ids(instance, item, brand):
                    if known(instance, word):
                        rows[one, word] = Requirement(item=one, requires=(word,), lag=lag, note=_note(instance))
    return tuple(rows.values())


def relations(instance: Instance) -> tuple[Relation, ...]:
    """Relations that the approach stands for."""
    if instance.settings.rollout not in SHARED:
        return ()
    rows: dict[tuple[str, ...], Relation] = {}
    for brand in _brands(instance):
        items = (*_ids(instance, MEDICAL, brand), *_ids(instance, MARKETING, brand))
        if len(items) > 1:
            rows[items] = Relation(relation="together", items=items, note=_note(instance))
    return tuple(rows.values())


def factor(instance: Instance, brand: str) -> float:
    """Factor of the approach on the value of a brand's cells; 1 where it does not hold."""
    settings = instance.settings
    if settings.rollout == "free" or (settings.rollout_brands and brand not in settings.rollout_brands):
        return 1.0
    return settings.rollout_value_factor * (1 - settings.rollout_failure)


def capability_words(instance: Instance) -> dict[str, str]:
    """Capability steps the approach requires, by the setting that names the capability."""
    settings = instance.settings
    if settings.rollout == "shared-framework":
        return {"rollout_framework": f"{settings.rollout_framework}:1"}
    if settings.rollout == "holistic":
        names = ("rollout_framework", "rollout_consent", "rollout_review")
        return {name: f"{getattr(settings, name)}:2" for name in names}
    return {}


def known(instance: Instance, word: str) -> bool:
    """Whether a word names something that can be adopted, or is as-is."""
    try:
        instance.members(word)
    except UnknownItemError:
        return False
    return True


def _pairs(instance: Instance) -> Iterator[tuple[str, str, int]]:
    """Function, what it requires, and the lag."""
    lag = instance.settings.rollout_lag
    match instance.settings.rollout:
        case "medical-first":
            yield MARKETING, MEDICAL, lag
            yield SALES, MEDICAL, lag
        case "marketing-first":
            yield MEDICAL, MARKETING, lag
        case "shared-framework" | "holistic":
            yield SALES, MARKETING, 0
            for word in capability_words(instance).values():
                yield MEDICAL, word, 0
                yield MARKETING, word, 0


def _brands(instance: Instance) -> tuple[str, ...]:
    """Brands it holds for; one empty id where there are none."""
    chosen = instance.settings.rollout_brands
    return tuple(b.id for b in instance.brands if not chosen or b.id in chosen) or ("",)


def _ids(instance: Instance, word: str, brand: str) -> tuple[str, ...]:
    """The adoptable a function means for a brand, nothing where there is none; any other word as it is."""
    if word not in (MEDICAL, MARKETING, SALES):
        return (word,)
    return tuple(i for i in (word, f"{word}@{brand}") if i in instance.adoptables)


def _note(instance: Instance) -> str:
    return f"roll-out approach {instance.settings.rollout}"
