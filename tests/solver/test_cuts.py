"""Cuts of HiGHS: amounts without a bound of their own, for with one that says no more a best plan was cut off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sequencer.model.build import build
from sequencer.solver.highs import Highs
from sequencer.solver.standard_form import standard_form
from tests.oracle.lively import telling

EXACT = {"threads": 1, "mip_rel_gap": 0.0, "mip_abs_gap": 1e-9, "mip_feasibility_tolerance": 1e-8}


def test_the_best_plan_is_not_cut_off():
    # Of orders of the columns, one in seven had an "optimum" of 25.57 while amounts of scope were bounded by 1. The
    # oracle has tried all plans: 26.21.
    drawn = telling(327)
    form = standard_form(build(drawn.instance, reduce=False))
    amounts = ~form.integral & (form.cost == 0)
    assert amounts.any()
    assert np.isinf(form.upper[amounts]).all()
    random = np.random.default_rng(0)
    for order in (random.permutation(len(form.cost)) for _ in range(60)):
        mixed = replace(
            form,
            cost=form.cost[order],
            lower=form.lower[order],
            upper=form.upper[order],
            integral=form.integral[order],
            matrix=form.matrix[:, order].tocsc(),
        )
        assert -Highs(mixed, EXACT).run().objective == pytest.approx(drawn.best.goals[0])
