"""Order of capability steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.instance.reach import step_pairs
from sequencer.model.family import family
from sequencer.model.linear import total
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "capability_steps",
    "Capabilities grow level by level",
    latex=r"\text{started}_{c,l,w} \le \sum_m \text{started}_{c,l-1,m,\,w - \max(p_m, 1)}",
    priority=0,
    needs=step_pairs,
)
def capability_steps(model: SequencingModel) -> None:
    """A step starts only when the level below is live, and at most one step of a capability starts in a wave.

    So the level below has started as many waves before as it takes in its mode, and at least one. Where a capability is
    local, this holds for the instance of each affiliate.
    """
    for item, below in step_pairs(model.instance):
        if item not in model.instance.decided:
            continue
        modes = model.instance.adoptables[below].modes
        for w in model.waves:
            ready = total(model.started(below, w - m.span, (m.id,)) for m in modes)
            if below not in model.instance.decided:
                ready = model.live(below, w)
            model.row(RuleRef("capability_steps", (item, below), w), model.started(item, w), "<=", ready)
