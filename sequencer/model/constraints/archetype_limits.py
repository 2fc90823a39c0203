"""Affiliates of a class that ever take an archetype."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.model.linear import total
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "archetype_limits",
    "Archetypes by class of affiliate",
    latex=r"\sum_{a \in \text{class}} \text{started}_{a,h,W} \le \text{limit}_{\text{class},h}",
    priority=5,
)
def archetype_limits(model: SequencingModel) -> None:
    """At most so many affiliates of a class ever take an archetype, its experienced variants included.

    A limit on a variant itself counts that variant alone.
    """
    instance, last = model.instance, model.instance.n_waves
    variants = {a.id: a.variant_of or a.id for a in instance.archetypes}
    for row in instance.archetype_limits:
        taking = total(
            model.started(a.id, last, (mode.id,))
            for a in instance.affiliates
            if a.affiliate_class == row.affiliate_class
            for mode in instance.adoptables[a.id].modes
            if row.archetype in (mode.archetype, variants.get(mode.archetype or ""))
        )
        model.row(RuleRef("archetype_limits", (row.affiliate_class, row.archetype)), taking, "<=", row.limit)
