"""Plans for scenarios as pictures: two plans over all scenarios, and what two stages come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from sequencer.report import words
from sequencer.report.figures import style
from sequencer.report.figures.style import save
from sequencer.report.robust import FEW, FIGURES, interval_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sequencer.study.robust import Robust
    from sequencer.study.stages import TwoStages

__all__ = ["outcomes", "robust_figure", "save", "stages", "stages_figure"]

BASE, MADE = "#52616f", "#1f4e9e"
GAIN = "#009e73"
PANEL = (8.4, 4.6)


@style.plain
def robust_figure(found: Robust) -> Figure:
    """Net present value of both plans over all scenarios."""
    rows = len(found.by_scenario)
    figure = Figure(figsize=(8.4, max(3.4, 1.6 + 0.42 * rows) if rows <= FEW else 4.8), layout="constrained")
    outcomes(found, ax=figure.subplots())
    return figure


@style.plain
def outcomes(found: Robust, *, ax: Axes | None = None) -> Axes:
    """Net present value of both plans: scenario by scenario, or of many how large a share lies below which figure.

    Parameters
    ----------
    found
        Two plans.
    ax
        Axes to draw on; new ones where not given.
    """
    ax = ax if ax is not None else Figure(figsize=PANEL, layout="constrained").subplots()
    names = ("made for base values", f"made for {found.aim}")
    by_scenario = found.by_scenario
    unit = words.money_unit(found.instance)
    if len(by_scenario) > FEW:
        for column, name, hue in zip(zip(*by_scenario.values(), strict=True), names, (BASE, MADE), strict=True):
            values = np.sort(column)
            ax.step([values[0], *values], np.linspace(0, 1, len(values) + 1), color=hue, linewidth=2, label=name)
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        ax.set_ylabel("share of scenarios below", color=style.MUTED)
        title = f"Net present value over {len(by_scenario)} scenarios"
    else:
        _one_by_one(ax, found, names)
        title = "Net present value by scenario"
    ax.axvline(0, color=style.MUTED, linewidth=0.8)
    ax.legend(loc="best", frameon=False, prop=style.font(9))
    _dress(ax, title, unit)
    return ax


def _one_by_one(ax: Axes, found: Robust, names: tuple[str, str]) -> None:
    shares = {f.id: f.probability for f in found.instance.futures}
    labels = []
    places = words.decimals(v for pair in found.by_scenario.values() for v in pair)
    for row, (scenario, pair) in enumerate(found.by_scenario.items()):
        ax.plot(pair, [row, row], color=style.FAINT, linewidth=3, zorder=1)
        for value, hue, name, up in zip(pair, (BASE, MADE), names, (-9, 9), strict=True):
            ax.plot(value, row, "o", color=hue, markersize=8, label=name if row == 0 else None)
            ax.annotate(
                words.number(value, places), (value, row), (0, up), textcoords="offset points", ha="center",
                va="bottom" if up > 0 else "top", color=hue, fontproperties=style.font(8.5),
            )  # fmt: skip
        label = words.one_line(found.instance.label(scenario))
        labels.append(f"{style.fitted(label, 2.2, 9)} ({words.percent(shares[scenario])})")
    ax.set_yticks(range(len(labels)), labels, fontproperties=style.font(9))
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.margins(x=0.12)


@style.plain
def stages_figure(found: TwoStages) -> Figure:
    """What two stages come to, on half a slide."""
    figure = Figure(figsize=PANEL, layout="constrained")
    stages(found, ax=figure.subplots())
    return figure


@style.plain
def stages(found: TwoStages, *, ax: Axes | None = None) -> Axes:
    """Three expected figures as bars, a lighter end where only an interval is known, and what lies between them.

    Parameters
    ----------
    found
        Two stages.
    ax
        Axes to draw on; new ones where not given.
    """
    ax = ax if ax is not None else Figure(figsize=PANEL, layout="constrained").subplots()
    known = {name: getattr(found, name) for name, _, _ in FIGURES}
    places = words.decimals(end for i in known.values() for end in (i.low, i.high))
    rows = [(name, title) for name, title, _ in FIGURES]
    for row, (name, _) in enumerate(rows):
        interval, hue = known[name], GAIN if name in ("evpi", "vss") else MADE
        ax.barh(row, interval.low, height=0.55, color=style.mix(hue, 0.75))
        ax.barh(row, interval.width, left=interval.low, height=0.55, color=style.mix(hue, 0.25), edgecolor=hue)
        ax.annotate(
            interval_text(interval, places), (max(interval.high, 0.0), row), (6, 0), textcoords="offset points",
            va="center", color=style.INK, fontproperties=style.font(9.5),
        )  # fmt: skip
    ax.set_yticks(range(len(rows)), [title for _, title in rows], fontproperties=style.font(9.5))
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ends = [end for i in known.values() for end in (i.low, i.high, 0.0)]
    ax.set_xlim(min(ends), max(ends) + 0.2 * (max(ends) - min(ends) or 1.0))
    ax.axvline(0, color=style.MUTED, linewidth=0.8)
    _dress(
        ax, "Decide now, or wait for what turns out", f"expected net present value, {words.money_unit(found.instance)}"
    )
    return ax


def _dress(ax: Axes, title: str, below: str) -> None:
    ax.set_title(title, loc="left", fontproperties=style.font(12, bold=True), color=style.INK)
    ax.set_xlabel(below, color=style.MUTED, fontproperties=style.font(10))
    ax.tick_params(colors=style.MUTED, labelcolor=style.INK)
    ax.grid(axis="x", color=style.FAINT, linewidth=0.5)
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
