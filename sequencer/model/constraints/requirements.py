"""Interdependencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.model.linear import total
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "requirements",
    "What must be live first",
    latex=r"n \cdot \text{started}_{i,w} \le \sum_{j \in J} \text{live}_{j,w-q}",
    priority=3,
)
def requirements(model: SequencingModel) -> None:
    """An item starts in a wave only if what it requires has been live for the lag.

    All-of requirements are one row for each required item; "at least n of a set" is one row for the set. As-is levels
    are live from before wave 1 and drop out. Either side may be restricted to modes.
    """
    for rule in model.instance.precedences:
        members = (str(rule.item), *map(str, rule.members))
        for w in model.waves:
            needed = total(model.live_member(m, w - rule.lag) for m in rule.members)
            item = model.started(rule.item.id, w, rule.item.modes)
            model.row(RuleRef("requirements", members, w), item * rule.at_least, "<=", needed)
