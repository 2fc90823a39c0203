"""Coherence rules in the model: in-house floor, archetypes by class, balance, learning, maturity, exceptions, modes.

Unless a test says otherwise: three waves of one year, no tail, no discounting. A driver worth 10 a year that is live
from wave w earns 10 · (4 − w). Optimum and plan come from every formulation, with and without reductions, and the
evaluator finds the plan in order.
"""

from __future__ import annotations

import pytest

from tests.model.tools import agreed, driver, make, waves


@pytest.fixture(params=[(f, r) for f in ("compact", "cells") for r in (True, False)], ids=str)
def solve(request):
    """Optimum by each formulation, with and without reductions, checked by the evaluator."""
    return lambda instance: agreed(instance, *request.param)


def modes(plan):
    """Mode by adoptable."""
    return {a.id: a.mode for a in plan.adoptions}


# -- sourcing ---------------------------------------------------------------------------------------------------------

SOURCING = [
    {"id": "build", "layers": "technological", "duration": 1, "inhouse_weight": 1},
    {"id": "agency", "layers": "technological", "duration": 0, "cost_factor": 3, "inhouse_weight": 0},
]


def sourced(share, weight=1.0, cost=1.0, **more):
    """r1 needs data:1; news:1 is needed by nothing. Building takes a wave, the agency none but costs three times."""
    return make(
        {"inhouse_share": share},
        drivers=[driver()],
        capabilities=[{"id": c, "layer": "technological"} for c in ("data", "news")],
        capability_steps=[
            {"capability": "data", "level": 1, "one_off_cost": 1},
            {"capability": "news", "level": 1, "one_off_cost": cost, "weight": weight},
        ],
        requirements=[{"item": "r1", "requires": "data:1"}],
        sourcing_modes=SOURCING,
        **more,
    )


@pytest.mark.parametrize(("share", "value", "mode"), [(0.0, 30 - 6, "agency"), (1.0, 20 - 2, "build")])
def test_a_local_step_is_sourced_as_any_other(solve, share, value, mode):
    # Training jp costs 2, three times that by the agency, and r1 earns 10 a year there from then on.
    given = make(
        {"inhouse_share": share},
        drivers=[driver()],
        affiliates=[{"id": "jp", "affiliate_class": "any", "revenue": 1}],
        archetypes=[{"id": "adapted", "duration": 0}],
        capabilities=[{"id": "training", "layer": "technological", "local": True}],
        capability_steps=[{"capability": "training", "level": 1, "one_off_cost": 1}],
        local_capabilities=[{"capability": "training", "affiliate": "jp", "cost_factor": 2}],
        requirements=[{"item": "r1", "requires": "training:1"}],
        sourcing_modes=SOURCING,
    )
    worth, plan = solve(given)
    assert worth == pytest.approx(value)
    assert modes(plan)["training@jp:1"] == mode


def test_the_usual_ways_to_source_have_their_usual_weights():
    given = [{"id": i, "layers": "technological"} for i in ("build", "hybrid", "agency", "partner")]
    given.append({"id": "bought", "layers": "technological", "inhouse_weight": 0.25})
    assert [m.inhouse_weight for m in make(sourcing_modes=given).sourcing_modes] == [1, 0.5, 0, 1, 0.25]
    own = make(sourcing_modes=[{"id": "agency", "layers": "technological", "inhouse_weight": 0.75}])
    assert own.sourcing_modes[0].inhouse_weight == 0.75


def test_sourcing_modes_differ_in_time_and_cost(solve):
    # The agency is at it in wave 1 already: 30 − 3; built, data is live in wave 2: 20 − 1.
    value, plan = solve(sourced(0))
    assert value == pytest.approx(27)
    assert modes(plan) == {"r1": None, "data:1": "agency"}
    assert solve(sourced(0, locks=[{"item": "data:1", "mode": "build"}]))[0] == pytest.approx(19)


