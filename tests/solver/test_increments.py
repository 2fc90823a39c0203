"""Decisions stated by increments: the same polyhedron with fewer rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sequencer as sq
from sequencer.model.build import build
from sequencer.solver.core import core_columns
from sequencer.solver.highs import Highs
from sequencer.solver.increments import increments, stated
from sequencer.solver.standard_form import standard_form
from tests.model.test_value import mixed
from tests.model.tools import driver, make
from tests.oracle.draw import random_instance

INSTANCES = Path(__file__).parents[2] / "instances"


def relaxed(form):
    solver = Highs(form, {"threads": 1}, relax=True)
    outcome = solver.run()
    return outcome.objective, outcome.point


def broken(form, point):
    """Most by which a point breaks a row or a bound."""
    rows = form.matrix @ point
    over = [rows - form.row_upper, form.row_lower - rows, point - form.upper, form.lower - point]
    return max(float(x.max(initial=0.0)) for x in over)


def same_polyhedron(instance, kept=None):
    """Whether both forms have the same optima for several objectives; the points are those of each other."""
    model = build(instance)
    form = standard_form(model)
    kept = core_columns(model, form) if kept is None else np.full(len(form.cost), kept)
    made = increments(model, form, kept)
    rng = np.random.default_rng(0)
    for _ in range(3):
        objective, point = relaxed(form)
        other, there = relaxed(made.form)
        if objective is None:
            assert other is None
            return made
        assert other == pytest.approx(objective, abs=1e-7)
        back = made.back(there)
        assert broken(form, back) < 1e-6
        assert broken(made.form, made.there(point)) < 1e-6
        assert made.there(back) == pytest.approx(there, abs=1e-9)
        cost = form.cost * rng.uniform(-1.0, 2.0, len(form.cost)) * np.isfinite(form.upper)
        form = type(form)(**{**vars(form), "cost": cost})
        made = increments(model, form, kept)
    return made


def test_a_hand_made_one():
    # r1 in waves 1 to 3: x1 ≤ x2 ≤ x3 are two rows. That x3 ≤ 1 is a row already, for one driver may be live in wave 3.
    model = build(make(drivers=[driver("r1", 10)]))
    form = standard_form(model)
    made = increments(model, form, np.zeros(len(form.cost), dtype=bool))
    (chain,) = made.chains
    assert len(made.form.refs) == len(form.refs) - 2
    point = np.zeros(len(form.cost))
    point[chain] = (0.0, 0.5, 1.0)
    assert made.there(point)[chain].tolist() == [0.0, 0.5, 0.5]
    assert made.back(made.there(point)).tolist() == point.tolist()


@pytest.mark.parametrize("kept", [None, False, True])
@pytest.mark.parametrize("instance", [mixed(), sq.read(INSTANCES / "medium")], ids=["mixed", "medium"])
def test_the_same_polyhedron(instance, kept):
    made = same_polyhedron(instance, kept)
    assert bool(made.chains) == (kept is not True)


def test_bounds_of_decisions_are_kept():
    # "must by wave 2" is a lower bound of x2; earliest and latest waves leave columns out.
    locks = [{"item": "r1", "must": True, "by": 2}, {"item": "r2", "latest": 2}, {"item": "r3", "earliest": 2}]
    for one in ([], locks[:1], locks[1:2], locks[2:], locks):
        same_polyhedron(
            make(drivers=[driver(f"r{k}", 4 - k, one_off_cost=9) for k in (1, 2, 3)], locks=one), kept=False
        )


@pytest.mark.parametrize("seed", range(12))
def test_random_instances(seed):
    same_polyhedron(random_instance(seed), kept=False)


def test_it_can_be_left_out():
    model = build(mixed())
    form = standard_form(model)
    nothing = np.zeros(len(form.cost), dtype=bool)
    assert stated(model, form, nothing, by_increments=False).form is form
    assert stated(model, form, nothing, by_increments=True).form is not form
