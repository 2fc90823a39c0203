"""The objective: net present value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyomo.environ as pyo
from pyomo.core.expr.numeric_expr import LinearExpression

from sequencer.model.costs import cost
from sequencer.model.linear import Linear

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


def npv(model: SequencingModel) -> Linear:
    """``Σ_t df_t · (value_t − cost_t)``, cash at the middle of each period, in scaled money."""
    rate = model.instance.settings.discount_rate
    made = Linear()
    for period in model.instance.periods:
        factor = (1 + rate) ** -period.mid_year
        made.add(model.value.expr(period=period.index), factor)
        made.add(cost(model, period.index), -factor)
    return made


def set_objective(model: SequencingModel, objective: Linear) -> None:
    """Maximise an expression."""
    terms = {c: v for c, v in objective.terms.items() if abs(v) > 1e-12}
    expression = LinearExpression(
        constant=objective.constant,
        linear_coefs=list(terms.values()),
        linear_vars=[model.columns[c] for c in terms],
    )
    model.pyomo.objective = pyo.Objective(expr=expression, sense=pyo.maximize)
