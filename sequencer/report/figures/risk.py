"""Risk of a plan as a picture: the distribution of its net present value, and where the spread comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from sequencer.report import words
from sequencer.report.figures import style
from sequencer.report.figures.style import save
from sequencer.report.risk import no_spread, source_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sequencer.study.monte_carlo import MonteCarlo

__all__ = ["distribution", "risk_figure", "save", "sources"]

HUE = "#1f4e9e"
MARKS = ((0.05, "5 % below"), (0.5, "half below"), (0.95, "95 % below"))
SHOWN = 12
TITLE = "Where the spread comes from"
PANEL = (6.5, 5.2)


@style.plain
def risk_figure(found: MonteCarlo) -> Figure:
    """Distribution and sources on one slide.

    Parameters
    ----------
    found
        Draws of a plan.
    """
    figure = Figure(figsize=(13.33, 5.8), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(10, 7))
    distribution(found, ax=left)
    sources(found, ax=right)
    return figure


@style.plain
def distribution(found: MonteCarlo, *, ax: Axes | None = None) -> Axes:
    """Histogram of net present value, losses apart, with quantiles, mean and the figure as planned.

    Parameters
    ----------
    found
        Draws of a plan.
    ax
        Axes to draw on; new ones where not given.
    """
    ax = ax if ax is not None else Figure(figsize=PANEL, layout="constrained").subplots()
    npv, base = found.npv, found.base["npv"] or 0.0
    flat = bool(no_spread(found))
    edges = _around(float(npv[0]), base) if flat else _edges(npv, base)
    heights, _ = np.histogram(npv, edges)
    shares = heights / len(npv)
    for low, high, share in zip(edges, edges[1:], shares, strict=False):
        hue = style.ALERT if high <= 0 else HUE
        ax.bar((low + high) / 2, share, width=(high - low) * 0.96, color=style.mix(hue, 0.55), linewidth=0)
    top = max(float(shares.max()), 1e-9)
    ax.set_ylim(0, top * 1.42)
    ax.set_xlim(edges[0], edges[-1])
    places = words.decimals([found.quantile(0.95), base])
    _mark(ax, base, f"as planned {words.number(base, places)}", top * 1.31, style.SLATE, "--")
    for share, name in ((0.5, "every draw"),) if flat else MARKS:
        _mark(ax, found.quantile(share), f"{name}\n{words.number(found.quantile(share), places)}", top * 1.18)
    unit = words.money_unit(found.instance)
    loss = words.percent(found.loss_probability, 1)
    title = f"Net present value in {found.options.draws:,} draws"
    _dress(ax, title, f"{unit}; mean {words.number(found.mean(), places)}, probability of a loss {loss}")
    ax.set_ylabel("share of draws", color=style.MUTED)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}" if value <= 1 else "")
    return ax


def _around(value: float, base: float) -> np.ndarray:
    """Edges of bars of which the middle one stands on the value of all draws; the figure as planned is in sight."""
    reach = max((abs(value) or 1.0) / 2, 1.2 * abs(value - base))
    return np.linspace(value - reach, value + reach, 42)


def _edges(npv: np.ndarray, base: float) -> np.ndarray:
    """Edges of about 40 bars from the least to the most, one of them at 0; rare extremes do not squeeze the rest."""
    low, high = np.quantile(npv, [0.001, 0.999])
    low, high = min(low, base, npv.max()), max(high, base, npv.min())
    step = max(high - low, 1e-6 * max(1.0, abs(high))) / 40
    made: np.ndarray = np.arange(np.floor(low / step) - 1, np.ceil(high / step) + 2) * step
    return made


def _mark(ax: Axes, x: float, text: str, top: float, hue: str = style.INK, line: str = "-") -> None:
    ax.plot([x, x], [0, top], color=hue, linewidth=1.2, linestyle=line)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
    ax.text(x, top, text, ha="center", va="bottom", color=hue, fontproperties=style.font(9), bbox=box)


@style.plain
def sources(found: MonteCarlo, *, ax: Axes | None = None) -> Axes:
    """Sources that explain most of the spread, the largest on top, each with its swing.

    Parameters
    ----------
    found
        Draws of a plan.
    ax
        Axes to draw on; new ones where not given.
    """
    ax = ax if ax is not None else Figure(figsize=PANEL, layout="constrained").subplots()
    nothing = no_spread(found)
    if nothing:
        ax.set_axis_off()
        ax.set_title(TITLE, loc="left", fontproperties=style.font(12, bold=True), color=style.INK)
        said = nothing.replace(", so ", ",\nso ")
        ax.text(0.0, 0.9, said, transform=ax.transAxes, va="top", fontproperties=style.font(10), color=style.MUTED)
        return ax
    listed = [(n, f) for n, f in list(found.contributions.items())[:SHOWN] if f[0] >= 0.0005]
    places = words.decimals([swing for _, (_, swing) in listed])
    most = max((share for _, (share, _) in listed), default=1.0)
    for row, (_, (share, swing)) in enumerate(listed):
        ax.barh(row, share, height=0.6, color=style.mix(HUE, 0.55))
        said = f"{words.percent(share, 1 if share < 0.1 else 0)}, swing {words.number(swing, places)}"
        ax.text(share + most * 0.02, row, said, va="center", color=style.INK, fontproperties=style.font(8.5))
    names = [style.fitted(source_text(found.instance, n), 3.3, 9) for n, _ in listed]
    ax.set_yticks(range(len(listed)), names, fontproperties=style.font(9))
    ax.set_ylim(max(len(listed), 4) - 0.4, -0.6)
    ax.set_xlim(0, most * 1.5)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    _dress(ax, TITLE, "share of the variance explained by it alone")
    ax.grid(visible=False)
    return ax


def _dress(ax: Axes, title: str, below: str) -> None:
    ax.set_title(title, loc="left", fontproperties=style.font(12, bold=True), color=style.INK)
    ax.set_xlabel(below, color=style.MUTED, fontproperties=style.font(10))
    ax.tick_params(colors=style.MUTED, labelcolor=style.INK)
    ax.grid(axis="x", color=style.FAINT, linewidth=0.5)
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
