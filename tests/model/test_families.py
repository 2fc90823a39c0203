"""Each family: a case in which it bites and one in which it does not, with the optimum derived by hand.

Unless a test says otherwise: three waves of one year, no tail, no discounting. A driver worth 10 a year that is live
from wave w earns 10 · (4 − w).
"""

from __future__ import annotations

import pytest

from tests.model.tools import driver, make, optimum, waves


@pytest.fixture(params=[(f, r) for f in ("compact", "cells") for r in (True, False)], ids=str)
def solve(request):
    """Optimum by each formulation, with and without reductions."""
    formulation, reduce = request.param
    return lambda instance: optimum(instance, formulation, reduce)


def step(capability: str, level: int = 1, **more):
    return {"capability": capability, "level": level, **more}


def capability(item_id: str, **more):
    return {"id": item_id, "layer": "technological", "path": "technological.data", **more}


def test_nothing_in_the_way(solve):
    # r1 live in waves 1, 2, 3: 3 · 10
    value, plan = solve(make(drivers=[driver()]))
    assert value == pytest.approx(30)
    assert waves(plan) == {"r1": 1}


def test_what_costs_more_than_it_earns_is_not_adopted(solve):
    # 3 years of running cost 11 against 10: not worth it
    value, plan = solve(make(drivers=[driver(running_cost=11)]))
    assert value == pytest.approx(0)
    assert waves(plan) == {}


def test_start_once_one_mode_only(solve):
    # Each archetype reaches half of the value; adopting both would earn 10 a year. One only: 0.5 · 10 · 3 = 15.
    instance = make(
        drivers=[driver()],
        affiliates=[{"id": "jp", "affiliate_class": "large", "revenue": 100}],
        archetypes=[{"id": "a", "duration": 0}, {"id": "b", "duration": 0}],
        fit=[
            {"affiliate_class": "large", "archetype": "a", "fit": 0.5},
            {"affiliate_class": "large", "archetype": "b", "fit": 0.5},
        ],
    )
    assert solve(instance)[0] == pytest.approx(15)


@pytest.mark.parametrize(("launch", "value"), [(1, 30), (3, 10)])
def test_windows_launch(solve, launch, value):
    # the brand may be live from its launch wave on: 4 − launch years
    instance = make(drivers=[driver()], brands=[{"id": "b", "launch_wave": launch}])
    assert solve(instance)[0] == pytest.approx(value)


def test_windows_horizon(solve):
    # A duration of 4 waves cannot be live by wave 4 = W + 1, so the required initiative never starts and r1 neither.
    tables = {"drivers": [driver()], "requirements": [{"item": "r1", "requires": "x"}]}
    assert solve(make(initiatives=[{"id": "x", "duration": 4}], **tables))[0] == pytest.approx(0)
    # With 3 waves it is live in the tail only, where the driver cannot start any more.
    assert solve(make(initiatives=[{"id": "x", "duration": 3}], **tables))[0] == pytest.approx(0)
    # With 2 it is live in wave 3: one year.
    assert solve(make(initiatives=[{"id": "x", "duration": 2}], **tables))[0] == pytest.approx(10)


def test_capability_steps_in_order(solve):
    # data:2 needs data:1 live: steps in waves 1 and 2, r1 in wave 3: 10 − 2 · 1
    instance = make(
        drivers=[driver()],
        capabilities=[capability("data")],
        capability_steps=[step("data", 1, one_off_cost=1), step("data", 2, one_off_cost=1)],
        requirements=[{"item": "r1", "requires": "data:2"}],
    )
    value, plan = solve(instance)
    assert value == pytest.approx(8)
    assert waves(plan) == {"data:1": 1, "data:2": 2, "r1": 3}
    # as-is maturity 1: only the second step is left, one wave sooner: 20 − 1
    value, plan = solve(
        instance.model_copy(update={"capabilities": make(capabilities=[capability("data", as_is=1)]).capabilities})
    )
    assert value == pytest.approx(19)
    assert waves(plan) == {"data:2": 1, "r1": 2}


def test_capability_steps_one_a_wave_even_without_duration(solve):
    # Both steps take no time but may not start in the same wave: r1 in wave 2: 20
    instance = make(
        drivers=[driver()],
        capabilities=[capability("data")],
        capability_steps=[step("data", 1, duration=0), step("data", 2, duration=0)],
        requirements=[{"item": "r1", "requires": "data:2"}],
    )
    value, plan = solve(instance)
    assert value == pytest.approx(20)
    assert waves(plan)["data:2"] == waves(plan)["r1"] == 2


