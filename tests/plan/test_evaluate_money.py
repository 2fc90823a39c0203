"""Cost, pots and load, against arithmetic by hand."""

import pytest
from plan_tools import broken, instance, judge, message

from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Payment, Plan


def spent(evaluation, pot="hq"):
    return {(row.item, row.line, row.period): row.amount for row in evaluation.cost_rows if row.pot == pot}


@pytest.mark.parametrize(
    ("duration", "one_off", "running"),
    [
        # Started in wave 2 of 4 (12 months each), with 12 months of tail (period 5). One-off 90, running 10 a year.
        (0, {2: 90}, {2: 10, 3: 10, 4: 10, 5: 10}),
        (1, {2: 90}, {3: 10, 4: 10, 5: 10}),
        (3, {2: 30, 3: 30, 4: 30}, {5: 10}),
    ],
)
def test_one_off_cost_spreads_over_the_waves_in_progress_and_running_cost_follows(duration, one_off, running):
    given = instance(
        4,
        tail_months=12,
        initiatives=[{"id": "hub", "duration": duration, "one_off_cost": 90, "running_cost": 10}],
    )
    expected = {("hub", "one_off", t): a for t, a in one_off.items()}
    expected |= {("hub", "running", t): a for t, a in running.items()}
    assert spent(judge(given, {"hub": 2})) == expected


def test_running_cost_is_a_yearly_rate():
    # Waves of 6 and 3 months, tail of 15: periods of 0.5, 0.25, 1 and 0.25 years at 40 a year; one may save as well.
    given = instance((6, 3), tail_months=15, brands=[{"id": "onco", "running_cost": 40}])
    evaluation = judge(given, {"onco": 1})
    assert [evaluation.cost(period=t) for t in (1, 2, 3, 4)] == [20, 10, 40, 10]
    saving = instance((6, 3), brands=[{"id": "onco", "running_cost": -40}])
    assert judge(saving, {"onco": 1}).npv == pytest.approx(30)


def test_lines_are_split_between_pots_and_belong_to_their_affiliate():
    # hq pays 75 % of what Japan costs, its own pot the rest. The brand's one-off cost is shared 60 : 40 with pot it.
    given = instance(
        2,
        pots=[{"id": "it"}],
        affiliates=[{"id": "jp", "affiliate_class": "big", "revenue": 100}],
        archetypes=[
            {"id": "adapted", "duration": 1, "one_off_cost": 60, "one_off_share_of_revenue": 0.2, "running_cost": 8}
            | {"hq_share": 0.75}
        ],
        brands=[{"id": "onco", "one_off_cost": 10, "running_cost": 1}],
        cost_splits=[{"item": "onco", "line": "one_off", "pot": "it", "share": 0.4}],
    )
    evaluation = judge(given, {"jp": 1, "onco": 1})
    # Japan's one-off cost is 60 + 0.2 x 100 = 80, in wave 1; running from wave 2.
    assert spent(evaluation, "jp") == {("jp", "one_off", 1): 20, ("jp", "running", 2): 2}
    assert spent(evaluation, "it") == {("onco", "one_off", 1): 4}
    assert evaluation.cost(pot="hq") == pytest.approx(60 + 6 + 6 + 1 + 1)
    assert evaluation.cost(period=1) == pytest.approx(91)
    assert {row.affiliate for row in evaluation.cost_rows if row.item == "jp"} == {"jp"}
    assert {row.affiliate for row in evaluation.cost_rows if row.item == "onco"} == {""}


def test_cost_factors_apply_to_their_line():
    given = instance(
        1,
        brands=[{"id": "onco", "one_off_cost": 10, "running_cost": 3}],
        cost_factors=[{"item": "onco", "line": "running", "factor": 2}],
    )
    assert judge(given, {"onco": 1}).cost() == pytest.approx(16)


def plain(evaluation):
    """Rows of pots that neither pay, receive nor get anything back: pot, wave, budget, released, …"""
    for row in evaluation.money_rows:
        assert (row.transfer_in, row.transfer_out, row.price_in, row.price_out, row.reinvested) == (0, 0, 0, 0, 0)
    return [row[:5] + row[10:] for row in evaluation.money_rows]


