"""Plans side by side: order by proven intervals only, inputs and moves."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from sequencer.errors import SequencerError
from sequencer.instance.instance import Instance
from sequencer.plan.compare import Candidate, Comparison, Point
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Adoption, Plan

# One driver earns 10 a year for a year after the only wave of a year: value 20 in all if adopted (it is live at once).
CONTENT = {
    "settings": {"schema_version": 1, "waves": 1, "wave_months": 12, "tail_months": 12},
    "drivers": [{"id": "d", "category": "revenue", "potential": 10.0, "one_off_cost": 4.0}],
}


def candidate(name, *, potential=10.0, bound=None, plan=True, trace=(), **settings):
    content = {**CONTENT, "settings": CONTENT["settings"] | settings}
    content["drivers"] = [CONTENT["drivers"][0] | {"potential": potential}]
    instance = Instance.model_validate(content)
    adoptions = (Adoption("d", 1),) if plan else ()
    return Candidate(name, evaluate(instance, Plan(adoptions)), bound, trace)


def pair(one, two):
    (found,) = Comparison([one, two]).order()
    return found


def test_npv_of_the_case():
    assert candidate("a").evaluation.npv == pytest.approx(16.0)  # 2 years × 10 − 4, no discounting


def test_better_only_where_intervals_are_apart():
    # a reaches 16; b reaches 2·9 − 4 = 14 and can at most be 15.9.
    found = pair(candidate("a", bound=20.0), candidate("b", potential=9.0, bound=15.9))
    assert (found.first, found.second, found.relation) == ("a", "b", "better")


def test_overlapping_intervals_are_not_ranked():
    # b may turn out to be worth 17 > 16: nothing is said, and b's gap has to fall below (16 − 14) / 16.
    found = pair(candidate("a", bound=20.0), candidate("b", potential=9.0, bound=17.0))
    assert (found.first, found.second, found.relation) == ("a", "b", "open")
    assert found.gap == pytest.approx(2 / 16)
    assert found.seconds is None


def test_unknown_bound_is_never_ranked_below():
    assert pair(candidate("a", bound=20.0), candidate("b", potential=1.0)).relation == "open"


def test_equal_optima_are_the_same():
    assert pair(candidate("a", bound=16.0), candidate("b", bound=16.0)).relation == "same"


def test_minimised_goal_turns_the_order():
    # Least cost: a costs 4 proven, b costs nothing; less is better.
    one = candidate("a", bound=4.0, objective="cost")
    two = candidate("b", bound=0.0, objective="cost", plan=False)
    found = pair(one, two)
    assert (found.first, found.relation) == ("b", "better")


def test_pace_of_the_bound_tells_how_long():
    # The distance to b's own 14 halves every 10 s: 8 at 10 s … 1 at 40 s. To reach 16 (distance 2 → already passed) no
    # time is needed; from distance 4 at 20 s on it takes ln(4/2)/ln(2)·10 = 10 s more.
    course = tuple(Point(t, 14.0, 14.0 + 16.0 * 0.5 ** (t / 10)) for t in (10.0, 12.5, 15.0, 17.5, 20.0))
    two = candidate("b", potential=9.0, bound=18.0, trace=course)
    found = pair(candidate("a", bound=20.0), two)
    assert found.relation == "open"
    assert found.seconds == pytest.approx(10.0)


def test_bound_that_stands_still_foretells_nothing():
    course = tuple(Point(float(t), 14.0, 18.0) for t in range(10, 20))
    found = pair(candidate("a", bound=20.0), candidate("b", potential=9.0, bound=18.0, trace=course))
    assert found.seconds is None


@pytest.mark.parametrize(
    ("other", "why"),
    [({"objective": "cost"}, "solved for"), ({"currency": "USD"}, "currency"), ({"tail_months": 24}, "months ahead")],
)
def test_different_goals_money_or_horizon_are_not_compared(other, why):
    found = pair(candidate("a", bound=16.0), candidate("b", bound=1.0, **other))
    assert found.relation == "not comparable"
    assert why in found.why


def test_inputs_and_moves_that_differ():
    found = Comparison([candidate("a"), candidate("b", potential=9.0, plan=False), candidate("c")])
    (change,) = found.changes()
    assert change[:3] == ("drivers", "d", "potential")
    assert change.values == {"a": 10.0, "b": 9.0, "c": 10.0}
    (move,) = found.moves().to_dict("records")
    assert (move["wave a"], move["wave c"]) == (1, 1)
    assert pd.isna(move["wave b"])


def test_course_ends_with_npv():
    frame = Comparison([candidate("a", discount_rate=0.1), candidate("b")]).by_wave()
    for name in ("a", "b"):
        part = frame[(frame["plan"] == name) & (frame["measure"] == "net_so_far")]
        npv = candidate("a", discount_rate=0.1).evaluation.npv if name == "a" else 16.0
        assert part["amount"].iloc[-1] == pytest.approx(npv)


def test_interval_without_bound_is_open():
    assert candidate("a").interval == (pytest.approx(16.0), math.inf)


@pytest.mark.parametrize("names", [["a"], ["a", "a"], []])
def test_needs_two_names(names):
    with pytest.raises(SequencerError, match="two or more"):
        Comparison([candidate(n) for n in names])
