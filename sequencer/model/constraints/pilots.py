"""Pilots before scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.constraints.requirements import at_least
from sequencer.model.family import family
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "pilots",
    "Pilots before scale",
    latex=r"n \cdot \text{started}_{a,w} \le \sum_{p \in P} \text{live}_{p,w-q}",
    priority=5,
)
def pilots(model: SequencingModel) -> None:
    """Affiliates that wait start only when enough of the pilots have been live for the lag."""
    for row in model.instance.pilots:
        first = model.instance.member_set(row.pilots)
        for waiting in (m for m in model.instance.member_set(row.affiliates) if m.id in model.instance.decided):
            for w in model.waves:
                live = [model.live_member(pilot, w - row.lag) for pilot in first]
                item = model.started(waiting.id, w, waiting.modes)
                at_least(model, RuleRef("pilots", (row.id, waiting.id), w), item, live, row.at_least)