def initiatives(**costs):
    return [{"id": i, "duration": 0, "one_off_cost": cost} for i, cost in costs.items()]


def test_unspent_money_is_carried_on_by_share_wave_by_wave():
    # Budgets 100, 50, 50, half of what is left is kept. Wave 1: 40 spent, 60 left, 30 arrive. Wave 2: 50 + 30 - 70 = 10
    # left, 5 arrive. Wave 3: 55 to spend; after the last wave all that is left lapses.
    given = instance(
        3,
        carry_share=0.5,
        budgets=[{"pot": "hq", "wave": w, "amount": a} for w, a in ((1, 100), (2, 50), (3, 50))],
        initiatives=initiatives(x=40, y=70, z=55, much=55.1),
    )
    evaluation = judge(given, {"x": 1, "y": 2, "z": 3})
    assert evaluation.feasible
    assert plain(evaluation) == [
        ("hq", 1, 100, 100, 0, 40, 60, 30),
        ("hq", 2, 50, 50, 30, 70, 10, 5),
        ("hq", 3, 50, 50, 5, 55, 0, 0),
    ]
    assert broken(given, {"x": 1, "y": 2, "much": 3}) == {"budgets(hq)@3"}
    late = judge(given, {"x": 1, "y": 2}).money_rows[2]
    assert (late.carry_out, late.lapsed) == (55, 55)


def test_a_pot_may_keep_another_share_and_overspending_carries_nothing():
    given = instance(
        2,
        carry_share=0.5,
        pots=[{"id": "hq", "carry_share": 1}],
        budgets=[{"pot": "hq", "wave": w, "amount": 10} for w in (1, 2)],
        initiatives=initiatives(all=20, more=11),
    )
    assert broken(given, {"all": 2}) == set()
    assert broken(given, {"more": 1}) == {"budgets(hq)@1"}
    assert judge(given, {"more": 1}).money_rows[0].carry_out == 0
    assert judge(given, {"more": 1}).money_rows[1].carry_in == 0


def test_budget_that_the_mandate_does_not_release_lapses():
    # At level 0 half of every budget is released, at level 1 all of it. Wave 1 is at level 0, wave 2 at level 1.
    given = instance(
        2,
        carry_share=1,
        mandate=[{"level": 0, "released_share": 0.5}, {"level": 1}],
        budgets=[{"pot": "hq", "wave": w, "amount": 100} for w in (1, 2)],
        initiatives=initiatives(x=50, y=60),
    )
    evaluation = judge(given, {"x": 1, "mandate:1": 2})
    assert plain(evaluation) == [("hq", 1, 100, 50, 0, 50, 0, 50), ("hq", 2, 100, 100, 0, 0, 100, 100)]
    assert evaluation.mandate == (0, 1)
    assert broken(given, {"y": 1, "mandate:1": 2}) == {"budgets(hq)@1"}
    assert broken(given, {"y": 1, "mandate:1": 1}) == set()
    # Without a step the level stays at 0: 50 released each wave; what is not spent of them is carried on.
    assert broken(given, {"y": 2}) == set()


def test_an_overspent_pot_says_by_how_much_and_in_which_unit():
    given = instance(
        2,
        unit=1e6,
        carry_share=0.5,
        pots=[{"id": "hq", "name": "Headquarters"}],
        mandate=[{"level": 0, "released_share": 0.8}],
        budgets=[{"pot": "hq", "wave": w, "amount": 10} for w in (1, 2)],
        initiatives=initiatives(x=1500.5),
    )
    # 8 released, 4 of the 8 left in wave 1 carried: 1,500.5 - 12 = 1,488.5 too much.
    assert message(given, {"x": 2}) == (
        "Pot Headquarters spends 1,500.5 million EUR in wave 2, 1,488.5 million EUR more than it has "
        "(8 released of a budget of 10 and 4 carried over)"
    )
    odd = given.model_copy(update={"settings": given.settings.model_copy(update={"unit": 250.0})})
    assert "1,488.5 × 250 EUR more" in message(odd, {"x": 2})


