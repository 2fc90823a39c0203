"""Rules in words: the reference of all families, the rules of one instance, and one rule by its reference."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from sequencer.instance.history import mandate_before
from sequencer.report import goals, link_rules, money_rules, words
from sequencer.report.history_rules import history
from sequencer.report.item_words import item_text, listed, mode_words, set_text
from sequencer.report.table import Table
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.entities import MandateLevel
    from sequencer.instance.instance import Instance
    from sequencer.instance.rules import Lock

LOGIC = frozenset(
    {"start_once", "windows", "capability_steps", "requirements", "relations", "pilots", "mandate", "locks"}
)
"""Families that say what may follow what, not how much there may be."""

_GRANTS = {
    "live_drivers": "value drivers live",
    "new_drivers": "value drivers started in a wave",
    "customized_in_progress": "customized affiliates in progress",
    "customized_total": "customized affiliates started so far",
    "open_exceptions": "exceptions open",
}

_LOCKS = {
    "must": "must be adopted",
    "never": "must not be adopted",
    "earliest": "does not start too early",
    "latest": "does not start too late",
    "fixed": "starts in its fixed wave",
    "mode": "takes its fixed mode",
}


class FamilyText(Protocol):
    """What the reference needs to know of a rule family."""

    @property
    def name(self) -> str:
        """Short name."""

    @property
    def title(self) -> str:
        """Business title."""

    @property
    def latex(self) -> str:
        """The rule as formula."""

    @property
    def priority(self) -> int:
        """How readily it may be relaxed, 0 never to 9 first."""

    @property
    def doc(self) -> str:
        """What it means."""


# -- reference -------------------------------------------------------------------------------------------------------


def rule_reference(families: Iterable[FamilyText]) -> str:
    """Markdown reference of rule families: a table of contents, then one section each with meaning and formula."""
    families = tuple(families)
    lines = [
        "# Rules",
        "",
        "Each rule family is one kind of rule a plan keeps. The short name is what messages, slack tables and run",
        "files call it. When rules cannot all hold, those that may be relaxed more readily are given up first.",
        "",
        "| Rule | Short name | May be relaxed |",
        "| --- | --- | --- |",
    ]
    lines += [f"| [{f.title}](#{_anchor(f.title)}) | `{f.name}` | {_relaxed(f.priority)} |" for f in families]
    for f in families:
        lines += ["", f"## {f.title}", "", _markdown(f.doc), "", "$$", f.latex, "$$"]
        lines += ["", f"Short name `{f.name}`. May be relaxed: {_relaxed(f.priority)}."]
    return "\n".join(lines) + "\n"


def _anchor(title: str) -> str:
    """Anchor that Markdown viewers give a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _relaxed(priority: int) -> str:
    if priority <= 0:
        return "never, it is what the words mean"
    grade = "hardly" if priority <= 2 else "with difficulty" if priority <= 4 else "yes" if priority <= 6 else "first"
    return f"{grade} ({priority} of 9)"


def _markdown(doc: str) -> str:
    """Text of a docstring as Markdown: double backquotes and roles become plain code."""
    text = re.sub(r":[a-z:]+:`~?([^`]+)`", r"`\1`", doc)
    return re.sub(r"``([^`]+)``", r"`\1`", text).strip()


# -- one rule --------------------------------------------------------------------------------------------------------


def rule_text(instance: Instance, ref: RuleRef) -> str:
    """One rule by its reference, in words and without its wave: ``Budget of hq``."""
    maker = _TEXTS.get(ref.family)
    try:
        return maker(instance, ref.members) if maker else _plain(ref)
    except (IndexError, KeyError):
        return _plain(ref)


def _plain(ref: RuleRef) -> str:
    """A rule no words are known for."""
    members = ": " + ", ".join(ref.members) if ref.members else ""
    return words.title_case(ref.family) + members


def _pot_text(instance: Instance, pot: str) -> str:
    return words.one_line(instance.label(pot))


Members = Sequence[str]

