"""Relations within a set of adoptables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise, product
from typing import TYPE_CHECKING

from sequencer.model.constraints.requirements import at_least
from sequencer.model.family import family
from sequencer.model.linear import total
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.instance.rules import Relation
    from sequencer.model.sequencing import SequencingModel


def _companions(instance: Instance) -> Iterator[tuple[str, str]]:
    """What starts together with, or is bundled with, something that is kept."""
    for row in instance.all_relations:
        items = [m.id for m in instance.member_set(row.items)]
        if row.relation == "together":
            yield from product(items, items)
        elif row.relation == "bundle":
            yield from product(items, (m.id for m in instance.member_set(row.others)))


@family(
    "relations",
    "Relations between adoptables",
    latex=r"\text{before: } \text{started}_{i,w} + \text{started}_{j,W} - \text{live}_{j,w} \le 1, \quad "
    r"\text{together: } \text{started}_{i,w} = \text{started}_{j,w}, \quad "
    r"\text{exclusive: } \sum_i \text{started}_{i,W} \le 1, \quad "
    r"\text{bundle: } n \cdot \text{start}_{i,w} \le \sum_{j} \text{start}_{j,w}",
    priority=3,
    needs=_companions,
)
def relations(model: SequencingModel) -> None:
    """Adoptables come one before another, together, only one of them, or only in company.

    * *before*: where both are adopted, the item starts only when the other is live;
    * *together*: they start in the same wave, all or none;
    * *exclusive*: at most one of them is ever adopted;
    * *bundle*: in a wave in which any of the items starts, at least n of the others start.

    A set or node stands for each of its members; restricted to modes, it means what is adopted in those modes. Of
    what should start together, whatever has started before wave 1 no longer counts; the rest still starts together.
    """
    kinds: dict[str, Callable[[SequencingModel, Relation], None]] = {
        "before": _before,
        "together": _together,
        "exclusive": _exclusive,
        "bundle": _bundle,
    }
    for row in model.instance.all_relations:
        kinds[row.relation](model, row)


def _before(model: SequencingModel, row: Relation) -> None:
    last = model.instance.n_waves
    for item, other in product(model.instance.member_set(row.items), model.instance.member_set(row.others)):
        for w in model.waves if item.id != other.id and item.id in model.instance.decided else ():
            ref = RuleRef("relations", ("before", str(item), str(other)), w)
            waiting = model.started(other.id, last, other.modes) - model.live_member(other, w)
            if waiting.constant or any(waiting.terms.values()):
                model.row(ref, model.started(item.id, w, item.modes) + waiting, "<=", 1.0)


def _together(model: SequencingModel, row: Relation) -> None:
    decided = [m for m in model.instance.member_set(row.items) if m.id in model.instance.decided]
    for first, other in pairwise(decided):
        ref = RuleRef("relations", ("together", str(first), str(other)))
        for w in model.waves:
            model.row(ref, model.started(first.id, w, first.modes), "=", model.started(other.id, w, other.modes))


def _exclusive(model: SequencingModel, row: Relation) -> None:
    members = model.instance.member_set(row.items)
    adopted = total(model.started(m.id, model.instance.n_waves, m.modes) for m in members)
    model.row(RuleRef("relations", ("exclusive", *map(str, members))), adopted, "<=", 1.0)


def _bundle(model: SequencingModel, row: Relation) -> None:
    others = model.instance.member_set(row.others)
    for w in model.waves:
        ref = RuleRef("relations", ("bundle", *row.items, *row.others), w)
        starting = [model.starts(m.id, w, m.modes) for m in others]
        for item in model.instance.member_set(row.items):
            at_least(model, ref, model.starts(item.id, w, item.modes), starting, row.at_least)
