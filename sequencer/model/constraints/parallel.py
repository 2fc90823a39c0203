"""Affiliates of an archetype in progress at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.model.linear import total
from sequencer.types import Kind, RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "parallel",
    "Affiliates of an archetype in parallel",
    latex=r"\sum_{a} \text{inprogress}_{a,h,w} \le \text{parallel}_h",
    priority=5,
)
def parallel(model: SequencingModel) -> None:
    """At most so many affiliates of an archetype (its experienced variants included) are in progress in a wave."""
    variants = {a.id: a.variant_of or a.id for a in model.instance.archetypes}
    for archetype in model.instance.archetypes:
        if archetype.parallel is None or archetype.variant_of:
            continue
        for w in model.waves:
            running = total(
                model.in_progress(a.id, w, m)
                for a in model.of_kind(Kind.AFFILIATE)
                for m in a.modes
                if variants.get(m.archetype or "") == archetype.id
            )
            model.row(RuleRef("parallel", (archetype.id,), w), running, "<=", archetype.parallel)