_TEXTS: dict[str, Callable[[Instance, Members], str]] = {
    "start_once": lambda i, m: f"{item_text(i, m[0])} starts once, in one mode",
    "windows": lambda i, m: f"{item_text(i, m[0])} not before its launch, and live by the end",
    "capability_steps": lambda i, m: f"{item_text(i, m[0])} after {item_text(i, m[1])}",
    "requirements": lambda i, m: f"{item_text(i, m[0])} needs {' or '.join(item_text(i, x) for x in m[1:])}",
    "parallel": lambda i, m: f"Affiliates in progress at once: {mode_words(i, m[0])}",
    "mandate": lambda i, m: f"{item_text(i, m[0])} one step at a time",
    "mandate_grants": lambda i, m: f"Mandate grants: {_GRANTS.get(m[0], words.title_case(m[0]).lower())}",
    "budgets": lambda i, m: f"Budget of {_pot_text(i, m[0])}",
    "capacities": lambda i, m: f"Capacity of {words.one_line(i.label(m[0]))}",
    "pace": lambda i, m: f"Starts in a wave: {', '.join(set_text(i, x) for x in m[0].split())}",
    "start_small": lambda i, m: "New brands in a wave",
    "locks": lambda i, m: f"{item_text(i, m[0])} {_LOCKS[m[1]]}",
    **link_rules.TEXTS,
    **money_rules.TEXTS,
    **goals.TEXTS,
}


# -- one instance ----------------------------------------------------------------------------------------------------


def instance_rules(instance: Instance) -> Table:
    """Rules that hold in one instance, in words.

    Returns
    -------
    Table
        Columns: rule family, what it says here, and the waves it binds in.
    """
    rows = [
        *_requirements(instance),
        *link_rules.relations(instance),
        *link_rules.exceptions(instance),
        *_capabilities(instance),
        *_launches(instance),
        *_mandate(instance),
        *_parallel(instance),
        *link_rules.archetypes(instance),
        *_pace(instance),
        *_budgets(instance),
        *money_rules.funding(instance),
        *money_rules.returns(instance),
        *_capacities(instance),
        *money_rules.hiring(instance),
        *link_rules.coherence(instance),
        *goals.wanted(instance),
        *_locks(instance),
        *history(instance),
    ]
    return Table("Rules of this instance", ("Rule", "What it says", "Waves"), tuple(rows))


Row = tuple[str, str, str]
_EVERY = "every"


def _requirements(instance: Instance) -> list[Row]:
    """Requirements as given and of the roll-out approach, all-of ones of the same item and lag in one."""
    together: dict[tuple[str, int], list[str]] = {}
    rows = []
    for row in instance.all_requirements:
        named = [_required(instance, w) for w in row.requires]
        if row.at_least is None:
            together.setdefault((row.item, row.lag), []).extend(named)
        else:
            what = f"at least {row.at_least} of {', '.join(named)} {'is' if row.at_least == 1 else 'are'} live"
            rows.append(_requirement(instance, row.item, what, row.lag))
    first = []
    for (item, lag), named in together.items():
        named = list(dict.fromkeys(named))
        what = f"{listed(named)} {'is' if len(named) == 1 else 'are'} live"
        first.append(_requirement(instance, item, what, lag))
    return first + rows


def _required(instance: Instance, word: str) -> str:
    """What is required, with a remark where it is there already."""
    return item_text(instance, word) + ("" if instance.members(word) else " (there today)")


def _requirement(instance: Instance, item: str, what: str, lag: int) -> Row:
    since = f" for {words.count(lag, 'wave')}" if lag else ""
    who = item_text(instance, item)
    return ("requirements", f"{who[:1].upper() + who[1:]} starts only when {what}{since}", _EVERY)


def _capabilities(instance: Instance) -> list[Row]:
    growing = {i.capability for i in instance.adoptables.values() if i.capability}
    if not growing:
        return []
    said = words.count(len(growing), "capability grows", "capabilities grow")
    return [("capability_steps", f"{said} level by level, one level a wave at most", _EVERY)]


def _launches(instance: Instance) -> list[Row]:
    return [
        ("windows", f"{words.one_line(i.name)} is not live before wave {i.earliest_live}", f"1–{i.earliest_live - 1}")
        for i in instance.adoptables.values()
        if i.earliest_live > 1
    ]


