"""Money (formulation 5): what pots may spend, and what affiliates may move to headquarters."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from sequencer.plan.money import understood
from sequencer.plan.rows import Check
from sequencer.plan.wording import capital, money, number
from sequencer.types import HQ, RuleRef

if TYPE_CHECKING:
    from sequencer.plan.plan import Payment
    from sequencer.plan.rows import MoneyRow
    from sequencer.plan.state import State

FUNDED_BY = {"transfer": "budget-reallocation", "price": "internal-pricing"}
"""Funding under which each kind of payment is made."""


def budgets(state: State) -> Iterator[Check]:
    """In every wave, no more leaves a pot than released budget, carry-over, payments received and reinvested value."""
    for row in state.money_rows:
        if row.available is not None:
            ref = RuleRef("budgets", (row.pot,), row.wave)
            yield Check(ref, row.taken, "<=", row.available, partial(_overspent, state, row))


def _overspent(state: State, row: MoneyRow) -> str:
    instance = state.instance
    released, budget = row.released or 0.0, row.budget or 0.0
    parts = [f"{number(released)} released of a budget of {number(budget)}"]
    more = (
        (row.carry_in, "carried over"),
        (row.transfer_in, "transferred by affiliates"),
        (row.price_in, "paid by affiliates as internal prices"),
        (row.reinvested, "reinvested"),
    )
    parts += [f"{number(amount)} {words}" for amount, words in more if amount]
    over = money(instance, row.taken - (row.available or 0.0))
    given = ((row.transfer_out, "transfers"), (row.price_out, "pays as internal price"))
    taken = [f"spends {money(instance, row.spend)}"]
    taken += [f"{words} {money(instance, amount)}" for amount, words in given if amount]
    has = " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
    return f"Pot {instance.label(row.pot)} {' and '.join(taken)} in wave {row.wave}, {over} more than it has ({has})"


def funding(state: State) -> Iterator[Check]:
    """Only affiliates move money to headquarters, in a wave, an amount above zero, and in the way that is allowed."""
    for word, payments in (("transfer", state.plan.transfers), ("price", state.plan.prices)):
        for payment in payments:
            if state.instance.settings.funding != FUNDED_BY[word] or not understood(state, payment):
                ref = RuleRef("funding", (payment.affiliate, word), payment.wave)
                size = abs(payment.amount) if math.isfinite(payment.amount) else math.inf
                yield Check(ref, size, "<=", 0, partial(_not_funding, state, payment, word))


def _not_funding(state: State, payment: Payment, word: str) -> str:
    instance = state.instance
    name = capital(instance.label(payment.affiliate))
    paid = f"{name} pays {money(instance, payment.amount)} to headquarters in wave {payment.wave} as a {word}"
    if payment.affiliate not in instance.by_id("affiliates"):
        return f"{paid}, but there is no affiliate '{payment.affiliate}'; take the payment out"
    if not 1 <= payment.wave <= state.last:
        return f"{paid}, but there are {state.last} waves; name one of them"
    if not 0 < payment.amount < math.inf:
        return f"{paid}, but a payment is an amount above zero; take it out"
    if instance.settings.funding == "none":
        return f"{paid}, but this instance has affiliates fund nothing; set funding to '{FUNDED_BY[word]}'"
    return f"{paid}, but affiliates fund headquarters by {instance.settings.funding}; take the payment out"


def transfers(state: State) -> Iterator[Check]:
    """An affiliate gives up at most its share of its budget of a wave; without a budget it has none to give."""
    if state.instance.settings.funding == FUNDED_BY["transfer"]:
        for (affiliate, wave), amount in state.transfers.items():
            own = state.instance.by_id("affiliates")[affiliate].cut_cap
            share = state.instance.settings.cut_cap if own is None else own
            amounts = state.instance.budget.get(affiliate)
            budget = 0.0 if amounts is None else amounts[wave - 1]
            ref = RuleRef("transfers", (affiliate,), wave)
            say = partial(_too_much, state, ref, "gives up", amount, share, f"its budget of {number(budget)}")
            yield Check(ref, amount, "<=", share * budget, say)


def prices(state: State) -> Iterator[Check]:
    """An affiliate pays at most its share of what its cells earn in the wave."""
    if state.instance.settings.funding == FUNDED_BY["price"]:
        for (affiliate, wave), amount in state.prices.items():
            own = state.instance.by_id("affiliates")[affiliate].price_share
            share = state.instance.settings.price_share if own is None else own
            value = state.value(wave, affiliate=affiliate)
            ref = RuleRef("prices", (affiliate,), wave)
            say = partial(_too_much, state, ref, "pays a price of", amount, share, f"the {number(value)} it earns")
            yield Check(ref, amount, "<=", share * value, say)


def _too_much(state: State, ref: RuleRef, does: str, amount: float, share: float, whole: str) -> str:
    name = capital(state.instance.label(ref.members[0]))
    paid = money(state.instance, amount)
    return f"{name} {does} {paid} in wave {ref.wave}, but may move at most {number(100 * share)} % of {whole}"


def affiliate_gains(state: State) -> Iterator[Check]:
    """Where every affiliate is to gain, what it earns is worth what it bears: own cost, transfers and prices."""
    if state.instance.settings.every_affiliate_gains:
        borne = _borne(state)
        for affiliate in state.instance.affiliates:
            discounted = enumerate(state.prepared.discount, start=1)
            worth = sum(df * state.value(t, affiliate=affiliate.id) for t, df in discounted)
            worth += state.instance.past.gain.get(affiliate.id, 0.0)
            ref = RuleRef("affiliate_gains", (affiliate.id,))
            cost = borne.get(affiliate.id, 0.0)
            yield Check(ref, worth, ">=", cost, partial(_loses, state, affiliate.id, worth, cost))


def _borne(state: State) -> dict[str, float]:
    """Present value of what each affiliate bears: cost that is its own and that hq does not pay, and payments."""
    made: dict[str, float] = {}
    amounts = [(r.affiliate, r.period, r.amount) for r in state.cost_rows if r.affiliate and r.pot != HQ]
    amounts += [(a, w, amount) for moved in (state.transfers, state.prices) for (a, w), amount in moved.items()]
    for affiliate, period, amount in amounts:
        made[affiliate] = made.get(affiliate, 0.0) + state.prepared.discount[period - 1] * amount
    return made


def _loses(state: State, affiliate: str, worth: float, cost: float) -> str:
    name = capital(state.instance.label(affiliate))
    return (
        f"{name} bears {money(state.instance, cost)} (own cost, transfers and prices, discounted), "
        f"more than the {money(state.instance, worth)} it earns"
    )
