"""Tactical and strategic learning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.model.linear import Linear
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sequencer.instance.instance import Instance
    from sequencer.model.sequencing import SequencingModel


def _strategic(instance: Instance) -> Iterator[str]:
    """What teaches more strategy than tactics."""
    if instance.settings.strategic_gap is not None:
        yield from (i.id for i in instance.adoptables.values() if i.strategic > i.tactical)


@family(
    "learning",
    "Tactical learning close to strategic",
    latex=r"\sum_i (\text{tactical}_i - \text{strategic}_i)\,\text{started}_{i,w} \le \text{gap}",
    priority=6,
    gains=_strategic,
)
def learning(model: SequencingModel) -> None:
    """In every wave, the tactical learning so far exceeds the strategic learning so far by at most the gap.

    What is adopted teaches its amounts once, in the wave in which it starts, whatever its mode.
    """
    gap = model.instance.settings.strategic_gap
    if gap is None:
        return
    for w in model.waves:
        ahead = Linear()
        for item in model.instance.adoptables.values():
            if item.tactical != item.strategic:
                ahead.add(model.started(item.id, w), item.tactical - item.strategic)
        model.row(RuleRef("learning", (), w), ahead, "<=", gap)
