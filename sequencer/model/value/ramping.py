"""Ramps by period: what an earlier start adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sequencer.instance.calendar import Period

Ramp = tuple[tuple[int, float], ...]
"""Steps (from month, factor) by rising month."""


class Ramping:
    """Averages of ramps over the periods of an instance, each worked out once."""

    def __init__(self, periods: Sequence[Period]) -> None:
        self.periods = periods
        self._known: dict[tuple[Ramp, int, int], float] = {}

    def gain(self, ramp: Ramp, start: int, period: int, last: int) -> float:
        """``ρ[s,t] − ρ[s+1,t]``: what being active from ``start`` rather than one period later adds to a period.

        ``last`` is the last period in which it may become active.
        """
        later = 0.0 if start + 1 > period or start == last else self.average(ramp, start + 1, period)
        return self.average(ramp, start, period) - later

    def average(self, ramp: Ramp, start: int, period: int) -> float:
        """Average over the months of ``period`` of what is active since the first month of ``start``; 0 before it."""
        if start > period:
            return 0.0
        key = (ramp, start, period)
        if key not in self._known:
            age = self.periods[period - 1].start_month - self.periods[start - 1].start_month
            self._known[key] = average(ramp, age, age + self.periods[period - 1].months)
        return self._known[key]


def average(ramp: Ramp, first: int, last: int) -> float:
    """Average of a step function of age over the months ``first`` to ``last``."""
    edges = [m for m, _ in ramp] + [10**9]
    area = sum(factor * max(0, min(last, edges[k + 1]) - max(first, edges[k])) for k, (_, factor) in enumerate(ramp))
    return area / (last - first)
