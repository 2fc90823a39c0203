"""Checks of settings that would say nothing: what they belong to is off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sequencer.errors import InputProblem
from sequencer.instance.instance import Instance
from sequencer.instance.rollout import SHARED
from sequencer.instance.scene import Scene
from sequencer.instance.settings import Settings

LAGGED = ("medical-first", "marketing-first")
"""Roll-out approaches in which one function waits for another."""


class Lack(NamedTuple):
    """A setting that says nothing because of what the instance lacks.

    Attributes
    ----------
    name : str
        Setting.
    tables : tuple of str
        Tables that decide it; it is judged only where all of them could be read.
    lacks : callable
        Whether the setting is used and lacks something.
    why, remedy : str
        What it lacks, and what to do.
    """

    name: str
    tables: tuple[str, ...]
    lacks: Callable[[Instance], bool]
    why: str
    remedy: str


class Need(NamedTuple):
    """What settings need in order to say something.

    Attributes
    ----------
    decides : str
        Setting that they belong to.
    names : tuple of str
        Settings that depend on it.
    met : callable
        Whether they say something.
    off : callable
        Why they do not, in words.
    remedy : str
        How to make them say something.
    columns : tuple of str
        Columns of affiliates that override them, and depend on the same.
    """

    decides: str
    names: tuple[str, ...]
    met: Callable[[Settings], bool]
    off: Callable[[Settings], str]
    remedy: str
    columns: tuple[str, ...] = ()


def _funding(settings: Settings) -> str:
    return f"funding is '{settings.funding}'"


NEEDS: tuple[Need, ...] = (
    Need(
        "rollout",
        ("rollout_value_factor", "rollout_failure", "rollout_brands"),
        lambda s: s.rollout != "free",
        lambda s: "rollout is 'free'",
        "Name a roll-out approach in rollout",
    ),
    Need(
        "rollout",
        ("rollout_lag",),
        lambda s: s.rollout in LAGGED,
        lambda s: f"no function waits for another where rollout is '{s.rollout}'",
        "Set rollout to 'medical-first' or 'marketing-first'",
    ),
    Need(
        "rollout",
        ("rollout_framework",),
        lambda s: s.rollout in SHARED,
        lambda s: f"rollout is '{s.rollout}', which knows no framework",
        "Set rollout to 'shared-framework' or 'holistic'",
    ),
    Need(
        "rollout",
        ("rollout_consent", "rollout_review"),
        lambda s: s.rollout == "holistic",
        lambda s: f"rollout is '{s.rollout}', which asks for neither consent nor review",
        "Set rollout to 'holistic'",
    ),
    Need(
        "funding",
        ("cut_cap",),
        lambda s: s.funding == "budget-reallocation",
        _funding,
        "Set funding to 'budget-reallocation'",
        ("cut_cap",),
    ),
    Need(
        "funding",
        ("price_share",),
        lambda s: s.funding == "internal-pricing",
        _funding,
        "Set funding to 'internal-pricing'",
        ("price_share",),
    ),
    Need(
        "return_from_wave",
        ("return_lag", "return_floor"),
        lambda s: s.return_from_wave is not None,
        lambda s: "return_from_wave is not given",
        "Say in return_from_wave from which wave on return must be continuous",
    ),
    Need(
        "reinvest_share",
        ("reinvest_categories",),
        lambda s: s.reinvest_share > 0,
        lambda s: "reinvest_share is 0",
        "Say in reinvest_share how much returns to hq",
    ),
)


def _shared(instance: Instance, name: str) -> bool:
    """Whether affiliates give anything by a share, of the setting or of their own."""
    own = [getattr(a, name) for a in instance.affiliates]
    share = getattr(instance.settings, name)
    return any((share if one is None else one) > 0 for one in own)


LACKS: tuple[Lack, ...] = (
    Lack(
        "funding",
        ("affiliates",),
        lambda i: i.settings.funding == "budget-reallocation" and not _shared(i, "cut_cap"),
        "no affiliate may give up any of its budget",
        "Say in cut_cap (here, or in affiliates) how much",
    ),
    Lack(
        "funding",
        ("affiliates", "budgets"),
        lambda i: i.settings.funding == "budget-reallocation" and not {a.id for a in i.affiliates} & set(i.budget),
        "no affiliate has a budget of its own",
        "Add budgets of affiliates (their pots bear their ids)",
    ),
    Lack(
        "funding",
        ("affiliates",),
        lambda i: i.settings.funding == "internal-pricing" and not _shared(i, "price_share"),
        "no affiliate may be charged for any of its value",
        "Say in price_share (here, or in affiliates) how much",
    ),
    Lack(
        "return_from_wave",
        (),
        lambda i: i.settings.return_from_wave is not None and i.settings.return_floor == 0,
        "return_floor is 0, so that any return suffices",
        "Say in return_floor how much value per spend is asked for",
    ),
)


def lacking(scene: Scene) -> Iterator[InputProblem]:
    """A setting that is used finds what it is about."""
    for lack in LACKS:
        if scene.complete("settings", *lack.tables) and lack.lacks(scene.instance):
            message = f"{lack.name} says nothing, for {lack.why}"
            yield scene.setting("without-effect", message, f"{lack.remedy}, or take {lack.name} out.", lack.name)


def without_effect(scene: Scene) -> Iterator[InputProblem]:
    """What is set takes effect: nothing that somebody wrote is ignored."""
    settings = scene.instance.settings
    fields = type(settings).model_fields
    for need in NEEDS:
        if need.met(settings) or need.decides in scene.raw.refused_settings or "settings" in scene.raw.unread:
            continue
        for name in need.names:
            if getattr(settings, name) != fields[name].get_default():
                yield scene.setting("without-effect", *_words(name, need, settings), name)
        for column in need.columns:
            for index, row in scene.items("affiliates"):
                if getattr(row, column) is not None:
                    message, remedy = _words(column, need, settings)
                    yield scene.problem("affiliates", index, "without-effect", message, remedy, column)


def _words(name: str, need: Need, settings: Settings) -> tuple[str, str]:
    return f"{name} says nothing, for {need.off(settings)}", f"{need.remedy}, or take {name} out."
