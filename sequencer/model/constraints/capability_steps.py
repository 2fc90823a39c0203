"""Order of capability steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.instance.reach import step_pairs
from sequencer.model.family import family
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "capability_steps",
    "Capabilities grow level by level",
    latex=r"\text{started}_{c,l,w} \le \text{live}_{c,l-1,w}, \qquad "
    r"\text{started}_{c,l,w} \le \text{started}_{c,l-1,w-1}",
    priority=0,
)
def capability_steps(model: SequencingModel) -> None:
    """A step starts only when the level below is live, and at most one step of a capability starts in a wave.

    The second row is needed only where the step below can be live in the wave it starts in (duration 0).
    """
    for item, below in step_pairs(model.instance):
        at_once = any(m.duration == 0 for m in model.instance.adoptables[below].modes)
        for w in model.waves:
            ref = RuleRef("capability_steps", (item, below), w)
            model.row(ref, model.started(item, w), "<=", model.live(below, w))
            if at_once:
                model.row(ref, model.started(item, w), "<=", model.started(below, w - 1))
