"""Pyomo model to the arrays a solver takes, with maps back to columns and rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from pyomo.common.gc_manager import PauseGC
from scipy.sparse import csr_matrix, diags, vstack

from sequencer.model.family_rows import FamilyRows
from sequencer.solver.scaling import scales
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class StandardForm:
    """``min cost·x + offset`` subject to ``row_lower ≤ A x ≤ row_upper`` and bounds, some x integral.

    The form always minimises; the model maximises, so costs are the negative of what the model says. Rows and
    continuous columns are scaled, see :mod:`sequencer.solver.scaling`.

    Attributes
    ----------
    cost, lower, upper : arrays of shape (n,)
        By column of the form.
    integral : boolean array of shape (n,)
        Columns that must be whole.
    matrix : scipy.sparse.csc_matrix of shape (m, n)
        Coefficients.
    row_lower, row_upper : arrays of shape (m,)
        Row bounds, infinite where open.
    offset : float
        Constant of the objective.
    model_column : integer array of shape (n,)
        Number of each column in :attr:`SequencingModel.columns`.
    form_column : integer array
        The inverse; −1 for a column of the model in no row and without cost.
    refs : tuple of RuleRef
        Rule of each row.
    units : array of shape (n,)
        How much of the model's column one unit of each column is; 1 for decisions.
    """

    cost: Floats
    lower: Floats
    upper: Floats
    integral: NDArray[np.bool_]
    matrix: Any
    row_lower: Floats
    row_upper: Floats
    offset: float
    model_column: NDArray[np.int64]
    form_column: NDArray[np.int64]
    refs: tuple[RuleRef, ...]
    units: Floats

    def to_model(self, point: Floats) -> Floats:
        """Values by model column of a point of the form; a column the form does not have is 0."""
        made = np.zeros(len(self.form_column))
        made[self.model_column] = point * self.units
        return made


def box_bound(form: StandardForm) -> float:
    """Lower bound of the objective from the column bounds alone; −inf where a column is open."""
    at = np.flatnonzero(form.cost)
    cost = form.cost[at]
    return float((cost * np.where(cost > 0, form.lower[at], form.upper[at])).sum() + form.offset)


def standard_form(model: SequencingModel) -> StandardForm:
    """Read the Pyomo model of a model.

    Rows come family by family, columns group by group, in the order in which the objective and the rows speak of them;
    a column that no row and no goal speaks of is left out. Pyomo's own compiler of standard forms gives the same, but
    walks an expression for every row.
    """
    with PauseGC():
        given = model.pyomo
        groups = [list(var.values()) for var in given.component_objects(pyo.Var)]
        families: list[FamilyRows] = list(given.component_objects(pyo.Constraint))
        every = [column for group in groups for column in group]
        matrix, sides = _rows(families, len(every))
        aimed, costs = _costs(given.objective.expr, every)
        spoken = np.concatenate([aimed, matrix.indices])
        model_column = _column_order([len(group) for group in groups], spoken, model)
        columns = [every[k] for k in model_column]
        lower, upper = np.array([v.bounds for v in columns], dtype=float).reshape(-1, 2).T
        integral = np.array([not v.is_continuous() for v in columns], dtype=bool)
    form_column = np.full(len(every), -1, dtype=np.int64)
    form_column[model_column] = np.arange(len(columns))
    here = form_column[matrix.indices], matrix.indptr
    matrix = csr_matrix((matrix.data, *here), shape=(matrix.shape[0], len(columns))).tocsc()
    cost = np.zeros(len(columns))
    cost[form_column[aimed]] = -costs
    upper = np.where(np.isnan(upper), np.inf, upper)
    rules = tuple(ref for family in families for ref in family.refs)
    factors, units = scales(matrix, np.where(np.isinf(sides[0]), sides[1], sides[0]), upper, integral, rules)
    return StandardForm(
        cost=cost * units,
        lower=lower / units,
        upper=upper / units,
        integral=integral,
        matrix=(diags(factors) @ matrix @ diags(units)).tocsc(),
        row_lower=sides[0] * factors,
        row_upper=sides[1] * factors,
        offset=-float(given.objective.expr.constant),
        model_column=model_column,
        form_column=form_column,
        refs=rules,
        units=units,
    )


def _rows(families: Sequence[FamilyRows], width: int) -> tuple[Any, Floats]:
    """Coefficients by row and column of the model, and least and most of each row."""
    parts = [csr_matrix((f.coefficients, f.column_numbers, f.starts), shape=(len(f), width)) for f in families]
    sides = [np.array((f.lower_sides, f.upper_sides)) for f in families]
    return vstack([csr_matrix((0, width)), *parts], format="csr"), np.concatenate([np.empty((2, 0)), *sides], axis=1)


def _costs(objective: Any, columns: Sequence[Any]) -> tuple[NDArray[np.int64], Floats]:  # noqa: ANN401
    """Columns of the model that a linear expression speaks of, and their coefficients."""
    number = {id(column): k for k, column in enumerate(columns)}
    aimed = np.array([number[id(column)] for column in objective.linear_vars], dtype=np.int64)
    return aimed, np.array(objective.linear_coefs, dtype=float)


def _column_order(sizes: Sequence[int], spoken: NDArray[np.int64], model: SequencingModel) -> NDArray[np.int64]:
    """Columns of the form: groups in the order in which they are spoken of, at last what only a later goal speaks of.

    Parameters
    ----------
    sizes
        How many columns each group has.
    spoken
        Columns in the order in which objective and rows speak of them.
    model
        Whose goals.
    """
    group = np.repeat(np.arange(len(sizes)), sizes)
    # Of positions assigned to the same group the last one stays; backwards, that is the first.
    first = np.full(len(sizes), len(spoken))
    first[group[spoken[::-1]]] = np.arange(len(spoken))[::-1]
    used = np.zeros(len(group), dtype=bool)
    used[spoken] = True
    found = np.flatnonzero(used)
    others = {column for _, expression in model.goals for column in expression.terms}.difference(found.tolist())
    ordered = found[np.argsort(first[group[found]], kind="stable")]
    return np.concatenate([ordered, np.array(sorted(others), dtype=np.int64)])
