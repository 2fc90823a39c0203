"""Stages: a coarser problem has the cores of plans, and its bound holds for them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sequencer.model.build import build
from sequencer.solver import search, stage
from sequencer.solver import solve as module
from sequencer.solver.core import core_columns
from sequencer.solver.options import SolveOptions
from sequencer.solver.solve import solve
from sequencer.solver.stage import Problem, coarser_of, first_stage, second_stage
from sequencer.solver.standard_form import standard_form
from tests.model.test_value import mixed
from tests.model.tools import optimum

PLACES = {
    "driver_affiliates": [
        {"driver": "r1", "affiliate": "jp", "one_off_cost": 0.3},
        {"driver": "c1", "affiliate": "de"},
    ],
    "brand_affiliates": [{"brand": "x", "affiliate": "jp", "one_off_cost": 0.2}, {"brand": "y", "affiliate": "pt"}],
}


@pytest.fixture
def always(monkeypatch):
    """Stages, and a coarser problem, for tiny instances too."""
    monkeypatch.setattr(search, "SMALL", 0)
    monkeypatch.setattr(module, "SMALL", 0)
    monkeypatch.setattr(stage, "SMALLER", math.inf)


def plans_of(instance):
    model = build(instance)
    return Problem(model, standard_form(model))


@pytest.mark.usefixtures("always")
def test_a_core_goes_there_and_back():
    plans = plans_of(mixed(**PLACES))
    made = first_stage(plans, coarser_of(plans, SolveOptions()), SolveOptions())
    assert len(made.form.cost) < len(plans.form.cost)
    core = core_columns(*plans)
    point = np.where(core, np.random.default_rng(1).integers(0, 2, len(core)), 0.0)
    assert point.any()
    assert (made.back(made.there(point)) == point).all()
    # A decision is the same in both: driver c1 in wave 2.
    there = np.zeros(len(made.form.cost))
    there[made.problem.form.form_column[made.problem.model.adopt["c1", "", 2]]] = 1.0
    assert np.flatnonzero(made.back(there)).tolist() == [plans.form.form_column[plans.model.adopt["c1", "", 2]]]


@pytest.mark.usefixtures("always")
def test_a_point_of_the_same_problem_stays_whole():
    plans = plans_of(mixed())
    assert coarser_of(plans, SolveOptions()) is None, "no affiliate has gates of its own"
    point = np.arange(len(plans.form.cost), dtype=float)
    assert (second_stage(plans).back(point) == point).all()


def test_it_has_to_be_much_smaller_and_may_be_switched_off(monkeypatch):
    plans = plans_of(mixed(**PLACES))
    monkeypatch.setattr(stage, "SMALLER", 1.0)
    assert coarser_of(plans, SolveOptions()) is not None
    assert coarser_of(plans, SolveOptions(merged=False)) is None
    monkeypatch.setattr(stage, "SMALLER", 0.5)
    assert coarser_of(plans, SolveOptions()) is None


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("rounds", [True, False])
def test_the_optimum_is_the_same(threads, rounds):
    instance = mixed(**PLACES)
    result = solve(instance, gap=1e-9, threads=threads, rounds=rounds)
    best = optimum(instance, "cells")[0]
    assert result.objective == pytest.approx(best)
    assert result.bound == pytest.approx(best)


@pytest.mark.usefixtures("always")
def test_the_bound_of_the_first_stage_holds_for_plans(monkeypatch):
    # The second stage is left out; what the first has proven is no less than the best plan is worth.
    monkeypatch.setattr(search.Search, "_goes_on", lambda *_: False)
    instance = mixed(**PLACES)
    result = solve(instance, gap=1e-9, threads=1)
    assert result.bound >= optimum(instance, "cells")[0] - 1e-6
    assert math.isfinite(result.bound)
