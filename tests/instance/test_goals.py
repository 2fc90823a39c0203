"""Measures by name: what is optimised, and what is said where a measure cannot be used so."""

from __future__ import annotations

import pytest

from sequencer.instance.checks import check
from sequencer.instance.goals import Goal, goals, measures
from sequencer.instance.instance import Instance


def wanting(folder, objective):
    return folder.put("instance.toml", folder.text("instance.toml") + f'objective = "{objective}"\n')


def made(objective="npv", **tables):
    driver = {"id": "r1", "category": "risk", "potential": 1}
    return Instance(settings={"schema_version": 1, "waves": 2, "objective": objective}, drivers=[driver], **tables)


def test_goals_are_the_words_of_the_objective_in_order_each_in_its_better_direction():
    assert goals(made()) == (Goal("npv", 1),)
    assert goals(made("value:risk cost npv")) == (Goal("value:risk", 1), Goal("cost", -1), Goal("npv", 1))


def test_npv_is_weighted_where_a_weight_differs_from_one():
    weight = {"category": "risk", "weight": 2.0}
    assert goals(made("drivers npv", category_weights=[weight])) == (Goal("drivers", 1), Goal("weighted_npv", 1))
    assert goals(made(category_weights=[weight | {"weight": 1.0}])) == (Goal("npv", 1),)


def test_amounts_of_money_are_told_from_counts():
    assert {m.name for m in measures(made()).values() if m.unit == "money"} == {
        name for name in measures(made()) if Goal(name, 1).money
    }


def test_a_sound_objective_and_sound_limits_pass(folder):
    wanting(folder, "value:cost_of_sales load_peak:fte npv")
    limits = "peak_budget,cap,9\nnpv,floor,1\nnpv,cap,5\nbenefit_to_cost,floor,1.5\npayback_wave,cap,3\ncost,floor,1\n"
    folder.put("measure_limits.csv", "measure,sense,amount\n" + limits)
    assert [g.measure for g in goals(folder.read())] == ["value:cost_of_sales", "load_peak:fte", "npv"]


@pytest.mark.parametrize(
    ("objective", "rule", "words"),
    [
        ("nvp", "unknown-measure", "Did you mean 'npv'?"),
        ("value:cost_of_sale", "unknown-measure", "'value:cost_of_sales'"),
        ("npv npv", "duplicate-measure", "once"),
        ("benefit_to_cost", "unusable-measure", "Use npv, or a floor on benefit_to_cost"),
        ("first_value_wave", "unusable-measure", "quick_wins"),
    ],
)
def test_an_objective_that_cannot_be_optimised_is_told_with_the_remedy(folder, objective, rule, words):
    problem = wanting(folder, objective).problem()
    assert (problem.rule, problem.column) == (rule, "objective")
    assert words in problem.remedy


def test_an_instance_made_by_hand_has_an_objective_too():
    assert [p.rule for p in check(made(" "))] == ["missing-value"]


@pytest.mark.parametrize(
    ("row", "rule", "words"),
    [
        ("peak_budgets,cap,9", "unknown-measure", "'peak_budget'"),
        ("peak_budget,floor,9", "unusable-measure", "floor on cost or value"),
        ("load_peak:fte,floor,9", "unusable-measure", "floor on cost or value"),
        ("payback_wave,floor,2", "unusable-measure", "floor on cost or value"),
        ("pace_loss,floor,2", "unusable-measure", "floor on drivers or value"),
        ("benefit_to_cost,cap,2", "unusable-measure", "floor on benefit_to_cost"),
        ("first_value_wave,cap,2", "unusable-measure", "quick_wins"),
        ("benefit_to_cost,floor,-1", "out-of-range", "least value per cost"),
        ("payback_wave,cap,0", "out-of-range", "from 1 to 4"),
        ("payback_wave,cap,5", "out-of-range", "from 1 to 4"),
    ],
)
def test_a_limit_that_cannot_be_kept_exactly_is_told_with_the_remedy(folder, row, rule, words):
    problem = folder.put("measure_limits.csv", f"measure,sense,amount\n{row}\n").problem()
    assert (problem.file, problem.row, problem.rule) == ("measure_limits.csv", 2, rule)
    assert words in problem.remedy


def test_limits_that_cross_are_told(folder):
    folder.put("measure_limits.csv", "measure,sense,amount\ncost,cap,2\ncost,floor,3\nvalue,floor,3\nvalue,cap,3\n")
    problem = folder.problem()
    assert (problem.row, problem.rule) == (3, "limits-cross")


@pytest.mark.parametrize(("price", "refused"), [(0.0, set()), (2.0, {"cost", "npv"})])
def test_cost_that_nobody_has_to_bear_bounds_nothing(folder, price, refused):
    # Extra capacity at a price could be bought without need: it would lift cost to a floor and lower npv to a cap.
    rows = "".join(f"fte,{w},20,5,{price}\n" for w in (1, 2, 3))
    folder.put("capacities.csv", "resource,wave,capacity,extra_cap,extra_cost\n" + rows)
    folder.put("measure_limits.csv", "measure,sense,amount\ncost,floor,1\nnpv,cap,5\ncost,cap,9\nnope,cap,9\n")
    told = {p.message.split()[0] for p in folder.problems() if p.rule == "unusable-measure"}
    assert told == refused


@pytest.mark.parametrize(("losses", "refused"), [("", 0), ("0.5 1", 1)])
def test_losses_of_pace_leave_npv_without_a_cap(folder, losses, refused):
    folder.put("pace.csv", f"items,comfort,losses\ndrivers,1,{losses}\n")
    folder.put("measure_limits.csv", "measure,sense,amount\nnpv,cap,5\nnope,cap,9\n")
    assert sum(p.rule == "unusable-measure" for p in folder.problems()) == refused


@pytest.mark.parametrize("measure", ["npv", "value", "value:risk", "undiscounted_value"])
def test_contact_fatigue_leaves_value_without_a_cap(measure):
    step = {"customer_type": "hcp", "step": 1, "slope_per_year": 1, "category": "risk"}
    tired = made(customer_types=[{"id": "hcp", "contact_cap": 1}], fatigue=[step])
    assert "fatigue" in measures(tired)[measure].refusal("cap")
    assert measures(tired)[measure].refusal("floor") == measures(made())[measure].refusal("cap") == ""
