"""The Pyomo model: what is solved, stated from the arrays that the families filled.

It has the columns, rows and objective of a :class:`~sequencer.model.sequencing.SequencingModel`, under names that say
what they are: ``adopt[crm:2,build,3]``, ``rule_budgets[17]``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pyomo.environ as pyo
from pyomo.common.modeling import unique_component_name
from pyomo.core.expr.numeric_expr import LinearExpression

from sequencer.model.family_rows import FamilyRows

if TYPE_CHECKING:
    from sequencer.model.arrays import Columns
    from sequencer.model.sequencing import SequencingModel


def stated(model: SequencingModel) -> pyo.ConcreteModel:
    """State a model in Pyomo: one ``Var`` a group of columns, one constraint a family, the first goal as objective."""
    made = pyo.ConcreteModel(name="sequencing")
    columns = _columns(made, model.columns)
    for family, rows in model.rows.items():
        made.add_component(f"rule_{family}", FamilyRows(rows, columns))
    terms = model.objective.terms
    expression = LinearExpression(
        constant=model.objective.constant,
        linear_coefs=list(terms.values()),
        linear_vars=[columns[c] for c in terms],
    )
    made.objective = pyo.Objective(expr=expression, sense=pyo.maximize)
    return made


def _columns(made: pyo.ConcreteModel, given: Columns) -> list[pyo.Var]:
    """Variables by column number."""
    columns: list[pyo.Var] = []
    for group in given.groups:
        domain = pyo.Binary if group.binary else pyo.NonNegativeIntegers if group.whole else pyo.NonNegativeReals
        var = pyo.Var(list(group.index), domain=domain)
        # Ids may be such that two names made of some are the same.
        made.add_component(unique_component_name(made, group.name), var)
        if not group.binary:
            bounds = given.upper[len(columns) : len(columns) + len(var)]
            for column, upper in zip(var.values(), bounds, strict=True):
                column.setub(upper if math.isfinite(upper) else None)
        columns.extend(var.values())
    return columns
