"""The plot of a benchmark: gap against time, one step line a configuration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench_traces import BASELINE, TARGET, Trace
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

INK, MUTED, FAINT = "#1c2733", "#5a6673", "#e3e7ea"
LOOKS = {
    "textbook": ("#999999", ":"),
    "plain": ("#1c2733", "--"),
    "compact": ("#999999", "-"),
    "reduced": ("#e69f00", "-"),
    "start-plan": ("#56b4e9", "-"),
    "ceilings": ("#0072b2", "-"),
    "tightening": ("#cc79a7", "-"),
    "stages": ("#009e73", "-"),
}
"""Hue and line of each configuration (Okabe and Ito, told apart with every kind of colour vision)."""

SMALLEST = 1e-4
"""Gap drawn where it is smaller, as a logarithmic axis has no zero."""


def draw(traces: Sequence[Trace], seconds: float, path: Path) -> None:
    """Draw the traces up to ``seconds`` and write a PNG."""
    figure = Figure(figsize=(9.0, 4.8), dpi=110, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    for trace in traces:
        _line(ax, trace)
    _target(ax, traces)
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda gap, _: f"{gap:.4%}".rstrip("0%").rstrip(".") + "%"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_xlim(0.0, seconds)
    ax.set_xlabel("seconds", color=MUTED)
    ax.set_title("Gap between the best plan so far and the bound on any plan", loc="left", color=INK, fontsize=11)
    ax.grid(color=FAINT, linewidth=0.7)
    ax.tick_params(colors=MUTED, which="both")
    ax.spines[["top", "right"]].set_visible(False)
    if ax.lines:
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9)
    figure.savefig(path, metadata={"Software": None})


def _line(ax: Axes, trace: Trace) -> None:
    """A step line from the first gap known; a dot where the gap asked for was reached."""
    known = [(row.seconds, max(row.gap, SMALLEST)) for row in trace.rows if row.gap is not None]
    colour, style = LOOKS[trace.configuration.name]
    title = trace.configuration.title
    if not known:
        ax.plot([], [], color=colour, linestyle=style, label=f"{title} (no plan)")
        return
    times, gaps = zip(*known, strict=True)
    ax.step(times, gaps, where="post", color=colour, linestyle=style, linewidth=1.8, label=f"{title}: {gaps[-1]:.1%}")
    if trace.termination == "gap_reached":
        ax.plot(times[-1], gaps[-1], marker="o", color=colour, markersize=5)


def _target(ax: Axes, traces: Sequence[Trace]) -> None:
    """Line at a third of the baseline's final gap."""
    gaps = [trace.end.gap for trace in traces if trace.configuration.name == BASELINE]
    if gaps and gaps[0]:
        look = {"color": MUTED, "linewidth": 0.9, "linestyle": (0, (1, 2))}
        ax.axhline(TARGET * gaps[0], label="a third of the baseline's", **look)
