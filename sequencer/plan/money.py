"""Cost and pots (formulation 5): what is paid when, by whom, and what a pot carries on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sequencer.plan.rows import CostRow, MoneyRow

if TYPE_CHECKING:
    from sequencer.plan.state import Start, State


def cost_rows(state: State) -> Iterator[CostRow]:
    """Cost of everything adopted: one-off spread over the waves in progress, running from the first live period on."""
    known = state.prepared.costs
    for start in state.starts.values():
        key = (start.item.id, start.mode.id, start.wave)
        if key not in known:
            known[key] = tuple(_cost_of(state, start))
        yield from known[key]


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
    return range(start.wave, min(start.wave + start.mode.span, state.last + 1))


def _live(state: State, start: Start) -> range:
    """Periods in which it is live, tail included; none where it is not live in time."""
    end = len(state.prepared.years) + 1
    return range(start.live, end) if start.live <= state.last + 1 else range(0)


def money_rows(state: State) -> Iterator[MoneyRow]:
    """Every pot that has a budget, a row of its own or something to pay, wave by wave.

    All that is left of released budget and carry-over is carried on; where a pot overspends, nothing is.
    """
    spend = _spend(state)
    instance = state.instance
    used = (pot for pot, _ in spend)
    for pot in dict.fromkeys((*(p.id for p in instance.pots), *instance.budget, *used)):
        budget = instance.budget.get(pot)
        keep = instance.carry_share(pot)
        carry_in = 0.0
        for w in state.waves:
            paid = spend.get((pot, w), 0.0)
            if budget is None:
                yield MoneyRow(pot, w, None, None, 0.0, paid, 0.0, 0.0)
                continue
            released = state.released[w - 1] * budget[w - 1]
            carry_out = max(0.0, released + carry_in - paid)
            kept = keep * carry_out if w < state.last else 0.0
            lapsed = budget[w - 1] - released + carry_out - kept
            yield MoneyRow(pot, w, budget[w - 1], released, carry_in, paid, carry_out, lapsed)
            carry_in = kept


def _spend(state: State) -> dict[tuple[str, int], float]:
    """Money paid by pot and wave; the tail has no budgets."""
    made: dict[tuple[str, int], float] = {}
    for row in state.cost_rows:
        if row.period <= state.last:
            key = (row.pot, row.period)
            made[key] = made.get(key, 0.0) + row.amount
    return made
