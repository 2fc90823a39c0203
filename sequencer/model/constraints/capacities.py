"""Resources with use profile, upkeep and capacity that can be bought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.model.linear import Linear
from sequencer.model.usage import for_sale, load
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "capacities",
    "Capacity of resources",
    latex=r"\sum_{i,m} \sum_{v} u_{i,m,r,w-v+1}\,\text{start}_{i,m,v} "
    r"+ \sum_{i,m} k_{i,m,r}\,\text{live}_{i,m,w} + \sum_{a,b} k_{a,b,r}\,\text{live}_{a,b,w} "
    r"\le C_{r,w} + \text{extra}_{r,w}, \quad \text{extra}_{r,w} \le E_{r,w}",
    priority=6,
)
def capacities(model: SequencingModel) -> None:
    """In every wave, what is in progress and what is live take at most the capacity of each resource.

    Use in progress follows a profile by wave since start; upkeep is taken in every wave in which the item is live, the
    start wave of an item of duration 0 included, and by every pair of an affiliate and a brand that are both live.
    Where a resource has extra capacity and its lead has passed, what is missing is bought, up to that cap.
    """
    most = {(row.resource, row.wave): row.extra_cap for row in for_sale(model.instance)}
    for resource, amounts in model.instance.capacity.items():
        for w in model.waves:
            ref = RuleRef("capacities", (resource,), w)
            if (resource, w) in most:
                bought = Linear(terms={model.extra[resource, w]: 1.0})
                model.row(ref, bought, "<=", most[resource, w])
            else:
                model.row(ref, load(model, resource, w), "<=", amounts[w - 1])
