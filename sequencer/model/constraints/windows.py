"""Earliest live period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "windows",
    "Launch and horizon",
    latex=r"\text{live}_{i,t} = 0 \quad t < \text{launch}_i, \qquad \text{start}_i + p_m \le W + 1",
    priority=2,
)
def windows(model: SequencingModel) -> None:
    """Nothing is live before its launch, and whatever starts is live when the last wave has ended.

    The horizon is already in the columns: a start wave that would end too late has none.
    """
    for item in model.instance.decided.values():
        if item.earliest_live > 1:
            last = min(item.earliest_live - 1, model.instance.n_waves + 1)
            model.row(RuleRef("windows", (item.id,)), model.live(item.id, last), "<=", 0.0)
