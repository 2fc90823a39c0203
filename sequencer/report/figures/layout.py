"""Where things of the Gantt go, in inches from the top left of the page; no drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sequencer.report.figures import style
from sequencer.report.figures.lanes import Group

WIDTH = 13.333
"""Width of a 16:9 slide."""

HEIGHT = 7.5
"""Height of a 16:9 slide."""

LOWEST = 4.2
MARGIN = 0.3
GUTTER = 0.34
HEAD = 0.68
"""Room for title and key figures."""

WAVES = 0.4
BAND = 0.18
STRIP = 0.8
STRIP_GAP = 0.2
FOOT = 0.36
VALUE = 0.44
TAIL_SHARE = 0.8
TAIL_LEAST = 0.46
ONE_COLUMN = 18
"""Up to this many rows (titles included) stand in one column."""

ROW_LEAST, ROW_MOST = 0.11, 0.24
GROUP_GAP = 0.24
"""Space above a group, in rows."""

LABEL_LEAST, LABEL_MOST = 1.25, 2.25
LARGEST = 8.5


@dataclass(frozen=True, slots=True)
class Column:
    """A column of lanes with its own time axis.

    Attributes
    ----------
    groups : tuple of Group
        What stands in it.
    left, right : float
        Its edges.
    x0, x1 : float
        Where wave 1 begins and the tail ends.
    waves : int
        Number of waves.
    values : bool
        Whether a column of values stands right of the tail.
    """

    groups: tuple[Group, ...]
    left: float
    right: float
    x0: float
    x1: float
    waves: int
    values: bool

    @property
    def wave_width(self) -> float:
        """Width of a wave; the tail is a little narrower, yet wide enough to be read."""
        width = self.x1 - self.x0
        return (width - max(TAIL_LEAST, width * TAIL_SHARE / (self.waves + TAIL_SHARE))) / self.waves

    def x(self, period: float) -> float:
        """Left edge of a wave, ``waves + 1`` being the tail; held within the axis."""
        at = min(max(period, 1), self.waves + 1)
        return self.x0 + (at - 1) * self.wave_width


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page.

    Attributes
    ----------
    columns : tuple of Column
        One or two.
    width, height : float
        Size of the page.
    row : float
        Height of a row.
    size : float
        Font size of rows, in points.
    lanes, strip : float
        Where lanes begin and where the money strip begins.
    strip_height : float
        Height of one panel of the strip.
    """

    columns: tuple[Column, ...]
    width: float
    height: float
    row: float
    size: float
    lanes: float
    strip: float
    strip_height: float


def rows_of(groups: Sequence[Group]) -> float:
    """Height of some groups in rows, titles and gaps included."""
    return sum(len(g.rows) + 1 + GROUP_GAP for g in groups)


def halves(groups: Sequence[Group]) -> tuple[tuple[Group, ...], ...]:
    """Groups in one column where they are few, else in two of about the same height."""
    if rows_of(groups) <= ONE_COLUMN or len(groups) < 2:
        return (tuple(groups),)
    tallest = {k: max(rows_of(groups[:k]), rows_of(groups[k:])) for k in range(1, len(groups))}
    cut = min(tallest, key=lambda k: (tallest[k], k))
    return (tuple(groups[:cut]), tuple(groups[cut:]))


def page(groups: Sequence[Group], waves: int, aspect: float | None = None) -> Page:
    """Lay groups out.

    Parameters
    ----------
    groups
        What is shown.
    waves
        Number of waves.
    aspect
        Height over width of given axes; without it a page is a slide, lower where little is to be shown, and higher
        where rows would become illegible.
    """
    parts = halves(groups)
    panels = 2 if len(parts) == 1 else 1
    rows = max(rows_of(part) for part in parts)
    fixed = HEAD + WAVES + BAND + panels * (STRIP + STRIP_GAP) + FOOT
    height = max(HEIGHT, fixed + rows * ROW_LEAST)
    if aspect is not None:
        height = max(WIDTH * aspect, fixed + rows * ROW_LEAST)
    row = min(ROW_MOST, (height - fixed) / max(rows, 1))
    if aspect is None and row == ROW_MOST:
        height = max(LOWEST, fixed + rows * row)
    lanes = HEAD + WAVES + BAND
    strip = height - FOOT - panels * (STRIP + STRIP_GAP) + STRIP_GAP
    most = LABEL_MOST * (1.4 if len(parts) == 1 else 1.0)
    size = _size(parts, row, most)
    return Page(_columns(parts, waves, size, most), WIDTH, height, row, size, lanes, strip, STRIP)


def _size(parts: Sequence[tuple[Group, ...]], row: float, most: float) -> float:
    """Font size that the height of rows allows, less where a name would otherwise have to be cut."""
    size = max(style.SMALLEST, min(LARGEST, row * 72 * 0.78))
    while size > style.SMALLEST and any(_widest(part, size) > most for part in parts):
        size = max(style.SMALLEST, size - 0.1)
    return size


def _widest(part: tuple[Group, ...], size: float) -> float:
    """Width of the widest name of a column, with room beside it."""
    return max((style.text_width(r.label, size) for g in part for r in g.rows), default=0.0) + 0.12


def _columns(parts: Sequence[tuple[Group, ...]], waves: int, size: float, most: float) -> tuple[Column, ...]:
    width = (WIDTH - 2 * MARGIN - (len(parts) - 1) * GUTTER) / len(parts)
    made = []
    for number, part in enumerate(parts):
        left = MARGIN + number * (width + GUTTER)
        label = min(max(_widest(part, size), LABEL_LEAST), most)
        values = any(r.value is not None for g in part for r in g.rows)
        x1 = left + width - (VALUE if values else 0.0)
        made.append(Column(part, left, left + width, left + label, x1, waves, values))
    return tuple(made)
