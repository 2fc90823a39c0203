"""Scaling: rows and columns of a standard form brought near 1, so that a solver's tolerances mean what ours do.

A plan is right when no rule is violated by more than 1e-6 of its right-hand side; HiGHS allows 1e-6 of whatever it is
given. A pot of 20,000 beside potentials of 50 million therefore has to reach it as a row whose right-hand side is about
1, and what is carried in that pot as a column whose unit is about 20,000. All factors are powers of two, so no digit of
a coefficient changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sequencer.types import RuleRef

Floats = NDArray[np.float64]

NOTHING = 1e-9
"""A right-hand side smaller than this share of the row's largest coefficient is 0 in floating-point numbers."""

COUNT = 1e5
"""Rows of whole numbers up to this are counted exactly, and left as they are."""


def magnitudes(matrix: Any, sides: Floats, integral: NDArray[np.bool_]) -> Floats:  # noqa: ANN401
    """Size of each row as a rule sees it: its right-hand side, or the smallest decision in it where that is 0.

    The smallest, since a rule whose right-hand side consists of decisions is as strict as the smallest of them says.

    Parameters
    ----------
    matrix
        Coefficients, shape (m, n).
    sides
        Right-hand sides, shape (m,).
    integral
        Which columns are decisions, shape (n,).

    Returns
    -------
    array of shape (m,)
        Positive; NaN for a row that has neither.
    """
    sizes = abs(matrix).tocoo()
    largest, smallest = np.zeros(matrix.shape[0]), np.full(matrix.shape[0], np.inf)
    np.maximum.at(largest, sizes.row, sizes.data)
    whole = integral[sizes.col] & (sizes.data > 0)
    np.minimum.at(smallest, sizes.row[whole], sizes.data[whole])
    made = np.where(np.isfinite(smallest), smallest, np.nan)
    right = abs(sides)
    return np.where(right > NOTHING * largest, right, made)


def scales(
    matrix: Any,  # noqa: ANN401
    sides: Floats,
    upper: Floats,
    integral: NDArray[np.bool_],
    refs: Sequence[RuleRef],
) -> tuple[Floats, Floats]:
    """Factors of rows, and units of columns.

    Parameters
    ----------
    matrix, sides, integral
        See :func:`magnitudes`.
    upper
        Upper bounds of the columns, shape (n,).
    refs
        Rule of each row. Rows of value define amounts and carry no tolerance of a rule, so their columns measure them.

    Returns
    -------
    tuple of arrays of shape (m,) and (n,)
        What each row is multiplied with, and how much of a column one unit of its scaled self is (1 for decisions).
    """
    value = np.array([ref.family == "value" for ref in refs], dtype=bool)
    rows = np.where(value, np.nan, magnitudes(matrix, sides, integral))
    entries = abs(matrix).tocoo()
    units = np.where(np.isfinite(upper) & (upper > 0), upper, np.inf)
    with np.errstate(divide="ignore"):
        seen = rows[entries.row] / entries.data
    known = np.isfinite(seen)
    np.minimum.at(units, entries.col[known], seen[known])
    units = power_of_two(np.where(integral | ~np.isfinite(units), 1.0, units))
    entries.data = entries.data * units[entries.col]
    largest = np.zeros(matrix.shape[0])
    np.maximum.at(largest, entries.row, entries.data)
    rows = np.where(np.isfinite(rows), rows, np.where(largest > 0, largest, 1.0))
    return np.where(_counted(entries, sides, integral), 1.0, 1.0 / power_of_two(rows)), units


def power_of_two(sizes: Floats) -> Floats:
    """Largest power of two that is not above each positive size."""
    made: Floats = np.exp2(np.floor(np.log2(sizes)))
    return made


def _counted(entries: Any, sides: Floats, integral: NDArray[np.bool_]) -> NDArray[np.bool_]:  # noqa: ANN401
    """Rows that count decisions: whole coefficients, whole right-hand side."""
    made: NDArray[np.bool_] = (sides == np.round(sides)) & (abs(sides) <= COUNT)
    other = ~integral[entries.col] | (entries.data != np.round(entries.data)) | (entries.data > COUNT)
    made[entries.row[other]] = False
    return made