@pytest.mark.parametrize(
    ("share", "weight", "cost", "value", "adopted"),
    [
        # Half in-house: news, built for 1, makes up for data from the agency: 30 − 3 − 1.
        (0.5, 1, 1, 26, {"data:1", "news:1", "r1"}),
        # news weighs too little to make up for data, so data is built.
        (0.5, 0.9, 1, 19, {"data:1", "r1"}),
        # It would do, but costs more than the wave gained is worth: 30 − 3 − 9 < 20 − 1.
        (0.5, 1, 9, 19, {"data:1", "r1"}),
        # Three quarters would need news to weigh three times as much as data.
        (0.75, 2.9, 1, 19, {"data:1", "r1"}),
        (0.75, 3, 1, 26, {"data:1", "news:1", "r1"}),
    ],
)
def test_inhouse_floor(solve, share, weight, cost, value, adopted):
    found, plan = solve(sourced(share, weight, cost))
    assert found == pytest.approx(value)
    assert set(waves(plan)) == adopted


def test_inhouse_floor_leaves_out_what_is_there_today(solve):
    # data:1 is there: only news:1 is adopted, because it must be, and the agency does it. As-is levels do not help.
    instance = sourced(0.5, locks=[{"item": "news:1", "must": True}])
    given = instance.model_copy(
        update={
            "capabilities": make(capabilities=[{"id": "data", "layer": "technological", "as_is": 1}]).capabilities
            + instance.capabilities[1:]
        }
    )
    value, plan = solve(given)
    # built for 1 rather than by the agency for 3
    assert value == pytest.approx(29)
    assert modes(plan)["news:1"] == "build"


# -- affiliates -------------------------------------------------------------------------------------------------------


def markets(**tables):
    """Two equal markets of a class, 5 a year each; adapted takes a wave, again is its experienced variant without."""
    return make(
        drivers=[driver()],
        affiliates=[{"id": i, "affiliate_class": "large", "revenue": 1} for i in ("jp", "de")],
        **{"archetypes": [{"id": "adapted", "duration": 1}]} | tables,
    )


AGAIN = [{"id": "adapted", "duration": 1}, {"id": "again", "duration": 0, "variant_of": "adapted"}]


def test_touch_multiplies_the_modes_of_affiliates(solve):
    # High touch costs half as much again and succeeds for sure, low in half of the cases. Live from wave 2:
    # high 2 · 10 − 2 · 1.5 · 4 = 8, low 2 · 5 − 2 · 4 = 2. At a cost of 9, neither pays (20 < 27, 10 < 18).
    touches = [{"id": "high", "cost_factor": 1.5}, {"id": "low", "success": 0.5}]

    def given(cost):
        return markets(touches=touches, archetypes=[{"id": "adapted", "duration": 1, "one_off_cost": cost}])

    value, plan = solve(given(4))
    assert value == pytest.approx(8)
    assert modes(plan)["jp"] == modes(plan)["de"] == "adapted/high"
    assert solve(given(9))[0] == pytest.approx(0)


@pytest.mark.parametrize(("touch", "fte", "value"), [("high", 3, 20), ("high", 2, 10), ("low", 2, 20)])
def test_touch_takes_its_own_resources(solve, touch, fte, value):
    # adapted takes 1 FTE a market; high touch 0.5 more, so two markets take 3 at once. Later is too late: one of them
    # in wave 1 and one in wave 2 would earn 5 · 2 + 5 · 1 = 15; a lock keeps both to wave 1.
    instance = markets(
        archetypes=[{"id": "adapted", "duration": 1, "use": {"fte": 1}}],
        touches=[{"id": "high", "use": {"fte": 0.5}}, {"id": "low"}],
        resources=[{"id": "fte"}],
        capacities=[{"resource": "fte", "wave": w, "capacity": fte} for w in (1, 2, 3)],
        locks=[{"item": i, "mode": touch, "latest": 1} for i in ("jp", "de")],
    )
    assert solve(instance)[0] == pytest.approx(value)


