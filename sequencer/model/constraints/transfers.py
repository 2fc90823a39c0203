"""Budget that affiliates give up for hq."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.model.linear import Linear
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "transfers",
    "Budget that affiliates give up",
    latex=r"\text{transfer}_{a,w} \le \text{cutcap}_a\,B_{a,w}",
    priority=7,
)
def transfers(model: SequencingModel) -> None:
    """With budget reallocation, an affiliate gives up at most a share of its budget of a wave to the pot of hq.

    The share, ``cut_cap``, is of the budget before release; an affiliate's own share goes before the setting. An
    affiliate without a budget has none to give. What moves is no cost: it changes what the pots may spend, no more.
    """
    shares = {a.id: a.cut_cap for a in model.instance.affiliates}
    for (affiliate, w), column in model.transfer.items():
        own = shares[affiliate]
        share = model.instance.settings.cut_cap if own is None else own
        most = share * model.instance.budget[affiliate][w - 1] * model.money_scale
        model.row(RuleRef("transfers", (affiliate,), w), Linear(terms={column: 1.0}), "<=", most)
