"""Words and numbers of reports: units, amounts, dates and names as a strategist writes them."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sequencer.instance.calendar import add_months
from sequencer.types import Kind, Layer

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Mode
    from sequencer.instance.instance import Instance

NONE = "–"
"""What a cell says where there is nothing to say."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_SCALES = {1.0: "", 1e3: "k", 1e6: "M", 1e9: "bn"}

KINDS = {
    Kind.DRIVER: "Value drivers",
    Kind.STEP: "Capabilities",
    Kind.AFFILIATE: "Affiliates",
    Kind.BRAND: "Brands",
    Kind.CUSTOMER_TYPE: "Customer types",
    Kind.FUNCTION: "Functions",
    Kind.MANDATE: "Mandate",
    Kind.EXCEPTION: "Exceptions",
    Kind.INITIATIVE: "Initiatives",
    Kind.DRIVER_AFFILIATE: "Drivers in affiliates",
    Kind.BRAND_AFFILIATE: "Brands in affiliates",
}

LAYERS = {
    Layer.TECHNOLOGICAL: "Technological capabilities",
    Layer.COMMERCIAL: "Commercial capabilities",
    Layer.TRANSFORMATIONAL: "Transformational capabilities",
}


def unit_text(currency: str, unit: float) -> str:
    """Unit of amounts: ``EUR M`` for millions, ``EUR × 250`` where there is no word for it."""
    if unit in _SCALES:
        return f"{currency} {_SCALES[unit]}".strip()
    return f"{currency} × {unit:,.10g}"


def money_unit(instance: Instance) -> str:
    """Unit of the amounts of an instance."""
    return unit_text(instance.settings.currency, instance.settings.unit)


def decimals(values: Iterable[float]) -> int:
    """Decimals that keep about three significant digits of the largest of some amounts."""
    largest = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    return 0 if largest >= 1000 else 1 if largest >= 10 else 2 if largest >= 1 or largest == 0 else 3


def number(value: float | None, places: int) -> str:
    """Amount with thousands separators; an en dash for none, never a minus zero."""
    if value is None:
        return NONE
    rounded = round(value, places)
    return f"{rounded + 0.0 if rounded else 0.0:,.{places}f}"


def short(value: float) -> str:
    """Quantity without needless decimals: ``75``, ``0.5``, ``61.25``."""
    return f"{round(value, 2) + 0.0:,.10g}"


def percent(share: float | None, places: int = 0) -> str:
    """Share as a percentage; an en dash for none."""
    return NONE if share is None else f"{share * 100:.{places}f} %"


def count(amount: int, singular: str, plural: str = "") -> str:
    """``1 wave``, ``3 waves``."""
    return f"{amount} {singular if amount == 1 else plural or singular + 's'}"


def title_case(word: str) -> str:
    """Readable form of an id such as ``revenue_uplift``."""
    text = word.replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]


def span_text(instance: Instance, first: int, last: int | None = None) -> str:
    """Dates of a period, or of some in a row: ``Jan–Jun 2027``; months from the start where there is no date.

    Parameters
    ----------
    instance
        Gives the calendar.
    first, last
        Period numbers (1-based); ``last`` is ``first`` where not given.
    """
    begin = instance.periods[first - 1].start_month
    end = instance.periods[(first if last is None else last) - 1].end_month
    start = instance.settings.start
    if start is None:
        return f"month {end}" if end == begin + 1 else f"months {begin + 1}–{end}"
    one = add_months(start, begin)
    two = add_months(start, end) - dt.timedelta(days=1)
    if (one.year, one.month) == (two.year, two.month):
        return month_text(one)
    if one.year == two.year:
        return f"{MONTHS[one.month - 1]}–{month_text(two)}"
    return f"{month_text(one)}–{month_text(two)}"


def month_text(day: dt.date) -> str:
    """``Jan 2027``."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def begin_text(instance: Instance, period: int) -> str:
    """Month in which a period begins, ``W + 1`` being the tail: ``Jan 2027``, or ``month 1``."""
    day = instance.date_of(period)
    return month_text(day) if day else f"month {sum(instance.wave_months[: period - 1]) + 1}"


def wave_text(instance: Instance, wave: int) -> str:
    """``wave 2 (Jul–Dec 2027)``; ``after the last wave`` beyond it."""
    if wave > instance.n_waves:
        return f"after the last wave (from {begin_text(instance, instance.n_waves + 1)})"
    return f"wave {wave} ({span_text(instance, wave)})"


def mode_text(instance: Instance, mode: Mode) -> str:
    """Name of a mode: ``Adapted, high``; empty where there is one way only."""
    parts = [p for p in (mode.archetype, mode.touch, mode.sourcing) if p]
    return ", ".join(one_line(instance.label(p)) for p in parts or ([mode.id] if mode.id else []))


def one_line(text: str) -> str:
    """Free text in one line, without control characters."""
    visible = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(visible.split())
