"""Sparse linear expressions over the columns of a model.

Families are written with these, which is an order of magnitude faster than summing Pyomo variables and keeps every row
inspectable.
"""

from __future__ import annotations

from collections.abc import Iterable


class Linear:
    """``constant + Σ coefficient · column``; columns are positions in :attr:`SequencingModel.columns`."""

    __slots__ = ("constant", "terms")

    def __init__(self, constant: float = 0.0, terms: dict[int, float] | None = None) -> None:
        self.constant = constant
        self.terms: dict[int, float] = {} if terms is None else terms

    def add(self, other: Linear, factor: float = 1.0) -> Linear:
        """Add ``factor · other`` to this expression and return it."""
        self.constant += factor * other.constant
        terms = self.terms
        for column, coefficient in other.terms.items():
            terms[column] = terms.get(column, 0.0) + factor * coefficient
        return self

    def __add__(self, other: Linear) -> Linear:
        return Linear(self.constant, dict(self.terms)).add(other)

    def __sub__(self, other: Linear) -> Linear:
        return Linear(self.constant, dict(self.terms)).add(other, -1.0)

    def __mul__(self, factor: float) -> Linear:
        return Linear(self.constant * factor, {c: v * factor for c, v in self.terms.items()})

    __rmul__ = __mul__

    def __repr__(self) -> str:
        return " + ".join([f"{self.constant:g}", *(f"{v:g}·x{c}" for c, v in sorted(self.terms.items()))])


def total(parts: Iterable[Linear]) -> Linear:
    """Sum of expressions."""
    made = Linear()
    for part in parts:
        made.add(part)
    return made
