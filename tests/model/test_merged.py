"""Merged formulation: no plan is worth less than it is, and where affiliates differ in one gate, none is worth more."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from sequencer.errors import UnsupportedError
from sequencer.model import build as building
from sequencer.model.build import FORMULATIONS, build
from sequencer.model.family import family
from sequencer.solver.aims import aimed, goal_aims
from sequencer.solver.decisions import fix_decisions
from sequencer.solver.highs import Highs
from sequencer.solver.standard_form import standard_form
from tests.model.test_value import mixed
from tests.model.test_value_random import draw, random_plan
from tests.model.tools import driver, make, optimum

PLACES = {
    "drivers": [driver()],
    "affiliates": [{"id": a, "affiliate_class": "c", "revenue": 1} for a in ("jp", "de")],
    "archetypes": [{"id": "adapted", "duration": 0}],
    "brands": [{"id": "x"}],
}


def both(instance):
    """Optimum as it is, and merged."""
    return optimum(instance)[0], optimum(instance, "merged")[0]


def test_it_is_no_formulation_to_choose():
    assert "merged" not in FORMULATIONS


def test_what_gates_let_through_is_added_up():
    # r1@jp costs 4 and carries half of 10 a year for three years: 30 − 4, as it is and merged. At 16 it is not worth
    # its 15: de alone, 15.
    for cost, expected in ((4, 26), (16, 15)):
        gated = [{"driver": "r1", "affiliate": "jp", "one_off_cost": cost}]
        assert both(make(**PLACES, driver_affiliates=gated)) == pytest.approx((expected, expected))


def test_it_loses_sight_of_who_passes_which_of_two_gates():
    # r1 never starts in de and x never in jp, so nothing is earned; merged, half passes one gate and half the other.
    instance = make(
        **PLACES,
        driver_affiliates=[{"driver": "r1", "affiliate": a} for a in ("jp", "de")],
        brand_affiliates=[{"brand": "x", "affiliate": a} for a in ("jp", "de")],
        locks=[{"item": "r1@de", "never": True}, {"item": "x@jp", "never": True}],
    )
    assert both(instance) == pytest.approx((0, 15))


def test_nothing_changes_without_gates_of_affiliates():
    plain, merged = build(mixed()), build(mixed(), formulation="merged")
    assert len(merged.value.groups) == len(plain.value.groups) > 1
    assert both(mixed())[0] == pytest.approx(both(mixed())[1], rel=1e-9)


def worth(instance, formulation, plan):
    """Worth of a plan in a formulation, with its decisions fixed; None where it breaks a rule."""
    model = build(instance, formulation=formulation, reduce=False)
    aim = goal_aims(model)[0]
    form = fix_decisions(model, aimed(standard_form(model), aim), plan)
    found = Highs(replace(form, integral=form.integral & False), {"threads": 1}).run()
    return None if found.objective is None else aim.worth_of(found.objective)


@pytest.mark.parametrize("seed", range(8))
def test_every_plan_is_worth_as_much_or_more(seed):
    instance, rng = draw(seed), random.Random(seed)
    less = 0
    for plan in (random_plan(instance, rng) for _ in range(4)):
        true = worth(instance, "compact", plan)
        if true is not None:
            assert worth(instance, "merged", plan) >= true - 1e-7 * max(1.0, abs(true))
            less += 1
    assert less, "no plan of these keeps the rules"


def test_it_is_refused_where_value_is_capped(monkeypatch):
    @family("cap", "Cap", latex="", priority=0, from_below=lambda _: True)
    def cap(_):
        """Nothing; what it would cap does not matter here."""

    monkeypatch.setattr(building, "FAMILIES", (*building.FAMILIES, cap))
    with pytest.raises(UnsupportedError, match="capped or minimised"):
        build(mixed(), formulation="merged")
