"""Least value by a wave."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.model.linear import total
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.model.sequencing import SequencingModel


def _named(instance: Instance) -> Iterable[str]:
    return (row.affiliate for row in instance.minimum_values if row.affiliate)


@family(
    "minimum_values",
    "Least value by a wave",
    latex=r"\sum_{v \le w} \text{value}_{c,a,v} \ge V_{c,a,w}",
    priority=7,
    value_of=_named,
)
def minimum_values(model: SequencingModel) -> None:
    """By the end of a wave, value so far reaches an amount; undiscounted, of a category or an affiliate where named.

    Value of an affiliate is what its cells earn in the waves; all other value includes what was earned before wave 1.
    """
    for row in model.instance.minimum_values:
        category, affiliate = row.category or None, row.affiliate or None
        value = total(
            model.value.expr(category=category, affiliate=affiliate, period=v) for v in range(1, row.wave + 1)
        )
        if not row.affiliate:
            earned = model.instance.past.earned((row.category,) if row.category else ())
            value.constant += earned * model.money_scale
        members = tuple(word for word in (row.category, row.affiliate) if word)
        ref = RuleRef("minimum_values", members, row.wave)
        model.row(ref, value, ">=", row.amount * model.money_scale)
