"""Value of a fixed plan as the model sees it, held against the evaluator."""

from __future__ import annotations

import pytest

from sequencer.instance.instance import Instance
from sequencer.model.build import build
from sequencer.model.linear import Linear, total
from sequencer.model.measures import set_objective
from sequencer.model.pyomo_model import stated
from sequencer.model.sequencing import SequencingModel
from sequencer.plan.evaluate import Evaluator
from sequencer.plan.plan import Plan
from sequencer.solver.decisions import fix_decisions
from sequencer.solver.highs import Highs
from sequencer.solver.standard_form import Floats, standard_form


def solved(model: SequencingModel, plan: Plan, objective: Linear) -> Floats:
    """Columns of the model at the largest objective that leaves a plan as it is."""
    set_objective(model, objective)
    model.pyomo = stated(model)
    form = standard_form(model)
    outcome = Highs(fix_decisions(model, form, plan), {"threads": 1}).run()
    assert outcome.point is not None
    return form.to_model(outcome.point)


def amount(expression: Linear, point: Floats) -> float:
    """What an expression is worth at a point."""
    return expression.constant + sum(v * point[c] for c, v in expression.terms.items())


def whole_value(model: SequencingModel) -> Linear:
    """Value of all periods."""
    return total(model.value.expr(period=p.index) for p in model.instance.periods)


def agree(
    instance: Instance, plan: Plan, formulation: str = "compact", *, reduce: bool = True, push: float = 1.0
) -> None:
    """Assert that value by period, category and affiliate is what the evaluator says.

    ``push`` says which way value is pushed: with −1 it is as small as the rows allow.
    """
    model = build(instance, formulation=formulation, reduce=reduce)
    point = solved(model, plan, whole_value(model) * push)
    evaluation = Evaluator(instance).evaluate(plan)
    for period in (p.index for p in instance.periods):
        for category in (None, *instance.categories):
            found = amount(model.value.expr(category=category, period=period), point) / model.money_scale
            said = evaluation.value(period=period, category=category)
            assert found == pytest.approx(said, rel=1e-7, abs=1e-7), (period, category)
        for affiliate in model.value.own_affiliates:
            found = amount(model.value.expr(affiliate=affiliate, period=period), point) / model.money_scale
            said = evaluation.value(period=period, affiliate=affiliate)
            assert found == pytest.approx(said, rel=1e-7, abs=1e-7), (period, affiliate)
