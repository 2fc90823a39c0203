"""Wave axis of the Gantt: wave numbers, dates, and the mandate band below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sequencer.report import words
from sequencer.report.figures import layout, style

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.evaluate import Evaluation
    from sequencer.report.figures.canvas import Canvas

_SMALL = 6.6
_BIG = 7.8
_LINES = (0.2, 0.315)
"""Where the lines of dates stand below the top of the axis."""

Form = tuple[str, ...]


def draw(canvas: Canvas, column: layout.Column, evaluation: Evaluation) -> None:
    """Waves, the time after them, the head of the column of values, and the mandate band."""
    instance = evaluation.instance
    _numbers(canvas, column)
    _dates(canvas, column, instance)
    _after(canvas, column, instance)
    if column.values:
        unit = style.fitted(words.money_unit(instance), layout.VALUE - 0.05, _SMALL)
        canvas.text(column.right, layout.HEAD + 0.07, "Value", _BIG, bold=True, ha="right")
        for down, text in zip(_LINES, (unit, "in all"), strict=True):
            canvas.text(column.right, layout.HEAD + down, text, _SMALL, style.MUTED, ha="right")
    _mandate(canvas, column, evaluation)


def _numbers(canvas: Canvas, column: layout.Column) -> None:
    """Numbers of waves, as fully as all of them fit; only every so many where they are very narrow."""
    waves = range(1, column.waves + 1)
    y = layout.HEAD + 0.07
    forms = ([f"Wave {w}" for w in waves], [f"W{w}" for w in waves], [str(w) for w in waves])
    room = column.wave_width - 0.03
    fitting = [f for f in forms if all(style.text_width(t, _BIG, bold=True) <= room for t in f)]
    shown = fitting[0] if fitting else forms[-1]
    if shown is not forms[0]:
        canvas.text(column.left, y, "Wave", _BIG, bold=True)
    stride = 1 if fitting else int(style.text_width(shown[-1], _BIG, bold=True) / room) + 1
    for wave in waves[::stride]:
        middle = column.x(wave) + column.wave_width / 2
        canvas.text(middle, y, shown[wave - 1], _BIG, bold=True, ha="center")


def _dates(canvas: Canvas, column: layout.Column, instance: Instance) -> None:
    """Dates of all waves in the fullest form that fits each of them; years alone where none does."""
    waves = range(1, column.waves + 1)
    forms = [_forms(instance, w) for w in waves]
    for rank in range(min(map(len, forms))):
        chosen = [f[rank] for f in forms]
        if all(_fits(form, column.wave_width) for form in chosen):
            for wave, form in zip(waves, chosen, strict=True):
                _lines(canvas, column.x(wave) + column.wave_width / 2, form)
            return
    free = column.x0
    for wave in waves:
        day, before = instance.date_of(wave), instance.date_of(wave - 1) if wave > 1 else None
        if day is not None and (before is None or day.year != before.year) and column.x(wave) >= free:
            canvas.text(column.x(wave), layout.HEAD + _LINES[0], str(day.year), _SMALL, style.MUTED)
            free = column.x(wave) + style.text_width(str(day.year), _SMALL) + 0.05


def _forms(instance: Instance, wave: int) -> tuple[Form, ...]:
    """Ways to write the dates of a wave in two lines, the fullest first."""
    whole, begin = words.span_text(instance, wave), words.begin_text(instance, wave)
    head, _, tail = whole.rpartition(" ")
    first, dash, second = whole.partition("–")
    month, _, year = begin.rpartition(" ")
    if instance.settings.start is None:
        return ((head, tail), ("m.", tail), (tail,))
    return ((head, tail), (first + dash, second), (month, year), (month, f"’{year[-2:]}"))


def _after(canvas: Canvas, column: layout.Column, instance: Instance) -> None:
    """Head of the tail: until when, and how long it is."""
    left = column.x(column.waves + 1)
    middle, width = (left + column.x1) / 2, column.x1 - left
    canvas.text(middle, layout.HEAD + 0.07, "After", _BIG, bold=True, ha="center")
    tail = instance.settings.tail_months
    forms: Sequence[Form] = (("the last", "wave"),)
    if tail:
        final = words.span_text(instance, len(instance.periods)).rpartition("–")[2]
        month, _, year = final.rpartition(" ")
        dated = ((f"to {final}", f"{tail} months"), (f"to {month}", year)) if instance.settings.start else ()
        forms = (*dated, (f"{tail} months",), (str(tail), "months"))
    _lines(canvas, middle, next((f for f in forms if _fits(f, width)), ()))


def _fits(form: Form, width: float) -> bool:
    return all(style.text_width(text, _SMALL) <= width - 0.03 for text in form)


def _lines(canvas: Canvas, middle: float, form: Form) -> None:
    for down, text in zip(_LINES, form, strict=False):
        canvas.text(middle, layout.HEAD + down, text, _SMALL, style.MUTED, ha="center")


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
