"""In-house floor of capability steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sequencer.instance.items import Member
from sequencer.model.family import family
from sequencer.model.linear import Linear
from sequencer.types import Kind, RuleRef

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.model.sequencing import SequencingModel


def _helpful(instance: Instance) -> Iterator[Member]:
    """Steps in the modes that count more than the share asked for; none where nothing is asked for."""
    share = instance.settings.inhouse_share
    for item in instance.adoptables.values() if share > 0 else ():
        modes = tuple(m.id for m in item.modes if m.inhouse_weight > share)
        if item.kind == Kind.STEP and item.weight > 0 and modes:
            yield Member(item.id, modes)


@family(
    "inhouse",
    "In-house floor",
    latex=r"\sum_{s,m} \text{weight}_s\,(\text{inhouse}_m - \text{inhouseshare})\,\text{started}_{s,m,W} \ge 0",
    priority=7,
    gains=_helpful,
)
def inhouse(model: SequencingModel) -> None:
    """Of the capability steps adopted, at least the share asked for, by weight, is built in-house.

    A sourcing mode counts by its in-house weight, e.g. 1 for build, one half for hybrid, 0 for agency; a step that is
    not sourced by a mode counts as built. What is there today is no step and counts on neither side.
    """
    share, last = model.instance.settings.inhouse_share, model.instance.n_waves
    if share <= 0:
        return
    over = Linear()
    for item in model.of_kind(Kind.STEP):
        for mode in item.modes:
            over.add(model.started(item.id, last, (mode.id,)), item.weight * (mode.inhouse_weight - share))
    model.row(RuleRef("inhouse"), over, ">=")