def test_a_pot_without_budget_is_not_limited_but_told():
    evaluation = judge(instance(1, initiatives=initiatives(x=1e9)), {"x": 1})
    assert evaluation.feasible
    assert plain(evaluation) == [("hq", 1, None, None, 0, 1e9, 0, 0)]


def test_amounts_within_the_tolerance_are_no_violation():
    given = instance(
        1, budgets=[{"pot": "hq", "wave": 1, "amount": 1000}], initiatives=initiatives(a=1000.0009, b=1000.002)
    )
    assert broken(given, {"a": 1}) == set()
    assert broken(given, {"b": 1}) == {"budgets(hq)@1"}


# -- load -------------------------------------------------------------------------------------------------------------


def loads(evaluation, resource):
    return [(row.use, row.upkeep, row.load) for row in evaluation.load_rows if row.resource == resource]


def test_use_falls_while_in_progress_and_upkeep_while_live():
    # Started in wave 1 for two waves: 3 in waves 1 and 2; live from wave 3 with upkeep 1. The executive decides once,
    # in the last wave in progress. The profile row gives 5 in the first wave and nothing in the second.
    given = instance(
        4,
        resources=[{"id": "it", "unit": "FTE"}, {"id": "exec", "timing": "last_wave"}, {"id": "law"}],
        capacities=[{"resource": "it", "wave": w, "capacity": 3} for w in (1, 2, 3, 4)],
        initiatives=[
            {"id": "hub", "duration": 2, "use": {"it": 3, "exec": 2, "law": 1}, "upkeep": {"it": 1}},
            {"id": "now", "duration": 0, "use": {"it": 0.5}, "upkeep": {"it": 0.5}},
        ],
        use_profiles=[{"item": "hub", "resource": "law", "profile": "5"}],
    )
    evaluation = judge(given, {"hub": 1})
    assert loads(evaluation, "it") == [(3, 0, 3), (3, 0, 3), (0, 1, 1), (0, 1, 1)]
    assert loads(evaluation, "exec") == [(0, 0, 0), (2, 0, 2), (0, 0, 0), (0, 0, 0)]
    assert loads(evaluation, "law")[:2] == [(5, 0, 5), (0, 0, 0)]
    assert [row.capacity for row in evaluation.load_rows if row.resource == "law"] == [None] * 4
    assert evaluation.measures["load_peak:it"] == 3
    assert evaluation.measures["load_peak:law"] == 5
    # A duration of 0 uses and is kept up in the same wave.
    assert loads(judge(given, {"now": 2}), "it")[1] == (0.5, 0.5, 1)
    assert evaluation.feasible
    assert broken(given, {"hub": 1, "now": 2}) == {"capacities(it)@2"}


def test_overload_names_resource_wave_and_unit():
    given = instance(
        2,
        resources=[{"id": "it", "name": "IT staff", "unit": "FTE"}],
        capacities=[{"resource": "it", "wave": w, "capacity": 1} for w in (1, 2)],
        initiatives=[{"id": "hub", "duration": 1, "use": {"it": 0.5}, "upkeep": {"it": 2}}],
    )
    assert message(given, {"hub": 1}) == "Wave 2 needs 2 FTE of IT staff (2 of it upkeep), but there is 1"


def test_money_paid_by_affiliates_is_refused_where_they_fund_nothing():
    given = instance(1, affiliates=[{"id": "jp", "name": "Japan", "affiliate_class": "big"}])
    evaluation = evaluate(given, Plan(transfers=(Payment("jp", 1, 5.0),), prices=(Payment("jp", 1, 2.0),)))
    assert {str(v.ref) for v in evaluation.violations} == {"funding(jp, transfer)@1", "funding(jp, price)@1"}
    assert "Japan pays 5 EUR to headquarters in wave 1" in evaluation.violations[0].message
