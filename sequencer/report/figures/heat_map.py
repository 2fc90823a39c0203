"""Maturity of capabilities by unit as a heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from sequencer.report import words
from sequencer.report.figures import style
from sequencer.report.figures.style import save
from sequencer.types import Layer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sequencer.instance.survey import Assessment, Survey

__all__ = ["heat_map", "heat_map_figure", "save"]

SCALE = LinearSegmentedColormap.from_list("maturity", ["#f3e3c3", "#f7f7f2", "#9cc9b8", "#1f7a68"])
ROW, COLUMN, NAME, HEAD = 0.235, 0.88, 2.6, 1.05
"""Height of a row, width of a column, of the names and of the head, in inches."""


@style.plain
def heat_map_figure(survey: Survey) -> Figure:
    """Heat map on a page of its own."""
    columns = len(survey.units) + 3
    height = HEAD + ROW * (len(survey.assessments) + len(_layers(survey))) + 0.5
    figure = Figure(figsize=(max(7.0, NAME + COLUMN * columns + 0.4), height))
    ax = figure.add_axes((0, 0, 1, 1))
    heat_map(survey, ax=ax)
    return figure


@style.plain
def heat_map(survey: Survey, *, ax: Axes | None = None) -> Axes:
    """Rows are capabilities by layer, columns the units judged, then the survey's as-is, target and benchmark.

    Parameters
    ----------
    survey
        What people say.
    ax
        Axes to draw on; new ones where not given.
    """
    if ax is None:
        return heat_map_figure(survey).axes[0]
    figure = ax.get_figure(root=True)
    width, height = figure.get_size_inches() if figure is not None else (8.0, 6.0)
    ax.clear()
    ax.set_axis_off()
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    top = max(
        (v for a in survey.assessments for v in (a.high, a.capability.target, a.capability.benchmark) if v), default=3
    )
    ax.text(0.15, 0.3, "Maturity of capabilities", fontproperties=style.font(14, bold=True), color=style.INK)
    how = "median of answers" if survey.by == "median" else "lowest unit"
    sub = f"median of each unit; survey: {how}, rounded down; a frame marks a unit that sees itself above its peers"
    ax.text(0.15, 0.52, style.fitted(sub, width - 0.3, 8), fontproperties=style.font(8), color=style.MUTED)
    heads = (*survey.units, "Survey", "Target", "Benchmark")
    for number, head in enumerate(heads):
        x = NAME + COLUMN * (number + 0.5)
        text = _on_two_lines(head, number >= len(survey.units))
        weight = style.font(8, bold=number >= len(survey.units))
        ax.text(x, HEAD - 0.08, text, fontproperties=weight, ha="center", va="bottom", color=style.INK)
    y = HEAD
    for layer, members in _layers(survey):
        name = words.LAYERS[layer]
        ax.text(0.15, y + ROW / 2, name, fontproperties=style.font(8.5, bold=True), va="center", color=style.SLATE)
        y += ROW
        for a in members:
            _row(ax, survey, a, y, float(top))
            y += ROW
    return ax


def _on_two_lines(head: str, bold: bool) -> str:
    """Head of a column: as many words as fit above, the others below, so that units of like names stay apart."""
    room = COLUMN - 0.04
    upper, *lower = words.one_line(head).split(" ")
    while lower and style.text_width(f"{upper} {lower[0]}", 8, bold=bold) <= room:
        upper = f"{upper} {lower.pop(0)}"
    return "\n".join(style.fitted(line, room, 8, bold=bold) for line in (upper, " ".join(lower)) if line)


def _layers(survey: Survey) -> list[tuple[Layer, list[Assessment]]]:
    found = [(layer, [a for a in survey.assessments if a.capability.layer == layer]) for layer in Layer]
    return [(layer, members) for layer, members in found if members]


def _row(ax: Axes, survey: Survey, a: Assessment, y: float, top: float) -> None:
    label = style.fitted(words.one_line(a.capability.label), NAME - 0.4, 8)
    ax.text(0.28, y + ROW / 2, label, fontproperties=style.font(8), va="center", color=style.INK)
    values = [a.units.get(u) for u in survey.units]
    values += [a.as_is, a.capability.target, a.capability.benchmark]
    for number, value in enumerate(values):
        blind = number < len(survey.units) and survey.units[number] in a.blind
        _cell(ax, NAME + COLUMN * number, y, value, top, blind=blind, bold=number == len(survey.units))


def _cell(ax: Axes, x: float, y: float, value: float | None, top: float, *, blind: bool, bold: bool) -> None:
    from matplotlib.patches import Rectangle

    colour = "#ffffff" if value is None else SCALE(min(1.0, value / top))
    edge, width = (style.ALERT, 1.6) if blind else ("white", 1.0)
    inset = 0.02
    patch = Rectangle(
        (x + inset, y + inset), COLUMN - 2 * inset, ROW - 2 * inset, facecolor=colour, edgecolor=edge, linewidth=width
    )
    ax.add_patch(patch)
    dark = value is not None and value / top > 0.8
    text = words.NONE if value is None else words.short(value)
    ink = "#ffffff" if dark else style.INK
    font = style.font(8, bold=bold)
    ax.text(x + COLUMN / 2, y + ROW / 2, text, fontproperties=font, ha="center", va="center", color=ink)
