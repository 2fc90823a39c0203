"""Measures over scenarios: by hand, against the oracle, in every formulation, and what is refused."""

import pytest

from sequencer.errors import InputError, UnsupportedError
from sequencer.model.build import FORMULATIONS, build
from sequencer.model.scenarios import scenario_npv
from sequencer.plan.evaluate import evaluate
from sequencer.solver.solve import solve
from tests.model.tools import agreed, driver, make, optimum, waves
from tests.model.value_tools import amount, solved
from tests.oracle.draw import random_instance
from tests.oracle.draw_futures import with_scenarios
from tests.oracle.enumerate import Oracle, same
from tests.plan.plan_tools import make_plan

BOTH = pytest.mark.parametrize("formulation", ["compact", "cells"])


def change(scenario, of, row, column, **how):
    return {"scenario": scenario, "of": of, "row": row, "column": column, **how}


def bet(objective, level=2 / 3, best=(None, None, None), **tables):
    """One year, one of two drivers at cost 1: r1 earns 12 but nothing in the third scenario, r2 earns 7 in each."""
    return make(
        {"waves": 1, "objective": objective, "cvar_level": level},
        drivers=[driver("r1", 12, one_off_cost=1), driver("r2", 7, one_off_cost=1)],
        relations=[{"relation": "exclusive", "items": "r1 r2"}],
        scenarios=[{"id": f"s{n}", "probability": 1 / 3, "best_npv": b} for n, b in enumerate(best, start=1)],
        scenario_changes=[change("s3", "drivers", "r1", "potential", factor=0)],
        **tables,
    )


# r1 is worth 11, 11 and −1; r2 is worth 6 in each.
@BOTH
@pytest.mark.parametrize(
    ("objective", "level", "chosen", "worth"),
    [
        ("npv", 0.5, "r1", 11),
        ("expected_npv", 0.5, "r1", 7),
        ("worst_npv", 0.5, "r2", 6),
        ("scenario_npv:s3", 0.5, "r2", 6),
        # Worst half: all of −1 and half of an 11 for r1: (−1/3 + 11/6) / (1/2) = 3.
        ("cvar", 0.5, "r2", 6),
        # Worst 90 %: (−1/3 + 11 · (0.9 − 1/3)) / 0.9 = 6.556.
        ("cvar", 0.1, "r1", 5.9 / 0.9),
        ("cvar", 0.0, "r1", 7),
        # The best of each alone: 11, 11 and 6. Regret of r1: 0, 0, 7; of r2: 5, 5, 0.
        ("regret", 0.5, "r2", 5),
    ],
)
def test_what_is_chosen_depends_on_what_counts(formulation, objective, level, chosen, worth):
    given = bet(objective, level, best=(11, 11, 6))
    value, plan = agreed(given, formulation, reduce=True)
    assert waves(plan) == {chosen: 1}
    assert value == pytest.approx(worth)
    found = evaluate(given, make_plan({"r1": 1})).measures
    assert found["expected_npv"] == pytest.approx(7)
    assert [found[f"scenario_npv:s{n}"] for n in (1, 2, 3)] == pytest.approx([11, 11, -1])
    assert (found["worst_npv"], found["regret"]) == pytest.approx((-1, 7))


@BOTH
@pytest.mark.parametrize(("objective", "worth"), [("cvar", 4), ("worst_npv", 4), ("regret", 2)])
def test_scenarios_of_a_driver_that_is_live_already(formulation, objective, worth):
    # The brand costs 1, and r1 then earns 10, or 5: 9 and 4, at best 9 and 6.
    given = make(
        {"waves": 1, "objective": objective, "cvar_level": 0.5},
        drivers=[driver("r1", 10)],
        brands=[{"id": "b1", "share": 1, "one_off_cost": 1}],
        initial_state=[{"record": "live", "id": "r1"}],
        scenarios=[{"id": "s1", "probability": 0.5, "best_npv": 9}, {"id": "s2", "probability": 0.5, "best_npv": 6}],
        scenario_changes=[change("s2", "drivers", "r1", "potential", factor=0.5)],
    )
    value, plan = agreed(given, formulation, reduce=True)
    assert waves(plan) == {"b1": 1}
    assert value == pytest.approx(worth)


