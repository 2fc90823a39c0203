"""Rules on what goes with what, and of coherence, in words, for :mod:`sequencer.report.rules`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from sequencer.report import words
from sequencer.report.item_words import item_text, joined, listed, mode_words

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

EVERY = "every"
Row = tuple[str, str, str]


# -- one rule ---------------------------------------------------------------------------------------------------------


def _relation(instance: Instance, members: Sequence[str]) -> str:
    kind, *items = members
    if kind == "before":
        return f"{item_text(instance, items[1])} before {item_text(instance, items[0])}"
    said = joined(instance, items)
    return {
        "together": f"{said} together",
        "exclusive": f"Only one of {said}",
        "bundle": f"In company: {said}",
    }[kind]


def _layers(members: Sequence[str]) -> str:
    return listed([words.title_case(m).lower() for m in members])


def _place(instance: Instance, member: str) -> str:
    """``crm@jp`` is ``CRM in Japan``."""
    capability, _, place = member.partition("@")
    name = words.one_line(instance.label(capability))
    return f"{name} in {words.one_line(instance.label(place))}" if place else name


TEXTS: dict[str, Callable[[Instance, Sequence[str]], str]] = {
    "relations": _relation,
    "pilots": lambda i, m: f"{item_text(i, m[1])} after its pilots",
    "archetype_limits": lambda i, m: f"Affiliates of class {m[0]} as {mode_words(i, m[1])}",
    "inhouse": lambda i, m: "Capability steps built in-house",
    "balance": lambda i, m: f"Balance of {_layers(m)} capabilities",
    "learning": lambda i, m: "Tactical learning ahead of strategic",
    "maturity_gaps": lambda i, m: f"{_place(i, m[0])} ahead of {_place(i, m[1])}",
}
"""One rule of a family in words, by its members."""


# -- one instance -----------------------------------------------------------------------------------------------------


def relations(instance: Instance) -> Iterator[Row]:
    """Relations as given and of the roll-out approach, and pilots."""
    for row in instance.all_relations:
        items, others = joined(instance, row.items), joined(instance, row.others)
        said = {
            "before": f"Where both are adopted, {items} starts only when {others} is live",
            "together": f"{items} start in the same wave, all or none",
            "exclusive": f"At most one of {items} is ever adopted",
            "bundle": f"In a wave in which {items} starts, at least {row.at_least} of {others} starts as well",
        }[row.relation]
        yield ("relations", said[:1].upper() + said[1:], EVERY)
    for pilot in instance.pilots:
        live = f"{'is' if pilot.at_least == 1 else 'are'} live"
        since = f" for {words.count(pilot.lag, 'wave')}" if pilot.lag else ""
        first, later = (joined(instance, side) for side in (pilot.pilots, pilot.affiliates))
        said = f"{later} starts only when at least {pilot.at_least} of {first} {live}{since}"
        yield ("pilots", said[:1].upper() + said[1:], EVERY)


def exceptions(instance: Instance) -> Iterator[Row]:
    """What exceptions waive, or that there are none."""
    if instance.exceptions and instance.settings.governance == "strict":
        yield ("mandate_grants", "The policy is strict: no exceptions", EVERY)
        return
    for row in instance.exceptions:
        waived = f"{item_text(instance, row.item)} needs {item_text(instance, row.requires)}"
        yield ("requirements", f"{words.one_line(row.label)} waives that {waived}, once it is live", EVERY)


def archetypes(instance: Instance) -> Iterator[Row]:
    """Limits of archetypes by class."""
    for row in instance.archetype_limits:
        amount = words.count(row.limit, "affiliate")
        said = f"At most {amount} of class {row.affiliate_class} as {mode_words(instance, row.archetype)}"
        yield ("archetype_limits", said, "all")


def _share(share: float) -> str:
    """Share as a percentage, with the decimals it has."""
    return f"{100 * share:.10g} %"


def coherence(instance: Instance) -> Iterator[Row]:
    """In-house floor, balance, learning, maturity."""
    settings = instance.settings
    if settings.inhouse_share:
        share = _share(settings.inhouse_share)
        yield ("inhouse", f"At least {share} of the capability steps adopted, by weight, is built in-house", "all")
    if settings.balance_gap is not None:
        gap = _share(settings.balance_gap)
        yield ("balance", f"Layers are at most {gap} of their target steps apart", f"{EVERY}, and after the last")
    if settings.strategic_gap is not None:
        gap = f"{settings.strategic_gap:.10g} points"
        yield ("learning", f"Tactical learning so far is ahead of strategic by at most {gap}", EVERY)
    for row in instance.maturity_gaps:
        execution, strategy = (words.one_line(instance.label(c)) for c in (row.execution, row.strategy))
        said = f"{execution} is ahead of {strategy} by at most {words.count(row.gap, 'level')}"
        yield ("maturity_gaps", said, f"{EVERY}, and after the last")
