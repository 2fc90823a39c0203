"""Rows of a family as one Pyomo constraint over flat arrays.

An expression a row takes most of the time of building a large model, and as much again to be compiled back into the
arrays that it was made from. Pyomo's ``MatrixConstraint`` is an indexed constraint over such arrays: to Pyomo and to
every solver behind it each row is a constraint as any other, with a name, a body and bounds.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from pyomo.core.base.constraint import ConstraintData
from pyomo.core.expr.relational_expr import tuple_to_relational_expr

# These are in Pyomo's ``beta`` name space: the arrays are private, and names and places may change. Only this file
# knows them; what the rest of the package reads are the public properties below.
from pyomo.repn.beta.matrix import MatrixConstraint, _LinearMatrixConstraintData

from sequencer.model.arrays import CODES, Rows
from sequencer.types import RuleRef


class FamilyRow(_LinearMatrixConstraintData):  # type: ignore[misc]
    """A row, with what Pyomo's class leaves out: the relation as an expression, slacks, and being copied."""

    __slots__ = ()

    lslack, uslack = ConstraintData.lslack, ConstraintData.uslack

    def __init__(self, index: int, component: FamilyRows) -> None:
        super().__init__(index, component)
        self._expr = None  # type: ignore[misc]  # a slot of Pyomo's class that copying reads

    @property
    def expr(self) -> Any:  # noqa: ANN401
        """The row as a relation, made when asked for."""
        lower, body, upper = self.to_bounded_expression()
        return tuple_to_relational_expr((body, upper) if self.equality else (lower, body, upper))


class FamilyRows(MatrixConstraint):  # type: ignore[misc]
    """Rows of a family, numbered from 0 in the order added.

    Parameters
    ----------
    rows
        What they say. The arrays are kept, not copied: no row is to be added afterwards.
    columns
        Pyomo variable of every column of the model, by number.

    Attributes
    ----------
    refs : tuple of RuleRef
        Rule of each row.
    """

    _constructed: bool
    _data: tuple[FamilyRow, ...]

    def __init__(self, rows: Rows, columns: Sequence[pyo.Var]) -> None:
        kinds = np.zeros(3, dtype=np.uint8)
        kinds[CODES["<="]] = MatrixConstraint.UpperBound
        kinds[CODES[">="]] = MatrixConstraint.LowerBound
        kinds[CODES["="]] = MatrixConstraint.Equality
        super().__init__(
            nrows=len(rows),
            ncols=len(columns),
            nnz=len(rows.columns),
            prows=rows.starts,
            jcols=rows.columns,
            vals=rows.coefficients,
            ranges=array("d", np.repeat(rows.sides, 2).tobytes()),
            range_types=array("B", kinds[np.array(rows.senses)].tobytes()),
            varmap=columns,
        )
        self.refs: tuple[RuleRef, ...] = tuple(rows.refs)

    def construct(self, data: None = None) -> None:  # noqa: ARG002
        """Make the rows."""
        if not self._constructed:
            self._constructed = True
            self._data = tuple(FamilyRow(k, self) for k in range(len(self.refs)))

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each row's entries begin, and at last where they end."""
        return np.array(self._prows)

    @property
    def column_numbers(self) -> NDArray[np.int64]:
        """Column of each entry, by number; one row after the other."""
        return np.array(self._jcols)

    @property
    def coefficients(self) -> NDArray[np.float64]:
        """Coefficient of each entry."""
        return np.array(self._vals)

    @property
    def lower_sides(self) -> NDArray[np.float64]:
        """Least that each row may be; −inf where it is bounded from above only."""
        return self._sides(0, MatrixConstraint.LowerBound, -np.inf)

    @property
    def upper_sides(self) -> NDArray[np.float64]:
        """Most that each row may be; inf where it is bounded from below only."""
        return self._sides(1, MatrixConstraint.UpperBound, np.inf)

    def _sides(self, end: int, kind: int, without: float) -> NDArray[np.float64]:
        there = np.array(self._range_types) & kind != 0
        return np.where(there, np.array(self._ranges)[end::2], without)
