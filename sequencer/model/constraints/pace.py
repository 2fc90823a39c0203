"""Pace: how many of a set start in a wave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.model.linear import total
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "pace",
    "Pace of new starts",
    latex=r"\sum_{i \in S} \text{start}_{i,w} \le \text{limit}_S",
    priority=6,
)
def pace(model: SequencingModel) -> None:
    """At most so many of a set (by default the value drivers) start in one wave: too many at once dilute focus."""
    for rule in model.instance.pace:
        if rule.limit is None:
            continue
        members = model.instance.member_set(rule.items)
        for w in model.waves:
            starting = total(model.starts(m.id, w, m.modes) for m in members)
            model.row(RuleRef("pace", (" ".join(rule.items),), w), starting, "<=", rule.limit)
