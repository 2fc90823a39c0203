"""Monte Carlo of a fixed plan: by hand, and against the evaluator draw by draw."""

import numpy as np
import pytest

from sequencer.instance.rules import InitialState
from sequencer.plan.evaluate import evaluate
from sequencer.plan.tail import worst_mean
from sequencer.study.draws import DrawOptions
from sequencer.study.monte_carlo import simulate
from tests.model.tools import driver, make
from tests.plan.plan_tools import make_plan

ONE = {"waves": 1, "wave_months": 12}


def ranged(item, low, base, high, **more):
    return driver(item, base, low={"potential": low}, high={"potential": high}, **more)


def test_a_driver_that_may_fail():
    # One year: 10 where it succeeds (probability 0.75), else 0; it costs 2. So 8 or −2, 5.5 in the mean, a loss in a
    # quarter of the draws; the worst tenth are all −2, the worst half −2 and 8 in equal parts.
    given = make(ONE, drivers=[driver("r1", 10, success=0.75, one_off_cost=2)])
    found = simulate(given, make_plan({"r1": 1}), DrawOptions(draws=4000, latin=True))
    assert set(found.npv) == {8.0, -2.0}
    assert found.mean() == pytest.approx(5.5, abs=1e-9)
    assert found.base["npv"] == pytest.approx(5.5)
    assert found.loss_probability == pytest.approx(0.25)
    assert found.cvar(0.9) == pytest.approx(-2)
    assert found.cvar(0.5) == pytest.approx(3)
    assert found.quantile(0.1) == -2
    assert found.contributions == {"outcome.r1": (pytest.approx(1.0), pytest.approx(10.0))}


def test_without_failures_success_is_its_probability():
    given = make(ONE, drivers=[driver("r1", 10, success=0.75, one_off_cost=2)])
    found = simulate(given, make_plan({"r1": 1}), DrawOptions(draws=3, failures=False))
    assert found.npv == pytest.approx([5.5] * 3)
    assert found.contributions == {}


def test_the_mean_is_the_worth_at_mean_amounts():
    # Triangular (0, 2, 10) has the mean 4, the cost (1, 2, 3) the mean 2: 0.5 · 4 − 2 = 0, and not 0.5 · 2 − 2.
    cost = {"one_off_cost": 2, "low": {"potential": 0, "one_off_cost": 1}, "high": {"potential": 10, "one_off_cost": 3}}
    given = make(ONE, drivers=[driver("r1", 2, success=0.5, **cost)])
    found = simulate(given, make_plan({"r1": 1}), DrawOptions(draws=100_000, latin=True))
    assert found.base["npv"] == pytest.approx(-1)
    assert found.mean() == pytest.approx(0, abs=4 * found.error())
    assert found.error() < 0.02


def test_shares_of_the_spread_add_up_where_nothing_is_joint():
    # The variance of triangular (0, 6, 12) is 12² / 24 = 6, that of (0, 3, 6) is 1.5: four to one. The 5 % and 95 %
    # quantiles of the first are 12 · sqrt(0.05 / 2) = 1.897 and 12 − 1.897, so it swings by 8.205.
    given = make(ONE, drivers=[ranged("r1", 0, 6, 12), ranged("r2", 0, 3, 6)])
    plan = make_plan({"r1": 1, "r2": 1})
    found = simulate(given, plan, DrawOptions(draws=20_000, latin=True)).contributions
    assert list(found) == ["drivers.r1.potential", "drivers.r2.potential"]
    assert [share for share, _ in found.values()] == pytest.approx([0.8, 0.2], abs=0.02)
    assert found["drivers.r1.potential"][1] == pytest.approx(8.205, rel=0.03)
    # As one group they explain everything, and the variance is (sqrt(6) + sqrt(1.5))² = 13.5 instead of 7.5.
    both = DrawOptions(draws=20_000, latin=True, together=(("drivers.*",),))
    together = simulate(given, plan, both)
    assert together.contributions == {"drivers.*": (pytest.approx(1.0), pytest.approx(1.5 * 8.205, rel=0.03))}
    assert together.npv.var() == pytest.approx(13.5, rel=0.03)


def test_payback_in_draws_and_where_it_never_comes():
    # 10 a year or nothing; cost 15 in wave 1: paid back in wave 2, or never.
    given = make(drivers=[driver("r1", 10, success=0.5, one_off_cost=15)])
    found = simulate(given, make_plan({"r1": 1}), DrawOptions(draws=100, latin=True)).measures["payback_wave"]
    assert np.isnan(found).sum() == 50
    assert set(found[~np.isnan(found)]) == {2.0}


