"""Measures, and what an evaluation says about itself."""

import dataclasses
import subprocess
import sys

import pytest
from plan_tools import instance, judge, make_plan

from sequencer.plan.evaluate import Evaluator, evaluate

DRIVER = {"id": "r1", "category": "revenue", "potential": 100.0}


def programme(waves=3, potential=100.0, initiatives=(), **more):
    return instance(waves, drivers=[DRIVER | {"potential": potential}], initiatives=list(initiatives), **more)


def paid(item, one_off):
    return {"id": item, "duration": 0, "one_off_cost": one_off}


def test_payback_is_the_first_wave_from_which_the_net_stays_above_zero():
    # 100 a year from wave 1. Costs: 50 in wave 1, 200 in wave 2. Net so far: 50, -50, 50, 150 (4 waves).
    # Wave 1 is above zero but does not stay there; from wave 3 on it does.
    given = programme(4, initiatives=[paid("x", 50), paid("y", 200)])
    assert judge(given, {"r1": 1, "x": 1, "y": 2}).measures["payback_wave"] == 3
    assert judge(given, {"r1": 1, "x": 1}).measures["payback_wave"] == 1


def test_payback_counts_discounted_money():
    # Wave 1: -100; wave 2: +100 in a year at 25 %: worth less than what was spent. Undiscounted it would be even.
    given = programme(2, initiatives=[paid("x", 100)], discount_rate=0.25)
    assert judge(given, {"r1": 2, "x": 1}).measures["payback_wave"] is None
    assert judge(programme(2, initiatives=[paid("x", 100)]), {"r1": 2, "x": 1}).measures["payback_wave"] == 2


def test_payback_in_the_tail_is_the_wave_after_the_last():
    # Spend 250 in wave 1, earn 100 a year in 1 wave and 3 tail years: even in the second tail year, so W + 1 = 2.
    given = programme(1, initiatives=[paid("x", 250)], tail_months=36)
    measures = judge(given, {"r1": 1, "x": 1}).measures
    assert measures["payback_wave"] == 2
    assert measures["benefit_to_cost"] == pytest.approx(400 / 250)


def test_first_value_is_the_first_wave_that_earns():
    given = programme(3, tail_months=12)
    assert judge(given, {"r1": 2}).measures["first_value_wave"] == 2
    assert judge(given, {}).measures["first_value_wave"] is None
    # Japan is live only after the last wave, and the cell earns in the tail only.
    market = {
        "affiliates": [{"id": "jp", "affiliate_class": "b", "revenue": 1}],
        "archetypes": [{"id": "x", "duration": 1}],
    }
    tail = judge(programme(3, tail_months=12, **market), {"r1": 1, "jp": 3}).measures
    assert tail["first_value_wave"] == 4
    assert tail["undiscounted_value"] == 100


def test_peak_budget_sums_all_pots_of_a_wave_and_leaves_the_tail_out():
    # Wave 1: 10 + 20 of two pots. Wave 2: 25. The tail costs 500 a year.
    given = instance(
        2,
        tail_months=12,
        initiatives=[
            paid("x", 10),
            paid("y", 20) | {"pot": "it"},
            paid("z", 25),
            {"id": "dear", "duration": 1, "running_cost": 500},
        ],
    )
    evaluation = judge(given, {"x": 1, "y": 1, "z": 2, "dear": 2})
    assert evaluation.measures["peak_budget"] == 30
    assert evaluation.measures["undiscounted_cost"] == 555
    assert evaluation.measures["cost"] == 555


def test_nothing_adopted_is_a_plan_without_value_and_cost():
    measures = judge(programme(), {}).measures
    assert (measures["npv"], measures["drivers"], measures["peak_budget"]) == (0, 0, 0)
    assert measures["payback_wave"] == 1
    assert measures["benefit_to_cost"] is None
    assert measures["value:revenue"] == 0


def test_slack_is_the_room_left_and_negative_where_broken():
    given = instance(2, budgets=[{"pot": "hq", "wave": w, "amount": 30} for w in (1, 2)], initiatives=[paid("x", 50)])
    evaluation = judge(given, {"x": 2})
    budgets = {s.ref.wave: s for s in evaluation.slacks if s.ref.family == "budgets"}
    assert (budgets[1].lhs, budgets[1].sense, budgets[1].rhs, budgets[1].slack) == (0, "<=", 30, 30)
    assert budgets[2].slack == -20
    (violation,) = evaluation.violations
    assert violation.amount == 20
    assert not evaluation.feasible


