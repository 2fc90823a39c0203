"""Pictures of the benchmark: gap against time, and gap against size in families that grow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench_plot import FAINT, INK, MUTED, SMALLEST
from bench_report import Runs, at, of
from bench_rows import METHODS, Case, Row
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

LOOKS = {
    "ours": ("#009e73", "-", "o"),
    "cells": ("#999999", ":", "s"),
    "compact": ("#1c2733", "--", "^"),
    "scip": ("#e69f00", "-", "v"),
    "cpsat": ("#56b4e9", "-", "D"),
}
"""Hue, line and mark of each method (Okabe and Ito, told apart with every kind of colour vision)."""


def gaps(row: Row, case: Case, measured: Runs, seconds: float, path: Path) -> None:
    """Draw gap against time, the median of the runs of each method."""
    figure, ax = _axes(f"{row.title} ({case.name}): gap against time" if len(row.cases) > 1 else f"{row.title}: gap")
    for name, method in METHODS.items():
        runs = of(measured, case, name)
        times = sorted({m.seconds for run in runs for m in run.moments} | {seconds})
        known = [(t, gap) for t in times if (gap := at(runs, t).gap) is not None] if runs else []
        colour, style, _ = LOOKS[name]
        if known:
            xs, ys = zip(*known, strict=True)
            label = f"{method.title}: {ys[-1]:.1%}"
            ax.step(xs, [max(y, SMALLEST) for y in ys], where="post", color=colour, linestyle=style, label=label)
        elif any(run.moments for run in runs):
            ax.plot([], [], color=colour, linestyle=style, label=f"{method.title}: no plan")
    ax.set_xlim(0.0, seconds)
    ax.set_xlabel("seconds", color=MUTED)
    _finish(figure, ax, path)


def growth(rows: Sequence[Row], measured: Runs, path: Path) -> None:
    """Draw the gap at the end against size, a panel for each family."""
    figure = Figure(figsize=(4.2 * len(rows), 3.8), dpi=110, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(rows), squeeze=False, sharey=True)[0]
    for row, ax in zip(rows, panels, strict=True):
        _dress(ax, f"{row.axis}")
        for name in row.methods:
            points = [(c.at, at(runs, None).gap) for c in row.cases if (runs := of(measured, c, name))]
            known = [(x, max(gap, SMALLEST)) for x, gap in points if x is not None and gap is not None]
            colour, style, mark = LOOKS[name]
            if known:
                xs, ys = zip(*known, strict=True)
                ax.plot(xs, ys, color=colour, linestyle=style, marker=mark, label=METHODS[name].title)
        ax.set_xlabel(row.axis, color=MUTED)
        ax.set_xticks([c.at for c in row.cases if c.at is not None])
    panels[0].set_ylabel("gap after the time limit", color=MUTED)
    if panels[0].lines:
        panels[0].legend(frameon=False, fontsize=9)
    figure.savefig(path, metadata={"Software": None})


def _axes(title: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(9.0, 4.4), dpi=110, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    _dress(ax, title)
    return figure, ax


def _dress(ax: Axes, title: str) -> None:
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda gap, _: f"{gap:.4%}".rstrip("0%").rstrip(".") + "%"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_title(title, loc="left", color=INK, fontsize=11)
    ax.grid(color=FAINT, linewidth=0.7)
    ax.tick_params(colors=MUTED, which="both")
    ax.spines[["top", "right"]].set_visible(False)


def _finish(figure: Figure, ax: Axes, path: Path) -> None:
    if ax.lines:
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9)
    figure.savefig(path, metadata={"Software": None})