def test_nothing_adopted_is_worth_nothing():
    found = simulate(make(ONE, drivers=[ranged("r1", 0, 6, 12)]), make_plan({}), DrawOptions(draws=5))
    assert found.npv.tolist() == [0.0] * 5
    assert found.loss_probability == 0
    assert found.contributions == {"drivers.r1.potential": (0.0, 0.0)}


# -- against the evaluator --------------------------------------------------------------------------------------------


def everything():
    """All that draws may touch, each affiliate in a class of its own so that its failure can be written as fit 0."""
    wide = {"low": {"potential": 4, "success": 0.4, "one_off_cost": 1}, "high": {"potential": 15, "one_off_cost": 3}}
    return make(
        {"waves": 3, "tail_months": 18, "discount_rate": 0.08, "rollout": "medical-first", "rollout_brands": "old"}
        | {"rollout_failure": 0.2, "rollout_value_factor": 1.1},
        drivers=[
            driver("r1", 10, success=0.7, one_off_cost=2, functions="medical", **wide),
            driver("r2", 6, success=0.9, running_cost=0.5, category="savings", contact_load={"hcp": 3}),
        ],
        affiliates=[
            {"id": "de", "affiliate_class": "large", "revenue": 60, "low": {"revenue": 40}, "high": {"revenue": 90}},
            {"id": "jp", "affiliate_class": "small", "revenue": 40},
        ],
        archetypes=[
            {"id": "full", "duration": 1, "one_off_cost": 2, "one_off_share_of_revenue": 0.01, "running_cost": 0.3}
            | {"success": 0.8, "low": {"success": 0.5, "one_off_cost": 1}, "high": {"running_cost": 0.6}}
        ],
        touches=[{"id": "high"}, {"id": "low", "success": 0.9, "cost_factor": 0.5, "low": {"success": 0.6}}],
        affiliate_success=[{"affiliate": "jp", "mode": "full/low", "success": 0.6, "high": {"success": 0.9}}],
        fit=[{"affiliate_class": c, "archetype": "full", "fit": 0.5} for c in ("large", "small")],
        brands=[{"id": "old", "share": 2}, {"id": "new", "running_cost": 0.1}],
        customer_types=[{"id": "hcp", "contact_cap": 1}],
        fatigue=[{"customer_type": "hcp", "step": 1, "slope_per_year": 0.2, "category": "savings"}],
        functions=[{"id": i, "one_off_cost": 0.2, "high": {"one_off_cost": 0.5}} for i in ("medical", "marketing")],
        capabilities=[{"id": "crm", "layer": "technological"}],
        capability_steps=[
            {"capability": "crm", "level": 1, "one_off_cost": 1.5, "running_cost": 0.2, "use": {"fte": 5}}
            | {"low": {"one_off_cost": 1}, "high": {"one_off_cost": 4, "running_cost": 0.3}}
        ],
        initiatives=[
            {"id": "i1", "category": "savings", "value_per_year": 3, "value_once": 1, "success": 0.6}
            | {"running_cost": -0.4, "low": {"running_cost": -0.9}}
        ],
        modes=[{"item": "new", "id": "bold", "success": 0.5, "value_factor": 2, "cost_factor": 3}],
        mandate=[{"level": 1, "one_off_cost": 0.5, "low": {"one_off_cost": 0.1}}],
        synergies=[{"id": "s1", "members": "r1 r2", "category": "savings", "rate": 0.7}],
        resources=[{"id": "fte"}],
        capacities=[
            {"resource": "fte", "wave": w, "capacity": 2, "extra_cap": 9, "extra_cost": 0.1}
            | {"low": {"capacity": 1}, "high": {"capacity": 4, "extra_cost": 0.4}}
            for w in (1, 2, 3)
        ],
        pace=[{"items": "drivers", "comfort": 0, "losses": "0.3"}],
        category_weights=[
            {"category": "savings", "weight": 2},
            {"category": "savings", "affiliate": "jp", "weight": 3},
        ],
    )


PLAN = {"r1": 1, "r2": 2, "de": "1/full/high", "jp": "2/full/low", "old": 1, "new": "2/bold", "hcp": 1, "medical": 1}
PLAN |= {"marketing": 2, "crm:1": 1, "i1": 1, "mandate:1": 2}


