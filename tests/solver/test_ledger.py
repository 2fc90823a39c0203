"""Ledger: an adoption fits or changes nothing, whatever it takes to tell."""

from __future__ import annotations

import pytest

from sequencer.model.build import build
from sequencer.solver.ledger import Ledger
from sequencer.solver.standard_form import standard_form
from tests.model.tools import driver, make


def ledger(settings=None, **tables):
    model = build(make(settings, **tables))
    return Ledger(model, standard_form(model))


def snapshot(state):
    return dict(state.decisions), list(state.used), dict(state.followed), state.point.tolist()


def carrying():
    """x costs 4 and y 2; 2 a wave are there, and all of it is carried."""
    return ledger(
        {"carry_share": 1.0},
        drivers=[driver()],
        initiatives=[{"id": i, "one_off_cost": c, "duration": 0} for i, c in (("x", 4), ("y", 2))],
        requirements=[{"item": "r1", "requires": "x y"}],
        budgets=[{"pot": "hq", "wave": w, "amount": 2} for w in (1, 2, 3)],
    )


def test_what_does_not_fit_changes_nothing():
    made = carrying()
    state = made.empty()
    before = snapshot(state)
    assert not made.place(state, [("x", "", 1)])
    assert snapshot(state) == before
    assert [str(made.form.refs[r]) for r in made.blocking(state, [("r1", "", 3)])] != []


def test_carried_money_is_followed():
    # x in wave 2 takes what waves 1 and 2 have, and y fits in wave 3 only
    made = carrying()
    state = made.empty()
    assert made.place(state, [("x", "", 2)])
    assert not made.place(state, [("y", "", 1)])
    assert not made.place(state, [("y", "", 2)])
    assert made.place(state, [("y", "", 3)])
    assert made.place(state, [("r1", "", 3)])
    made.value(state)
    assert state.violation == 0
    # 10 − 4 − 2
    assert state.objective == pytest.approx(-4 * made.model.money_scale)


def test_all_or_none_of_what_is_placed_together():
    made = carrying()
    state = made.empty()
    before = snapshot(state)
    assert not made.place(state, [("y", "", 1), ("x", "", 1)])
    assert snapshot(state) == before
    assert made.place(state, [("y", "", 3), ("x", "", 2)])
    assert state.decisions == {"y": ("", 3), "x": ("", 2)}


def test_rows_may_be_broken_for_the_time_being():
    made = carrying()
    state = made.empty()
    rows = made.blocking(state, [("r1", "", 3)])
    lenient = made.leniently(state, rows)
    assert made.place(lenient, [("r1", "", 3)])
    made.value(lenient)
    assert set(made.broken(lenient)) == set(rows)
    assert {i for r in rows for i in made.helpers([r])} == {"x", "y"}
    assert not made.place(state, [("r1", "", 3)])


def test_what_value_can_heal_counts_in_the_score_only():
    # 12 spent in wave 1 ask for 6 by wave 2, and x earns nothing by itself
    made = ledger(
        {"return_from_wave": 2, "return_lag": 1, "return_floor": 0.5},
        drivers=[driver()],
        initiatives=[{"id": "x", "one_off_cost": 12, "duration": 0}],
        requirements=[{"item": "r1", "requires": "x"}],
    )
    assert made.deferred.any()
    state = made.empty()
    assert made.place(state, [("x", "", 1)])
    made.value(state)
    assert state.violation > 0
    assert state.score[0] == 0
    assert state.score[1] > state.objective
    assert made.place(state, [("r1", "", 1)])
    made.value(state)
    assert state.merit == (0, pytest.approx(-18 * made.model.money_scale))


def test_value_is_completed_where_a_step_has_to_be_earned():
    # 10 by wave 1 are asked for: level 1 from wave 2, once r1 is there
    made = ledger(
        drivers=[driver("r1"), driver("r2", 6)],
        mandate=[{"level": 0}, {"level": 1, "earned_value": 10}],
        requirements=[{"item": "r2", "requires": "mandate:1"}],
    )
    state = made.empty()
    assert not made.place(state, [("mandate:1", "", 2)])
    assert made.place(state, [("r1", "", 1)])
    assert not made.place(state, [("mandate:1", "", 1)])
    assert made.place(state, [("mandate:1", "", 2)])
