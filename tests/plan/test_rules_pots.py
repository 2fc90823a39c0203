"""Payments between pots, reinvestment, every affiliate gains, bought capacity and pairs, against arithmetic by hand."""

import math

import pytest
from plan_tools import instance, make_plan

from sequencer.plan import frames
from sequencer.plan.evaluate import Evaluator
from sequencer.plan.plan import Payment, Plan


def judged(given, adoptions, transfers=(), prices=()):
    plan = make_plan(adoptions)
    made = [tuple(Payment(*payment) for payment in payments) for payments in (transfers, prices)]
    return Evaluator(given).evaluate(Plan(plan.adoptions, *made))


def broken(*given):
    return {str(v.ref) for v in judged(*given).violations}


def said(*given):
    (violation,) = judged(*given).violations
    return violation.message


def amounts(pot, *by_wave):
    return [{"pot": pot, "wave": w, "amount": a} for w, a in enumerate(by_wave, start=1)]


JAPAN = {"id": "jp", "name": "Japan", "affiliate_class": "x", "revenue": 1}
US = {"id": "us", "name": "United States", "affiliate_class": "x", "revenue": 1}


def group(budgets=(), drivers=(), archetype=(), **settings):
    """hq, Japan and the United States; a driver's value is earned half in each; going live is free unless said."""
    return instance(
        settings.pop("waves", 2),
        **settings,
        drivers=[{"id": "r1", "category": "revenue", "potential": 20, **dict(d)} for d in drivers or [{}]],
        affiliates=[JAPAN, US],
        archetypes=[{"id": "adapted", "duration": 0, **dict(archetype)}],
        budgets=list(budgets),
    )


# -- transfers --------------------------------------------------------------------------------------------------------

FUNDED = {"funding": "budget-reallocation", "cut_cap": 0.25}
POTS = [*amounts("hq", 10, 10), *amounts("jp", 8, 8)]


def test_a_transfer_leaves_one_pot_and_arrives_in_the_other():
    # The driver costs 12 in wave 1. Japan transfers 2 of its 8; hq has 10 + 2 and carries nothing; Japan keeps 6, of
    # which half arrives.
    given = group(POTS, [{"one_off_cost": 12}], carry_share=0.5, **FUNDED)
    assert broken(given, {"r1": 1}) == {"budgets(hq)@1"}
    evaluation = judged(given, {"r1": 1}, [("jp", 1, 2.0)])
    assert evaluation.feasible
    rows = {(r.pot, r.wave): r for r in evaluation.money_rows}
    assert (rows["hq", 1].transfer_in, rows["hq", 1].spend, rows["hq", 1].carry_out) == (2, 12, 0)
    assert (rows["jp", 1].transfer_out, rows["jp", 1].carry_out, rows["jp", 1].lapsed) == (2, 6, 3)
    assert rows["jp", 2].carry_in == 3
    assert evaluation.npv == judged(given, {"r1": 1}).npv


def test_a_transfer_is_capped_by_the_budget_before_release():
    given = group(POTS, **FUNDED)
    assert broken(given, {}, [("jp", 1, 2.0)]) == set()
    assert broken(given, {}, [("jp", 1, 2.1)]) == {"transfers(jp)@1"}
    assert said(given, {}, [("jp", 1, 1.5), ("jp", 1, 0.6)]) == (
        "Japan gives up 2.1 EUR in wave 1, but may move at most 25 % of its budget of 8"
    )
    # Its own share goes before the setting; without a budget there is nothing to give.
    own = given.model_copy(update={"affiliates": instance(affiliates=[JAPAN | {"cut_cap": 0.5}, US]).affiliates})
    assert broken(own, {}, [("jp", 1, 4.0)]) == set()
    assert broken(given, {}, [("us", 1, 0.1)]) == {"transfers(us)@1"}


def test_money_that_is_not_released_cannot_be_transferred():
    # A quarter of the budget of 8 may move, but only a tenth of it is released: 0.8.
    given = group(POTS, **FUNDED).model_copy(
        update={"mandate": instance(mandate=[{"level": 0, "released_share": 0.1}]).mandate}
    )
    assert broken(given, {}, [("jp", 1, 0.8)]) == set()
    assert said(given, {}, [("jp", 1, 1.0)]) == (
        "Pot Japan spends 0 EUR and transfers 1 EUR in wave 1, 0.2 EUR more than it has (0.8 released of a budget of 8)"
    )


