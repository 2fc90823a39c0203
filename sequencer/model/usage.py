"""Load of resources as linear expressions, and the columns it needs: live pairs, and capacity that is bought.

Both follow from the decisions and are bounded from below only: a live pair counts as 1 at least, and at least the load
above the capacity is bought. More of either helps to keep no rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sequencer.model.linear import Linear, total
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Mode
    from sequencer.instance.history import History
    from sequencer.instance.instance import Instance
    from sequencer.instance.rules import Capacity
    from sequencer.model.sequencing import SequencingModel


def load(model: SequencingModel, resource: str, wave: int) -> Linear:
    """Load of a resource in a wave, in its units."""
    made = Linear()
    for item in model.instance.adoptables.values():
        for mode in item.modes:
            profile = mode.use.get(resource, ())
            if item.history is not None:
                made.add(_committed(item.history, mode, profile, wave))
            elif profile and min(profile) == max(profile):
                made.add(model.in_progress(item.id, wave, mode), profile[0])
            else:
                for since, use in enumerate(profile):
                    made.add(model.starts(item.id, wave - since, (mode.id,)), use)
            if mode.upkeep.get(resource):
                made.add(model.live(item.id, wave, (mode.id,)), mode.upkeep[resource])
    for (affiliate, brand), amount in pair_amounts(model.instance, resource).items():
        column = model.pair.get((resource, affiliate, brand, wave))
        if column is not None:
            made.add(Linear(terms={column: 1.0}), amount)
    return made


def _committed(history: History, mode: Mode, profile: tuple[float, ...], wave: int) -> Linear:
    """What is in progress since before wave 1 still takes: its profile is of the waves from wave 1 on."""
    return Linear(profile[wave - 1]) if mode.id == history.mode and wave <= len(profile) else Linear()


def pair_amounts(instance: Instance, resource: str) -> dict[tuple[str, str], float]:
    """What each live pair of affiliate and brand takes of a resource; rows that mean the same pair add up."""
    made: dict[tuple[str, str], float] = defaultdict(float)
    for row in instance.pair_uses:
        if row.resource == resource and row.amount:
            for a in [row.affiliate] if row.affiliate else [a.id for a in instance.affiliates]:
                for b in [row.brand] if row.brand else [b.id for b in instance.brands]:
                    made[a, b] += row.amount
    return made


def for_sale(instance: Instance) -> Iterator[Capacity]:
    """Capacities that can be exceeded by buying: those with extra capacity, once its lead has passed."""
    resources = instance.by_id("resources")
    for row in instance.capacities:
        if row.extra_cap > 0 and row.wave > resources[row.resource].lead:
            yield row


def usage_columns(model: SequencingModel) -> None:
    """Add the columns of live pairs and of bought capacity, with the rows that say what they are."""
    pairs = list(_live_pairs(model))
    if pairs:
        keys = [key for key, _ in pairs]
        model.pair.update(zip(keys, model.new_columns("pair", keys, [1.0] * len(keys)), strict=True))
    for key, live in pairs:
        together = total(live) - Linear(terms={model.pair[key]: 1.0})
        model.row(RuleRef("capacities", (key[0],), key[3]), together, "<=", len(live) - 1)
    rows = list(for_sale(model.instance))
    if rows:
        sold = [(row.resource, row.wave) for row in rows]
        # More than the whole load beyond the capacity is never bought; the cap itself is a rule, which may be lifted.
        most = [max(0.0, model.box(load(model, row.resource, row.wave))[1] - row.capacity) for row in rows]
        model.extra.update(zip(sold, model.new_columns("extra", sold, most), strict=True))
    for row in rows:
        bought = Linear(terms={model.extra[row.resource, row.wave]: 1.0})
        ref = RuleRef("capacities", (row.resource,), row.wave)
        model.row(ref, load(model, row.resource, row.wave) - bought, "<=", row.capacity)


def _live_pairs(model: SequencingModel) -> Iterator[tuple[tuple[str, str, str, int], list[Linear]]]:
    """Resource, affiliate, brand and wave of every pair that can be live, and what has to be live for it."""
    for resource in dict.fromkeys(row.resource for row in model.instance.pair_uses):
        for a, b in pair_amounts(model.instance, resource):
            members = [i for i in (a, b, f"{b}@{a}") if i in model.instance.adoptables]
            for w in model.waves:
                live = [model.live(i, w) for i in members]
                if all(one.terms or one.constant for one in live):
                    yield (resource, a, b, w), live
