"""Top and bottom of the Gantt: title, key figures, legend, wave axis with mandate band, and what is not adopted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sequencer.report import words
from sequencer.report.adopted import adopted, adopted_text
from sequencer.report.figures import layout, style
from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.evaluate import Evaluation
    from sequencer.report.figures.canvas import Canvas

_SMALL = 6.6


def draw(canvas: Canvas, page: layout.Page, evaluation: Evaluation) -> None:
    """Title, key figures, legend and foot."""
    left, right = layout.MARGIN, page.width - layout.MARGIN
    name = words.one_line(evaluation.instance.settings.name)
    title = f"{name}: roadmap" if name else "Transformation roadmap"
    start = _legend(canvas, right)
    canvas.text(left, 0.28, style.fitted(title, start - left - 0.2, 15, bold=True), 15, bold=True)
    broken = len(evaluation.violations)
    warning = f"This plan breaks {words.count(broken, 'rule')}." if broken else ""
    canvas.text(right, 0.51, warning, 8, style.ALERT, bold=True, ha="right")
    room = right - left - (style.text_width(warning, 8, bold=True) + 0.2 if warning else 0.0)
    canvas.text(left, 0.51, style.fitted(key_figures(evaluation), room, 8), 8, style.MUTED)
    _foot(canvas, page, evaluation)


def key_figures(evaluation: Evaluation) -> str:
    """One line: money first, then how much is adopted."""
    instance, measures = evaluation.instance, evaluation.measures
    value, cost, payback = measures["value"], measures["cost"], measures["payback_wave"]
    places = words.decimals((evaluation.npv, value or 0.0, cost or 0.0))
    taken = adopted_text(evaluation)
    parts = (
        f"Net present value {words.money_unit(instance)} {words.number(evaluation.npv, places)}",
        f"value {words.number(value, places)} for cost {words.number(cost, places)} (discounted)",
        "no payback within the horizon" if payback is None else f"payback {words.wave_text(instance, round(payback))}",
        f"{taken} adopted" if taken else "",
    )
    return "  ·  ".join(p for p in parts if p)


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


def axis(canvas: Canvas, column: layout.Column, evaluation: Evaluation) -> None:
    """Wave numbers with dates, and the mandate band below them."""
    top, instance = layout.HEAD, evaluation.instance
    for wave in range(1, column.waves + 2):
        x = column.x(wave)
        width = (column.x1 if wave > column.waves else column.x(wave + 1)) - x
        name = ("After",) if wave > column.waves else (f"Wave {wave}", f"W{wave}", str(wave))
        middle = x + width / 2
        said = style.first_fitting(name, width - 0.04, 7.8, bold=True)
        canvas.text(middle, top + 0.07, said, 7.8, bold=True, ha="center")
        if wave == 1 and said != name[0]:
            canvas.text(column.left, top + 0.07, "Wave", 7.8, bold=True)
        for line, text in enumerate(_dates(instance, wave, width)):
            canvas.text(middle, top + 0.2 + 0.115 * line, text, _SMALL, style.MUTED, ha="center")
    if column.values:
        middle = (column.x1 + column.right) / 2
        canvas.text(column.right, top + 0.07, "Value", 7.8, bold=True, ha="right")
        unit = style.fitted(words.money_unit(instance), 2 * (column.right - middle), _SMALL)
        canvas.text(column.right, top + 0.2, unit, _SMALL, style.MUTED, ha="right")
        canvas.text(column.right, top + 0.315, "in all", _SMALL, style.MUTED, ha="right")
    _mandate(canvas, column, evaluation)


def _dates(instance: Instance, wave: int, width: float) -> tuple[str, ...]:
    """Dates of a wave in one or two lines that fit, the shorter forms for narrow waves."""
    if wave > instance.n_waves:
        end = len(instance.periods)
        if end == instance.n_waves:
            return ("the last", "wave")
        months = f"{instance.settings.tail_months} months"
        final = words.span_text(instance, end).rpartition("–")[2]
        forms: tuple[tuple[str, ...], ...] = (
            (f"to {final}", months),
            (f"to {final[:3]}", final[3:].strip()) if instance.settings.start else (months,),
            tuple(months.split()),
        )
        return _fitting(forms, width)
    whole = words.span_text(instance, wave)
    begin = words.begin_text(instance, wave)
    head, _, tail = whole.rpartition(" ")
    first, _, second = whole.partition("–")
    month, _, year = begin.rpartition(" ")
    forms = ((head, tail), (f"{first}–", second), (month, year), (month, f"’{year[-2:]}"), (month,))
    return _fitting(forms, width)


def _fitting(forms: Iterable[tuple[str, ...]], width: float) -> tuple[str, ...]:
    """First form of which every line fits."""
    return next((f for f in forms if all(style.text_width(t, _SMALL) <= width - 0.03 for t in f)), ())


def _mandate(canvas: Canvas, column: layout.Column, evaluation: Evaluation) -> None:
    """Levels in rising tints; each run of waves on the same level is one block."""
    instance = evaluation.instance
    y, height = layout.HEAD + layout.WAVES, layout.BAND - 0.03
    if not instance.mandate:
        canvas.line(column.left, column.right, y + height, style.FAINT, 0.8)
        return
    canvas.text(column.left, y + height / 2, "Governance mandate", _SMALL, style.shade(style.SLATE, 0.8), bold=True)
    levels = evaluation.mandate
    highest = max(1, *instance.mandate_levels)
    first = 1
    for wave in range(1, len(levels) + 1):
        if wave < len(levels) and levels[wave] == levels[wave - 1]:
            continue
        level = levels[wave - 1]
        left = column.x(first)
        right = column.x1 if wave == len(levels) else column.x(wave + 1)
        tint = style.mix(style.SLATE, 0.18 + 0.42 * level / highest)
        canvas.rect(left, y, right - left - 0.015, height, tint, layer=2, gid=f"mandate:{first}")
        name = words.one_line(mandate_name(instance, level))
        forms = (f"{level}  {name}", f"Level {level}", str(level))
        text = style.first_fitting(forms, right - left - 0.05, _SMALL, bold=True)
        canvas.text((left + right) / 2, y + height / 2, text, _SMALL, bold=True, ha="center")
        first = wave + 1


def mandate_name(instance: Instance, level: int) -> str:
    """Name of a mandate level, empty where it has none."""
    row = instance.mandate_levels.get(level)
    return row.name if row else ""


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