def outcomes(found, draw):
    """Success and failure of a draw as changes: probabilities of 1 or 0, and fits of 0 where an affiliate fails."""
    drawn = {name.removeprefix("outcome."): v[draw] for name, v in found.values.items() if name.startswith("outcome.")}
    rows = [("drivers", "r1"), ("drivers", "r2"), ("initiatives", "i1"), ("modes", "new:bold")]
    made = [("archetypes", "full", "success", 1.0), ("touches", "low", "success", 1.0)]
    made.append(("affiliate_success", "jp:full/low", "success", 1.0))
    made += [(table, row, "success", drawn[row.partition(":")[0]]) for table, row in rows]
    made += [("fit", f"{c}:full", "fit", 0.5 * drawn[a]) for a, c in (("de", "large"), ("jp", "small"))]
    changes = [{"table": "settings", "field": "rollout_failure", "set": 1 - drawn["approach"]}]
    for table, row, column, value in made:
        keys = dict(zip(("item", "id"), row.split(":"), strict=True)) if table == "modes" else {"id": row}
        where = {"table": table, "where": keys}
        ends = ("low", "high") if column == "success" and table != "modes" else ()
        changes += [{**where, "field": f"{column}_{end}", "set": ""} for end in ends]
        changes.append({**where, "field": column, "set": value})
    return changes


@pytest.mark.parametrize("shape", ["triangular", "lognormal"])
@pytest.mark.parametrize("failures", [True, False])
def test_every_draw_is_what_the_evaluator_says_of_it(shape, failures):
    given, plan = everything(), make_plan(PLAN)
    found = simulate(given, plan, DrawOptions(draws=6, seed=3, shape=shape, failures=failures))
    assert found.base == evaluate(given, plan).measures
    assert len(found.assumptions) > 18
    for draw in range(6):
        changes = found.changes(draw) + (outcomes(found, draw) if failures else [])
        said = evaluate(given.replace(*changes), plan).measures
        for name, values in found.measures.items():
            expected = np.nan if said[name] is None else said[name]
            assert values[draw] == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True), (draw, name)


def test_a_programme_under_way_is_drawn_as_the_evaluator_says():
    # r2 has been live for a year, de goes live after wave 1, with what is left of its uncertain cost.
    given = everything().model_copy(
        update={
            "initial_state": (
                InitialState(record="live", id="r2", live_months=12),
                InitialState(record="live", id="hcp", live_months=12),
                InitialState(record="in_progress", id="de", mode="full/high", remaining_waves=1),
            )
        }
    )
    plan = make_plan({item: start for item, start in PLAN.items() if item not in ("r2", "hcp", "de")})
    found = simulate(given, plan, DrawOptions(draws=3, seed=4))
    assert np.ptp(found.values["archetypes.full.one_off_cost"]) > 0
    for draw in range(3):
        said = evaluate(given.replace(*found.changes(draw), *outcomes(found, draw)), plan).measures
        assert found.npv[draw] == pytest.approx(said["npv"], rel=1e-9)
        assert found.measures["cost"][draw] == pytest.approx(said["cost"], rel=1e-9)


def test_draws_of_everything_differ_and_fail():
    found = simulate(everything(), make_plan(PLAN), DrawOptions(draws=400, seed=3))
    names = {name for name in found.values if name.startswith("outcome.")}
    assert names == {f"outcome.{x}" for x in ("r1", "r2", "de", "jp", "new", "i1", "approach")}
    assert all(0 < found.values[name].mean() < 1 for name in names)
    assert all(np.ptp(found.values[name]) > 0 for name in found.assumptions)


# -- worst mean -------------------------------------------------------------------------------------------------------


def test_worst_mean_by_hand():
    # Worst 30 % of 1 (20 %), 4 (30 %), 9 (50 %): all of the first and 10 points of the second: (0.2 + 0.4) / 0.3 = 2.
    assert worst_mean([9, 1, 4], [0.5, 0.2, 0.3], 0.7) == pytest.approx(2)
    assert worst_mean([9, 1, 4], [0.5, 0.2, 0.3], 0.0) == pytest.approx(0.2 + 1.2 + 4.5)
    assert worst_mean([9, 1, 4], [0.5, 0.2, 0.3], 0.999) == pytest.approx(1)
