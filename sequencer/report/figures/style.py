"""Look of the figures: colours, fonts, measuring text, and saving without anything that changes from run to run."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from sequencer.errors import SequencerError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

P = ParamSpec("P")
Drawn = TypeVar("Drawn", "Axes", "Figure")

INK = "#1c2733"
MUTED = "#5a6673"
FAINT = "#c9d0d6"
BAND = "#f5f7f9"
TAIL = "#eceff2"
SLATE = "#52616f"
ALERT = "#b3261e"

CATEGORIES = ("#009e73", "#0072b2", "#e69f00", "#cc79a7", "#56b4e9", "#999933")
"""Hues of value categories (Okabe and Ito, told apart with every kind of colour vision), in order of first use."""

LAYER_HUES = ("#3f5fa8", "#b8562c", "#7d7a1e")
AFFILIATE_HUE = "#7a52a1"
BRAND_HUE = "#b0467a"
CUSTOMER_HUE = "#2b7f8c"
OTHER_HUE = SLATE

SMALLEST = 6.5
"""Smallest font in points."""

_SPARE = 1.015
_WIDE_SCRIPTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans",
    "Microsoft YaHei",
    "Yu Gothic",
    "PingFang SC",
)

_PLAIN: Any = {"text.parse_math": False, "text.usetex": False, "axes.formatter.use_mathtext": False}
"""Texts as they are: what a name holds is never a formula."""

_RC: Any = {
    **_PLAIN,
    "text.hinting": "none",
    "svg.hashsalt": "sequencer",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "pdf.compression": 6,
    "savefig.bbox": "standard",
    "savefig.transparent": False,
}

_METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": "sequencer"},
    ".pdf": {"CreationDate": None, "ModDate": None, "Creator": "sequencer", "Producer": "sequencer"},
}


def mix(colour: str, share: float) -> str:
    """Tint of a colour: ``share`` of it on white."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - p) * share):02x}" for p in parts)


def shade(colour: str, share: float) -> str:
    """Darker colour: ``share`` of it on black."""
    return "#" + "".join(f"{round(int(colour[i : i + 2], 16) * share):02x}" for i in (1, 3, 5))


@cache
def _families() -> tuple[str, ...]:
    """DejaVu Sans, which matplotlib brings along, then what this machine has for scripts it lacks."""
    known = {f.name for f in fontManager.ttflist}
    return ("DejaVu Sans", *(f for f in _WIDE_SCRIPTS if f in known))


@cache
def font(size: float, bold: bool = False) -> FontProperties:
    """Font of a size in points."""
    return FontProperties(family=list(_families()), size=size, weight="bold" if bold else "normal")


@cache
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width of a line of text in inches, with a little to spare for renderers that snap letters to pixels."""
    with quiet_glyphs():
        width, _, _ = text_to_path.get_text_width_height_descent(text, font(size, bold), ismath=False)
    return float(width) / 72 * _SPARE


def fitted(text: str, width: float, size: float, bold: bool = False) -> str:
    """Text cut to a width in inches, with an ellipsis where something is missing; empty where nothing fits."""
    if text_width(text, size, bold) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(text[:middle].rstrip(" ,") + "…", size, bold) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip(" ,") + "…" if low else ""


def first_fitting(candidates: Sequence[str], width: float, size: float, bold: bool = False) -> str:
    """First of some texts that fits a width in inches; empty where none does."""
    return next((t for t in candidates if text_width(t, size, bold) <= width), "")


def plain(draw: Callable[P, Drawn]) -> Callable[P, Drawn]:
    """Decorator of everything that draws: names are shown as they are, whatever signs they hold.

    Matplotlib takes what stands between two ``$`` for a formula, and fails where it is none.
    """

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Drawn:
        with mpl.rc_context(rc=_PLAIN):
            made = draw(*args, **kwargs)
        # Titles, labels and ticks of axes that were given are older than the settings above.
        for text in made.findobj(Text):
            text.set_parse_math(False)
            text.set_usetex(False)
        return made

    return drawn


@contextmanager
def quiet_glyphs() -> Iterator[None]:
    """Draw characters that no font here has as boxes, without a warning for each."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        yield


def save(figure: Figure, path: str | Path, *, dpi: int = 200) -> None:
    """Save a figure as PNG, SVG or PDF, by the suffix of the path; equal figures make equal files.

    Parameters
    ----------
    figure
        What to save.
    path
        Where to; an existing file is replaced.
    dpi
        Dots an inch of a PNG.

    Raises
    ------
    sequencer.errors.SequencerError
        If the suffix is none of the three.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in _METADATA:
        given = f"'{path.suffix}'" if path.suffix else "no suffix"
        message = f"{path.name}: a figure cannot be saved with {given}; end the name in .png, .svg or .pdf"
        raise SequencerError(message)
    with mpl.rc_context(rc=_RC), quiet_glyphs():
        figure.savefig(path, format=suffix[1:], dpi=dpi, facecolor="white", metadata=_METADATA[suffix])