@pytest.mark.parametrize(("lag", "value"), [(0, 20), (1, 10)])
def test_requirements_lag(solve, lag, value):
    # data:1 is live from wave 2; a lag of 1 means it must have been live in the wave before
    instance = make(
        drivers=[driver()],
        capabilities=[capability("data")],
        capability_steps=[step("data")],
        requirements=[{"item": "r1", "requires": "data:1", "lag": lag}],
    )
    assert solve(instance)[0] == pytest.approx(value)


def test_requirements_inner_node_means_all_leaves(solve):
    # Node technological.data has the leaves data and consent; both steps cost 1: 20 − 2. As-is leaves drop out: 20 − 1.
    tables = {
        "drivers": [driver()],
        "capability_steps": [step("data", one_off_cost=1), step("consent", one_off_cost=1)],
        "requirements": [{"item": "r1", "requires": "technological.data:1"}],
    }
    both = make(capabilities=[capability("data"), capability("consent")], **tables)
    assert solve(both)[0] == pytest.approx(18)
    one = make(capabilities=[capability("data"), capability("consent", as_is=1)], **tables)
    assert solve(one)[0] == pytest.approx(19)


def two_affiliates(**limits):
    """Two equal affiliates, each half of the value; going live takes one wave."""
    return make(
        drivers=[driver()],
        affiliates=[
            {"id": "jp", "affiliate_class": "large", "revenue": 50},
            {"id": "de", "affiliate_class": "large", "revenue": 50},
        ],
        archetypes=[{"id": "adapted", "duration": 1, **limits}],
    )


@pytest.mark.parametrize(("parallel", "value"), [(2, 20), (1, 15), (0, 0)])
def test_parallel(solve, parallel, value):
    # Two in parallel: both live in waves 2 and 3: 2 · 10. One at a time: live in 2–3 and 3: (2 + 1) · 5. None: 0.
    assert solve(two_affiliates(parallel=parallel))[0] == pytest.approx(value)


def test_parallel_counts_all_waves_in_progress(solve):
    # Duration 2, one at a time: the first in waves 1–2, live in wave 3: 5. The second could start in wave 3 but would
    # be live only in wave 5 > W + 1: not at all.
    assert solve(two_affiliates(parallel=1, duration=2))[0] == pytest.approx(5)
    assert solve(two_affiliates(parallel=2, duration=2))[0] == pytest.approx(10)


def ladder(*levels, **settings):
    """Mandate levels from 0, each with its grants, and two drivers."""
    rows = [{"level": g, **grants} for g, grants in enumerate(levels)]
    return make(settings, drivers=[driver("r1"), driver("r2", 6)], mandate=rows)


def test_mandate_grants_live_drivers(solve):
    # Level 0 grants one driver, level 1 two. Level 1 from wave 1 at 1 a year: 48 − 3.
    free = ladder({"live_drivers": 1}, {"live_drivers": 2, "running_cost": 1})
    assert solve(free)[0] == pytest.approx(45)
    # At 7 a year the second driver (6 a year) is not worth it: 30.
    dear = ladder({"live_drivers": 1}, {"live_drivers": 2, "running_cost": 7})
    assert solve(dear)[0] == pytest.approx(30)


def test_mandate_grants_new_drivers(solve):
    # one new driver a wave: r1 in wave 1, r2 in wave 2: 30 + 12
    assert solve(ladder({"new_drivers": 1}))[0] == pytest.approx(42)
    assert solve(ladder({"new_drivers": 2}))[0] == pytest.approx(48)


def test_mandate_one_step_a_wave(solve):
    # r1 needs level 2: level 1 in wave 1, level 2 in wave 2: 20 (+ r2 from wave 1: 18)
    instance = ladder({}, {}, {}).model_copy(
        update={"requirements": make(requirements=[{"item": "r1", "requires": "mandate:2"}]).requirements}
    )
    value, plan = solve(instance)
    assert value == pytest.approx(38)
    assert (waves(plan)["mandate:1"], waves(plan)["mandate:2"]) == (1, 2)


def test_mandate_given_path(solve):
    # The path reaches level 1 in wave 3 only: one driver in waves 1 and 2, two in wave 3: 30 + 6, less the cost of 4.
    instance = ladder({"live_drivers": 1}, {"live_drivers": 2, "one_off_cost": 4}, mandate_path=(0, 0, 1))
    value, plan = solve(instance)
    assert value == pytest.approx(32)
    assert waves(plan)["mandate:1"] == 3
    # Its cost is paid even where nothing is gained from it.
    useless = ladder({"live_drivers": 2}, {"live_drivers": 2, "one_off_cost": 4}, mandate_path=(0, 0, 1))
    assert solve(useless)[0] == pytest.approx(44)


