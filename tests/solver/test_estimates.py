"""Estimates of cores from those judged before: never above what a core is worth, and what they are for."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from scipy.sparse import csc_matrix

from sequencer.model.build import build
from sequencer.solver import estimates as module
from sequencer.solver.core import core_columns
from sequencer.solver.core_walk import CoreWalk
from sequencer.solver.estimates import Estimates
from sequencer.solver.relaxation import WORSE, Relaxation
from sequencer.solver.standard_form import StandardForm, standard_form
from sequencer.types import RuleRef
from tests.model.test_value import mixed
from tests.model.tools import driver, make
from tests.oracle.draw import random_instance


def two_drivers():
    """r1 earns 10 a year and r2 6, in two waves of a year each; only one may start in a wave."""
    return make({"waves": 2}, drivers=[driver("r1", 10), driver("r2", 6)], pace=[{"items": "drivers", "limit": 1}])


class Judge:
    """Judges cores of an instance and learns from them."""

    def __init__(self, instance):
        self.model = build(instance)
        self.form = standard_form(self.model)
        self.columns = np.flatnonzero(core_columns(self.model, self.form))
        self.estimates = Estimates(self.form, self.columns)
        self.relaxation = Relaxation(self.form)

    def worth(self, core, worst=math.inf):
        return self.relaxation.minimum(dict(zip(self.columns.tolist(), core, strict=True)), worst)

    def learn(self, core, worst=math.inf):
        value = self.worth(core, worst)
        self.estimates.learn(np.array(core), self.relaxation)
        return value

    def cores(self):
        """Every way to set the core columns, whether the rules allow it or not."""
        return np.array(list(product((0.0, 1.0), repeat=len(self.columns))))

    def core(self, **waves):
        """Core in which drivers start in waves."""
        on = {key: column for key, column in self.model.adopt.items() if key[0] in waves}
        made = {int(self.form.form_column[c]): float(w >= waves[i]) for (i, _, w), c in on.items()}
        return np.array([made.get(at, 0.0) for at in self.columns.tolist()])


@pytest.mark.parametrize("seed", range(8))
def test_no_core_is_better_than_estimated(seed):
    judge = Judge(mixed() if seed == 0 else random_instance(seed))
    rng = np.random.default_rng(seed)
    cores = (rng.random((60, len(judge.columns))) < rng.random((60, 1))).astype(float)
    values = [judge.worth(core) for core in cores]
    best = min((v for v in values if v is not None), default=0.0)
    for core in cores[::3]:
        # Some are judged in full, others only until they are worse than the best.
        judge.learn(core, math.inf if rng.random() < 0.5 else best)
    for value, least in zip(values, judge.estimates.least(cores), strict=True):
        assert least <= (math.inf if value is None else value + 1e-6 * max(1.0, abs(value)))


def test_nothing_is_known_before_a_core_is_judged():
    judge = Judge(two_drivers())
    assert (judge.estimates.least(judge.cores()) == -math.inf).all()


def test_a_core_judged_is_estimated_at_its_worth_and_its_neighbours_by_its_slopes():
    judge = Judge(two_drivers())
    # 10 + 10 a year for r1 from wave 1 and 6 for r2 in wave 2; what is minimised is its negative, scaled.
    value = judge.learn(judge.core(r1=1, r2=2))
    per_unit = -value / 26
    least = judge.estimates.least(np.array([judge.core(r1=1, r2=2), judge.core(r1=1), judge.core(r1=2, r2=1)]))
    assert least[0] == pytest.approx(value)
    assert least[1] <= -20 * per_unit + 1e-9
    assert least[2] <= -22 * per_unit + 1e-9


@pytest.mark.parametrize("sign", [1, -1])
def test_what_rules_out_one_core_rules_out_others(sign, monkeypatch):
    # Whichever sign the solver gives its ray: both in wave 1 are one too many, adopted for good or not.
    ray = Relaxation.ray
    monkeypatch.setattr(Relaxation, "ray", lambda self: sign * ray(self))
    judge = Judge(two_drivers())
    assert judge.learn(judge.core(r1=1, r2=1)) is None
    ruled_out = judge.cores()[judge.estimates.least(judge.cores()) == math.inf]
    assert judge.core(r1=1, r2=1).tolist() in ruled_out.tolist()
    for waves in ({"r1": 1, "r2": 2}, {"r1": 2, "r2": 1}, {"r1": 1}, {}):
        assert judge.core(**waves).tolist() not in ruled_out.tolist()
    assert all(judge.worth(core) is None for core in ruled_out)


def test_a_ray_that_proves_nothing_is_not_kept(monkeypatch):
    # b + x = 1 rules out neither b = 0 nor b = 1, whatever its weight.
    form = StandardForm(
        cost=np.zeros(2),
        lower=np.zeros(2),
        upper=np.ones(2),
        integral=np.array([True, False]),
        matrix=csc_matrix(np.ones((1, 2))),
        row_lower=np.ones(1),
        row_upper=np.ones(1),
        offset=0.0,
        model_column=np.arange(2),
        form_column=np.arange(2),
        refs=(RuleRef("value", ()),),
        units=np.ones(2),
    )
    estimates, relaxation = Estimates(form, np.array([0])), Relaxation(form)
    monkeypatch.setattr(Relaxation, "ray", lambda _: np.ones(1))
    monkeypatch.setattr(Relaxation, "ending", "Infeasible")
    estimates.learn(np.zeros(1), relaxation)
    assert estimates._feasibility._added == 0


def test_a_core_given_up_on_is_known_to_be_worse():
    judge = Judge(random_instance(7))
    cores = judge.cores()
    best = min(value for value in map(judge.worth, cores) if value is not None)
    given_up = 0
    for core in cores:
        judge.estimates = Estimates(judge.form, judge.columns)
        if judge.learn(core, best) is None and judge.relaxation.ending == WORSE:
            given_up += 1
            assert judge.estimates.least(np.array([core])) > best + 1e-6
    assert given_up


def test_the_oldest_cuts_make_room(monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    cuts = module._Cuts(1)
    for constant in (3.0, 1.0, 2.0):
        cuts.add(constant, np.zeros(1))
    assert cuts.most(np.zeros((1, 1))) == [2.0]


def test_a_walk_judges_no_core_known_to_be_worse():
    instance = two_drivers()
    model = build(instance)
    walk = CoreWalk(model, standard_form(model), ["r1", "r2"], 0)
    current = {"r1": ("", 1), "r2": ("", 2)}
    best = walk._value(current, math.inf)
    for r1, r2 in product((None, ("", 1), ("", 2)), repeat=2):
        walk._value({"r1": r1, "r2": r2}, math.inf)
    known = dict(walk._known)
    walk._known.clear()
    # As good as the best is the best alone, which a neighbour may be by chance; nothing is better.
    tried = [walk._promising(current, best + 1e-9) for _ in range(50)]
    assert {walk._key(core) for core in tried if core is not None} <= {walk._key(current)}
    assert all(walk._promising(current, best - 1e-3 * abs(best)) is None for _ in range(50))
    # With a limit that more can keep, one that does is judged.
    tried = walk._promising({"r1": ("", 2), "r2": ("", 1)}, 0.0)
    assert tried is not None
    assert known[walk._key(tried)] <= 0.0
