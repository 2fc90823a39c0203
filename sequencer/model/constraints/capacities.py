"""Resources with use profile and upkeep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.model.linear import Linear
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "capacities",
    "Capacity of resources",
    latex=r"\sum_{i,m} \sum_{v} u_{i,m,r,w-v+1}\,\text{start}_{i,m,v} "
    r"+ \sum_{i,m} k_{i,m,r}\,\text{live}_{i,m,w} \le C_{r,w}",
    priority=6,
)
def capacities(model: SequencingModel) -> None:
    """In every wave, what is in progress and what is live take at most the capacity of each resource.

    Use in progress follows a profile by wave since start; upkeep is taken in every wave in which the item is live, the
    start wave of an item of duration 0 included.
    """
    for resource, amounts in model.instance.capacity.items():
        for w in model.waves:
            model.row(RuleRef("capacities", (resource,), w), load(model, resource, w), "<=", amounts[w - 1])


def load(model: SequencingModel, resource: str, wave: int) -> Linear:
    """Load of a resource in a wave."""
    made = Linear()
    for item in model.instance.adoptables.values():
        for mode in item.modes:
            profile = mode.use.get(resource, ())
            if profile and min(profile) == max(profile):
                made.add(model.in_progress(item.id, wave, mode), profile[0])
            else:
                for since, use in enumerate(profile):
                    made.add(model.starts(item.id, wave - since, (mode.id,)), use)
            if mode.upkeep.get(resource):
                made.add(model.live(item.id, wave, (mode.id,)), mode.upkeep[resource])
    return made
