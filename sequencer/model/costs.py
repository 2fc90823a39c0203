"""Cost as linear expressions: spend of a pot in a wave, cost of a period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.linear import Linear
from sequencer.model.usage import for_sale, load
from sequencer.types import HQ, RuleRef

if TYPE_CHECKING:
    from sequencer.instance.adoptables import CostLine, Mode
    from sequencer.instance.instance import Instance
    from sequencer.model.sequencing import SequencingModel


def discount(instance: Instance, period: int) -> float:
    """Discount factor of a period, cash at its middle."""
    return float((1 + instance.settings.discount_rate) ** -instance.periods[period - 1].mid_year)


def line_cost(model: SequencingModel, item: str, mode: Mode, line: CostLine, period: int) -> Linear:
    """Cost of one line in a period, in scaled money.

    One-off cost is spread evenly over the waves in progress, running cost is a rate a year from the first live period
    on, tail included.
    """
    instance = model.instance
    if line.kind == "running":
        rate = line.amount * instance.periods[period - 1].years
        return model.live(item, period, (mode.id,)) * (rate * model.money_scale)
    if period > instance.n_waves:
        return Linear()
    return model.in_progress(item, period, mode) * (line.amount / mode.span * model.money_scale)


def spend(model: SequencingModel, pot: str, wave: int) -> Linear:
    """Spend of a pot in a wave, in scaled money; hq pays what capacity is bought."""
    made = bought(model, wave) if pot == HQ else Linear()
    for item in model.instance.adoptables.values():
        for mode in item.modes:
            for line in mode.lines:
                share = dict(line.shares).get(pot, 0.0)
                if share:
                    made.add(line_cost(model, item.id, mode, line, wave), share)
    return made


def cost(model: SequencingModel, period: int, scenario: str | None = None) -> Linear:
    """Cost of a period over all pots, in scaled money; as it is in a scenario where one is named."""
    made = bought(model, period) if scenario is None else _bought_in(model, period, scenario)
    for item in model.given(scenario).adoptables.values():
        for mode in item.modes:
            for line in mode.lines:
                made.add(line_cost(model, item.id, mode, line, period))
    return made


def bought(model: SequencingModel, period: int) -> Linear:
    """Price of the capacity bought in a period, in scaled money; none is in the tail."""
    prices = {(row.resource, row.wave): row.extra_cost for row in model.instance.capacities}
    return Linear(
        terms={c: prices[key] * model.money_scale for key, c in model.extra.items() if key[1] == period and prices[key]}
    )


def _bought_in(model: SequencingModel, period: int, scenario: str) -> Linear:
    """Price of the capacity bought in a period of a scenario: all that the load is above the capacity there is then."""
    made = Linear()
    for row in for_sale(model.given(scenario)):
        if row.wave != period or not row.extra_cost:
            continue
        if row.capacity == model.instance.capacity[row.resource][period - 1]:
            column = model.extra[row.resource, period]
        else:
            needed = load(model, row.resource, period)
            most = max(0.0, model.box(needed)[1] - row.capacity)
            column = model.new_columns(f"extra_{scenario}_{row.resource}_{period}", [(0,)], [most])[0]
            ref = RuleRef("goals", ("extra", scenario, row.resource), period)
            model.row(ref, needed - Linear(terms={column: 1.0}), "<=", row.capacity)
        made.add(Linear(terms={column: row.extra_cost * model.money_scale}))
    return made


def own_cost(model: SequencingModel, affiliate: str, period: int) -> Linear:
    """Cost of a period that belongs to an affiliate and that another pot than hq pays, in scaled money."""
    made = Linear()
    for item in model.instance.adoptables.values():
        for mode in item.modes:
            for line in mode.lines:
                share = 1.0 - dict(line.shares).get(HQ, 0.0)
                if line.affiliate == affiliate and share > 0:
                    made.add(line_cost(model, item.id, mode, line, period), share)
    return made
