"""Plans in the order of the relaxation, for programmes of initiatives alone."""

from __future__ import annotations

import time

import numpy as np
import pytest

import sequencer as sq
from sequencer.errors import SolverError
from sequencer.model.build import build
from sequencer.solver import listing
from sequencer.solver.construct import Construction
from sequencer.solver.ledger import Ledger
from sequencer.solver.listing import Listing
from sequencer.solver.standard_form import standard_form
from sequencer.types import Termination
from tests.model.tools import make


def initiatives(count, capacity=2 / 9, seed=0):
    """Initiatives that earn once and need the one two before, with a part of what all take in each of three waves."""
    rng = np.random.default_rng(seed)
    use, value = rng.integers(1, 5, count), rng.integers(1, 9, count)
    return make(
        {"discount_rate": 0.1},
        initiatives=[
            {
                "id": f"i{k}",
                "duration": 0,
                "category": "revenue_uplift",
                "value_once": float(v),
                "use": {"fte": float(u)},
            }
            for k, (u, v) in enumerate(zip(use, value, strict=True))
        ],
        requirements=[{"item": f"i{k}", "requires": f"i{k - 2}"} for k in range(2, count)],
        resources=[{"id": "fte"}],
        capacities=[{"resource": "fte", "wave": w, "capacity": float(use.sum()) * capacity} for w in (1, 2, 3)],
    )


def listed(instance):
    model = build(instance)
    form = standard_form(model)
    found = Listing(model, form, Ledger(model, form)).plans(time.monotonic() + 60.0)
    construction = Construction(model, form)
    return [sq.evaluate(instance, construction.plan(state)) for state in found]


def test_where_there_is_room_all_starts_at_once():
    instance = initiatives(12, capacity=1.0)
    for evaluation in listed(instance):
        assert evaluation.feasible
        assert {a.wave for a in evaluation.plan.adoptions} == {1}
        assert len(evaluation.plan.adoptions) == 12


@pytest.mark.parametrize(("large", "share"), [(False, 0.9), (True, 0.8)])
def test_plans_are_near_the_best(monkeypatch, large, share):
    # A third of all does not fit. A point between the corners of the relaxation, which a first-order method finds, says
    # less of the order than a corner.
    monkeypatch.setattr(listing, "LARGE", 0 if large else 10**9)
    instance = initiatives(30)
    best = sq.solve(instance, gap=0.0)
    found = listed(instance)
    assert len(found) == 2
    assert all(e.feasible for e in found)
    assert share * best.objective <= max(e.npv for e in found) <= best.objective + 1e-6


def test_without_a_relaxation_there_is_no_list(monkeypatch):
    def fails(*_, **__):
        message = "planted"
        raise SolverError(message)

    instance = initiatives(6)
    monkeypatch.setattr(listing.Highs, "run", fails)
    assert listed(instance) == []
    model = build(instance)
    form = standard_form(model)
    monkeypatch.undo()
    assert list(Listing(model, form, Ledger(model, form)).plans(time.monotonic() - 1.0)) == []


def test_a_programme_of_initiatives_alone_ends_by_its_time():
    result = sq.solve(initiatives(300), gap=1e-7, time_limit=3.0, threads=2)
    assert result.termination in (Termination.TIME_LIMIT, Termination.GAP_REACHED)
    assert result.plan is not None
    assert result.plan.adoptions
    assert result.objective <= result.bound + 1e-6
