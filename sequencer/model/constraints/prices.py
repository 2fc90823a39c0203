"""Prices that affiliates pay to hq out of their value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.model.linear import Linear
from sequencer.types import HQ, RuleRef

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.model.sequencing import SequencingModel


def _priced(instance: Instance) -> Iterable[str]:
    """Affiliates that may pay a price; none has to where the pot of hq is not limited."""
    if instance.settings.funding == "internal-pricing" and HQ in instance.budget:
        for affiliate in instance.affiliates:
            if _share(instance, affiliate.id) > 0:
                yield affiliate.id


def _share(instance: Instance, affiliate: str) -> float:
    own = instance.by_id("affiliates")[affiliate].price_share
    return float(instance.settings.price_share if own is None else own)


@family(
    "prices",
    "Internal prices",
    latex=r"\text{price}_{a,w} \le \text{priceshare}_a\,\text{value}_{a,w}",
    priority=7,
    value_of=_priced,
)
def prices(model: SequencingModel) -> None:
    """With internal pricing, an affiliate pays hq at most a share of what its cells earn in the wave.

    The share is ``price_share``; an affiliate's own one goes before the setting. The price leaves the affiliate's pot
    and is there in the pot of hq in the same wave. What moves is no cost: it changes what the pots may spend, no more.
    """
    for (affiliate, w), column in model.price.items():
        share = _share(model.instance, affiliate)
        value = model.value.expr(affiliate=affiliate, period=w) if share else Linear()
        model.row(RuleRef("prices", (affiliate,), w), Linear(terms={column: 1.0}), "<=", value * share)
