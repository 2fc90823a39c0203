"""Interdependencies in the model: any-of requirements, relations, pilots, local capabilities, roll-out approaches.

Three waves of one year, no tail, no discounting, unless a test says otherwise. A driver worth 10 a year that is live
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


def hub(item_id, cost=0.0, duration=0, **more):
    """An initiative that takes no time unless said otherwise."""
    return {"id": item_id, "one_off_cost": cost, "duration": duration, **more}


# -- any of a set -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "lag", "value", "adopted"),
    [
        # The cheapest ones: 1, 1 + 2, 1 + 2 + 4.
        (1, 0, 29, {"a"}),
        (2, 0, 27, {"a", "b"}),
        (3, 0, 23, {"a", "b", "c"}),
        # Live for one wave: r1 in wave 2.
        (2, 1, 17, {"a", "b"}),
        (4, 0, 0, set()),
    ],
)
def test_at_least_some_of_a_set(solve, n, lag, value, adopted):
    instance = make(
        drivers=[driver()],
        initiatives=[hub("a", 1), hub("b", 2), hub("c", 4)],
        requirements=[{"item": "r1", "requires": "a b c", "at_least": n, "lag": lag}],
    )
    found, plan = solve(instance)
    assert found == pytest.approx(value)
    assert set(waves(plan)) - {"r1"} == adopted


@pytest.mark.parametrize(
    ("costs", "as_is", "value", "adopted"),
    [
        # The node counts as one, with both leaves: 1 + 2 against 4.
        ((1, 2, 4), 0, 27, {"crm:1", "mail:1"}),
        ((3, 2, 4), 0, 26, {"hub"}),
        # One leaf is there today.
        ((3, 2, 4), 1, 28, {"mail:1"}),
    ],
)
def test_a_node_counts_as_one_in_a_choice(solve, costs, as_is, value, adopted):
    instance = make(
        drivers=[driver()],
        capabilities=[
            {"id": c, "layer": "technological", "path": "technological.channels", "as_is": n}
            for c, n in (("crm", as_is), ("mail", 0))
        ],
        capability_steps=[
            {"capability": c, "level": 1, "duration": 0, "one_off_cost": cost}
            for c, cost in zip(("crm", "mail"), costs[:2], strict=True)
        ],
        initiatives=[hub("hub", costs[2])],
        requirements=[{"item": "r1", "requires": "technological.channels:1 hub", "at_least": 1}],
    )
    found, plan = solve(instance)
    assert found == pytest.approx(value)
    assert set(waves(plan)) - {"r1"} == adopted


def test_a_choice_is_waived_as_a_whole(solve):
    # Two of the three would cost 9 + 9; the exception costs 4 and comes in wave 1: 30 − 4.
    instance = make(
        {"governance": "case-by-case"},
        drivers=[driver()],
        initiatives=[hub("a", 9), hub("b", 9), hub("c", 9)],
        requirements=[{"item": "r1", "requires": "a b c", "at_least": 2}],
        exceptions=[{"id": "ex", "item": "r1", "requires": "a", "one_off_cost": 4}],
    )
    found, plan = solve(instance)
    assert found == pytest.approx(26)
    assert waves(plan) == {"ex": 1, "r1": 1}


# -- relations --------------------------------------------------------------------------------------------------------


def related(*rows, second=6.0, **tables):
    """Two drivers, worth 10 and ``second`` a year, and relations between adoptables."""
    return make(drivers=[driver("r1"), driver("r2", second)], relations=list(rows), **tables)


def relation(kind, items, others="", at_least=1):
    return {"relation": kind, "items": items, "others": others, "at_least": at_least}


def test_before_binds_only_where_both_are_adopted(solve):
    # The hub, live from wave 2, must be before r1. It saves 4 a year: 2 · 4 and r1 from wave 2: 28; without it 30.
    def given(saving):
        return make(
            drivers=[driver()],
            initiatives=[hub("hub", duration=1, running_cost=-saving)],
            relations=[relation("before", "r1", "hub")],
        )

    value, plan = solve(given(4))
    assert value == pytest.approx(30)
    assert waves(plan) == {"r1": 1}
    # At 6 a year it is worth it: 12 + 20.
    value, plan = solve(given(6))
    assert value == pytest.approx(32)
    assert waves(plan) == {"hub": 1, "r1": 2}


def test_before_in_modes(solve):
    # de comes before jp only where de is customized, which earns 5 in place of 4 a year but takes a wave.
    # Customized: de in 1, live in 2: 2 · 5; jp from wave 2, live at once: 2 · 5. Adapted: 3 · 4 + 3 · 5 = 27.
    instance = make(
        drivers=[driver()],
        affiliates=[{"id": i, "affiliate_class": "x", "revenue": 1} for i in ("jp", "de")],
        archetypes=[{"id": "customized", "duration": 1}, {"id": "adapted", "duration": 0, "value_factor": 0.8}],
        modes=[{"item": "jp", "id": "quick", "duration": 0}],
        relations=[relation("before", "jp", "de/customized")],
        locks=[{"item": "jp", "mode": "quick"}],
    )
    assert solve(instance)[0] == pytest.approx(27)
    dearer = instance.model_copy(
        update={"locks": make(locks=[{"item": "jp", "mode": "quick"}, {"item": "de", "mode": "customized"}]).locks}
    )
    assert solve(dearer)[0] == pytest.approx(20)


def test_together_is_the_same_wave_all_or_none(solve):
    # r2 waits for its prerequisite, live from wave 2, and r1 waits with it: 2 · (10 + 6).
    needs = {"initiatives": [hub("hub", duration=1)], "requirements": [{"item": "r2", "requires": "hub"}]}
    value, plan = solve(related(relation("together", "r1 r2"), **needs))
    assert value == pytest.approx(32)
    assert waves(plan)["r1"] == waves(plan)["r2"] == 2
    # None: r2 never starts, so r1 does not either.
    never = related(relation("together", "r1 r2"), locks=[{"item": "r2", "never": True}])
    assert solve(never)[0] == pytest.approx(0)


def test_together_keeps_what_nothing_else_needs(solve):
    # r1 starts together with an initiative that costs 5 and is worth nothing by itself.
    value, plan = solve(make(drivers=[driver()], initiatives=[hub("x", 5)], relations=[relation("together", "x r1")]))
    assert value == pytest.approx(25)
    assert waves(plan) == {"x": 1, "r1": 1}


def test_exclusive_is_at_most_one_of_them_ever(solve):
    # The better one; with exclusive modes of a single item nothing changes.
    assert solve(related(relation("exclusive", "r1 r2")))[0] == pytest.approx(30)
    assert solve(related(relation("exclusive", "drivers")))[0] == pytest.approx(30)
    assert solve(related(relation("exclusive", "r1 drivers"), second=12))[0] == pytest.approx(36)


def test_exclusive_within_an_affiliate(solve):
    # In Japan only one of the two drivers, elsewhere both: de 5 + 3 a year, jp 5: 3 · 13.
    instance = related(
        relation("exclusive", "r1@jp r2@jp"),
        affiliates=[{"id": i, "affiliate_class": "x", "revenue": 1} for i in ("jp", "de")],
        archetypes=[{"id": "adapted", "duration": 0}],
        driver_affiliates=[{"driver": d, "affiliate": "jp"} for d in ("r1", "r2")],
    )
    value, plan = solve(instance)
    assert value == pytest.approx(39)
    assert "r2@jp" not in waves(plan)


@pytest.mark.parametrize(
    ("n", "others", "value", "start"),
    [
        # One of two starts beside r1, the cheaper: 30 − 1.
        (1, "a b", 29, 1),
        (2, "a b", 27, 1),
        (2, "a b late", 27, 1),
        # late may start in wave 2 only, and all of them start beside r1: 20 − 7.
        (3, "a b late", 13, 2),
        # late alone: 20 − 4.
        (1, "late", 16, 2),
    ],
)
def test_bundle_starts_in_company(solve, n, others, value, start):
    instance = make(
        drivers=[driver()],
        initiatives=[hub("a", 1), hub("b", 2), hub("late", 4)],
        relations=[relation("bundle", "r1", others, n)],
        locks=[{"item": "late", "earliest": 2}],
    )
    found, plan = solve(instance)
    assert found == pytest.approx(value)
    assert waves(plan)["r1"] == start


def test_bundle_has_to_start_not_to_be_live(solve):
    # a must start in wave 1 because it is locked there; r1 may not before wave 2, so nothing starts beside it.
    instance = make(
        drivers=[driver()],
        initiatives=[hub("a")],
        relations=[relation("bundle", "r1", "a")],
        locks=[{"item": "a", "fixed": 1}, {"item": "r1", "earliest": 2}],
    )
    assert solve(instance)[0] == pytest.approx(0)


# -- pilots -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "lag", "value"),
    [
        # Each market is worth 3 a year. One pilot, live from wave 2; fr then starts and is live in wave 3: 2 · 6 + 3.
        (1, 0, 15),
        (2, 0, 15),
        # For one wave: fr would be live after wave 3 only.
        (1, 1, 12),
        # More pilots than there are: fr never.
        (3, 0, 12),
    ],
)
def test_pilots(solve, n, lag, value):
    instance = make(
        drivers=[driver(potential=9)],
        affiliates=[{"id": i, "affiliate_class": "x", "revenue": 1} for i in ("jp", "de", "fr")],
        archetypes=[{"id": "adapted", "duration": 1}],
        pilots=[{"id": "first", "affiliates": "fr", "pilots": "jp de", "at_least": n, "lag": lag}],
    )
    assert solve(instance)[0] == pytest.approx(value)


# -- local capabilities -----------------------------------------------------------------------------------------------


def local(item, lag=0, **more):
    """Training is local: 1 in Japan, 3 in Germany, a wave each. Two markets, 5 a year each, live at once."""
    return make(
        drivers=[driver()],
        affiliates=[{"id": i, "affiliate_class": "x", "revenue": 1} for i in ("jp", "de")],
        archetypes=[{"id": "adapted", "duration": 0}],
        capabilities=[{"id": "train", "layer": "transformational", "local": True}],
        capability_steps=[{"capability": "train", "level": n, "one_off_cost": 1} for n in (1, 2)],
        local_capabilities=[{"capability": "train", "affiliate": "de", "cost_factor": 3}],
        requirements=[{"item": item, "requires": "train:1", "lag": lag}],
        **more,
    )


@pytest.mark.parametrize(
    ("instance", "value", "starts"),
    [
        # The driver may start at once; its cells wait for their affiliate's training: 2 · 10 − 1 − 3.
        (local("r1", locks=[{"item": "r1", "fixed": 1}]), 16, {"r1": 1}),
        # In Japan training is never possible: Germany alone earns 2 · 5 − 3.
        (local("r1", locks=[{"item": "r1", "fixed": 1}, {"item": "train@jp:1", "never": True}]), 7, {"r1": 1}),
        # A market waits for its own training only.
        (local("affiliates"), 16, {"jp": 2, "de": 2}),
        (local("jp"), 15 + 10 - 1, {"jp": 2, "de": 1}),
        (local("affiliates", lag=1), 5 + 5 - 4, {"jp": 3, "de": 3}),
    ],
)
def test_local_capabilities(solve, instance, value, starts):
    found, plan = solve(instance)
    assert found == pytest.approx(value)
    assert starts.items() <= waves(plan).items()


def test_anything_else_requires_the_instances_of_all_affiliates(solve):
    # A brand waits for training in both markets: from wave 2 on, for 4.
    instance = local("b", brands=[{"id": "b"}])
    value, plan = solve(instance)
    assert value == pytest.approx(16)
    assert waves(plan)["b"] == 2


def test_steps_of_a_local_capability_follow_one_another_in_each_affiliate(solve):
    # Level 2 in Japan needs level 1 in Japan; Germany stays where it is: waves 1 and 2, jp live in wave 3: 15 + 5 − 2.
    instance = local("de").model_copy(
        update={"requirements": make(requirements=[{"item": "jp", "requires": "train:2"}]).requirements}
    )
    value, plan = solve(instance)
    assert value == pytest.approx(18)
    assert waves(plan) == {"r1": 1, "jp": 3, "de": 1, "train@jp:1": 1, "train@jp:2": 2}


# -- roll-out approaches ----------------------------------------------------------------------------------------------


def functions(rollout, lag=0, **settings):
    """A driver that needs all three functions; the framework takes two waves to level 2."""
    return make(
        {
            "rollout": rollout,
            "rollout_lag": lag,
            "rollout_framework": "frame",
            "rollout_consent": "consent",
            "rollout_review": "review",
            **settings,
        },
        drivers=[driver(functions="medical marketing sales")],
        functions=[{"id": f} for f in ("medical", "marketing", "sales")],
        capabilities=[{"id": "frame", "layer": "transformational"}]
        + [{"id": c, "layer": "technological", "as_is": 1} for c in ("consent", "review")],
        capability_steps=[
            {"capability": c, "level": n, "one_off_cost": 1}
            for c, n in (("frame", 1), ("frame", 2), ("consent", 2), ("review", 2))
        ],
    )


@pytest.mark.parametrize(
    ("instance", "value"),
    [
        (functions("free"), 30),
        (functions("medical-first"), 30),
        (functions("medical-first", lag=1), 20),
        (functions("marketing-first", lag=2), 10),
        # Framework at level 1, live from wave 2.
        (functions("shared-framework"), 20 - 1),
        # Framework at level 2, live from wave 3, consent and review at 2.
        (functions("holistic"), 10 - 4),
        # Half the value, and fails in one of five cases.
        (functions("shared-framework", rollout_value_factor=0.5, rollout_failure=0.2), 20 * 0.4 - 1),
        (functions("free", rollout_value_factor=0.5, rollout_failure=0.2), 30),
    ],
)
def test_rollout_approaches(solve, instance, value):
    assert solve(instance)[0] == pytest.approx(value)


def test_medical_and_marketing_start_together_under_a_shared_framework(solve):
    # Medical alone may not start before wave 3, so marketing waits with it, and sales for marketing: one year.
    instance = functions("shared-framework")
    late = instance.model_copy(update={"locks": make(locks=[{"item": "medical", "earliest": 3}]).locks})
    value, plan = solve(late)
    assert value == pytest.approx(10 - 1)
    assert waves(plan)["marketing"] == 3


def test_rollout_for_one_brand(solve):
    # Functions per brand, the approach for onco only: medical a wave ahead of the others there. onco, half of the
    # value at 0.8: 2 · 5 · 0.8; cardio 3 · 5.
    instance = make(
        {"rollout": "medical-first", "rollout_lag": 1, "rollout_brands": ("onco",), "rollout_value_factor": 0.8},
        drivers=[driver(functions="medical marketing")],
        brands=[{"id": "onco"}, {"id": "cardio"}],
        functions=[{"id": f, "per_brand": True} for f in ("medical", "marketing")],
    )
    value, plan = solve(instance)
    assert value == pytest.approx(23)
    assert waves(plan)["marketing@onco"] == 2
