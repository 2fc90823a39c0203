"""Increments: decisions that are relaxed, stated by what is added in each wave.

A decision is stated as ``x[w]``, started by wave ``w``, with the rows ``x[w-1] ≤ x[w]``: branching on such columns is
strong, and most rules speak of what is live (the *by* formulation of time-indexed scheduling; Pochet & Wolsey
2006, ch. 2). Where a decision is relaxed nothing is branched on, and the same is said by ``y[w] = x[w] - x[w-1] ≥ 0``:
bounds of columns take the place of a third of all rows, for which a simplex step costs that much less.

The two are the same polyhedron seen in other coordinates, ``x = T y`` with ``T`` lower triangular and of determinant 1:
every point of one is a point of the other, of the same objective, and so are optima and bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import identity

from sequencer.solver.decisions import columns_by_wave
from sequencer.solver.rows import Row, with_rows
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.solver.standard_form import Floats, StandardForm


@dataclass(frozen=True)
class Increments:
    """A form in which some decisions are stated by increments.

    Attributes
    ----------
    form : StandardForm
        The form; a column that is no increment is what it was, at its place.
    chains : tuple of integer arrays
        Columns of each decision that is stated by increments, in the order of waves.
    """

    form: StandardForm
    chains: tuple[NDArray[np.int64], ...]

    def there(self, point: Floats) -> Floats:
        """A point of the given form in this one."""
        made = point.copy()
        for chain in self.chains:
            made[chain[1:]] = point[chain[1:]] - point[chain[:-1]]
        return made

    def back(self, point: Floats) -> Floats:
        """A point of this form in the given one."""
        made = point.copy()
        for chain in self.chains:
            made[chain] = np.cumsum(point[chain])
        return made


def stated(model: SequencingModel, form: StandardForm, kept: NDArray[np.bool_], by_increments: bool) -> Increments:
    """State a form by increments where that is wanted, else leave it as it is."""
    return increments(model, form, kept) if by_increments else Increments(form, ())


def increments(model: SequencingModel, form: StandardForm, kept: NDArray[np.bool_]) -> Increments:
    """State decisions by increments.

    Parameters
    ----------
    model
        Where the form comes from.
    form
        The form.
    kept : boolean array of shape (n,)
        Columns that stay as they are, whatever decision they belong to.
    """
    monotone = _Monotone(form)
    chains = [
        chain
        for chain in columns_by_wave(model, form).values()
        if (chain >= 0).all() and not kept[chain].any() and monotone.joins(chain)
    ]
    if not chains:
        return Increments(form, ())
    change = _change(chains, len(form.cost))
    matrix = (form.matrix @ change).tocsr()
    matrix.eliminate_zeros()
    left = np.ones(len(form.refs), dtype=bool)
    left[[row for chain in chains for row in monotone.of(chain)]] = False
    lower, packed = form.lower.copy(), _packed(form)
    rows: list[Row] = []
    for chain in chains:
        rows += _bounds(form, chain, packed)
        lower[chain] = 0.0
    made = replace(
        form,
        cost=form.cost @ change,
        lower=lower,
        matrix=matrix[left].tocsc(),
        row_lower=form.row_lower[left],
        row_upper=form.row_upper[left],
        refs=tuple(ref for ref, stays in zip(form.refs, left, strict=True) if stays),
    )
    return Increments(with_rows(made, rows), tuple(chains))


def _change(chains: list[NDArray[np.int64]], size: int) -> Any:  # noqa: ANN401
    """Matrix ``T`` with ``x = T y``."""
    made = identity(size, format="lil")
    for chain in chains:
        for k, column in enumerate(chain):
            made[column, chain[:k]] = 1.0
    return made.tocsc()


def _packed(form: StandardForm) -> set[int]:
    """Columns of rows ``Σ column ≤ 1`` over columns that are never negative: none of them can be more than 1."""
    matrix, made = form.matrix.tocsr(), set()
    for row in np.flatnonzero(np.isfinite(form.row_upper)):
        at = slice(matrix.indptr[row], matrix.indptr[row + 1])
        if (matrix.data[at] == form.row_upper[row]).all() and (form.lower[matrix.indices[at]] >= 0).all():
            made.update(matrix.indices[at].tolist())
    return made


def _bounds(form: StandardForm, chain: NDArray[np.int64], packed: set[int]) -> list[Row]:
    """Rows for the bounds of ``x`` that neither those of ``y`` nor other rows imply, as sums of ``y``."""
    rows: list[Row] = []
    ref = RuleRef("start_once", ())
    for k, column in enumerate(chain.tolist()):
        sofar, most = dict.fromkeys(chain[: k + 1].tolist(), 1.0), float(form.upper[column])
        implied = form.upper[chain[k + 1]] <= most if k + 1 < len(chain) else most == 1.0 and column in packed
        if most > 0 and not implied:
            rows.append((ref, sofar, most))
        if form.lower[column] > 0:
            rows.append((ref, dict.fromkeys(sofar, -1.0), -float(form.lower[column])))
    return rows


class _Monotone:
    """Rows ``a ≤ b`` between two columns."""

    def __init__(self, form: StandardForm) -> None:
        matrix = form.matrix.tocsr()
        self._rows: dict[tuple[int, int], int] = {}
        for row in np.flatnonzero(np.diff(matrix.indptr) == 2):
            at = slice(matrix.indptr[row], matrix.indptr[row + 1])
            (one, other), (a, b) = matrix.indices[at].tolist(), matrix.data[at].tolist()
            if a == -b and (form.row_upper[row], form.row_lower[row]) == (0.0, -np.inf):
                self._rows[(one, other) if a > 0 else (other, one)] = int(row)
            elif a == -b and (form.row_upper[row], form.row_lower[row]) == (np.inf, 0.0):
                self._rows[(one, other) if a < 0 else (other, one)] = int(row)

    def of(self, chain: NDArray[np.int64]) -> list[int]:
        """Rows between neighbours of a chain."""
        return [self._rows[pair] for pair in zip(chain[:-1].tolist(), chain[1:].tolist(), strict=True)]

    def joins(self, chain: NDArray[np.int64]) -> bool:
        """Whether there is a row between all neighbours."""
        return all(pair in self._rows for pair in zip(chain[:-1].tolist(), chain[1:].tolist(), strict=True))
