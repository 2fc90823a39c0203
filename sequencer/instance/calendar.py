"""Waves and tail periods on one time axis."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Period:
    """A wave, or a period of the tail.

    Attributes
    ----------
    index : int
        1..W for waves, W + 1.. for tail periods.
    months : int
        Length in months.
    start_month : int
        Months from the start of wave 1 to its own start.
    tail : bool
        Whether it lies after the last wave.
    """

    index: int
    months: int
    start_month: int
    tail: bool

    @property
    def years(self) -> float:
        """Length in years."""
        return self.months / 12

    @property
    def mid_year(self) -> float:
        """Years from the start of wave 1 to its middle, where its cash falls."""
        return (self.start_month + self.months / 2) / 12

    @property
    def end_month(self) -> int:
        """Months from the start of wave 1 to its end."""
        return self.start_month + self.months


def make_periods(wave_months: Sequence[int], tail_months: int) -> tuple[Period, ...]:
    """Lay waves and a tail cut into 12-month periods (the last may be shorter) one after another."""
    lengths = [(m, False) for m in wave_months]
    lengths += [(12, True)] * (tail_months // 12)
    if tail_months % 12:
        lengths.append((tail_months % 12, True))
    periods, at = [], 0
    for index, (months, tail) in enumerate(lengths, start=1):
        periods.append(Period(index, months, at, tail))
        at += months
    return tuple(periods)


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day some months later, the last of the month where that day does not exist."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
