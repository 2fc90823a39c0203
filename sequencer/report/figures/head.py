"""Top and bottom of the Gantt: title, key figures, legend, and what is not adopted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sequencer.instance.goals import goals
from sequencer.report import words
from sequencer.report.adopted import adopted, adopted_text
from sequencer.report.figures import layout, style
from sequencer.report.figures.axis import mandate_name
from sequencer.report.goals import PROVEN, figure, heading, levels
from sequencer.types import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sequencer.instance.instance import Instance
    from sequencer.plan.evaluate import Evaluation
    from sequencer.report.figures.canvas import Canvas

_SMALL = 6.6


def draw(
    canvas: Canvas, page: layout.Page, evaluation: Evaluation, result: Mapping[str, Any] | None, *, complete: bool
) -> None:
    """Title, key figures with what a result proves of them, legend, foot, and in red what a reader must know first."""
    left, right = layout.MARGIN, page.width - layout.MARGIN
    name = words.one_line(evaluation.instance.settings.name)
    title = f"{name}: roadmap" if name else "Transformation roadmap"
    start = _legend(canvas, right)
    canvas.text(left, 0.28, style.fitted(title, start - left - 0.2, 15, bold=True), 15, bold=True)
    broken = len(evaluation.violations)
    warnings = (
        "" if complete else "Unfinished run: the best plan so far.",
        f"This plan breaks {words.count(broken, 'rule')}." if broken else "",
    )
    warning = " ".join(w for w in warnings if w)
    canvas.text(right, 0.51, warning, 8, style.ALERT, bold=True, ha="right")
    room = right - left - (style.text_width(warning, 8, bold=True) + 0.2 if warning else 0.0)
    figures = key_figures(evaluation, result)
    size = min(8.0, max(8.0 * room / style.text_width(figures, 8), _SMALL))
    canvas.text(left, 0.51, style.fitted(figures, room, size), size, style.MUTED)
    _foot(canvas, page, evaluation)


def key_figures(evaluation: Evaluation, result: Mapping[str, Any] | None = None) -> str:
    """One line: what was optimised and how much of it is proven, money, then how much is adopted.

    Parameters
    ----------
    evaluation
        Evaluation of the plan.
    result
        Content of ``result.json`` where the plan was solved for; without it nothing is said of a bound.
    """
    instance, measures = evaluation.instance, evaluation.measures
    value, cost, payback = measures["value"], measures["cost"], measures["payback_wave"]
    places = words.decimals((evaluation.npv, value or 0.0, cost or 0.0))
    taken = adopted_text(evaluation)
    first = goals(instance)[0].measure
    reached = f"{heading(instance, first)} {figure(instance, first, evaluation.objective)}"
    worth = f"net present value {words.money_unit(instance)} {words.number(evaluation.npv, places)}"
    proof = _proof(instance, result, places if first == "npv" else None)
    parts = (
        *((f"N{worth[1:]}{proof}",) if first == "npv" else (f"{reached}{proof}", worth)),
        f"value {words.number(value, places)} for cost {words.number(cost, places)} (discounted)",
        "no payback within the horizon" if payback is None else f"payback {words.wave_text(instance, round(payback))}",
        f"{taken} adopted" if taken else "",
    )
    return "  ·  ".join(p for p in parts if p)


def _proof(instance: Instance, result: Mapping[str, Any] | None, places: int | None) -> str:
    """What is proven of the first goal, to be said after its figure."""
    if result is None:
        return ""
    highest, level = goals(instance)[0].sense > 0, levels(instance, result)[0]
    if level["gap"] is None or level["bound"] is None:
        return ", how much better it could be is not proven"
    if level["gap"] <= PROVEN:
        return f", proven the {'highest' if highest else 'lowest'} possible"
    bound = figure(instance, level["measure"], level["bound"], places)
    gap = words.percent(level["gap"], 2 if level["gap"] < 0.1 else 1)
    return f", at {'most' if highest else 'least'} {bound} proven (gap {gap})"


def _legend(canvas: Canvas, right: float) -> float:
    """Legend of the bars at the top right; returns where it begins."""
    entries = (("under way", 0.5, False), ("goes live", 0.15, True), ("live", 0.15, False))
    x, y = right, 0.28
    for text, tint, tick in reversed(entries):
        x -= style.text_width(text, 7.5)
        canvas.text(x, y, text, 7.5, style.MUTED)
        x -= 0.27
        canvas.rect(x, y - 0.05, 0.22, 0.1, style.mix(style.SLATE, tint), layer=2)
        if tick:
            canvas.rect(x, y - 0.05, 0.03, 0.1, style.shade(style.SLATE, 0.85), layer=3)
        x -= 0.16
    return x


def _foot(canvas: Canvas, page: layout.Page, evaluation: Evaluation) -> None:
    """Key to the mandate levels, and what the plan leaves out."""
    instance = evaluation.instance
    left, width = layout.MARGIN, page.width - 2 * layout.MARGIN
    y = page.height - layout.FOOT + 0.1
    levels = [f"{n} {words.one_line(mandate_name(instance, n))}" for n in sorted(set(evaluation.mandate))]
    lines = []
    if instance.mandate and levels:
        lines.append("Mandate levels:  " + ",  ".join(levels))
    left_out = not_adopted(evaluation)
    if left_out:
        lines.append(f"Not adopted:  {left_out}")
    for number, text in enumerate(lines):
        canvas.text(left, y + 0.12 * number, style.fitted(text, width, _SMALL), _SMALL, style.MUTED)


def not_adopted(evaluation: Evaluation) -> str:
    """What a plan leaves out: names, but only the number of capability steps."""
    names, steps = [], 0
    taken = adopted(evaluation)
    for item in evaluation.instance.adoptables.values():
        if item.id not in taken:
            if item.kind == Kind.STEP:
                steps += 1
            else:
                names.append(words.one_line(item.name))
    if steps:
        names.insert(0, words.count(steps, "capability step"))
    return ", ".join(names)