@BOTH
def test_a_floor_on_what_the_worst_scenarios_are_worth(formulation):
    # Without it r1; with it, what is best in the mean is given up.
    floor = [{"measure": "cvar", "sense": "floor", "amount": 5}]
    value, plan = agreed(bet("expected_npv", measure_limits=floor), formulation, reduce=True)
    assert waves(plan) == {"r2": 1}
    assert value == pytest.approx(6)
    too_high = [{"measure": "cvar", "sense": "floor", "amount": 6.1}]
    assert optimum(bet("expected_npv", measure_limits=too_high), formulation)[0] is None


def test_solve_proves_what_it_finds_and_says_so():
    result = solve(bet("cvar npv", 0.5), gap=0, threads=1)
    assert result.proven_optimal
    assert [level.objective for level in result.levels] == pytest.approx([6, 6])


@pytest.mark.parametrize("seed", range(20))
def test_scenarios_of_random_instances_are_as_the_oracle_says(seed):
    given = with_scenarios(random_instance(f"futures/{seed}"), seed)
    expected = Oracle(given).best()
    for formulation in FORMULATIONS:
        try:
            found, plan = optimum(given, formulation)
        except UnsupportedError:
            assert formulation != "cells"
            continue
        if expected is None or found is None:
            assert found is expected
        else:
            assert same(found, expected), (seed, formulation)
            evaluation = evaluate(given, plan)
            assert evaluation.feasible
            assert same(evaluation.objective, expected)


# -- groups of the compact formulation --------------------------------------------------------------------------------


def markets(*changes, objective="cvar", **more):
    """Two years, two alike affiliates in one archetype or the other, two brands, two customer types."""
    return make(
        {"waves": 2, "tail_months": 12, "objective": objective, "discount_rate": 0.1, **more},
        drivers=[driver("r1", 10, one_off_cost=0.5), driver("r2", 6, brands="old")],
        affiliates=[{"id": a, "affiliate_class": "large", "share": s} for a, s in (("de", 2), ("jp", 1))],
        archetypes=[
            {"id": "plain", "duration": 0, "one_off_cost": 1},
            {"id": "rich", "duration": 1, "value_factor": 2},
        ],
        brands=[{"id": "old"}, {"id": "new", "share": 0.5}],
        customer_types=[{"id": "hcp"}, {"id": "patient", "share": 0.5}],
        modes=[{"item": "old", "id": "bold", "value_factor": 1.5, "cost_factor": 2}],
        affiliate_success=[
            {"affiliate": a, "mode": m, "success": 0.9} for a in ("de", "jp") for m in ("plain", "rich")
        ],
        scenarios=[{"id": "s1", "probability": 0.5}, {"id": "s2", "probability": 0.5}],
        scenario_changes=list(changes),
    )


def groups(given):
    return sorted("+".join(f"{a}/{m}" for a, m in g.weights) for g in build(given).value.groups)


def test_scenarios_that_fall_on_all_alike_leave_groups_as_they_are():
    alike = groups(markets(change("s2", "archetypes", "", "success", factor=0.5), objective="npv"))
    assert alike == ["de/plain+de/rich+jp/plain+jp/rich"]
    assert groups(markets(change("s2", "drivers", "r1", "potential", factor=0.5))) == alike
    assert groups(markets(change("s2", "affiliate_success", "", "success", factor=0.5))) == alike


def test_what_tells_affiliates_or_modes_apart_splits_groups():
    only_jp = change("s2", "affiliate_success", "jp:plain", "success", value=0)
    assert groups(markets(only_jp)) == ["de/plain+de/rich+jp/rich", "jp/plain"]
    assert groups(markets(change("s2", "archetypes", "rich", "value_factor", factor=0.5))) == [
        "de/plain+jp/plain",
        "de/rich+jp/rich",
    ]