def test_mandate_grants_customized(solve):
    # one customized affiliate in total: only one of two goes live, from wave 2: 5 · 2
    base = two_affiliates()
    tables = make(archetypes=[{"id": "customized", "duration": 1}], mandate=[{"level": 0, "customized_total": 1}])
    assert solve(base.model_copy(update={"archetypes": tables.archetypes, "mandate": tables.mandate}))[
        0
    ] == pytest.approx(10)
    one_at_a_time = make(mandate=[{"level": 0, "customized_in_progress": 1}])
    # in progress one at a time: live from wave 2 and 3: 5 · 2 + 5 · 1
    assert solve(base.model_copy(update={"archetypes": tables.archetypes, "mandate": one_at_a_time.mandate}))[
        0
    ] == pytest.approx(15)


def budgeted(amounts, carry_share=0.0, **settings):
    return make(
        {"carry_share": carry_share, **settings},
        drivers=[driver(one_off_cost=4)],
        budgets=[{"pot": "hq", "wave": w, "amount": a} for w, a in enumerate(amounts, start=1)],
    )


@pytest.mark.parametrize(
    ("amounts", "carry", "value"),
    [
        ((4, 0, 0), 0.0, 26),  # paid in wave 1: 30 − 4
        ((3, 4, 0), 0.0, 16),  # not before wave 2: 20 − 4
        ((2, 3, 0), 0.5, 16),  # 0.5 · 2 carried: 4 in wave 2
        ((2, 2.9, 0), 0.5, 0),  # 3.9 in wave 2; 0 + 0.5 · 3.9 in wave 3: never enough
        ((4, 0, 4), 0.5, 26),
        ((3.9, 0, 3.1), 0.5, 6),  # 3.9 → 1.95 → 0.975 + 3.1 in wave 3: 10 − 4
    ],
)
def test_budgets_and_carry(solve, amounts, carry, value):
    assert solve(budgeted(amounts, carry))[0] == pytest.approx(value)


@pytest.mark.parametrize(
    ("cost", "carry", "value"),
    [
        # The hub frees 4 a year from wave 1 on: 12 in all. r1 costs 4: paid by what is freed in wave 1.
        (4, 0.0, 12 + 30 - 4),
        # r1 costs 6: 4 carried from wave 1 and 4 of wave 2 pay for it in wave 2, though no budget was ever given.
        (6, 1.0, 12 + 20 - 6),
        # Half is kept: 2 + 4 are just enough in wave 2; for 7 it takes wave 3: 0.5 · (0.5 · 4 + 4) + 4 = 7.
        (6, 0.5, 12 + 20 - 6),
        (7, 0.5, 12 + 10 - 7),
        (6, 0.0, 12),
    ],
)
def test_budgets_carry_what_negative_running_cost_frees(solve, cost, carry, value):
    instance = make(
        {"carry_share": carry},
        drivers=[driver(one_off_cost=cost)],
        initiatives=[{"id": "hub", "duration": 0, "running_cost": -4}],
        budgets=[{"pot": "hq", "wave": w, "amount": 0} for w in (1, 2, 3)],
    )
    assert solve(instance)[0] == pytest.approx(value)


def test_budgets_released_share(solve):
    # Level 0 releases half: 4 of 8 in wave 1 suffice, 4 of 7 do not; wave 2 has 8 again.
    mandate = make(mandate=[{"level": 0, "released_share": 0.5}]).mandate
    assert solve(budgeted((8, 0, 0)).model_copy(update={"mandate": mandate}))[0] == pytest.approx(26)
    assert solve(budgeted((7, 8, 0)).model_copy(update={"mandate": mandate}))[0] == pytest.approx(16)


def test_budgets_one_off_cost_is_spread_and_split(solve):
    # 6 over two waves: 3 a wave, 2/3 of it hq's (2), 1/3 the affiliate's own (1).
    def instance(hq, own):
        return make(
            drivers=[driver()],
            affiliates=[{"id": "jp", "affiliate_class": "x", "revenue": 1}],
            archetypes=[{"id": "adapted", "duration": 2, "one_off_cost": 6, "hq_share": 2 / 3}],
            budgets=[{"pot": p, "wave": w, "amount": a} for p, a in (("hq", hq), ("jp", own)) for w in (1, 2, 3)],
        )

    assert solve(instance(2, 1))[0] == pytest.approx(10 - 6)
    assert solve(instance(1.9, 1))[0] == pytest.approx(0)
    assert solve(instance(2, 0.9))[0] == pytest.approx(0)


def load_instance(timing, capacities, use=2.0, duration=2, **more):
    return make(
        drivers=[driver()],
        initiatives=[{"id": "x", "duration": duration, "use": {"fte": use}, **more}],
        requirements=[{"item": "r1", "requires": "x"}],
        resources=[{"id": "fte", "timing": timing}],
        capacities=[{"resource": "fte", "wave": w, "capacity": c} for w, c in enumerate(capacities, start=1)],
    )


