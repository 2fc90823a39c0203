"""Small instances and their optimum, for the tests of families and formulations."""

from __future__ import annotations

from typing import Any

from sequencer.instance.instance import Instance
from sequencer.model.build import build
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Plan
from sequencer.solver.decisions import read_plan_of
from sequencer.solver.highs import Highs
from sequencer.solver.standard_form import standard_form
from sequencer.types import Termination


def make(settings: dict[str, Any] | None = None, **tables: Any) -> Instance:
    """An instance of three waves of 12 months, no tail and no discounting, unless said otherwise."""
    base = {"schema_version": 1, "waves": 3, "wave_months": 12}
    return Instance(settings={**base, **(settings or {})}, **tables)


def driver(item_id: str = "r1", potential: float = 10.0, **more: Any) -> dict[str, Any]:
    """A driver worth ``potential`` a year."""
    return {"id": item_id, "category": "revenue_uplift", "potential": potential, **more}


def optimum(instance: Instance, formulation: str = "compact", reduce: bool = True) -> tuple[float | None, Plan]:
    """Proven optimal objective (of the first goal; None where infeasible) and its plan."""
    model = build(instance, formulation=formulation, reduce=reduce)
    form = standard_form(model)
    outcome = Highs(form, {"mip_rel_gap": 0.0, "mip_abs_gap": 1e-9, "threads": 1}).run()
    if outcome.termination is Termination.INFEASIBLE:
        return None, Plan()
    assert outcome.point is not None
    assert outcome.objective is not None
    goal, _ = model.goals[0]
    scale = model.money_scale if goal.money else 1.0
    return -goal.sense * outcome.objective / scale, read_plan_of(model, form, outcome.point)


def agreed(instance: Instance, formulation: str, reduce: bool) -> tuple[float | None, Plan]:
    """As :func:`optimum`; the evaluation has to find the plan sound and as good."""
    value, plan = optimum(instance, formulation, reduce)
    if value is not None:
        evaluation = evaluate(instance, plan)
        assert [v.message for v in evaluation.violations] == []
        assert abs(evaluation.objective - value) <= 1e-6 * max(1.0, abs(value))
    return value, plan


def waves(plan: Plan) -> dict[str, int]:
    """Start wave by adoptable."""
    return {a.id: a.wave for a in plan.adoptions}