CHANGES = [
    change("s2", "affiliate_success", "jp:plain", "success", value=0),
    change("s2", "archetypes", "rich", "value_factor", factor=0.5),
    change("s1", "drivers", "r2", "success", factor=0.3),
    change("s1", "settings", "", "discount_rate", value=0.2),
    change("s2", "brands", "", "one_off_cost", value=0.7),
    change("s2", "archetypes", "rich", "running_cost", value=-0.2),
]


@BOTH
@pytest.mark.parametrize(
    "plan",
    [
        {"r1": 1, "r2": 2, "de": "1/plain", "jp": "1/rich", "old": "1/own", "new": 2, "hcp": 1, "patient": 2},
        {"r1": 2, "de": "2/rich", "jp": "1/plain", "old": "2/bold", "hcp": 1},
        {},
    ],
)
def test_the_value_of_a_plan_in_a_scenario_is_what_the_evaluator_says(formulation, plan):
    given = markets(*CHANGES)
    model, fixed = build(given, formulation=formulation, reduce=False), make_plan(plan)
    said = evaluate(given, fixed).measures
    for s in ("s1", "s2"):
        expression = scenario_npv(model, s)
        found = amount(expression, solved(model, fixed, expression)) / model.money_scale
        assert found == pytest.approx(said[f"scenario_npv:{s}"], abs=1e-7)


def test_what_groups_cannot_follow_is_refused_and_cells_take_it():
    brand = markets(change("s2", "modes", "old:bold", "value_factor", factor=0.5))
    with pytest.raises(UnsupportedError, match=r"changes the modes of old, .* Use the formulation 'cells'"):
        build(brand)
    build(brand, formulation="cells")
    types = make(
        {"waves": 1, "objective": "worst_npv"},
        drivers=[driver()],
        customer_types=[{"id": "hcp"}, {"id": "patient"}],
        reach=[{"driver": "r1", "customer_type": "hcp", "factor": 1}],
        scenarios=[{"id": "s1", "probability": 1}],
        scenario_changes=[change("s1", "reach", "r1:hcp", "factor", value=0.5)],
    )
    with pytest.raises(UnsupportedError, match="changes r1 by customer type"):
        build(types)
    agreed(types, "cells", reduce=True)


# -- cost, capacity and pruning ---------------------------------------------------------------------------------------


@BOTH
def test_capacity_that_lacks_in_a_scenario_is_bought(formulation):
    # Load 5 on 5; in s2 there are only 2, and 3 are bought at 2 each: 10 − 6 = 4. Without the driver 0.
    given = make(
        {"waves": 1, "objective": "scenario_npv:s2"},
        drivers=[driver("r1", 10, use={"fte": 5})],
        resources=[{"id": "fte"}],
        capacities=[{"resource": "fte", "wave": 1, "capacity": 5, "extra_cap": 1, "extra_cost": 2}],
        scenarios=[{"id": "s1", "probability": 0.5}, {"id": "s2", "probability": 0.5}],
        scenario_changes=[change("s2", "capacities", "fte:1", "capacity", value=2)],
    )
    value, plan = agreed(given, formulation, reduce=True)
    assert value == pytest.approx(4)
    assert evaluate(given, plan).measures["scenario_npv:s1"] == pytest.approx(10)
    assert evaluate(given, plan).measures["npv"] == pytest.approx(10)


def test_what_frees_money_in_a_scenario_only_is_not_left_out():
    # Nothing needs i1; it costs 1 a year, but frees 3 in s2: 2.0 in the mean from wave 2 on.
    given = make(
        {"waves": 2, "objective": "expected_npv"},
        drivers=[driver("r1", 1)],
        initiatives=[{"id": "i1", "running_cost": 1}],
        scenarios=[{"id": "s1", "probability": 0.25}, {"id": "s2", "probability": 0.75}],
        scenario_changes=[change("s2", "initiatives", "i1", "running_cost", value=-3)],
    )
    value, plan = agreed(given, "compact", reduce=True)
    assert waves(plan) == {"r1": 1, "i1": 1}
    assert value == pytest.approx(2 + 2)