@pytest.mark.parametrize(
    ("payment", "words"),
    [
        (("mars", 1, 1.0), "there is no affiliate 'mars'; take the payment out"),
        (("jp", 3, 1.0), "there are 2 waves; name one of them"),
        (("jp", 0, 1.0), "there are 2 waves; name one of them"),
        (("jp", 1, -1.0), "a payment is an amount above zero; take it out"),
        (("jp", 1, math.inf), "a payment is an amount above zero; take it out"),
        (("jp", 1, math.nan), "a payment is an amount above zero; take it out"),
    ],
)
def test_a_payment_that_cannot_be_understood_is_named_and_counts_for_nothing(payment, words):
    given = group(POTS, **FUNDED)
    (violation,) = judged(given, {}, [payment]).violations
    assert violation.ref.family == "funding"
    assert violation.ref.members == (payment[0], "transfer")
    assert words in violation.message
    assert judged(given, {}, [payment]).money_rows == judged(given, {}).money_rows


def test_affiliates_fund_hq_in_one_way_only():
    given = group(POTS, **FUNDED)
    assert broken(given, {"r1": 1, "jp": 1}, [], [("jp", 1, 1.0)]) == {"funding(jp, price)@1"}
    assert said(given, {"r1": 1, "jp": 1}, [], [("jp", 1, 1.0)]).endswith(
        "as a price, but affiliates fund headquarters by budget-reallocation; take the payment out"
    )


def test_the_ledger_balances_to_the_cent():
    # Thirds and sevenths of amounts in millions: what the pots receive is what they give, to the cent of each wave.
    given = group(
        [*amounts("hq", 10, 10), *amounts("jp", 8, 8), *amounts("us", 7, 7)], unit=1e6, carry_share=0.5, **FUNDED
    )
    paid = [("jp", 1, 4 / 3), ("us", 1, 10 / 7), ("jp", 2, 0.1 + 0.2), ("us", 2, 1 / 9)]
    evaluation = judged(given, {"r1": 1, "jp": 1}, paid)
    assert evaluation.feasible
    ledger = frames.ledger(evaluation)
    for wave, rows in ledger.groupby("wave"):
        assert round(rows.transfer_in.sum() * 1e6, 2) == round(sum(p[2] for p in paid if p[1] == wave) * 1e6, 2) > 0
        assert round((rows.transfer_in - rows.transfer_out).sum() * 1e6, 2) == 0
    # Whatever comes in goes out: spent, given, carried or lapsed.
    comes = ledger.released + ledger.carry_in + ledger.transfer_in + ledger.price_in + ledger.reinvested
    goes = ledger.spend + ledger.transfer_out + ledger.price_out + ledger.carry_out
    assert (comes - goes).abs().max() < 1e-9
    assert evaluation.npv == pytest.approx(judged(given, {"r1": 1, "jp": 1}).npv, abs=0)


# -- prices -----------------------------------------------------------------------------------------------------------

PRICED = {"funding": "internal-pricing", "price_share": 0.25}


def test_a_price_is_paid_out_of_the_value_of_the_wave():
    # Japan earns 10 in each wave from wave 1 on, and may pay 2.5; its own share may be higher.
    given = group([*amounts("hq", 0, 0)], **PRICED)
    assert broken(given, {"r1": 1, "jp": 1}, [], [("jp", 1, 2.5)]) == set()
    assert said(given, {"r1": 1, "jp": 1}, [], [("jp", 1, 2.6)]) == (
        "Japan pays a price of 2.6 EUR in wave 1, but may move at most 25 % of the 10 it earns"
    )
    assert broken(given, {"r1": 2, "jp": 1}, [], [("jp", 1, 0.1)]) == {"prices(jp)@1"}
    own = given.model_copy(update={"affiliates": instance(affiliates=[JAPAN | {"price_share": 0.5}, US]).affiliates})
    assert broken(own, {"r1": 1, "jp": 1}, [], [("jp", 1, 5.0)]) == set()
    # hq has what Japan pays; Japan, without a budget, is not limited.
    rows = {r.pot: r for r in judged(given, {"r1": 1, "jp": 1}, [], [("jp", 1, 2.5)]).money_rows if r.wave == 1}
    assert (rows["hq"].price_in, rows["hq"].carry_out, rows["jp"].price_out, rows["jp"].budget) == (2.5, 2.5, 2.5, None)


