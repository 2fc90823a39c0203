"""No affiliate pays more than it earns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sequencer.model.costs import discount, own_cost
from sequencer.model.family import family
from sequencer.model.linear import Linear
from sequencer.model.payments import paid
from sequencer.types import HQ, RuleRef

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.model.sequencing import SequencingModel


def _gainers(instance: Instance) -> Iterable[str]:
    """Affiliates that bear or have lost something: cells never lose, so the others gain whatever is decided."""
    if not instance.settings.every_affiliate_gains:
        return ()
    if instance.settings.funding != "none":
        return (a.id for a in instance.affiliates)
    lines = (line for item in instance.adoptables.values() for mode in item.modes for line in mode.lines)
    bearing = {line.affiliate for line in lines if line.amount > 0 and any(p != HQ and s > 0 for p, s in line.shares)}
    return (a.id for a in instance.affiliates if a.id in bearing or instance.past.gain.get(a.id, 0.0) < 0)


@family(
    "affiliate_gains",
    "Every affiliate gains",
    latex=r"\sum_t \text{df}_t\,(\text{value}_{a,t} - \text{own cost}_{a,t} - \text{paid}_{a,t}) \ge 0",
    priority=7,
    value_of=_gainers,
)
def affiliate_gains(model: SequencingModel) -> None:
    """For each affiliate, what its cells earn is worth at least what it bears itself, discounted, after the waves too.

    It bears its cost lines, save what hq pays of them, and what it transfers or pays to hq. What it has gained before
    wave 1 counts.
    """
    for affiliate in _gainers(model.instance):
        gain = Linear(model.instance.past.gain.get(affiliate, 0.0) * model.money_scale)
        for period in model.instance.periods:
            factor = discount(model.instance, period.index)
            gain.add(model.value.expr(affiliate=affiliate, period=period.index), factor)
            gain.add(own_cost(model, affiliate, period.index), -factor)
            gain.add(paid(model, affiliate, period.index), -factor)
        model.row(RuleRef("affiliate_gains", (affiliate,)), gain, ">=")
