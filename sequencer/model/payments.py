"""Money that affiliates move to the pot of hq, as columns; which caps it has is said by the families of the same names.

A column is there wherever a payment can help: where the pot of hq is limited and, for a transfer of budget, the
affiliate has one. Payments move money between pots only, so they are no cost and part of no measure.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sequencer.model.linear import Linear, total
from sequencer.types import HQ

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


def payment_columns(model: SequencingModel) -> None:
    """Add the columns of transfers or prices, by affiliate and wave, in scaled money."""
    funding = model.instance.settings.funding
    if funding == "none" or HQ not in model.instance.budget:
        return
    name, columns = ("transfer", model.transfer) if funding == "budget-reallocation" else ("price", model.price)
    paying = [a.id for a in model.instance.affiliates if a.id in model.instance.budget or funding == "internal-pricing"]
    index = [(affiliate, w) for affiliate in paying for w in model.waves]
    if index:
        # No upper bounds: what limits a payment are rules, and a bound would hide them where rules clash.
        columns.update(zip(index, model.new_columns(name, index, [None] * len(index)), strict=True))


def holding(model: SequencingModel, pot: str) -> list[float | None]:
    """Most scaled money that a limited pot can hold in each wave, everything carried; None where nothing bounds it."""
    keep = model.instance.carry_share(pot)
    made: list[float | None] = []
    held = 0.0
    opening = model.instance.past.carry.get(pot, 0.0)
    for w, budget in enumerate(model.instance.budget[pot], start=1):
        kept = keep * held if keep else 0.0
        more = max(0.0, model.box(received(model, pot, w))[1])
        held = (budget + (opening if w == 1 else 0.0)) * model.money_scale + kept + freed(model, pot, w) + more
        made.append(held if math.isfinite(held) else None)
    return made


def freed(model: SequencingModel, pot: str, wave: int) -> float:
    """Most money that negative running costs can add to a pot in a wave, each item in the mode that frees most."""
    years = model.instance.periods[wave - 1].years * model.money_scale
    return sum(
        max(
            sum(max(-line.amount, 0.0) * dict(line.shares).get(pot, 0.0) for line in mode.lines) * years
            for mode in item.modes
        )
        for item in model.instance.adoptables.values()
    )


def received(model: SequencingModel, pot: str, wave: int) -> Linear:
    """What a pot gets in a wave besides budget and carry-over: payments of affiliates, and value that is reinvested."""
    if pot != HQ:
        return Linear()
    columns = [*model.transfer.items(), *model.price.items()]
    made = total(Linear(terms={column: 1.0}) for (_, w), column in columns if w == wave)
    settings = model.instance.settings
    if settings.reinvest_share and wave == 1:
        before = model.instance.past.earned(settings.reinvest_categories, 0)
        made.constant += settings.reinvest_share * before * model.money_scale
    elif settings.reinvest_share:
        for category in settings.reinvest_categories or (None,):
            made.add(model.value.expr(category=category, period=wave - 1), settings.reinvest_share)
    return made


def paid(model: SequencingModel, affiliate: str, wave: int) -> Linear:
    """What an affiliate moves to hq in a wave."""
    found = (columns.get((affiliate, wave)) for columns in (model.transfer, model.price))
    return total(Linear(terms={column: 1.0}) for column in found if column is not None)