def test_experienced_mode_needs_others_live_first(solve):
    # Going live takes a wave and costs 9, again 1. jp adapted in wave 1 is live in wave 2, when de may start again and
    # is live in wave 3: 2 · 5 + 5 − 10. Both adapted in wave 1: 20 − 18; jp alone: 10 − 9.
    archetypes = [{**AGAIN[0], "one_off_cost": 9}, {**AGAIN[1], "duration": 1, "one_off_cost": 1}]
    needs = {"item": "again", "requires": "adapted", "at_least": 1}
    value, plan = solve(markets(archetypes=archetypes, requirements=[needs]))
    assert value == pytest.approx(5)
    assert {modes(plan)["jp"], modes(plan)["de"]} == {"adapted", "again"}
    # Live for one wave more, de would start in wave 3 only and earn nothing: both adapted.
    assert solve(markets(archetypes=archetypes, requirements=[needs | {"lag": 1}]))[0] == pytest.approx(2)


def test_parallel_counts_experienced_variants(solve):
    # One at a time: jp in wave 1 and de, again, in wave 2: 2 · 10. Without requirement both at once are too many.
    archetypes = [{**AGAIN[0], "parallel": 1}, AGAIN[1]]
    assert solve(markets(archetypes=archetypes))[0] == pytest.approx(5 * 3 + 5 * 2)
    assert solve(markets(archetypes=AGAIN))[0] == pytest.approx(30)


@pytest.mark.parametrize(("limit", "value"), [(2, 30), (1, 15), (0, 0)])
def test_archetype_limits_count_variants_and_all_waves(solve, limit, value):
    # Both at once from wave 1 as again: 30; one only: 15. The other would take adapted, which counts as well.
    limits = [{"affiliate_class": "large", "archetype": "adapted", "limit": limit}]
    assert solve(markets(archetypes=AGAIN, archetype_limits=limits))[0] == pytest.approx(value)


def test_archetype_limits_of_a_variant_and_of_another_class(solve):
    # One market again in wave 1, the other adapted, live in wave 2: 15 + 10. A limit for small ones says nothing.
    limits = [
        {"affiliate_class": "large", "archetype": "again", "limit": 1},
        {"affiliate_class": "small", "archetype": "adapted", "limit": 0},
    ]
    assert solve(markets(archetypes=AGAIN, archetype_limits=limits))[0] == pytest.approx(25)


def test_a_centre_of_excellence_makes_a_mode_cheaper(solve):
    # remote:1 as its mode "coe" costs 1 in place of 8 and needs the centre, which costs 2 and takes a wave: data live
    # in wave 3 at 1 + 2: 10 − 3; without it in wave 2: 20 − 8 = 12. At 20 in place of 8, the centre pays: 7.
    def given(cost):
        return make(
            drivers=[driver()],
            capabilities=[{"id": "data", "layer": "technological"}],
            capability_steps=[{"capability": "data", "level": 1, "one_off_cost": cost}],
            initiatives=[{"id": "centre", "one_off_cost": 2}],
            modes=[{"item": "data:1", "id": "coe", "cost_factor": 1 / cost}],
            requirements=[{"item": "r1", "requires": "data:1"}, {"item": "data:1/coe", "requires": "centre"}],
        )

    assert solve(given(8))[0] == pytest.approx(12)
    value, plan = solve(given(20))
    assert value == pytest.approx(7)
    assert waves(plan) == {"centre": 1, "data:1": 2, "r1": 3}


# -- exceptions -------------------------------------------------------------------------------------------------------


def excepted(grants=(None, None), cost=4.0, use=0.0, **settings):
    """r1 needs mandate level 1, which the sponsor takes in wave 3 only; the exception waives that."""
    return make(
        {"governance": "case-by-case", "mandate_path": (0, 0, 1), **settings},
        drivers=[driver()],
        mandate=[{"level": g, "open_exceptions": n} for g, n in enumerate(grants)],
        requirements=[{"item": "r1", "requires": "mandate:1"}],
        exceptions=[{"id": "ex", "item": "r1", "requires": "mandate:1", "one_off_cost": cost, "use": {"exec": use}}],
        resources=[{"id": "exec"}],
        capacities=[{"resource": "exec", "wave": w, "capacity": w - 1} for w in (1, 2, 3)],
    )


