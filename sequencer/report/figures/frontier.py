"""A frontier as a picture: points with their proven intervals, and where no plan can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sequencer.report.figures import style
from sequencer.report.figures.style import save
from sequencer.report.frontier import heading

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sequencer.study.efficient import Axis, Frontier, Point

__all__ = ["frontier_figure", "frontier_plot", "save"]

HUE = "#1f4e9e"
MOST_LABELS = 30
"""Points that carry their number."""


@style.plain
def frontier_figure(frontier: Frontier) -> Figure:
    """A frontier on a sheet of its own.

    Parameters
    ----------
    frontier
        With two or three measures.
    """
    figure = Figure(figsize=(9.0, 5.6), layout="constrained")
    frontier_plot(frontier, ax=figure.subplots())
    return figure


@style.plain
def frontier_plot(frontier: Frontier, *, ax: Axes | None = None) -> Axes:
    """First measure to the right, second one upwards, a third as colour.

    A dot is a plan; its bar goes to the proven bound on the first measure, where that is not the plan's own figure.
    With two measures, the grey area is proven to hold no plan.

    Parameters
    ----------
    frontier
        With two or three measures.
    ax
        Axes to draw on; new ones where not given.
    """
    ax = ax if ax is not None else Figure(figsize=(9.0, 5.6), layout="constrained").subplots()
    points, axes = frontier.points, frontier.axes
    _dress(ax, frontier)
    if not points:
        said = "no plan keeps all rules" if frontier.infeasible else "no plan was found in the time given"
        ax.text(0.5, 0.5, said, transform=ax.transAxes, ha="center", color=style.MUTED)
        return ax
    across, up = [p.figures[0] for p in points], [p.figures[1] for p in points]
    for p in points:
        if p.bound is not None and p.bound != p.figures[0]:
            ax.plot([p.figures[0], p.bound], [p.figures[1]] * 2, color=HUE, linewidth=3, alpha=0.35, zorder=3)
            ax.plot([p.bound], [p.figures[1]], marker="|", color=HUE, markersize=9, zorder=3)
    if len(axes) == 3:
        third = [p.figures[2] for p in points]
        dots = ax.scatter(across, up, c=third, cmap="viridis", s=60, edgecolor=style.INK, linewidth=0.6, zorder=4)
        bar = ax.figure.colorbar(dots, ax=ax, pad=0.02)
        bar.set_label(_label(frontier, axes[2]), color=style.MUTED)
        bar.ax.yaxis.set_major_locator(MaxNLocator(integer=axes[2].measure.unit in ("wave", "count"), nbins=6))
    else:
        ax.plot(across, up, color=HUE, linewidth=0.8, linestyle=":", zorder=2)
        for p in points:
            full = HUE if p.efficient else "white"
            ax.plot([p.figures[0]], [p.figures[1]], marker="o", color=HUE, markerfacecolor=full, markersize=7, zorder=4)
    _frame(ax, frontier)
    if len(axes) == 2:
        _empty(ax, frontier)
    _numbers(ax, points)
    return ax


def _label(frontier: Frontier, axis: Axis) -> str:
    return f"{heading(frontier, axis)} ({'more' if axis.measure.sense > 0 else 'less'} is better)"


def _dress(ax: Axes, frontier: Frontier) -> None:
    names = [style.fitted(heading(frontier, a).partition(",")[0], 3.0, 12, bold=True) for a in frontier.axes]
    title = f"{names[0]} against {' and '.join(n[:1].lower() + n[1:] for n in names[1:])}"
    ax.set_title(title, loc="left", fontproperties=style.font(13, bold=True), color=style.INK)
    ax.set_xlabel(_label(frontier, frontier.axes[0]), color=style.MUTED)
    ax.set_ylabel(_label(frontier, frontier.axes[1]), color=style.MUTED)
    for axis, measure in ((ax.xaxis, frontier.axes[0].measure), (ax.yaxis, frontier.axes[1].measure)):
        axis.set_major_locator(MaxNLocator(integer=measure.unit in ("wave", "count"), nbins=8))
    ax.tick_params(colors=style.MUTED, labelcolor=style.INK)
    ax.grid(color=style.FAINT, linewidth=0.5)
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def _frame(ax: Axes, frontier: Frontier) -> None:
    """Room around the points, a little more where better plans would be."""
    across = [f for p in frontier.points for f in (p.figures[0], p.bound) if f is not None]
    up = [p.figures[1] for p in frontier.points]
    for values, sense, put in (
        (across, frontier.axes[0].measure.sense, ax.set_xlim),
        (up, frontier.axes[1].measure.sense, ax.set_ylim),
    ):
        low, high = min(values), max(values)
        room = (high - low) or abs(high) or 1.0
        before, behind = (0.08, 0.16) if sense > 0 else (0.16, 0.08)
        put(low - before * room, high + behind * room)


def _empty(ax: Axes, frontier: Frontier) -> None:
    """Area in which it is proven that no plan lies."""
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    x_end = right if frontier.axes[0].measure.sense > 0 else left
    y_start, y_end = (low, high) if frontier.axes[1].measure.sense > 0 else (high, low)
    steps = [(y_start if limit is None else limit, bound) for limit, bound in frontier.staircase()]
    ends = [start for start, _ in steps[1:]]
    best = frontier.axes[1].bound
    ends.append(y_end if best is None else best)
    for (start, bound), end in zip(steps, ends, strict=True):
        ax.fill_betweenx([start, end], bound, x_end, color=style.TAIL, linewidth=0, zorder=0)
    if best is not None and low < best < high:
        ax.fill_betweenx([best, y_end], left, right, color=style.TAIL, linewidth=0, zorder=0)
    ax.set_xlim(left, right)
    ax.set_ylim(low, high)
    # In the corner where both measures are better than anything.
    where = (0.985 if x_end == right else 0.015, 0.975 if y_end == high else 0.025)
    ax.text(
        *where,
        "grey: proven, no plan here",
        transform=ax.transAxes,
        ha="right" if x_end == right else "left",
        va="top" if y_end == high else "bottom",
        fontproperties=style.font(9),
        color=style.MUTED,
    )


def _numbers(ax: Axes, points: tuple[Point, ...]) -> None:
    if len(points) <= MOST_LABELS:
        for k, p in enumerate(points, start=1):
            ax.annotate(
                str(k),
                (p.figures[0], p.figures[1]),
                (-7, 7),
                textcoords="offset points",
                ha="right",
                fontproperties=style.font(9),
                color=style.INK,
                zorder=5,
            )