def _mandate(instance: Instance) -> list[Row]:
    settings = instance.settings
    if not instance.mandate:
        return []
    if settings.mandate_path:
        path = ", ".join(map(str, settings.mandate_path))
        rows = [("mandate", f"The mandate's level in each wave is given: {path}", _EVERY)]
    else:
        said = f"The mandate starts at level {mandate_before(instance)} and rises one step a wave at most"
        rows = [("mandate", said, _EVERY)]
    for level, row in sorted(instance.mandate_levels.items()):
        granted = _granted(row)
        if level >= settings.mandate_start and granted:
            name = f" ({words.one_line(row.name)})" if row.name else ""
            rows.append(("mandate_grants", f"Mandate level {level}{name}: {granted}", "at this level"))
    return rows


def _granted(row: MandateLevel) -> str:
    said = [f"{text}: at most {getattr(row, g)}" for g, text in _GRANTS.items() if getattr(row, g) is not None]
    if row.released_share < 1:
        said.append(f"{words.percent(row.released_share)} of every budget released")
    return "; ".join(said)


def _parallel(instance: Instance) -> list[Row]:
    return [
        (
            "parallel",
            f"At most {words.count(a.parallel, 'affiliate')} in progress at once as {words.one_line(a.label)}",
            _EVERY,
        )
        for a in instance.archetypes
        if a.parallel is not None and not a.variant_of
    ]


def _pace(instance: Instance) -> list[Row]:
    rows = [
        ("pace", f"At most {p.limit} of {listed([set_text(instance, w) for w in p.items])} start in a wave", _EVERY)
        for p in instance.pace
        if p.limit is not None
    ]
    settings = instance.settings
    if settings.brands_first_wave is not None:
        rows.append(("start_small", f"At most {words.count(settings.brands_first_wave, 'brand')} to begin with", "1"))
    if settings.brands_later_waves is not None and instance.n_waves > 1:
        later = "2" if instance.n_waves == 2 else f"2–{instance.n_waves}"
        rows.append(("start_small", f"At most {words.count(settings.brands_later_waves, 'new brand')} a wave", later))
    return rows


def _budgets(instance: Instance) -> list[Row]:
    unit = words.money_unit(instance)
    rows = []
    for pot, amounts in instance.budget.items():
        keep = instance.carry_share(pot)
        kept = f"; {words.percent(keep)} of what is left is carried on" if keep else "; what is left lapses"
        said = f"{_pot_text(instance, pot)} has {unit} {_by_wave(amounts)}{kept}"
        rows.append(("budgets", said, _EVERY))
    return rows


def _by_wave(amounts: Sequence[float], unit: str = "") -> str:
    """``9 FTE a wave``, or one amount for each wave."""
    said = [words.short(a) if abs(a) >= 1 else f"{a:.10g}" for a in amounts]
    return f"{said[0]}{unit} a wave" if len(set(said)) == 1 else ", ".join(said) + unit


def _capacities(instance: Instance) -> list[Row]:
    units = instance.by_id("resources")
    rows = []
    for resource, amounts in instance.capacity.items():
        unit = f" {words.one_line(units[resource].unit)}" if units[resource].unit else ""
        rows.append(("capacities", f"{words.one_line(instance.label(resource))}: {_by_wave(amounts, unit)}", _EVERY))
    return rows


def _locks(instance: Instance) -> list[Row]:
    return [("locks", f"{item_text(instance, k.item)} {_lock(instance, k)}", _EVERY) for k in instance.locks]


def _lock(instance: Instance, lock: Lock) -> str:
    said = []
    if lock.must:
        said.append("must be adopted" + (f" and live by wave {lock.by}" if lock.by else ""))
    if lock.never:
        said.append("must not be adopted")
    for wave, text in (
        (lock.earliest, "starts in wave {} or later"),
        (lock.latest, "starts in wave {} or before"),
        (lock.fixed, "starts in wave {}"),
    ):
        if wave is not None:
            said.append(text.format(wave))
    if lock.mode:
        said.append(f"takes the mode {mode_words(instance, lock.mode)}")
    return "; ".join(said or ["is free"]) + ("" if lock.must or lock.never or not said else ", if at all")
