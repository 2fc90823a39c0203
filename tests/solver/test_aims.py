"""Goals one after the other, ties, payments: what a search works on, and what is said of each level."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sequencer.model.build import build
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Adoption, Plan
from sequencer.solver import search
from sequencer.solver import solve as module
from sequencer.solver.aims import aimed, goal_aims, kept, near, tie_aims
from sequencer.solver.fixed import Fixed
from sequencer.solver.highs import Highs
from sequencer.solver.result import Level, Result
from sequencer.solver.solve import solve
from sequencer.solver.standard_form import standard_form
from sequencer.types import Termination
from tests.model.tools import driver, make, waves


def solved(instance, **options):
    return solve(instance, **{"gap": 0, "threads": 1, **options})


def either(cost_x, cost_y, settings=None, **more):
    """r1, worth 10 a year from wave 2 on, needs one of x and y, which take a wave."""
    return make(
        settings,
        drivers=[driver()],
        initiatives=[{"id": "x", "one_off_cost": cost_x}, {"id": "y", "one_off_cost": cost_y}],
        requirements=[{"item": "r1", "requires": "x y", "at_least": 1}],
        **more,
    )


# -- goals ------------------------------------------------------------------------------------------------------------


def test_a_second_goal_decides_among_plans_equal_in_the_first():
    # value is 20 by x or y or both; cost 3 by y alone
    result = solved(either(5, 3, {"objective": "value cost"}))
    assert waves(result.plan) == {"y": 1, "r1": 2}
    assert [level._asdict() for level in result.levels] == [
        {"measure": "value", "objective": pytest.approx(20), "bound": pytest.approx(20), "gap": 0},
        {"measure": "cost", "objective": pytest.approx(3), "bound": pytest.approx(3), "gap": 0},
    ]
    assert (result.measure, result.objective) == ("value", pytest.approx(20))
    assert result.proven_optimal
    assert result.evaluation.goals == pytest.approx((20, 3))


def test_the_order_of_goals_matters():
    # nothing costs nothing, and earns nothing
    result = solved(either(5, 3, {"objective": "cost value"}))
    assert result.plan == Plan()
    assert [(level.measure, level.objective, level.bound) for level in result.levels] == [
        ("cost", 0, 0),
        ("value", 0, 0),
    ]


def test_money_is_scaled_and_counts_are_not():
    # amounts in the millions: r1 earns 20e6, r2 nothing that anyone would pay for; two drivers for the count
    instance = make({"objective": "npv drivers"}, drivers=[driver("r1", 1e7), driver("r2", 0.0)])
    result = solved(instance)
    assert [(level.objective, level.bound) for level in result.levels] == [
        (pytest.approx(3e7), pytest.approx(3e7)),
        (2, 2),
    ]
    assert set(waves(result.plan)) == {"r1", "r2"}


def test_a_goal_may_be_a_column_of_its_own():
    # All of the value is to be had in wave 3 at the latest; a smaller peak spreads what is paid: 6 and 6, not 12.
    instance = make(
        {"objective": "drivers peak_budget"},
        drivers=[driver("r1", one_off_cost=6), driver("r2", one_off_cost=6)],
    )
    result = solved(instance)
    assert result.levels[1] == Level("peak_budget", pytest.approx(6), pytest.approx(6), 0)
    assert len(set(waves(result.plan).values())) == 2


def test_what_was_reached_is_kept_up_to_a_millionth():
    # y costs 1e-3 more than x, 5e-5 of the value of 20: no tie; 1e-5 more is 5e-7 of it, and y saves an hour
    def instance(more):
        return make(
            {"objective": "npv load_peak:hours"},
            drivers=[driver()],
            initiatives=[{"id": "x", "use": {"hours": 1}, "one_off_cost": 1}, {"id": "y", "one_off_cost": 1 + more}],
            requirements=[{"item": "r1", "requires": "x y", "at_least": 1}],
            resources=[{"id": "hours"}],
            capacities=[{"resource": "hours", "wave": w, "capacity": 1} for w in (1, 2, 3)],
        )

    assert set(waves(solved(instance(1e-3)).plan)) == {"x", "r1"}
    assert set(waves(solved(instance(1e-5)).plan)) == {"y", "r1"}


@pytest.mark.parametrize("staged", [True, False])
def test_levels_of_larger_problems_use_the_same_search(monkeypatch, staged):
    monkeypatch.setattr(search, "SMALL", 0)
    monkeypatch.setattr(module, "SMALL", 0)
    phases = []
    result = solved(
        either(5, 3, {"objective": "value cost"}),
        gap=1e-7,
        staged=staged,
        listeners=[lambda event: phases.append(getattr(event, "phase", ""))],
    )
    assert waves(result.plan) == {"y": 1, "r1": 2}
    assert "next goal" in phases or staged
    assert ("core decisions" in phases) == staged
    assert result.proven_optimal


def test_an_infeasible_instance_has_levels_without_figures():
    instance = either(5, 3, {"objective": "value cost"}, locks=[{"item": "r1", "must": True, "by": 1}])
    result = solved(instance)
    assert result.termination is Termination.INFEASIBLE
    assert result.levels == (Level("value", None, None, None), Level("cost", None, None, None))
    assert not result.proven_optimal


def test_every_level_has_to_be_proven():
    proven, open_ = Level("npv", 1.0, 1.0, 0.0), Level("cost", 1.0, None, None)
    base = {"measure": "npv", "seconds": 0.0, "currency": "EUR", "unit": 1.0, "fingerprint": ""}
    for levels, whole in (((proven,), True), ((proven, open_), False), ((open_, proven), False)):
        result = Result(Termination.TIME_LIMIT, None, None, 1.0, 1.0, levels=levels, **base)
        assert result.proven_optimal == whole


def test_ctrl_c_in_a_later_goal_keeps_what_was_reached():
    def press(event):
        if getattr(event, "phase", "") == "next goal":
            raise KeyboardInterrupt

    result = solved(either(5, 3, {"objective": "value cost"}), listeners=[press])
    assert result.termination is Termination.INTERRUPTED
    assert result.levels[0] == Level("value", pytest.approx(20), pytest.approx(20), 0)
    assert result.levels[1].objective in (pytest.approx(5), pytest.approx(3), pytest.approx(8))
    assert result.levels[1].bound <= 3
    assert not result.proven_optimal


# -- ties -------------------------------------------------------------------------------------------------------------


def test_fewest_adoptions_first():
    # x is all that r1 needs, or y and z; nothing costs anything, and z in wave 1 would even be listed first
    instance = make(
        drivers=[driver()],
        initiatives=[{"id": i} for i in ("z", "y", "x", "w")],
        requirements=[
            {"item": "r1", "requires": "y x", "at_least": 1},
            {"item": "y", "requires": "z"},
        ],
    )
    plan = solved(instance).plan
    assert len(plan.adoptions) == 2
    assert plan.wave("r1") == 2


def test_then_the_smallest_sum_of_start_waves():
    # "last" earns nothing and costs nothing, but must be adopted: as soon as may be, which is wave 2
    instance = make(
        drivers=[driver()],
        initiatives=[{"id": "last"}],
        locks=[{"item": "last", "must": True, "earliest": 2}],
    )
    assert waves(solved(instance).plan) == {"r1": 1, "last": 2}


def paying(cap: float, **settings):
    """hq has 2 a wave of the 4 that r1 costs in the first wave; two markets may give up a share of 10 each."""
    return make(
        {"funding": "budget-reallocation", "cut_cap": cap, **settings},
        drivers=[driver(one_off_cost=4)],
        affiliates=[{"id": a, "affiliate_class": "big", "revenue": 1} for a in ("jp", "us")],
        archetypes=[{"id": "free", "duration": 0}],
        fit=[{"affiliate_class": "big", "archetype": "free", "fit": 1}],
        budgets=[{"pot": p, "wave": w, "amount": a} for p, a in (("hq", 2), ("jp", 10), ("us", 10)) for w in (1, 2, 3)],
    )


def test_payments_are_no_more_than_needed():
    # 30 − 4; 2 of it come from the markets in wave 1, and none is moved later
    result = solved(paying(0.5))
    assert result.objective == pytest.approx(26)
    assert sum(p.amount for p in result.plan.transfers) == pytest.approx(2)
    assert {p.wave for p in result.plan.transfers} == {1}
    assert result.evaluation.feasible


def test_payments_that_are_not_needed_are_none():
    instance = paying(0.5).model_copy(update={"budgets": ()})
    assert solved(instance).plan.transfers == ()


def test_a_start_plan_without_payments_is_given_those_it_needs():
    first = []
    start = Plan((Adoption("r1", 1), Adoption("jp", 1, "free"), Adoption("us", 1, "free")))
    assert not evaluate(paying(0.5), start).feasible
    solved(paying(0.5), start=start, listeners=[lambda e: first.append(e.plan) if hasattr(e, "plan") else None])
    assert first[0].adoptions == start.adoptions
    assert sum(p.amount for p in first[0].transfers) >= 2 - 1e-6


def test_polishing_a_plan_that_cannot_be_paid_gives_nothing():
    model = build(paying(0.05))
    start = Plan((Adoption("r1", 1), Adoption("jp", 1, "free"), Adoption("us", 1, "free")))
    assert Fixed(model, standard_form(model)).polished(start) is None


def alike(exact: bool, *ids: str):
    """Initiatives of which r1 needs any one; they are alike."""
    return make(
        {"exact_ties": exact},
        drivers=[driver()],
        initiatives=[{"id": i} for i in ids],
        requirements=[{"item": "r1", "requires": " ".join(ids), "at_least": 1}],
    )


IDS = tuple(f"i{k}" for k in range(12))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("order", [IDS, IDS[::-1]])
def test_exact_ties_go_by_the_order_of_the_instance(seed, order):
    assert waves(solved(alike(True, *order), seed=seed).plan) == {order[0]: 1, "r1": 2}


def test_exact_ties_compare_items_one_after_the_other():
    # One of the twelve starts in each wave, the sum of waves is the same whoever does: in the order of the instance.
    instance = make(
        {"exact_ties": True, "waves": 12},
        initiatives=[{"id": i, "duration": 0} for i in IDS],
        pace=[{"items": "initiatives", "limit": 1}],
        locks=[{"item": i, "must": True} for i in IDS],
    )
    assert waves(solved(instance).plan) == {item: k + 1 for k, item in enumerate(IDS)}


def test_exact_ties_take_the_first_mode():
    instance = make(
        {"exact_ties": True},
        drivers=[driver()],
        affiliates=[{"id": "jp", "affiliate_class": "big", "revenue": 1}],
        archetypes=[{"id": a, "duration": 0} for a in ("b", "a", "c")],
        fit=[{"affiliate_class": "big", "archetype": a, "fit": 1} for a in ("a", "b", "c")],
    )
    assert solved(instance).plan.mode("jp") == instance.adoptables["jp"].modes[0].id


def test_ties_wait_for_a_proof():
    phases = []
    solve(either(5, 3), max_nodes=0, threads=1, start_plan=False, gap=0.9, listeners=[phases.append])
    unproven = [e for e in phases if getattr(e, "phase", "") == "ties" and e.gap]
    assert unproven == []


# -- forms ------------------------------------------------------------------------------------------------------------


def exact(form):
    return Highs(form, {"mip_rel_gap": 0.0, "threads": 1}).run()


def test_an_aim_is_the_objective_of_its_form():
    model = build(either(5, 3, {"objective": "cost value"}))
    form = standard_form(model)
    cost, value = goal_aims(model)
    assert (cost.sense, value.sense) == (-1, 1)
    assert cost.worth_of(exact(aimed(form, cost)).objective) == pytest.approx(0)
    assert value.worth_of(exact(aimed(form, value)).objective) == pytest.approx(20)
    # keeping a value of 20 costs 3
    assert cost.worth_of(exact(aimed(kept(form, value, 20.0), cost)).objective) == pytest.approx(-3)


def test_columns_of_goals_are_columns_of_the_form():
    # No row speaks of x, which takes one wave of one: only the second goal does.
    model = build(
        make({"objective": "npv adoptions", "waves": 1}, initiatives=[{"id": "x", "duration": 0}]), reduce=False
    )
    form = standard_form(model)
    adoptions = goal_aims(model)[1]
    assert form.form_column[model.adopt["x", "", 1]] >= 0
    assert adoptions.worth_of(exact(aimed(form, replace(adoptions, sense=1))).objective) == 1


def test_whole_figures_have_whole_bounds():
    adoptions = next(iter(tie_aims(build(either(5, 3)))))
    assert adoptions.whole
    # −1.3 adoptions: no plan has fewer than 2
    assert adoptions.worth_of(1.3) == -2
    assert adoptions.worth_of(1.9999999) == -2
    assert adoptions.worth_of(2.0000001) == -2
    assert adoptions.worth_of(None) is None


def test_near_is_relative_above_one():
    assert (near(0.5), near(-1e6)) == (pytest.approx(1e-6), pytest.approx(1.0))