def test_a_price_leaves_the_pot_of_the_affiliate():
    given = group([*amounts("hq", 0, 0), *amounts("jp", 2, 2)], **PRICED)
    assert said(given, {"r1": 1, "jp": 1}, [], [("jp", 1, 2.4)]) == (
        "Pot Japan spends 0 EUR and pays as internal price 2.4 EUR in wave 1, 0.4 EUR more than it has "
        "(2 released of a budget of 2)"
    )


# -- reinvestment -----------------------------------------------------------------------------------------------------


def test_a_share_of_value_comes_back_to_hq_a_wave_later():
    # Both markets earn 20 a year from wave 1 on, in waves of 12 and 6 months: 0.3 · 20 in wave 2, 0.3 · 10 in wave 3.
    given = group(
        amounts("hq", 1, 1, 1),
        [{"potential": 20}, {"id": "r2", "category": "risk", "potential": 4}],
        waves=(12, 6, 6),
        reinvest_share=0.3,
        reinvest_categories="revenue",
    )
    evaluation = judged(given, {"r1": 1, "r2": 1, "jp": 1, "us": 1})
    assert [r.reinvested for r in evaluation.money_rows if r.pot == "hq"] == pytest.approx([0, 6, 3])
    assert [r.carry_out for r in evaluation.money_rows if r.pot == "hq"] == pytest.approx([1, 7, 4])
    every = given.model_copy(update={"settings": given.settings.model_copy(update={"reinvest_categories": ()})})
    rows = judged(every, {"r1": 1, "r2": 1, "jp": 1, "us": 1}).money_rows
    assert [r.reinvested for r in rows if r.pot == "hq"] == pytest.approx([0, 7.2, 3.6])


def test_reinvested_value_may_be_spent():
    given = group(amounts("hq", 1, 1), [{}, {"id": "r2", "potential": 1, "one_off_cost": 7.1}], reinvest_share=0.3)
    markets = {"jp": 1, "us": 1}
    # 1 + 0.3 · 20 = 7 in wave 2
    assert said(given, markets | {"r1": 1, "r2": 2}) == (
        "Pot hq spends 7.1 EUR in wave 2, 0.1 EUR more than it has (1 released of a budget of 1 and 6 reinvested)"
    )
    assert broken(given, markets | {"r1": 1}) == set()


# -- every affiliate gains --------------------------------------------------------------------------------------------


def test_every_affiliate_earns_what_it_bears():
    # Japan earns 10 a year in two waves and a tail of one year, undiscounted 30. Of its running cost of 14 a year hq
    # pays a quarter: it bears 31.5.
    given = group([], archetype={"running_cost": 14, "hq_share": 0.25}, every_affiliate_gains=True, tail_months=12)
    assert broken(given, {}) == set()
    assert said(given, {"r1": 1, "jp": 1}) == (
        "Japan bears 31.5 EUR (own cost, transfers and prices, discounted), more than the 30 EUR it earns"
    )
    cheaper = group([], archetype={"running_cost": 13, "hq_share": 0.25}, every_affiliate_gains=True, tail_months=12)
    assert broken(cheaper, {"r1": 1, "jp": 1}) == set()
    # Going live a wave before the driver costs another 9.75 and earns nothing.
    assert broken(cheaper, {"r1": 2, "jp": 1}) == {"affiliate_gains(jp)"}


def test_what_an_affiliate_pays_counts_against_it_at_its_time():
    # At 300 % a year a payment in the middle of wave 2 (1.5 years) is worth 4 ^ -1.5 = 1/8, and so is the value.
    given = group(POTS, every_affiliate_gains=True, discount_rate=3.0, **FUNDED)
    assert broken(given, {"r1": 2, "jp": 1}, [("jp", 2, 2.0)]) == set()
    assert said(given, {"jp": 1}, [("jp", 2, 2.0)]) == (
        "Japan bears 0.25 EUR (own cost, transfers and prices, discounted), more than the 0 EUR it earns"
    )
    # 2 in the middle of wave 1 are worth 1, what Japan earns from wave 2 on is worth 10/8
    assert broken(given, {"r1": 2, "jp": 1}, [("jp", 1, 2.0)]) == set()
    poor = group(POTS, [{"potential": 15}], every_affiliate_gains=True, discount_rate=3.0, **FUNDED)
    assert broken(poor, {"r1": 2, "jp": 1}, [("jp", 1, 2.0)]) == {"affiliate_gains(jp)"}