@pytest.mark.parametrize(
    ("instance", "value", "start"),
    [
        (excepted(), 30 - 4, 1),
        # Worth two years of 10: at 21 it is not, and level 1 comes in wave 3: 10.
        (excepted(cost=21), 10, 3),
        # The executives have no time for it before wave 2: 20 − 4.
        (excepted(use=1), 16, 2),
        # Level 0 grants none, level 1 comes too late to matter.
        (excepted(grants=(0, 1)), 10, 3),
        (excepted(grants=(1, 1)), 26, 1),
        (excepted(governance="strict"), 10, 3),
    ],
    ids=["pays", "too dear", "attention", "not granted", "granted", "strict"],
)
def test_exceptions_waive_a_requirement_from_their_wave_on(solve, instance, value, start):
    found, plan = solve(instance)
    assert found == pytest.approx(value)
    assert waves(plan)["r1"] == start
    assert ("ex" in waves(plan)) == (start < 3)


def test_exceptions_open_count_all_adopted_so_far(solve):
    # Two drivers, an exception each. One may be open: the dearer driver gets it, the other waits for level 1 in wave 3,
    # where two are granted, but needs none any more: 30 + 6.
    def given(first):
        return make(
            {"governance": "case-by-case", "mandate_path": (0, 0, 1)},
            drivers=[driver("r1"), driver("r2", 6)],
            mandate=[{"level": 0, "open_exceptions": first}, {"level": 1, "open_exceptions": 2}],
            requirements=[{"item": "drivers", "requires": "mandate:1"}],
            exceptions=[{"id": f"ex{n}", "item": f"r{n}", "requires": "mandate:1"} for n in (1, 2)],
        )

    assert solve(given(1))[0] == pytest.approx(30 + 6)
    assert solve(given(2))[0] == pytest.approx(30 + 18)


# -- balance ----------------------------------------------------------------------------------------------------------


def layered(gap, train=1.0, target=1, **more):
    """r1 needs tech:1; train:1, of another layer, is needed by nothing and costs ``train``."""
    return make(
        {"balance_gap": gap},
        drivers=[driver()],
        capabilities=[
            {"id": "tech", "layer": "technological", "target": 1},
            {"id": "train", "layer": "transformational", "target": target},
        ],
        capability_steps=[
            {"capability": "tech", "level": 1, "duration": 0},
            {"capability": "train", "level": 1, "duration": 1, "one_off_cost": train},
        ],
        requirements=[{"item": "r1", "requires": "tech:1"}],
        **more,
    )


@pytest.mark.parametrize(
    ("instance", "value", "start"),
    [
        (layered(None), 30, 1),
        (layered(1), 30, 1),
        # Training must be live when tech is: from wave 2 on, for 1.
        (layered(0.5), 19, 2),
        # It costs more than that earns: nothing is done.
        (layered(0.5, train=21), 0, None),
        # The layer has no target steps, and is left out.
        (layered(0.5, target=None), 30, 1),
    ],
    ids=["no rule", "wide gap", "train along", "too dear", "no target"],
)
def test_balance(solve, instance, value, start):
    found, plan = solve(instance)
    assert found == pytest.approx(value)
    assert waves(plan).get("r1") == start


def test_balance_holds_after_the_last_wave(solve):
    # train:1 must be adopted. In the last wave it is live only after it, and so must tech:1 be, for 3: 10 − 1 − 3.
    # Without the rule tech:1 is left out: r1 needs nothing here.
    base = layered(0.5, locks=[{"item": "train:1", "must": True, "earliest": 1}])
    tech = base.capability_steps[0].model_copy(update={"one_off_cost": 3.0, "duration": 1})
    one_wave = base.settings.model_copy(update={"waves": 1})
    changed = {"requirements": (), "capability_steps": (tech, base.capability_steps[1])}
    assert solve(base.model_copy(update={**changed, "settings": one_wave}))[0] == pytest.approx(6)
    free = one_wave.model_copy(update={"balance_gap": None})
    assert solve(base.model_copy(update={**changed, "settings": free}))[0] == pytest.approx(9)


# -- learning ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gap", "cost", "value"),
    [(None, 1, 30), (3, 1, 30), (2, 1, 29), (2, 31, 0), (0, 1, 0)],
    ids=["no rule", "within", "an academy along", "too dear", "never"],
)
def test_learning(solve, gap, cost, value):
    # r1 teaches 3 points of tactics; the academy 1 point of strategy, counted in its start wave although it takes two.
    instance = make(
        {"strategic_gap": gap},
        drivers=[driver(tactical=3)],
        initiatives=[{"id": "academy", "strategic": 1, "duration": 2, "one_off_cost": cost}],
    )
    assert solve(instance)[0] == pytest.approx(value)


