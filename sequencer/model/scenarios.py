"""Net present value in scenarios, and what is made of it: the mean, that of the worst, the worst, and the regret.

Decisions and rules are common, and rules read base values; only amounts differ. Each measure is a concave function of
the decisions that is to be large (regret: convex, to be small), so columns bounded from one side are exact wherever the
measure is an objective, or has a floor (regret: a cap).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sequencer.model.costs import cost, discount
from sequencer.model.linear import Linear, total
from sequencer.model.moves import moves
from sequencer.model.pace_losses import pace_loss
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


def scenario_npv(model: SequencingModel, scenario: str) -> Linear:
    """``Σ_t df_t · (value_t − cost_t) − Σ_w df_w · pace_loss_w − move_cost · moves`` with the amounts of a scenario."""
    name = f"scenario_npv:{scenario}"
    if name not in model.over_scenarios:
        given, made = model.given(scenario), Linear()
        for period in (p.index for p in given.periods):
            flow = model.value.expr(period=period, scenario=scenario) - cost(model, period, scenario)
            if period <= given.n_waves:
                flow.add(pace_loss(model, period), -1.0)
            made.add(flow, discount(given, period))
        made.add(moves(model), -given.settings.move_cost * model.money_scale)
        model.over_scenarios[name] = made
    return model.over_scenarios[name]


def expected(model: SequencingModel) -> Linear:
    """``Σ_s π_s · npv_s``."""
    return total(scenario_npv(model, s) * share for s, share in _shares(model).items())


def cvar(model: SequencingModel) -> Linear:
    """``η − Σ_s π_s · u_s / (1 − β)`` with ``u_s ≥ η − npv_s`` (Rockafellar and Uryasev 2000).

    At its largest it is the mean of the worst ``1 − β`` of all outcomes, and ``η`` the amount at which these end.
    """
    if "cvar" not in model.over_scenarios:
        shares, level = _shares(model), model.instance.settings.cvar_level
        least, most = _range(model)
        line = Linear(least, {model.new_columns("cvar", [(0,)], [most - least])[0]: 1.0})
        columns = model.new_columns("cvar_short", [(s,) for s in shares], [most - least] * len(shares))
        made = line * 1.0
        for (s, share), column in zip(shares.items(), columns, strict=True):
            short = Linear(terms={column: 1.0})
            model.row(RuleRef("goals", ("cvar", s)), line - scenario_npv(model, s), "<=", short)
            made.add(short, -share / (1 - level))
        model.over_scenarios["cvar"] = made
    return model.over_scenarios["cvar"]


def worst(model: SequencingModel) -> Linear:
    """A column at or below the net present value of every scenario."""
    if "worst_npv" not in model.over_scenarios:
        least, most = _range(model)
        made = Linear(least, {model.new_columns("worst_npv", [(0,)], [most - least])[0]: 1.0})
        for s in model.futures:
            model.row(RuleRef("goals", ("worst_npv", s)), made, "<=", scenario_npv(model, s))
        model.over_scenarios["worst_npv"] = made
    return model.over_scenarios["worst_npv"]


def regret(model: SequencingModel) -> Linear:
    """A column at or above ``best_s − npv_s`` of every scenario."""
    if "regret" not in model.over_scenarios:
        best = {row.id: (row.best_npv or 0.0) * model.money_scale for row in model.instance.scenarios}
        missed = {s: Linear(best[s]) - scenario_npv(model, s) for s in model.futures}
        least = min(model.box(m)[0] for m in missed.values())
        most = max(model.box(m)[1] for m in missed.values())
        made = Linear(least, {model.new_columns("regret", [(0,)], [most - least])[0]: 1.0})
        for s, amount in missed.items():
            model.row(RuleRef("goals", ("regret", s)), amount, "<=", made)
        model.over_scenarios["regret"] = made
    return model.over_scenarios["regret"]


def _shares(model: SequencingModel) -> dict[str, float]:
    """Probability of every scenario."""
    return {f.id: f.probability for f in model.instance.futures}


def _range(model: SequencingModel) -> tuple[float, float]:
    """Least and most that any scenario can be worth, as far as the bounds of columns say."""
    boxes = [model.box(scenario_npv(model, s)) for s in model.futures]
    least, most = min(low for low, _ in boxes), max(high for _, high in boxes)
    assert math.isfinite(least), "whatever enters net present value has bounds"
    assert math.isfinite(most), "whatever enters net present value has bounds"
    return least, most
