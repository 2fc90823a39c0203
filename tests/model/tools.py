"""Small instances and their optimum, for the tests of families and formulations."""

from __future__ import annotations

from typing import Any

from sequencer.instance.instance import Instance
from sequencer.model.build import build
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
    """Proven optimal objective (None where infeasible) and its plan."""
    model = build(instance, formulation=formulation, reduce=reduce)
    form = standard_form(model)
    outcome = Highs(form, {"mip_rel_gap": 0.0, "mip_abs_gap": 1e-9, "threads": 1}).run()
    if outcome.termination is Termination.INFEASIBLE:
        return None, Plan()
    assert outcome.point is not None
    assert outcome.objective is not None
    return -outcome.objective / model.money_scale, read_plan_of(model, form, outcome.point)


def waves(plan: Plan) -> dict[str, int]:
    """Start wave by adoptable."""
    return {a.id: a.wave for a in plan.adoptions}
