"""Time: discount factors and averages of ramps over periods."""

from __future__ import annotations

from collections.abc import Sequence

from sequencer.instance.calendar import Period

Ramp = Sequence[tuple[int, float]]
"""Steps (from month, factor) by rising month."""


def discount_factor(rate: float, period: Period) -> float:
    """Worth today of money that falls in the middle of a period, at an annual ``rate``."""
    return float((1.0 + rate) ** -period.mid_year)


def ramp_factor(ramp: Ramp, age: int) -> float:
    """Factor at an age in months; 0 before the first step."""
    factor = 0.0
    for from_month, step in ramp:
        if age < from_month:
            break
        factor = step
    return factor


def ramp_average(ramp: Ramp, since: Period, period: Period, before: int = 0) -> float:
    """Average of a ramp over the months of ``period`` for what is active since the start of ``since``; 0 before it.

    Where wave 1 has found it active, ``before`` is its age in months when wave 1 starts.
    """
    first = period.start_month - since.start_month
    if first < 0:
        return 0.0
    first += before
    return sum(ramp_factor(ramp, first + month) for month in range(period.months)) / period.months
