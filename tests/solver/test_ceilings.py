"""Ceilings of groups that share affiliates: what they cut off, and that no plan is lost."""

from __future__ import annotations

import numpy as np
import pytest

from sequencer.model.build import build
from sequencer.solver.ceilings import with_ceilings
from sequencer.solver.highs import Highs
from sequencer.solver.standard_form import standard_form
from tests.model.test_value import mixed
from tests.model.tools import driver, make


def two_ways(*affiliates):
    """One wave; r1 costs 6 and earns 10 in affiliates that go live quickly, 9 in those that go live slowly."""
    return make(
        {"waves": 1},
        drivers=[driver("r1", 10, one_off_cost=6)],
        affiliates=[{"id": a, "affiliate_class": a, "revenue": 1} for a, _ in affiliates],
        archetypes=[{"id": "quick", "duration": 0}, {"id": "slow", "duration": 0}],
        fit=[{"affiliate_class": a, "archetype": mode, "fit": 1} for a, modes in affiliates for mode in modes.split()],
        ramps=[{"owner": "slow", "from_month": 0, "factor": 0.9}],
    )


def solved(model, form, *, relax):
    outcome = Highs(form, {"threads": 1, "mip_rel_gap": 0.0}, relax=relax).run()
    return -outcome.objective / model.money_scale


def test_half_a_gate_lets_half_of_an_affiliate_through():
    # Half of r1 costs 3. Group by group it lets half of jp earn 10 quickly and the other half 9 slowly: 9.5 − 3 = 6.5.
    # Together it lets half of jp through, so that whatever part p of r1 there is, it is worth (10 − 6) · p.
    model = build(two_ways(("jp", "quick slow")))
    form = standard_form(model)
    cut = with_ceilings(model, form)
    assert solved(model, form, relax=True) == pytest.approx(6.5)
    assert solved(model, cut, relax=True) == pytest.approx(4)
    assert solved(model, form, relax=False) == pytest.approx(4)
    assert solved(model, cut, relax=False) == pytest.approx(4)
    assert len(cut.refs) == len(form.refs) - 1


def test_groups_of_other_affiliates_keep_their_rows():
    # jp quickly and de slowly: nothing is shared, and the row of each group says more than their sum.
    model = build(two_ways(("jp", "quick"), ("de", "slow")))
    form = standard_form(model)
    assert with_ceilings(model, form) is form


def test_affiliates_of_one_group_only_count_once():
    # jp goes live quickly only. Two thirds of r1 cost 4. Group by group they let two thirds of the quick group through,
    # jp and a third of de, for 10 · 2/3, and two thirds of de slowly, for 9/2 · 2/3.
    model = build(two_ways(("jp", "quick"), ("de", "quick slow")))
    form = standard_form(model)
    cut = with_ceilings(model, form)
    assert solved(model, form, relax=True) == pytest.approx(20 / 3 + 3 - 4)
    assert solved(model, cut, relax=True) == pytest.approx(4)


@pytest.mark.parametrize("formulation", ["compact", "cells"])
def test_optima_stay(formulation):
    model = build(mixed(), formulation=formulation)
    form = standard_form(model)
    cut = with_ceilings(model, form)
    assert solved(model, cut, relax=False) == pytest.approx(solved(model, form, relax=False))
    assert (cut is form) == (formulation == "cells")


def test_points_of_the_rows_left_out_are_cut_off():
    # What lets a closed gate's amounts be more than 0 would be a wrong plan: every amount is still held at 0.
    model = build(mixed())
    form = with_ceilings(model, standard_form(model))
    for ceiling in model.value.ceilings():
        gates = [int(form.form_column[c]) for c in ceiling.gate.terms]
        upper = form.upper.copy()
        upper[gates] = 0.0
        for column in ceiling.columns:
            cost = np.zeros(len(form.cost))
            cost[form.form_column[column]] = -1.0
            closed = type(form)(**{**vars(form), "upper": upper, "cost": cost, "offset": 0.0})
            assert solved(model, closed, relax=True) == pytest.approx(0, abs=1e-9)
