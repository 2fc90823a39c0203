"""Figures of which two sides are known: what a plan reaches, and what is proven that none exceeds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure between two known ones.

    Attributes
    ----------
    low, high : float
        The figure is not below ``low`` and not above ``high``.
    """

    low: float
    high: float

    def __sub__(self, other: Interval) -> Interval:
        """Difference, as far as it is known."""
        return Interval(self.low - other.high, self.high - other.low)

    def at_least(self, floor: float) -> Interval:
        """The same figure, where it is known not to be below ``floor``."""
        return Interval(max(self.low, floor), max(self.high, floor))

    @property
    def width(self) -> float:
        """How much is not known."""
        return self.high - self.low

    def to_dict(self) -> dict[str, float]:
        """Both sides by name."""
        return {"low": self.low, "high": self.high}


def mean(shares: Iterable[float], figures: Iterable[Interval]) -> Interval:
    """Mean of figures with probabilities."""
    low = high = 0.0
    for share, figure in zip(shares, figures, strict=True):
        low, high = low + share * figure.low, high + share * figure.high
    return Interval(low, high)
