"""Sensitivity as pictures: a tornado of assumptions, and the best worth by one parameter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from sequencer.report import words
from sequencer.report.figures import style
from sequencer.report.figures.style import save
from sequencer.report.sensitivity import label, number, parameter_title, unit_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sequencer.study.breaks import Breaks
    from sequencer.study.information import Information
    from sequencer.study.sensitivity import Bar, Tornado

__all__ = [
    "breaks_figure",
    "breaks_plot",
    "information_figure",
    "information_plot",
    "save",
    "tornado_figure",
    "tornado_plot",
]

LOW, HIGH = "#e69f00", "#0072b2"
MOST_BARS = 20
"""Assumptions that are drawn; the table has them all."""


@style.plain
def tornado_figure(tornado: Tornado) -> Figure:
    """A tornado on a sheet of its own.

    Parameters
    ----------
    tornado
        With one assumption or more.
    """
    rows = min(len(tornado.bars), MOST_BARS)
    figure = Figure(figsize=(10.0, 1.8 + 0.34 * rows), layout="constrained")
    tornado_plot(tornado, ax=figure.subplots())
    return figure


@style.plain
def tornado_plot(tornado: Tornado, *, ax: Axes | None = None) -> Axes:
    """A bar for each assumption, the widest on top: from base to its low and to its high value.

    Bars are of the re-optimised plan where it was solved for, else of the fixed one; with both, a dot is the fixed
    plan. A pale end goes from the plan found to what is proven.

    Parameters
    ----------
    tornado
        With one assumption or more.
    ax
        Axes to draw on; new ones where not given.
    """
    ax = ax if ax is not None else Figure(figsize=(10.0, 6.0), layout="constrained").subplots()
    bars = tornado.bars[:MOST_BARS]
    best = tornado.how != "fixed"
    base = tornado.best if best and tornado.best is not None else tornado.objective
    for y, bar in enumerate(bars):
        _bar(ax, y, bar, base, best=best)
        if tornado.how == "both":
            for end, hue in zip(bar.ends, (LOW, HIGH), strict=True):
                if end.fixed is not None:
                    ax.plot([end.fixed], [y], marker="o", color=hue, markeredgecolor=style.INK, markersize=5, zorder=5)
    ax.axvline(base, color=style.INK, linewidth=1.0, zorder=4)
    names = [style.fitted(label(tornado.instance, b.assumption), 3.2, 10) for b in bars]
    ax.set_yticks(range(len(bars)), names, fontproperties=style.font(10))
    ax.set_ylim(max(len(bars), 3) - 0.4, -0.6)
    for hue, name in ((LOW, "low value"), (HIGH, "high value")):
        ax.plot([], [], color=hue, linewidth=8, label=name)
    ax.legend(loc="lower right", frameon=False, prop=style.font(9))
    what = {"fixed": "fixed plan", "best": "re-optimised", "both": "re-optimised (bars) and fixed plan (dots)"}
    below = unit_title(tornado.instance, tornado.measure)
    if tornado.how == "fixed" and any(end.broken for bar in bars for end in bar.ends):
        below += "   (* the plan breaks rules with this value)"
    _dress(ax, f"What each assumption alone does: {what[tornado.how]}", below)
    ax.margins(x=0.12)
    return ax


def _bar(ax: Axes, y: int, bar: Bar, base: float, *, best: bool) -> None:
    """Both ends of an assumption, each with its value of it."""
    figures = [end.objective if best else end.fixed for end in bar.ends]
    for end, hue, figure, value in zip(bar.ends, (LOW, HIGH), figures, _values(bar), strict=True):
        if figure is None:
            continue
        ax.barh(y, figure - base, left=base, height=0.62, color=hue, linewidth=0, zorder=2)
        if best and end.bound is not None and end.bound != figure:
            ax.barh(y, end.bound - figure, left=figure, height=0.3, color=style.mix(hue, 0.4), linewidth=0, zorder=3)
        others = [f for f in figures if f is not None and f is not figure]
        right = figure > base or (figure == base and any(f < base for f in others))
        reach = [f for f in (figure, end.bound if best else None, end.fixed) if f is not None]
        _annotate(ax, max(reach) if right else min(reach), y, value, right=right, broken=not best and end.broken > 0)


def _values(bar: Bar) -> tuple[str, str]:
    return words.short(bar.assumption.low), words.short(bar.assumption.high)


def _annotate(ax: Axes, x: float, y: float, text: str, *, right: bool, broken: bool) -> None:
    ax.annotate(
        text + ("*" if broken else ""),
        (x, y),
        (5 if right else -5, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
        fontproperties=style.font(8),
        color=style.MUTED,
    )


@style.plain
def information_figure(found: Information) -> Figure:
    """What it is worth to know each assumption, on a sheet of its own.

    Parameters
    ----------
    found
        With one assumption or more.
    """
    rows = min(len(found.known), MOST_BARS)
    figure = Figure(figsize=(10.0, 1.8 + 0.34 * rows), layout="constrained")
    information_plot(found, ax=figure.subplots())
    return figure


@style.plain
def information_plot(found: Information, *, ax: Axes | None = None) -> Axes:
    """A bar for each assumption: dark as far as its worth is proven, pale as far as it may go.

    Parameters
    ----------
    found
        With one assumption or more.
    ax
        Axes to draw on; new ones where not given.
    """
    ax = ax if ax is not None else Figure(figsize=(10.0, 6.0), layout="constrained").subplots()
    bars = found.known[:MOST_BARS]
    for y, known in enumerate(bars):
        least, most = known.worth
        ax.barh(y, least, height=0.62, color=HIGH, linewidth=0)
        if math.isfinite(most):
            ax.barh(y, most - least, left=least, height=0.3, color=style.mix(HIGH, 0.4), linewidth=0)
    names = [style.fitted(label(found.instance, k.assumption), 3.2, 10) for k in bars]
    ax.set_yticks(range(len(bars)), names, fontproperties=style.font(10))
    ax.set_ylim(max(len(bars), 3) - 0.4, -0.6)
    ax.set_xlim(left=0)
    below = f"{words.money_unit(found.instance)}; dark: proven, pale: possible"
    _dress(ax, "What it is worth to know an assumption before planning", below)
    return ax


@style.plain
def breaks_figure(found: Breaks) -> Figure:
    """Breakpoints on a sheet of their own.

    Parameters
    ----------
    found
        Breakpoints of a parameter.
    """
    figure = Figure(figsize=(9.0, 5.0), layout="constrained")
    breaks_plot(found, ax=figure.subplots())
    return figure


@style.plain
def breaks_plot(found: Breaks, *, ax: Axes | None = None) -> Axes:
    """Best worth by the value of a parameter; a grey band is where the best plan changes.

    A dot is a value solved for, with a bar to what is proven where that is not the same. A line joins values at which
    one plan is best: solid where it is proven best between them as well. Plans are numbered as in the table.

    Parameters
    ----------
    found
        Breakpoints of a parameter.
    ax
        Axes to draw on; new ones where not given.
    """
    ax = ax if ax is not None else Figure(figsize=(9.0, 5.0), layout="constrained").subplots()
    by_value = {t.value: t.objective for t in found.tried}
    for t in found.tried:
        if t.objective is None:
            continue
        if t.bound is not None and t.bound != t.objective:
            ax.plot([t.value, t.value], [t.objective, t.bound], color=HIGH, linewidth=3, alpha=0.35, zorder=2)
        ax.plot([t.value], [t.objective], marker="o", color=HIGH, markersize=4, zorder=4)
    for b in found.breaks:
        ax.axvspan(b.low, b.high, color=style.FAINT, alpha=0.7, linewidth=0, zorder=0)
    for k, s in enumerate(found.stretches, start=1):
        known = sorted((v, y) for v, y in by_value.items() if s.first <= v <= s.last and y is not None)
        dash = "-" if s.throughout else ":"
        ax.plot([v for v, _ in known], [y for _, y in known], color=HIGH, linestyle=dash, linewidth=1.5, zorder=3)
        if len(found.stretches) <= 15:
            middle = (s.first + s.last) / 2
            ax.annotate(
                str(k) if s.plan is not None else "no plan",
                (middle, 1.0),
                (0, 3),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="center",
                fontproperties=style.font(9),
                color=style.INK,
            )
    if found.open_from is not None and found.tried:
        ax.axvspan(found.open_from, found.tried[-1].value, color=style.TAIL, linewidth=0, zorder=0)
        said = f"not settled from {number(found, found.open_from)} on"
        ax.text(found.open_from, 0.02, f" {said}", transform=ax.get_xaxis_transform(), color=style.MUTED)
    title = parameter_title(found)
    _dress(ax, f"Best plan by {title}", title[:1].upper() + title[1:] if " " in title else title)
    ax.set_title(ax.get_title(loc="left"), loc="left", pad=20, fontproperties=style.font(12, bold=True))
    ax.set_ylabel(unit_title(found.instance, found.measure), color=style.MUTED)
    return ax


def _dress(ax: Axes, title: str, below: str) -> None:
    ax.set_title(title, loc="left", fontproperties=style.font(12, bold=True), color=style.INK)
    ax.set_xlabel(below, color=style.MUTED)
    ax.tick_params(colors=style.MUTED, labelcolor=style.INK)
    ax.grid(axis="x", color=style.FAINT, linewidth=0.5)
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
