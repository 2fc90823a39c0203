"""Pyomo model to the arrays a solver takes, with maps back to columns and rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pyomo.common.gc_manager import PauseGC
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy.sparse import csc_matrix, diags, hstack

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
    """Compile a model."""
    with PauseGC():
        form = LinearStandardFormCompiler().write(model.pyomo, mixed_form=True)
    number = {id(v): k for k, v in enumerate(model.columns)}
    refs = {id(row): ref for ref, row in model.rows}
    found = [number[id(v)] for v in form.columns]
    # Pyomo leaves out what is in no row and not in the first goal; a later goal may still speak of it.
    others = {column for _, expression in model.goals for column in expression.terms}.difference(found)
    model_column = np.array([*found, *sorted(others)], dtype=np.int64)
    nothing = csc_matrix((len(form.rows), len(others)))
    form_column = np.full(len(model.columns), -1, dtype=np.int64)
    form_column[model_column] = np.arange(len(model_column))
    sense = np.array([r.bound_type for r in form.rows], dtype=np.int64)
    columns = [model.columns[k] for k in model_column]
    bounds = [v.bounds for v in columns]
    lower = np.array([-np.inf if low is None else low for low, _ in bounds], dtype=float)
    upper = np.array([np.inf if up is None else up for _, up in bounds], dtype=float)
    integral = np.array([not v.is_continuous() for v in columns], dtype=bool)
    rules = tuple(refs[id(r.constraint)] for r in form.rows)
    matrix, sides = hstack([form.A.tocsc(), nothing]).tocsc(), np.asarray(form.rhs, dtype=float)
    factors, units = scales(matrix, sides, upper, integral, rules)
    sides = sides * factors
    return StandardForm(
        cost=np.append(np.asarray(form.c.todense(), dtype=float)[0], np.zeros(len(others))) * units,
        lower=lower / units,
        upper=upper / units,
        integral=integral,
        matrix=(diags(factors) @ matrix @ diags(units)).tocsc(),
        row_lower=np.where(sense > 0, -np.inf, sides),
        row_upper=np.where(sense < 0, np.inf, sides),
        offset=float(form.c_offset[0]),
        model_column=model_column,
        form_column=form_column,
        refs=rules,
        units=units,
    )
