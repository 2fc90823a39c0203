"""Cost and pots (formulation 5): what is paid when, by whom, and what a pot carries on."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sequencer.plan.rows import CostRow, MoneyRow
from sequencer.types import HQ

if TYPE_CHECKING:
    from sequencer.plan.plan import Payment
    from sequencer.plan.start import Start
    from sequencer.plan.state import State

Amounts = dict[tuple[str, int], float]
"""Money by pot (or affiliate) and wave."""


def cost_rows(state: State) -> Iterator[CostRow]:
    """Cost of everything adopted: one-off spread over the waves in progress, running from the first live period on.

    Capacity that is bought is paid by hq in its wave, and belongs to no adoptable.
    """
    known = state.prepared.costs
    for start in state.starts.values():
        key = (start.item.id, start.mode.id, start.wave)
        if key not in known:
            known[key] = tuple(_cost_of(state, start))
        yield from known[key]
    for row in state.load_rows if state.prepared.for_sale else ():
        if row.extra:
            price = state.prepared.for_sale[row.resource, row.wave].extra_cost
            yield CostRow("", f"extra capacity:{row.resource}", HQ, "", row.wave, row.extra * price)


def _cost_of(state: State, start: Start) -> Iterator[CostRow]:
    """Cost of one adoption; it depends on nothing else in the plan."""
    years = state.prepared.years
    for line in start.mode.lines:
        place = line.affiliate or ""
        if line.kind == "one_off":
            amounts = dict.fromkeys(_spread(state, start), line.amount / start.mode.span)
        else:
            amounts = {t: line.amount * years[t - 1] for t in _live(state, start)}
        for pot, share in line.shares:
            for period, amount in amounts.items():
                yield CostRow(start.item.id, line.kind, pot, place, period, amount * share)


def _spread(state: State, start: Start) -> range:
    """Waves in progress; a start too late to be live in time pays what falls into the waves there are."""
    return range(start.waves.start, min(start.waves.stop, state.last + 1))


def _live(state: State, start: Start) -> range:
    """Periods in which it is live, tail included; none where it is not live in time."""
    end = len(state.prepared.years) + 1
    return range(max(start.live, 1), end) if start.live <= state.last + 1 else range(0)


def payments(state: State, given: Iterable[Payment]) -> Amounts:
    """Money that affiliates move to hq, by affiliate and wave; what cannot be understood counts for nothing."""
    made: Amounts = defaultdict(float)
    for payment in given:
        if understood(state, payment):
            made[payment.affiliate, payment.wave] += payment.amount
    return dict(made)


def understood(state: State, payment: Payment) -> bool:
    """Whether a payment comes from an affiliate, falls into a wave and is an amount above zero."""
    known = payment.affiliate in state.instance.by_id("affiliates") and 1 <= payment.wave <= state.last
    return known and 0 < payment.amount < math.inf


def money_rows(state: State) -> Iterator[MoneyRow]:
    """Every pot that has a budget, a row of its own or something to pay or receive, wave by wave.

    All that is left of released budget, carry-over and what came in is carried on; where a pot overspends, nothing is.
    """
    spend, reinvested = _spend(state), _reinvested(state)
    moved = {**state.transfers, **state.prices}
    used = [pot for pot, _ in (*spend, *moved)] + [HQ] * bool(moved or any(reinvested))
    instance = state.instance
    for pot in dict.fromkeys((*(p.id for p in instance.pots), *instance.budget, *used)):
        yield from _pot_rows(state, pot, spend, reinvested)


def _pot_rows(state: State, pot: str, spend: Amounts, reinvested: list[float]) -> Iterator[MoneyRow]:
    """One pot, wave by wave."""
    budget = state.instance.budget.get(pot)
    keep = state.instance.carry_share(pot)
    carry_in = state.instance.past.carry.get(pot, 0.0) if budget is not None else 0.0
    for w in state.waves:
        whole = None if budget is None else budget[w - 1]
        released = None if whole is None else state.released[w - 1] * whole
        row = MoneyRow(
            pot=pot,
            wave=w,
            budget=whole,
            released=released,
            carry_in=carry_in,
            transfer_in=_received(state.transfers, pot, w),
            transfer_out=state.transfers.get((pot, w), 0.0),
            price_in=_received(state.prices, pot, w),
            price_out=state.prices.get((pot, w), 0.0),
            reinvested=reinvested[w - 1] if pot == HQ else 0.0,
            spend=spend.get((pot, w), 0.0),
            carry_out=0.0,
            lapsed=0.0,
        )
        if whole is not None and released is not None:
            left = max(0.0, (row.available or 0.0) - row.taken)
            carry_in = keep * left if w < state.last else 0.0
            row = row._replace(carry_out=left, lapsed=whole - released + left - carry_in)
        yield row


def _received(moved: Amounts, pot: str, wave: int) -> float:
    """What hq receives in a wave; other pots receive nothing."""
    return sum((amount for (_, w), amount in moved.items() if w == wave), 0.0) if pot == HQ else 0.0


def _reinvested(state: State) -> list[float]:
    """What comes back to hq, by wave: a share of the value of the wave before, of the named categories."""
    settings = state.instance.settings
    if not settings.reinvest_share:
        return [0.0] * state.last
    categories = settings.reinvest_categories or ("",)
    value = [sum(state.value(w, category) for category in categories) for w in state.waves]
    before = state.instance.past.earned(settings.reinvest_categories, wave=0)
    return [settings.reinvest_share * amount for amount in (before, *value[:-1])]


def _spend(state: State) -> Amounts:
    """Money paid by pot and wave; the tail has no budgets."""
    made: Amounts = {}
    for row in state.cost_rows:
        if row.period <= state.last:
            key = (row.pot, row.period)
            made[key] = made.get(key, 0.0) + row.amount
    return made
