"""Plans side by side as pictures: what is proven about each, and how they go over time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sequencer.instance.goals import measures
from sequencer.report import words
from sequencer.report.figures import style
from sequencer.report.figures.style import save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sequencer.plan.compare import Candidate, Comparison

__all__ = ["comparison_figure", "course", "intervals", "save"]

HUES = ("#1f4e9e", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#7d7a1e", "#b3261e", "#52616f")
"""Hues of plans, told apart with every kind of colour vision, in the order of the comparison."""

DASHES = ("-", "--", "-.", ":")
PANEL = (6.0, 3.4)
"""Width and height of a panel in inches."""


@style.plain
def comparison_figure(comparison: Comparison) -> Figure:
    """Four panels that fit a slide: proven intervals, net so far, cost and mandate by wave.

    Parameters
    ----------
    comparison
        Two plans or more.
    """
    figure = Figure(figsize=(13.33, 7.5), layout="constrained")
    panels = figure.subplots(2, 2)
    intervals(comparison, ax=panels[0][0])
    course(comparison, "net_so_far", ax=panels[0][1])
    course(comparison, "cost", ax=panels[1][0])
    course(comparison, "mandate", ax=panels[1][1])
    # Given with their lines, names stand in the legend even if they begin with an underscore.
    names = comparison.names
    lines = panels[0][1].get_lines()[: len(names)]
    figure.legend(lines, names, loc="outside lower center", ncols=min(len(names), 5), frameon=False, fontsize=10)
    figure.suptitle("Plans side by side", fontproperties=style.font(15, bold=True), color=style.INK, x=0.01, ha="left")
    return figure


@style.plain
def intervals(comparison: Comparison, *, ax: Axes | None = None) -> Axes:
    """What each plan reaches and what is proven that none for its inputs can exceed.

    Parameters
    ----------
    comparison
        Two plans or more.
    ax
        Axes to draw on; new ones where not given.
    """
    ax = _axes(ax)
    goal = comparison.candidates[0]
    alike = [c for c in comparison.candidates if _axis_of(c) == _axis_of(goal)]
    known = [v for c in alike for v in c.interval if math.isfinite(v)]
    room = 0.12 * ((max(known) - min(known)) or abs(known[0]) or 1.0)
    for row, candidate in enumerate(comparison.candidates):
        if candidate in alike:
            _interval(ax, row, candidate, (min(known) - room, max(known) + room))
        else:
            said = f"another goal: {_goal_text(candidate)}"
            ax.text(min(known) - room, row, style.fitted(said, 4, 10), va="center", color=style.MUTED)
    ax.set_yticks(range(len(comparison.names)), [style.fitted(n, 1.6, 10) for n in comparison.names])
    ax.set_ylim(len(comparison.names) - 0.4, -0.6)
    ax.set_xlim(min(known) - 2 * room, max(known) + 2 * room)
    _dress(ax, f"{_goal_text(goal)}: plan (dot), proven range (bar)", "")
    return ax


def _axis_of(candidate: Candidate) -> tuple[str, str]:
    """What two candidates have alike where they can stand on one axis."""
    return candidate.measure, words.money_unit(candidate.instance)


def _goal_text(candidate: Candidate) -> str:
    found = measures(candidate.instance)[candidate.measure]
    unit = f", {words.money_unit(candidate.instance)}" if found.unit == "money" else ""
    return f"{found.title[:1].upper()}{found.title[1:]}{unit}"


def _interval(ax: Axes, row: int, candidate: Candidate, ends: tuple[float, float]) -> None:
    """Bar from what a plan reaches to its bound, to the end of the axis where there is none; the figure beside it."""
    reached = candidate.evaluation.objective
    low, high = (v if math.isfinite(v) else end for v, end in zip(candidate.interval, ends, strict=True))
    hue = HUES[row % len(HUES)]
    ax.barh(row, high - low, left=low, height=0.42, color=style.mix(hue, 0.35), edgecolor=hue)
    ax.plot([reached], [row], marker="o", color=hue, markersize=8)
    said, at = words.number(reached, words.decimals([reached])), (-8 * candidate.sense, 0)
    side = "right" if candidate.sense > 0 else "left"
    ax.annotate(said, (reached, row), at, textcoords="offset points", ha=side, va="center", color=style.INK)


TITLES = {
    "value": "Value by wave, undiscounted",
    "cost": "Cost by wave, undiscounted",
    "net_so_far": "Value less cost so far, discounted",
    "mandate": "Mandate level",
}


@style.plain
def course(comparison: Comparison, measure: str, *, ax: Axes | None = None) -> Axes:
    """Course of a measure over waves and tail, a line for each plan.

    Parameters
    ----------
    comparison
        Two plans or more.
    measure
        A measure of :meth:`~sequencer.plan.compare.Comparison.by_wave`.
    ax
        Axes to draw on; new ones where not given.
    """
    ax = _axes(ax)
    frame = comparison.by_wave()
    frame = frame[frame["measure"] == measure]
    draw: Callable[..., object] = ax.step if measure == "mandate" else ax.plot
    extra = {"where": "mid"} if measure == "mandate" else {}
    for row, name in enumerate(comparison.names):
        part = frame[frame["plan"] == name]
        look = {"color": HUES[row % len(HUES)], "linestyle": DASHES[row % len(DASHES)], "linewidth": 2.0}
        # Equal levels of two plans lie beside each other, not upon each other.
        shift = 0.05 * row if measure == "mandate" else 0.0
        draw(
            list(part["period"]),
            [float(v) + shift for v in part["amount"]],
            label=name,
            marker="o",
            markersize=4,
            **look,
            **extra,
        )
    last = max(c.instance.n_waves for c in comparison.candidates)
    periods = sorted(set(frame["period"]))
    ax.set_xticks(periods, [str(p) if p <= last else f"+{p - last}" for p in periods])
    if periods and periods[-1] > last:
        ax.axvspan(last + 0.5, periods[-1] + 0.5, color=style.TAIL, zorder=0)
    if measure == "mandate":
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_ylim(-0.4, max(1.0, float(frame["amount"].max())) + 0.6)
    elif measure != "net_so_far":
        ax.set_ylim(bottom=min(0.0, *ax.get_ylim()))
    else:
        ax.axhline(0, color=style.MUTED, linewidth=0.8)
    instance = comparison.candidates[0].instance
    unit = f", {words.money_unit(instance)}" if measure in ("value", "cost", "net_so_far") else ""
    below = "wave (+1, +2 … after the last one)" if periods[-1] > last else "wave"
    _dress(ax, TITLES.get(measure, measure) + unit, below)
    return ax


def _axes(ax: Axes | None) -> Axes:
    return ax if ax is not None else Figure(figsize=PANEL, layout="constrained").subplots()


def _dress(ax: Axes, title: str, below: str) -> None:
    """Title to the left, quiet frame and grid."""
    ax.set_title(title, loc="left", fontproperties=style.font(11, bold=True), color=style.INK)
    ax.set_xlabel(below, color=style.MUTED)
    ax.tick_params(colors=style.MUTED, labelcolor=style.INK)
    ax.grid(axis="both", color=style.FAINT, linewidth=0.5)
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
