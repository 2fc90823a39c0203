"""Sensitivity as tables: a tornado of assumptions, and where the best plan changes with one parameter."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sequencer.report import goals, words
from sequencer.report.table import Table

if TYPE_CHECKING:
    from sequencer.instance.goals import Measure
    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Plan
    from sequencer.study.breaks import Breaks
    from sequencer.study.draws import Assumption
    from sequencer.study.information import Information
    from sequencer.study.sensitivity import End, Tornado

VALUES = ("low", "base", "high")
HOW = {
    "fixed": "Fixed plan: its decisions stay, and its worth is worked out anew with each value.",
    "best": "Re-optimised: solved anew with each value; ranges are proven.",
    "both": "Fixed plan: its decisions stay. Re-optimised: solved anew with each value; ranges are proven.",
}
PROVEN = 1e-6
MOST_CHANGES = 6
"""Changes of a plan that are named."""


def unit_title(instance: Instance, measure: Measure) -> str:
    """Title of a measure with its unit."""
    title = goals.heading(instance, measure.name)
    return f"{title}, {words.money_unit(instance)}" if measure.unit == "money" else title


def places(measure: Measure, figures: Iterable[float | None]) -> int:
    """Decimals for figures of a measure."""
    if measure.unit in ("wave", "count"):
        return 0
    return words.decimals(f for f in figures if f is not None and math.isfinite(f))


# -- tornado ----------------------------------------------------------------------------------------------------------


def label(instance: Instance, assumption: Assumption) -> str:
    """``Remote engagement: potential``."""
    row = instance.by_id(assumption.table).get(assumption.id)
    name = getattr(row, "label", "") if row is not None else ""
    if not name:
        name = instance.label(assumption.id) if assumption.id in instance.adoptables else assumption.id
    field = assumption.field.replace("one_off", "one-off").replace("_", " ")
    table = "" if getattr(row, "label", "") or assumption.id in instance.adoptables else f"{assumption.table} "
    return f"{words.one_line(table + name)}: {field}"


def tornado_table(tornado: Tornado) -> Table:
    """What each assumption alone does, the widest swing first."""
    measure, how = tornado.measure, tornado.how
    figures = [f for bar in tornado.bars for e in bar.ends for f in (e.fixed, e.objective, e.bound)]
    digits = places(measure, [*figures, tornado.objective])
    rows = []
    for bar in tornado.bars:
        a = bar.assumption
        cells = [label(tornado.instance, a), *(words.short(v) for v in (a.low, a.base, a.high))]
        if how != "best":
            cells += [_fixed(end, digits) for end in bar.ends]
        if how != "fixed":
            cells += [_best(end, digits) for end in bar.ends]
        rows.append(tuple(cells))
    columns = ["Assumption", "Low", "Base", "High"]
    columns += ["Fixed plan at low", "at high"] if how != "best" else []
    columns += ["Re-optimised at low", "at high"] if how != "fixed" else []
    return Table(unit_title(tornado.instance, measure), tuple(columns), tuple(rows), tuple(_notes(tornado, digits)))


def _fixed(end: End, digits: int) -> str:
    if end.fixed is None:
        return words.NONE
    return words.number(end.fixed, digits) + ("*" if end.broken else "")


def _best(end: End, digits: int) -> str:
    if end.objective is None:
        return "no plan" if end.termination == "infeasible" else "none found"
    if end.bound is None:
        return f"{words.number(end.objective, digits)} (bound not known)"
    low, high = (words.number(v, digits) for v in sorted((end.objective, end.bound)))
    return low if low == high else f"{low} to {high}"


def _notes(tornado: Tornado, digits: int) -> list[str]:
    """What is varied, and how to read it."""
    base = [f"On base values: {words.number(tornado.objective, digits)}."]
    if tornado.best is not None and tornado.bound is not None:
        low, high = (words.number(v, digits) for v in sorted((tornado.best, tornado.bound)))
        told = "proven best" if low == high else f"the best plan is worth {low} to {high}, proven"
        base = [f"On base values: {words.number(tornado.objective, digits)} ({told})."]
    said = [*base, HOW[tornado.how], "One assumption at a time; all others stay at base."]
    if any(e.broken for bar in tornado.bars for e in bar.ends):
        said.append("* The fixed plan breaks rules with this value.")
    if not tornado.complete:
        said.append("Not complete: the search was stopped.")
    return said


# -- information ------------------------------------------------------------------------------------------------------


def information_table(found: Information) -> Table:
    """What it is worth to know each assumption, as a proven interval."""
    ends = [end for k in found.known for end in k.worth]
    digits, coarse = words.decimals(ends), words.decimals(k.common.bound for k in found.known)
    rows = tuple(
        (
            label(found.instance, k.assumption),
            *(words.short(v) for v in (k.assumption.low, k.assumption.base, k.assumption.high)),
            _range(k.worth, digits),
            _range((k.informed_mean.objective, k.informed_mean.bound), coarse),
            _range((k.common.objective, k.common.bound), coarse),
        )
        for k in found.known
    )
    columns = ("Assumption", "Low", "Base", "High", "Worth knowing", "Mean where known", "Best plan for all")
    shares = ", ".join(f"{name} {words.percent(p)}" for name, p in zip(VALUES, found.probabilities, strict=True))
    notes = [
        f"Probabilities: {shares}. Rules use base values. Ranges are proven.",
        "Worth knowing: the mean of the best plan for each value, less the mean of the one plan that is best for all.",
    ]
    if not found.complete:
        notes.append("Not complete: the search was stopped.")
    title = f"What it is worth to know an assumption before planning, {words.money_unit(found.instance)}"
    return Table(title, columns, rows, tuple(notes))


def _range(ends: tuple[float, float], digits: int) -> str:
    low, high = (words.number(v, digits) if math.isfinite(v) else "not known" for v in ends)
    return low if low == high else f"{low} to {high}"


# -- breakpoints ------------------------------------------------------------------------------------------------------


def break_tables(found: Breaks) -> list[Table]:
    """Stretches in which one plan is best, and what changes between them."""
    return [stretches(found), changes(found)]


def parameter_title(found: Breaks) -> str:
    """``factor on budgets.*.amount``."""
    action = {"set": "", "scale": "factor on ", "add": "what is added to "}[found.parameter.action]
    return f"{action}{found.parameter.name}"


def number(found: Breaks, value: float) -> str:
    """A value of the parameter, to the width of what was looked at."""
    width = abs(found.tried[-1].value - found.tried[0].value) if found.tried else abs(value)
    digits = max(0, 3 - math.floor(math.log10(width))) if width else 3
    return words.number(value, min(digits, 9))


def stretches(found: Breaks) -> Table:
    """Where which plan is best."""
    by_value = {t.value: t for t in found.tried}
    digits = places(found.measure, [f for t in found.tried for f in (t.objective, t.bound)])
    rows = tuple(
        (
            str(k),
            number(found, s.first),
            number(found, s.last),
            _worth(by_value[s.first].objective, digits),
            _worth(by_value[s.last].objective, digits),
            "no plan keeps all rules" if s.plan is None else words.count(len(s.plan.adoptions), "adoption"),
            "everywhere between" if s.throughout else "at values tried",
        )
        for k, s in enumerate(found.stretches, start=1)
    )
    title = unit_title(found.instance, found.measure)
    columns = ("Plan", "From", "To", f"{title.partition(',')[0]} there", "and there", "Best plan", "Proven best")
    return Table(f"Best plan by {parameter_title(found)}", columns, rows, tuple(_break_notes(found)))


def _worth(figure: float | None, digits: int) -> str:
    return words.NONE if figure is None else words.number(figure, digits)


def _break_notes(found: Breaks) -> list[str]:
    said = [f"Amounts are in {words.money_unit(found.instance)}."] if found.measure.unit == "money" else []
    said.append("A plan is told as best only at values, or between values, for which it is proven.")
    if found.loss > PROVEN:
        share = words.percent(found.loss, 1)
        said.append(f"Best means: proven to fall short by no more than {share}; it changes where more is proven.")
    if any(not s.throughout for s in found.stretches):
        said.append("Between values that were tried another plan may be better; more breaks than told are possible.")
    if found.open_from is not None:
        said.append(
            f"From {number(found, found.open_from)} on it is not proven which plan is best; a smaller gap or more time "
            "settles it."
        )
    return said


def changes(found: Breaks) -> Table:
    """What changes at each break."""
    rows = tuple(
        (
            f"{k} to {k + 1}",
            f"{number(found, b.low)} to {number(found, b.high)}",
            moves(found.instance, b.before, b.after),
        )
        for k, b in enumerate(found.breaks, start=1)
    )
    notes = () if rows else ("The best plan does not change between the values that were tried.",)
    if found.open_from is not None and not rows:
        notes = ("No break is proven.",)
    return Table("Where the best plan changes", ("Plan", "Between", "What changes"), rows, notes)


def moves(instance: Instance, before: Plan | None, after: Plan | None) -> str:
    """What differs between two plans, in a line."""
    if before is None or after is None:
        return "there is a plan" if before is None else "no plan keeps all rules any more"
    told = []
    for item in instance.adoptables.values():
        one, two = before.by_id.get(item.id), after.by_id.get(item.id)
        if one == two:
            continue
        name = words.one_line(item.name)
        if two is None:
            told.append(f"{name} out")
        elif one is None:
            told.append(f"{name} in (wave {two.wave})")
        elif one.wave != two.wave:
            told.append(f"{name} wave {one.wave} → {two.wave}")
        else:
            told.append(f"{name} {one.mode} → {two.mode}")
    more = len(told) - MOST_CHANGES
    if not told:
        return "payments only"
    return "; ".join(told[:MOST_CHANGES]) + (f"; and {more} more" if more > 0 else "")