def test_fingerprint_says_whether_a_plan_was_made_for_the_instance():
    given = programme()
    plan = make_plan({"r1": 1})
    assert evaluate(given, plan).matches_instance is None
    assert evaluate(given, dataclasses.replace(plan, instance_fingerprint=given.fingerprint)).matches_instance is True
    other = evaluate(given, dataclasses.replace(plan, instance_fingerprint="else"))
    assert other.matches_instance is False
    assert other.feasible


def test_instances_are_not_mistaken_for_one_another():
    # Equal size, made and dropped one after the other: lookups are kept for the very object, not for its address.
    found = [evaluate(programme(1, potential=p), make_plan({"r1": 1})).npv for p in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)]
    assert found == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


def test_weights_leave_npv_as_it_is():
    # 300 of r1 in three waves, weighted 2: 600; Germany's half of it 5: 150 · 5 + 150 · 2. Costs of 50 count once.
    weights = [{"category": "revenue", "weight": 2.0}]
    given = programme(category_weights=weights, initiatives=[paid("x", 50)])
    found = judge(given, {"r1": 1, "x": 1})
    assert (found.npv, found.measures["weighted_npv"]) == (250, 550)
    assert (found.goals, found.objective) == ((550,), 550)
    markets = {
        "affiliates": [{"id": i, "affiliate_class": "b", "revenue": 1} for i in ("de", "jp")],
        "archetypes": [{"id": "x", "duration": 0}],
    }
    weights.append({"category": "revenue", "affiliate": "de", "weight": 5.0})
    both = judge(programme(category_weights=weights, **markets), {"r1": 1, "de": 1, "jp": 1})
    assert both.measures["weighted_npv"] == 150 * 5 + 150 * 2


def test_what_earns_in_no_affiliate_has_the_weight_of_its_category():
    # 30 a year for three years, all of it the initiative's; the weight of Germany is for cells there.
    earning = {"id": "x", "duration": 0, "category": "revenue", "value_per_year": 30.0}
    weights = [{"category": "revenue", "affiliate": a, "weight": w} for a, w in (("", 2.0), ("de", 7.0))]
    given = programme(
        initiatives=[earning], category_weights=weights, affiliates=[{"id": "de", "affiliate_class": "b", "revenue": 1}]
    )
    assert judge(given, {"x": 1}).measures["weighted_npv"] == 180


def test_losses_of_pace_are_discounted_and_outside_value_and_cost():
    # Two drivers start in wave 2, one above comfort: 30, in the middle of wave 2, at 300 %: worth 30 / 8.
    given = instance(
        2,
        drivers=[DRIVER, DRIVER | {"id": "r2"}],
        pace=[{"items": "drivers", "comfort": 1, "losses": "30"}],
        discount_rate=3.0,
    )
    measures = judge(given, {"r1": 2, "r2": 2}).measures
    assert measures["pace_loss"] == pytest.approx(30 / 8)
    assert (measures["value"], measures["cost"]) == (pytest.approx(200 / 8), 0)
    assert measures["npv"] == pytest.approx(170 / 8)
    assert judge(given, {"r1": 1, "r2": 2}).measures["pace_loss"] == 0


def test_goals_are_told_in_order_and_a_plan_that_never_pays_back_is_the_last():
    # 50 earned for 60 spent: never paid back, which counts as two waves after the last.
    given = programme(1, 50.0, initiatives=[paid("x", 60)], objective="payback_wave value adoptions")
    found = judge(given, {"r1": 1, "x": 1})
    assert found.goals == (3, 50, 2)
    assert found.measures["payback_wave"] is None
    assert Evaluator(given).goals(make_plan({"r1": 1})) == (1, 50, 1)


def test_evaluation_imports_neither_pyomo_nor_pandas_nor_the_model():
    code = (
        "import sys, sequencer.plan.evaluate\n"
        "heavy = {'pyomo', 'pandas', 'numpy', 'highspy', 'scipy', 'matplotlib'} & set(sys.modules)\n"
        "ours = [m for m in sys.modules if m.startswith(('sequencer.model', 'sequencer.solver'))]\n"
        "ours += [m for m in ('sequencer.instance.reach',) if m in sys.modules]\n"
        "print(sorted(heavy) + ours)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
