"""The mandate ladder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.types import Kind, RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "mandate",
    "The mandate grows step by step",
    latex=r"\text{started}_{g,w} \le \text{started}_{g-1,w-1}, \qquad "
    r"\text{given: } \sum_g \text{started}_{g,w} = \text{path}_w",
    priority=1,
    gains=lambda instance: (i.id for i in instance.adoptables.values() if i.kind == Kind.MANDATE),
)
def mandate(model: SequencingModel) -> None:
    """At most one step of the mandate in a wave, never down; where the path is given from above, exactly that path."""
    path = model.instance.settings.mandate_path
    for step in model.of_kind(Kind.MANDATE):
        below = f"mandate:{(step.level or 0) - 1}"
        for w in model.waves:
            ref = RuleRef("mandate", (step.id,), w)
            if path:
                model.row(ref, model.started(step.id, w), "=", 1.0 if path[w - 1] >= (step.level or 0) else 0.0)
            elif below in model.instance.adoptables:
                model.row(ref, model.started(step.id, w), "<=", model.started(below, w - 1))
