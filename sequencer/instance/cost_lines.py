"""What cost factors and splits make of cost lines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sequencer.instance.adoptables import CostLine
    from sequencer.instance.instance import Instance


def adjusted(instance: Instance, item_id: str, lines: tuple[CostLine, ...]) -> tuple[CostLine, ...]:
    """Apply cost factors and splits, and drop lines without an amount."""
    splits = [s for s in instance.cost_splits if s.item == item_id]
    factors = [f for f in instance.cost_factors if _names(f.item, item_id)]
    made = []
    for line in lines:
        amount = line.amount
        for f in factors:
            amount *= f.factor if f.line in (line.kind, "all") else 1.0
        given = [(s.pot, s.share) for s in splits if s.line in (line.kind, "all")]
        rest = 1.0 - sum(share for _, share in given)
        shares: dict[str, float] = {p: s * rest for p, s in line.shares if rest > 1e-12}
        for pot, share in given:
            shares[pot] = shares.get(pot, 0.0) + share
        if amount:
            made.append(replace(line, amount=amount, shares=tuple(shares.items())))
    return tuple(made)


def _names(word: str, item_id: str) -> bool:
    """Whether ``word`` is the id, or the capability of the step ``item_id``."""
    return word in (item_id, item_id.split(":")[0], item_id.split("@")[0])
