"""Money (formulation 5): what pots may spend."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from sequencer.plan.rows import Check
from sequencer.plan.wording import capital, money, number
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.plan.plan import Payment
    from sequencer.plan.rows import MoneyRow
    from sequencer.plan.state import State


def budgets(state: State) -> Iterator[Check]:
    """In every wave, a pot spends at most its released budget and what it carried over."""
    for row in state.money_rows:
        if row.released is not None:
            ref = RuleRef("budgets", (row.pot,), row.wave)
            yield Check(ref, row.spend, "<=", row.released + row.carry_in, partial(_overspent, state, row))


def _overspent(state: State, row: MoneyRow) -> str:
    instance = state.instance
    released, budget = row.released or 0.0, row.budget or 0.0
    parts = [f"{number(released)} released of a budget of {number(budget)}"]
    if row.carry_in:
        parts.append(f"{number(row.carry_in)} carried over")
    over = money(instance, row.spend - released - row.carry_in)
    spent = money(instance, row.spend)
    return (
        f"Pot {instance.label(row.pot)} spends {spent} in wave {row.wave}, {over} more than it has "
        f"({' and '.join(parts)})"
    )


def funding(state: State) -> Iterator[Check]:
    """Affiliates move money to headquarters only where the instance lets them fund it."""
    if state.instance.settings.funding == "none":
        for word, payments in (("transfer", state.plan.transfers), ("price", state.plan.prices)):
            for payment in payments:
                ref = RuleRef("funding", (payment.affiliate, word), payment.wave)
                yield Check(ref, abs(payment.amount), "<=", 0, partial(_not_funding, state, payment))


def _not_funding(state: State, payment: Payment) -> str:
    name = capital(state.instance.label(payment.affiliate))
    paid = money(state.instance, payment.amount)
    return f"{name} pays {paid} to headquarters in wave {payment.wave}, but this instance has affiliates fund nothing"