# -- bought capacity and pairs ----------------------------------------------------------------------------------------


def staffed(capacity=2.0, lead=0, extra_cap=1.0, **tables):
    return instance(
        3,
        initiatives=[{"id": "hub", "duration": 2, "use": {"fte": 3}, "upkeep": {"fte": 2}}],
        resources=[{"id": "fte", "name": "Staff", "unit": "FTE", "lead": lead}],
        capacities=[
            {"resource": "fte", "wave": w, "capacity": capacity, "extra_cap": extra_cap, "extra_cost": 5}
            for w in (1, 2, 3)
        ],
        **tables,
    )


def test_what_is_missing_is_bought_and_paid_by_hq():
    # 3 FTE in waves 1 and 2, 2 in wave 3: one is bought in each of the first two waves, for 5.
    evaluation = judged(staffed(), {"hub": 1})
    assert evaluation.feasible
    assert [(r.load, r.extra, r.extra_cap) for r in evaluation.load_rows] == [(3, 1, 1), (3, 1, 1), (2, 0, 1)]
    assert evaluation.cost_rows == (
        ("", "extra capacity:fte", "hq", "", 1, 5),
        ("", "extra capacity:fte", "hq", "", 2, 5),
    )
    assert evaluation.npv == -10
    assert evaluation.measures["peak_budget"] == 5
    assert broken(staffed(budgets=amounts("hq", 5, 4.9, 0)), {"hub": 1}) == {"budgets(hq)@2"}


def test_only_so_much_can_be_bought_and_not_before_the_lead():
    assert said(staffed(lead=1), {"hub": 1}) == "Wave 1 needs 3 FTE of Staff, but there are 2"
    assert [r.extra for r in judged(staffed(lead=1), {"hub": 1}).load_rows] == [0, 1, 0]
    assert broken(staffed(lead=1), {"hub": 2}) == set()
    short = {v.ref.wave: v.message for v in judged(staffed(extra_cap=0.9), {"hub": 2}).violations}
    words = "needs 3 FTE of Staff, but there are 2, and 0.9 more can be bought"
    assert short == {2: f"Wave 2 {words}", 3: f"Wave 3 {words}"}


def paired(**tables):
    return instance(
        3,
        affiliates=[JAPAN, US],
        archetypes=[{"id": "adapted", "duration": 1}],
        brands=[{"id": "onco"}, {"id": "cardio"}],
        resources=[{"id": "fte"}, {"id": "it"}],
        pair_uses=[
            {"resource": "fte", "amount": 2},
            {"resource": "fte", "affiliate": "jp", "amount": 0.5},
            {"resource": "fte", "affiliate": "jp", "brand": "onco", "amount": 0.25},
            {"resource": "it", "brand": "cardio", "amount": 7},
        ],
        **tables,
    )


def loads(evaluation, resource):
    return [r.upkeep for r in evaluation.load_rows if r.resource == resource]


def test_every_live_pair_takes_what_the_rows_say_together():
    # Japan is live from wave 2, oncology from wave 1, cardiology from wave 3: one pair in wave 2, two in wave 3.
    evaluation = judged(paired(), {"jp": 1, "onco": 1, "cardio": 3})
    assert loads(evaluation, "fte") == [0, 2.75, 2.75 + 2.5]
    assert loads(evaluation, "it") == [0, 0, 7]
    assert evaluation.measures["load_peak:fte"] == 5.25
    assert loads(judged(paired(), {"us": 1, "onco": 1}), "fte") == [0, 2, 2]


def test_a_brand_adopted_by_an_affiliate_is_a_pair_there_only_from_then_on():
    own = paired(brand_affiliates=[{"brand": "onco", "affiliate": "jp"}])
    adoptions = {"jp": 1, "us": 1, "onco": 1}
    assert loads(judged(own, adoptions), "fte") == [0, 2, 2]
    assert loads(judged(own, adoptions | {"onco@jp": 3}), "fte") == [0, 2, 4.75]