def test_learning_is_counted_wave_by_wave(solve):
    # The academy may not start before wave 2, so r1 waits for it: 20.
    instance = make(
        {"strategic_gap": 2},
        drivers=[driver(tactical=3)],
        initiatives=[{"id": "academy", "strategic": 1}],
        locks=[{"item": "academy", "earliest": 2}],
    )
    assert solve(instance)[0] == pytest.approx(20)


def test_learning_counts_whatever_has_a_row(solve):
    # A function per brand teaches its points for each brand, a mandate step and a driver in an affiliate theirs. r1@jp
    # teaches 3 points of tactics; strategy comes from marketing, 1 for each of two brands, and from level 1.
    def given(gap):
        return make(
            {"strategic_gap": gap},
            drivers=[driver(functions="marketing")],
            brands=[{"id": "onco"}, {"id": "cardio"}],
            functions=[{"id": "marketing", "per_brand": True, "strategic": 1}],
            affiliates=[{"id": "jp", "affiliate_class": "x", "revenue": 1}],
            archetypes=[{"id": "adapted", "duration": 0}],
            driver_affiliates=[{"driver": "r1", "affiliate": "jp", "tactical": 3}],
            mandate=[{"level": 0}, {"level": 1, "strategic": 0.5, "one_off_cost": 2}],
        )

    # 3 − 2 points are within the gap; for less the mandate step is taken as well; 3 − 2.5 is never below 0.5.
    assert solve(given(1))[0] == pytest.approx(30)
    assert solve(given(0.5))[0] == pytest.approx(28)
    assert solve(given(0.4))[0] == pytest.approx(0)


# -- maturity ---------------------------------------------------------------------------------------------------------


def engines(gap=1, strategy=0, execution=0, top=2, local="", cost=0.0, **more):
    """r1 needs exe:2; each step takes no time, but only one of a capability starts in a wave."""
    return make(
        {"waves": 4},
        drivers=[driver()],
        capabilities=[
            {"id": "exe", "layer": "commercial", "as_is": execution, "local": local == "exe"},
            {"id": "str", "layer": "commercial", "as_is": strategy, "local": local == "str"},
        ],
        capability_steps=[{"capability": "exe", "level": n, "duration": 0} for n in (1, 2, 3)]
        + [{"capability": "str", "level": n, "duration": 1, "one_off_cost": cost} for n in range(1, top + 1)],
        maturity_gaps=[{"execution": "exe", "strategy": "str", "gap": gap}],
        **{"requirements": [{"item": "r1", "requires": "exe:2"}]} | more,
    )


@pytest.mark.parametrize(
    ("instance", "value", "start"),
    [
        (engines(gap=2), 30, 2),
        # Level 2 needs strategy at 1, live from wave 2: no later than without.
        (engines(gap=1), 30, 2),
        # Strategy at 2: its steps in waves 1 and 2, live from wave 3.
        (engines(gap=0), 20, 3),
        (engines(gap=0, strategy=2), 30, 2),
        # Strategy cannot go beyond 1: never.
        (engines(gap=0, top=1), 0, None),
        # A step of strategy costs more than r1 earns in its three years.
        (engines(gap=1, cost=31), 0, None),
        # Execution is at 2 today, far ahead of strategy: nothing forbids what is there.
        (engines(gap=0, execution=2), 40, 1),
        # To rise to 3 it waits until strategy has caught up to 3: never, with steps up to 2.
        (engines(gap=0, execution=2, requirements=[{"item": "r1", "requires": "exe:3"}]), 0, None),
        # Two ahead, strategy at 1 will do.
        (engines(gap=2, execution=2, requirements=[{"item": "r1", "requires": "exe:3"}]), 30, 2),
    ],
)
def test_maturity_gaps(solve, instance, value, start):
    found, plan = solve(instance)
    assert found == pytest.approx(value)
    assert waves(plan).get("r1") == start