# -- input ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "row", "message"),
    [
        ("scenario_changes", change("s9", "drivers", "r1", "potential", factor=1), "there is no 's9' in scenarios"),
        ("scenario_changes", change("s1", "budgets", "", "amount", factor=1), "do not change the table 'budgets'"),
        ("scenario_changes", change("s1", "drivers", "r1", "visible", value=1), "do not change visible of drivers"),
        ("scenario_changes", change("s1", "drivers", "r7", "potential", factor=1), "there is no row 'r7' in drivers"),
        ("scenario_changes", change("s1", "fit", "", "fit", factor=1), "the table fit has no rows"),
        ("scenario_changes", change("s1", "drivers", "r1", "potential"), "neither value nor factor is given"),
        ("scenario_changes", change("s1", "drivers", "r1", "potential", value=1, factor=1), "both value and factor"),
        ("scenario_changes", change("s1", "drivers", "r1", "success", value=1.5), "success of r1 would be 1.5"),
        ("scenario_changes", change("s1", "settings", "x", "discount_rate", value=0.1), "settings have no rows"),
        ("scenarios", {"id": "s4", "probability": 0.5}, "the probabilities of the scenarios sum to 1.5, not to 1"),
        (
            "measure_limits",
            {"measure": "cvar", "sense": "cap", "amount": 1},
            "cvar cannot have a cap: how bad the worst",
        ),
        (
            "measure_limits",
            {"measure": "regret", "sense": "cap", "amount": 1},
            "what the best plan of each scenario is",
        ),
        ("affiliate_success", {"affiliate": "de", "mode": "adapted", "success": 1}, "there is no 'de' in affiliates"),
    ],
)
def test_mistakes_are_told(table, row, message):
    with pytest.raises(InputError, match=message):
        bet("npv").replace({"table": table, "insert": row})


def test_a_synergy_keeps_its_sign_and_an_affiliate_its_mode():
    with pytest.raises(InputError, match="the rate of b would change its sign, from 2 to -1"):
        bet("npv", synergies=[{"id": "b", "members": "r1 r2", "category": "x", "rate": 2}]).replace(
            {"table": "scenario_changes", "insert": change("s1", "synergies", "b", "rate", value=-1)}
        )
    with pytest.raises(InputError, match="de cannot go live as 'plane'.* Did you mean 'plain'"):
        wrong = {"affiliate": "de", "mode": "plane", "success": 1}
        markets().replace({"table": "affiliate_success", "insert": wrong})


def test_a_measure_of_scenarios_needs_some():
    with pytest.raises(InputError, match="there is no measure 'cvar'.* It needs scenarios"):
        make(drivers=[driver()]).replace({"table": "settings", "field": "objective", "set": "cvar"})


@BOTH
def test_what_is_live_already_earns_by_scenario_as_well(formulation):
    # Ramp 0.5 in the first year, then 1; r1 and de have been live for a year, so 10 in full, and 4 of it in s2.
    given = make(
        {"waves": 1, "objective": "scenario_npv:s2"},
        drivers=[driver("r1", 10)],
        affiliates=[{"id": "de", "affiliate_class": "large", "share": 1}],
        archetypes=[{"id": "plain", "duration": 0}],
        ramps=[{"owner": "plain", "from_month": m, "factor": f} for m, f in ((0, 0.5), (12, 1))],
        initial_state=[{"record": "live", "id": i, "live_months": 12} for i in ("r1", "de")],
        scenarios=[{"id": "s1", "probability": 0.5}, {"id": "s2", "probability": 0.5}],
        scenario_changes=[
            change("s2", "drivers", "r1", "potential", factor=0.5),
            change("s2", "archetypes", "plain", "success", value=0.8),
        ],
    )
    value, _ = agreed(given, formulation, reduce=True)
    assert value == pytest.approx(4)
    assert evaluate(given, make_plan({})).measures["scenario_npv:s1"] == pytest.approx(10)
