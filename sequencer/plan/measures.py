"""Measures of a plan (formulation 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from sequencer.plan.moves import moved
from sequencer.plan.pace import pace_losses
from sequencer.plan.rows import TOLERANCE
from sequencer.plan.tail import worst_mean
from sequencer.plan.value import by_category
from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.plan.prepared import Prepared
    from sequencer.plan.state import State

Measures = dict[str, float | None]


def measures(state: State) -> Measures:
    """Every measure by name; money in the declared unit, discounted unless the name says otherwise.

    ``pace_loss`` is what starting too many at once costs: part of ``npv``, but neither of value nor of cost.
    ``weighted_npv`` weighs value by category and affiliate. ``peak_budget`` is the largest spend of all pots together
    in a wave, 0 at least. ``payback_wave`` is the first wave from which the cumulative discounted net stays at or above
    zero, 1 where there is none to speak of, and ``first_value_wave`` the first one that earns: W + 1 if that is only in
    the tail, None if never. ``benefit_to_cost`` is None where the cost is not positive. ``moves`` is there where there
    is a reference plan; the price of moves is part of net present values alone, as losses of pace are. With scenarios
    there is the net present value in each, and what is made of them, see :func:`over_scenarios`.
    """
    discount = state.prepared.discount
    categories = by_category(state.earnings, len(discount))
    value, cost = _value(categories, len(discount)), _cost(state)
    worth, price = _present(value, discount), _present(cost, discount)
    loss, moving = _pace_loss(state), _move_cost(state)
    made: Measures = {
        "npv": worth - price - loss - moving,
        "weighted_npv": (_weighted(state) if state.prepared.weights else worth) - price - loss - moving,
        "value": worth,
        "cost": price,
        "pace_loss": loss,
        "undiscounted_value": sum(value),
        "undiscounted_cost": sum(cost),
        "benefit_to_cost": worth / price if price > 0 else None,
        "peak_budget": max(0.0, *cost[: state.last]),
        "payback_wave": _payback(state, value, cost),
        "first_value_wave": _first_value(state, value),
        "drivers": float(sum(1 for _ in state.of_kind(Kind.DRIVER))),
        "adoptions": float(len(state.starts)),
    }
    if state.instance.reference_plan:
        made["moves"] = float(len(moved(state)))
    for category in state.instance.categories:
        made[f"value:{category}"] = _present(categories.get(category, []), discount)
    for load in state.load_rows:
        name = f"load_peak:{load.resource}"
        made[name] = max(made.get(name) or 0.0, load.load)
    return made | over_scenarios(state)


def over_scenarios(state: State) -> Measures:
    """Net present value of a plan in every scenario, its mean, that of the worst ones, the worst, and the regret.

    The decisions are the same in each; amounts are those of the scenario. ``regret`` is None where it is not known for
    every scenario what its best plan is worth.
    """
    futures = state.prepared.futures
    if not futures:
        return {}
    found = {name: npv(state.in_scenario(prepared)) for name, (_, prepared) in futures.items()}
    shares = [share for share, _ in futures.values()]
    best = [row.best_npv for row in state.instance.scenarios]
    regrets = [most - own for most, own in zip(best, found.values(), strict=True) if most is not None]
    return {
        **{f"scenario_npv:{name}": amount for name, amount in found.items()},
        "expected_npv": sum(share * amount for share, amount in zip(shares, found.values(), strict=True)),
        "cvar": worst_mean(list(found.values()), shares, state.instance.settings.cvar_level),
        "worst_npv": min(found.values()),
        "regret": max(regrets) if len(regrets) == len(best) else None,
    }


def goals_of(prepared: Prepared, found: Measures) -> tuple[float, ...]:
    """Figures of the goals among the measures of a plan; a plan that never pays back does so in wave W + 2."""
    never = float(prepared.last + 2)
    figures = (found[goal.measure] for goal in prepared.goals)
    return tuple(never if figure is None else figure for figure in figures)


def npv(state: State) -> float:
    """Net present value alone, the same as among the measures."""
    discount = state.prepared.discount
    value = _value(by_category(state.earnings, len(discount)), len(discount))
    return _present(value, discount) - _present(_cost(state), discount) - _pace_loss(state) - _move_cost(state)


def _value(categories: Mapping[str, Sequence[float]], periods: int) -> list[float]:
    """Undiscounted value of all categories by period."""
    return [sum(amounts) for amounts in zip(*categories.values(), strict=True)] or [0.0] * periods


def _cost(state: State) -> list[float]:
    """Undiscounted cost by period."""
    made = [0.0] * len(state.prepared.discount)
    for row in state.cost_rows:
        made[row.period - 1] += row.amount
    return made


def _present(amounts: Sequence[float], discount: Sequence[float]) -> float:
    """Present value of amounts by period."""
    return sum(a * df for a, df in zip(amounts, discount, strict=False))


def _pace_loss(state: State) -> float:
    """Discounted losses of pace."""
    return _present(pace_losses(state), state.prepared.discount)


def _move_cost(state: State) -> float:
    """Price of the moves against the reference plan, paid when the plan is made: not discounted, no cost of a pot."""
    price = state.instance.settings.move_cost
    return price * len(moved(state)) if price else 0.0


def _weighted(state: State) -> float:
    """Present value of all value, weighted: cells by category and affiliate, all else by category alone."""
    discount, weights, drivers = state.prepared.discount, state.prepared.weights, state.instance.by_id("drivers")
    worth: dict[int, float] = {}
    made = 0.0
    for earning in state.earnings:
        # Shapes are cached, so the same course over time is the same object.
        course = id(earning.shape)
        if course not in worth:
            worth[course] = _present(earning.shape, discount)
        place = earning.affiliate if earning.source in drivers else ""
        weight = weights.get((earning.category, place), weights.get((earning.category, ""), 1.0))
        made += weight * earning.rate * worth[course]
    return made


def _payback(state: State, value: Sequence[float], cost: Sequence[float]) -> float | None:
    """First wave from which the cumulative discounted net stays at or above zero."""
    flows = zip(value, cost, state.prepared.discount, strict=True)
    net = list(accumulate((v - c) * df for v, c, df in flows))
    # What a rule may be off by, a net may be below zero.
    zero = -TOLERANCE * max(map(abs, net))
    first = len(net)
    while first and net[first - 1] >= zero:
        first -= 1
    return None if first == len(net) else float(min(first + 1, state.last + 1))


def _first_value(state: State, value: Sequence[float]) -> float | None:
    """First wave with a positive value."""
    found = next((t for t, amount in enumerate(value, start=1) if amount > 0), None)
    return None if found is None else float(min(found, state.last + 1))
