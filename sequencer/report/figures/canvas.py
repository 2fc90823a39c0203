"""A sheet of paper on matplotlib axes, in inches of the page, y downwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from sequencer.report.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Canvas:
    """Axes prepared as a page.

    Parameters
    ----------
    ax
        Axes; their content is replaced.
    width, height
        Size of the page in inches.
    scale
        Size of the axes relative to the page; texts and lines shrink by it.
    """

    def __init__(self, ax: Axes, width: float, height: float, scale: float = 1.0) -> None:
        self.ax = ax
        self.scale = scale
        ax.clear()
        ax.set_axis_off()
        ax.set_xlim(0, width)
        ax.set_ylim(height, 0)

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        colour: str,
        *,
        layer: int = 1,
        gid: str | None = None,
        edge: str | None = None,
        hatch: str | None = None,
    ) -> None:
        """Fill a rectangle; with ``edge`` also draw its outline."""
        patch = Rectangle(
            (x, y),
            width,
            height,
            facecolor=colour,
            edgecolor=edge or "none",
            linewidth=0.7 * self.scale if edge else 0.0,
            hatch=hatch,
            zorder=layer,
            clip_on=False,
        )
        if gid:
            patch.set_gid(gid)
        self.ax.add_artist(patch)

    def line(self, x0: float, x1: float, y: float, colour: str, width: float, *, layer: int = 1) -> None:
        """Draw a horizontal line, ``width`` in points."""
        line = Line2D([x0, x1], [y, y], color=colour, linewidth=width * self.scale, zorder=layer, clip_on=False)
        line.set_solid_capstyle("butt")
        self.ax.add_artist(line)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: str = style.INK,
        *,
        bold: bool = False,
        ha: Literal["left", "center", "right"] = "left",
        va: Literal["center", "top", "bottom", "center_baseline"] = "center_baseline",
    ) -> None:
        """Write a line of text, ``size`` in points."""
        if text:
            properties = style.font(size * self.scale, bold)
            self.ax.text(x, y, text, fontproperties=properties, color=colour, ha=ha, va=va, zorder=5)
