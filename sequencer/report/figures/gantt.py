"""The roadmap as a Gantt chart: a mandate band, swimlanes of what is adopted, and a strip of money below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sequencer.plan.evaluate import evaluate
from sequencer.report import words
from sequencer.report.adopted import adopted
from sequencer.report.figures import axis, head, layout, strip, style
from sequencer.report.figures.canvas import Canvas
from sequencer.report.figures.lanes import Bar, Group, Row, groups
from sequencer.report.figures.style import save
from sequencer.types import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from sequencer.instance.instance import Instance
    from sequencer.plan.evaluate import Evaluation
    from sequencer.plan.plan import Plan

__all__ = ["gantt", "gantt_figure", "save"]

TITLE_MOST = 9.0
_PAD = 0.035
_TICK = 0.022
_EARNING = (Kind.DRIVER, Kind.AFFILIATE, Kind.BRAND, Kind.CUSTOMER_TYPE)


@style.plain
def gantt(
    plan: Plan,
    instance: Instance,
    *,
    ax: Axes | None = None,
    evaluation: Evaluation | None = None,
    result: Mapping[str, Any] | None = None,
    complete: bool = True,
) -> Axes:
    """Draw the Gantt chart of a plan.

    Parameters
    ----------
    plan, instance
        What to draw.
    ax
        Where to; a page of its own where not given. Given axes are filled, and texts shrink with them.
    evaluation
        Evaluation of the plan; made where not given.
    result
        Content of ``result.json`` where the plan was solved for: what is proven of it is told.
    complete
        Whether that solve came to its end; else the picture is marked as unfinished.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Their coordinates are inches of the page, y downwards.
    """
    if ax is None:
        return gantt_figure(plan, instance, evaluation, result=result, complete=complete).axes[0]
    evaluation = evaluate(instance, plan) if evaluation is None else evaluation
    box = ax.get_window_extent()
    _draw(ax, evaluation, result, complete=complete, aspect=box.height / box.width)
    return ax


@style.plain
def gantt_figure(
    plan: Plan,
    instance: Instance,
    evaluation: Evaluation | None = None,
    *,
    result: Mapping[str, Any] | None = None,
    complete: bool = True,
) -> Figure:
    """Gantt chart on a page of its own: a 16:9 slide, higher where it would otherwise be illegible.

    Parameters
    ----------
    plan, instance
        What to draw.
    evaluation
        Evaluation of the plan; made where not given.
    result
        Content of ``result.json`` where the plan was solved for: what is proven of it is told.
    complete
        Whether that solve came to its end; else the picture is marked as unfinished.
    """
    evaluation = evaluate(instance, plan) if evaluation is None else evaluation
    figure = Figure(facecolor="white", dpi=150)
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    page = _draw(ax, evaluation, result, complete=complete, aspect=None)
    figure.set_size_inches(page.width, page.height)
    return figure


def _draw(
    ax: Axes, evaluation: Evaluation, result: Mapping[str, Any] | None, *, complete: bool, aspect: float | None
) -> layout.Page:
    shown = groups(evaluation, _values(evaluation))
    page = layout.page(shown, evaluation.instance.n_waves, aspect)
    figure_scale = 1.0
    if aspect is not None:
        box = ax.get_window_extent()
        dpi = ax.get_figure(root=True).dpi  # type: ignore[union-attr]
        figure_scale = min(box.width / dpi / page.width, box.height / dpi / page.height)
    canvas = Canvas(ax, page.width, page.height, figure_scale)
    head.draw(canvas, page, evaluation, result, complete=complete)
    for column in page.columns:
        _backdrop(canvas, page, column)
        axis.draw(canvas, column, evaluation)
        _lanes(canvas, page, column)
    if not shown:
        middle = (page.lanes + page.strip) / 2 - layout.STRIP_GAP / 2
        canvas.text(page.width / 2, middle, "Nothing is adopted in this plan.", 9, style.MUTED, ha="center")
    strip.draw(canvas, page, evaluation)
    return page


def _values(evaluation: Evaluation) -> Mapping[str, float]:
    """Value over the whole horizon by driver, affiliate, brand and customer type; 0 for what is adopted in vain."""
    made = {a.item.id: 0.0 for a in adopted(evaluation).values() if a.item.kind in _EARNING}
    for row in evaluation.value_rows:
        for member in (row.source, row.affiliate, row.brand, row.customer_type):
            if member:
                made[member] = made.get(member, 0.0) + row.value
    return made


def _backdrop(canvas: Canvas, page: layout.Page, column: layout.Column) -> None:
    """Light stripes for every other wave, through lanes and strip, and one for the tail."""
    top, bottom = page.lanes, page.height - layout.FOOT
    for wave in range(1, column.waves + 1, 2):
        canvas.rect(column.x(wave), top, column.wave_width, bottom - top, style.BAND, layer=0)
    tail = column.x(column.waves + 1)
    canvas.rect(tail, top, column.x1 - tail, bottom - top, style.TAIL, layer=0)


def _lanes(canvas: Canvas, page: layout.Page, column: layout.Column) -> None:
    places = words.decimals(r.value for g in column.groups for r in g.rows if r.value is not None)
    y = page.lanes
    for group in column.groups:
        y += layout.GROUP_GAP * page.row
        _title(canvas, page, column, group, y)
        y += page.row
        for row in group.rows:
            _row(canvas, page, column, group, row, y)
            if row.value is not None:
                text = words.number(row.value, places)
                canvas.text(column.right, y + page.row / 2, text, page.size, style.INK, ha="right")
            y += page.row


def _title(canvas: Canvas, page: layout.Page, column: layout.Column, group: Group, y: float) -> None:
    """Title of a group over a line in its hue, with what it holds counted."""
    canvas.line(column.left, column.right, y + page.row * 0.99, style.mix(group.hue, 0.6), 0.6)
    size = min(TITLE_MOST, page.size + 0.6)
    text = style.fitted(group.title, column.right - column.left - 0.3, size, bold=True)
    at = y + page.row * 0.42
    canvas.text(column.left, at, text, size, style.shade(group.hue, 0.78), bold=True)
    after = column.left + style.text_width(text, size, bold=True) + 0.07
    canvas.text(after, at, str(len(group.rows)), size, style.MUTED)


def _row(canvas: Canvas, page: layout.Page, column: layout.Column, group: Group, row: Row, y: float) -> None:
    """Name, bars under way in a mid tint, live in a light one, a dark tick where an item goes live."""
    size = page.size
    label = style.fitted(row.label, column.x0 - column.left - 0.06, size)
    canvas.text(column.left, y + page.row / 2, label, size, style.INK)
    gap = page.row * 0.1
    top, height = y + gap, page.row - 2 * gap
    for number, bar in enumerate(row.bars):
        live = column.x(bar.live)
        if bar.live <= column.waves + 1:
            tint = style.mix(group.hue, min(0.15 + 0.1 * number, 0.35))
            canvas.rect(live, top, column.x1 - live, height, tint, layer=1, gid=f"live:{bar.item}")
    for number, bar in enumerate(row.bars):
        left, right = column.x(bar.start), column.x(bar.stop)
        canvas.rect(left, top, right - left, height, style.mix(group.hue, 0.5), layer=2, gid=f"bar:{bar.item}")
        if bar.live <= column.waves + 1 and bar.stop > bar.start:
            tick = column.x(bar.live)
            canvas.rect(tick, top, _TICK, height, style.shade(group.hue, 0.85), layer=3, gid=f"tick:{bar.item}")
        before = row.bars[number - 1].live if number else 1
        after = column.x(row.bars[number + 1].start) if number + 1 < len(row.bars) else column.x1
        room = (column.x(before), left, right, after)
        _bar_text(canvas, bar, room, y + page.row / 2, size)


def _bar_text(canvas: Canvas, bar: Bar, room: tuple[float, float, float, float], y: float, size: float) -> None:
    """Text in the bar; beside it, up to its neighbours, the date or what did not fit in.

    ``room`` is the end of what comes before, the edges of the bar, and the beginning of what comes after.
    """
    before, left, right, after = room
    inside = style.first_fitting(bar.texts, right - left - 2 * _PAD, size)
    middle = (left + right) / 2 + (_TICK / 2 if bar.live == bar.start else 0.0)
    canvas.text(middle, y, inside, size, style.INK, ha="center")
    beside = (bar.aside,) if bar.aside else bar.texts if not inside else ()
    text = style.first_fitting(beside, after - right - 2 * _PAD - 0.03, size)
    canvas.text(right + _PAD + 0.03, y, text, size, style.MUTED)
    if beside and not text and not bar.aside:
        text = style.first_fitting(beside, left - before - 2 * _PAD - 0.03, size)
        canvas.text(left - _PAD - 0.03, y, text, size, style.MUTED, ha="right")
