"""A budget ladder as a picture: what each budget is worth, free and nested, and what changes from rung to rung."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from sequencer.report import words
from sequencer.report.figures import style
from sequencer.report.figures.style import save
from sequencer.report.ladder import changes, rung_text, worth

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sequencer.study.rungs import Ladder, Solved

__all__ = ["ladder_changes", "ladder_figure", "ladder_worth", "save"]

FREE, NESTED = "#52616f", "#1f4e9e"
MOST_ROWS = 28
"""Rows of changes that are drawn; the table has them all."""


@style.plain
def ladder_figure(ladder: Ladder) -> Figure:
    """Worth by budget to the left, what is dropped or delayed to the right.

    Parameters
    ----------
    ladder
        With one rung or more.
    """
    figure = Figure(figsize=(13.33, 6.4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.0, 1.15))
    ladder_worth(ladder, ax=left)
    ladder_changes(ladder, ax=right)
    return figure


@style.plain
def ladder_worth(ladder: Ladder, *, ax: Axes | None = None) -> Axes:
    """Best and best nested plan of each budget: a dot for the plan, a bar to what is proven.

    Parameters
    ----------
    ladder
        With one rung or more.
    ax
        Axes to draw on; new ones where not given.
    """
    ax = ax if ax is not None else Figure(figsize=(6.2, 4.4), layout="constrained").subplots()
    known = [s.objective for r in ladder.rungs for s in (r.free, r.nested) if s is not None and s.objective is not None]
    places = words.decimals(known) if ladder.measure.unit == "money" else 0
    for k, rung in enumerate(ladder.rungs):
        _plan(ax, k - 0.12, rung.free, FREE, "s", places)
        if rung.nested is not None:
            _plan(ax, k + 0.12, rung.nested, NESTED, "o", places)
    for hue, mark, name in ((FREE, "s", "best plan of the budget"), (NESTED, "o", "nested plan")):
        ax.plot([], [], color=hue, marker=mark, linestyle="none", label=name)
    ax.legend(loc="lower left", frameon=False, prop=style.font(10))
    ax.set_xticks(range(len(ladder.rungs)), [rung_text(r) for r in ladder.rungs])
    ax.set_xlim(-0.5, len(ladder.rungs) - 0.5)
    low, high = ax.get_ylim()
    ax.set_ylim(low - 0.25 * (high - low), high + 0.08 * (high - low))
    title = worth(ladder).title
    ax.set_title(title, loc="left", fontproperties=style.font(12, bold=True), color=style.INK)
    ax.set_xlabel("budget", color=style.MUTED)
    ax.tick_params(colors=style.MUTED, labelcolor=style.INK)
    ax.grid(axis="y", color=style.FAINT, linewidth=0.5)
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


def _plan(ax: Axes, x: float, solved: Solved, hue: str, mark: str, places: int) -> None:
    if solved.objective is None:
        return
    if solved.bound is not None and solved.bound != solved.objective:
        ax.plot([x, x], [solved.objective, solved.bound], color=hue, linewidth=5, alpha=0.35, solid_capstyle="butt")
        ax.plot([x], [solved.bound], marker="_", color=hue, markersize=10)
    ax.plot([x], [solved.objective], marker=mark, color=hue, markersize=7)
    said = words.number(solved.objective, places)
    side = "right" if hue == FREE else "left"
    put = (-8, 0) if hue == FREE else (8, 0)
    ax.annotate(
        said,
        (x, solved.objective),
        put,
        textcoords="offset points",
        ha=side,
        va="center",
        fontproperties=style.font(9),
        color=hue,
    )


@style.plain
def ladder_changes(ladder: Ladder, *, ax: Axes | None = None) -> Axes:
    """Start waves of what changes between the nested plans: dark where early, empty where dropped.

    Parameters
    ----------
    ladder
        With one rung or more.
    ax
        Axes to draw on; new ones where not given.
    """
    table = changes(ladder)
    rows = table.rows[:MOST_ROWS]
    ax = ax if ax is not None else Figure(figsize=(6.6, 4.4), layout="constrained").subplots()
    ax.set_title(table.title, loc="left", fontproperties=style.font(12, bold=True), color=style.INK)
    ax.set_xticks(range(len(ladder.rungs)), [rung_text(r) for r in ladder.rungs])
    ax.set_yticks(range(len(rows)), [style.fitted(row[0], 2.6, 9) for row in rows], fontproperties=style.font(9))
    ax.set_xlim(-0.5, len(ladder.rungs) - 0.5)
    ax.set_ylim(max(len(rows), 4) - 0.5, -0.5)
    ax.tick_params(colors=style.MUTED, labelcolor=style.INK, length=0)
    for side in ("top", "right", "bottom", "left"):
        ax.spines[side].set_visible(False)
    if not rows:
        ax.text(0.5, 0.5, table.notes[0], transform=ax.transAxes, ha="center", color=style.MUTED)
    last = ladder.instance.n_waves
    for y, row in enumerate(rows):
        for x, cell in enumerate(row[1:]):
            _cell(ax, x, y, cell, last)
    if len(table.rows) > MOST_ROWS:
        ax.set_xlabel(f"and {len(table.rows) - MOST_ROWS} more; the table has them all", color=style.MUTED)
    return ax


def _cell(ax: Axes, x: int, y: int, cell: str, last: int) -> None:
    wave = int(cell) if cell.isdigit() else None
    share = 0.0 if wave is None else 0.75 - 0.5 * (wave - 1) / max(last - 1, 1)
    if wave is not None:
        ax.barh(y, 0.94, left=x - 0.47, height=0.84, color=style.mix(NESTED, share), linewidth=0)
    ink = style.MUTED if wave is None else "white" if share > 0.5 else style.INK
    said = f"wave {cell}" if wave is not None else cell
    ax.text(x, y, said, ha="center", va="center", fontproperties=style.font(9), color=ink)
