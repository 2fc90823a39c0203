"""Continuous return."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.costs import cost
from sequencer.model.family import family
from sequencer.model.linear import total
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "continuous_return",
    "Continuous return",
    latex=r"\sum_{v \le w} \text{value}_v \ge \phi \sum_{v \le w-q} \text{spend}_v \quad w \ge w_0",
    priority=7,
)
def continuous_return(model: SequencingModel) -> None:
    """From a wave on, value so far is at least a share of what all pots spent up to some waves before.

    Neither is discounted; what was earned and spent before wave 1 counts. The wave, the share and the lag are
    ``return_from_wave``, ``return_floor``, ``return_lag``.
    """
    settings = model.instance.settings
    if settings.return_from_wave is None:
        return
    for w in range(settings.return_from_wave, model.instance.n_waves + 1):
        past, until = model.instance.past, w - settings.return_lag
        value = total(model.value.expr(period=v) for v in range(1, w + 1))
        value.constant += past.earned() * model.money_scale
        spent = total(cost(model, v) for v in range(1, until + 1))
        spent.constant += past.spent(until) * model.money_scale
        model.row(RuleRef("continuous_return", (), w), value, ">=", spent * settings.return_floor)