@pytest.mark.parametrize(
    ("timing", "capacities", "value"),
    [
        ("each_wave", (2, 2, 0), 10),  # in progress in waves 1 and 2, live in 3
        ("each_wave", (2, 1.9, 2), 0),  # wave 2 is always in progress
        ("last_wave", (0, 2, 0), 10),  # only the second wave counts
        ("last_wave", (2, 1.9, 2), 0),
    ],
)
def test_capacities_in_progress(solve, timing, capacities, value):
    assert solve(load_instance(timing, capacities))[0] == pytest.approx(value)


def test_capacities_upkeep(solve):
    # Duration 1: progress in wave 1 takes 2; live from wave 2 on it takes 1 in every wave.
    assert solve(load_instance("each_wave", (2, 1, 1), duration=1, upkeep={"fte": 1}))[0] == pytest.approx(20)
    # Not enough in wave 3 whenever it starts; starting in wave 3 would be too late for r1.
    assert solve(load_instance("each_wave", (2, 1, 0.9), duration=1, upkeep={"fte": 1}))[0] == pytest.approx(0)


@pytest.mark.parametrize(("limit", "value"), [(None, 48), (2, 48), (1, 42), (0, 0)])
def test_pace(solve, limit, value):
    # one start a wave: r1 first, r2 in wave 2: 30 + 12
    instance = make(drivers=[driver("r1"), driver("r2", 6)], pace=[{"items": "drivers", "limit": limit}])
    assert solve(instance)[0] == pytest.approx(value)


@pytest.mark.parametrize(("first", "later", "value"), [(None, None, 30), (1, 1, 25), (0, 2, 20), (1, 0, 15)])
def test_start_small(solve, first, later, value):
    # Two equal brands, 5 a year each. (1, 1): 15 + 10. (0, 2): both from wave 2. (1, 0): one only.
    settings = {"brands_first_wave": first, "brands_later_waves": later}
    instance = make(settings, drivers=[driver()], brands=[{"id": "x"}, {"id": "y"}])
    assert solve(instance)[0] == pytest.approx(value)


@pytest.mark.parametrize(
    ("lock", "value"),
    [
        ({"must": True}, -3),  # 30 − 33: a loss, but it must be; best is to start in the last wave: 10 − 11 = −1
        ({"must": True, "by": 1}, -3),
        ({"never": True}, 0),
        ({"earliest": 2}, 0),
    ],
)
def test_locks_on_a_driver_that_loses(solve, lock, value):
    instance = make(drivers=[driver(running_cost=11)], locks=[{"item": "r1", **lock}])
    # must without a wave: live by W + 1, so it starts in wave 3 at a loss of 1
    assert solve(instance)[0] == pytest.approx(-1 if lock == {"must": True} else value)


@pytest.mark.parametrize(
    ("lock", "value", "start"),
    [
        ({"earliest": 2}, 20, 2),
        ({"latest": 1}, 30, 1),
        ({"fixed": 3}, 10, 3),
        ({"never": True}, 0, None),
    ],
)
def test_locks_on_a_driver_that_gains(solve, lock, value, start):
    result, plan = solve(make(drivers=[driver()], locks=[{"item": "r1", **lock}]))
    assert result == pytest.approx(value)
    assert waves(plan).get("r1") == start


def test_locks_latest_forbids_a_late_start(solve):
    # data:1 makes r1 possible from wave 2 on; latest 1 then means never
    instance = make(
        drivers=[driver()],
        capabilities=[capability("data")],
        capability_steps=[step("data")],
        requirements=[{"item": "r1", "requires": "data:1"}],
        locks=[{"item": "r1", "latest": 1}],
    )
    assert solve(instance)[0] == pytest.approx(0)


def test_locks_mode(solve):
    # adapted reaches all, standardized half; the lock takes the worse one
    instance = make(
        drivers=[driver()],
        affiliates=[{"id": "jp", "affiliate_class": "x", "revenue": 1}],
        archetypes=[{"id": "standardized", "duration": 0, "value_factor": 0.5}, {"id": "adapted", "duration": 0}],
        locks=[{"item": "jp", "mode": "standardized"}],
    )
    assert solve(instance)[0] == pytest.approx(15)


def test_locks_that_cannot_hold_are_infeasible(solve):
    instance = make(
        drivers=[driver()],
        capabilities=[capability("data")],
        capability_steps=[step("data")],
        requirements=[{"item": "r1", "requires": "data:1"}],
        locks=[{"item": "r1", "must": True, "by": 1}],
    )
    assert solve(instance)[0] is None
