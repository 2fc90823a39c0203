"""Interdependencies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.model.linear import Linear, total
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.instance.precedences import Precedence
    from sequencer.model.sequencing import SequencingModel

MOST_SUBSETS = 12
"""Most rows that "at least n of a set" is written with besides the count itself."""


def _required(instance: Instance) -> Iterator[tuple[str, str]]:
    """Whatever is required, also by the cells of a driver alone, and what may waive it."""
    for rule in instance.precedences:
        yield from ((rule.item.id, member.id) for member in rule.members)
        yield from ((rule.item.id, exception) for exception in instance.waivers.get(rule, ()))
    for driver, places in instance.cell_gates.items():
        yield from ((driver, step) for gates in places.values() for step, _ in gates)


@family(
    "requirements",
    "What must be live first",
    latex=r"n \cdot \text{started}_{i,w} \le \sum_{J} \text{live}_{J,w-q} + n \sum_{e} \text{live}_{e,w}, \qquad "
    r"\text{live}_{J,w-q} \le \text{live}_{j,w-q} \quad j \in J",
    priority=3,
    needs=_required,
)
def requirements(model: SequencingModel) -> None:
    """An item starts in a wave only if what it requires has been live for the lag.

    Where all is required, that is one row for each required item. "At least n of a set" is one row for the set, in
    which an inner node of the capability tree counts once all its steps are live; where the set is small, more rows say
    that any of it but n − 1 suffice to find one. As-is levels are live from before wave 1 and drop out. Either side may
    be restricted to modes. From the wave on in which an exception is live, what it waives does not bind. What has
    started before wave 1 requires nothing any more.
    """
    for rule in model.instance.precedences:
        if rule.item.id not in model.instance.decided:
            continue
        members = (str(rule.item), *map(str, rule.members))
        exceptions = model.instance.waivers.get(rule, ())
        for w in model.waves:
            ref = RuleRef("requirements", members, w)
            needed = _alternatives(model, ref, rule, w - rule.lag)
            item = model.started(rule.item.id, w, rule.item.modes)
            if exceptions:
                item = item - total(model.live(e, w) for e in exceptions)
            at_least(model, ref, item, needed, rule.at_least)


def _alternatives(model: SequencingModel, ref: RuleRef, rule: Precedence, period: int) -> list[Linear]:
    """Whether each alternative is live in a period; one of several members is a column below each of them."""
    made = []
    for unit in rule.alternatives:
        leaves = [model.live_member(member, period) for member in unit]
        if len(leaves) == 1 or any(not (leaf.terms or leaf.constant) for leaf in leaves):
            made.append(leaves[0] if len(leaves) == 1 else Linear())
            continue
        name = f"all_live_{len(model.columns)}"
        column = Linear(terms={model.new_columns(name, [(0,)], [1.0])[0]: 1.0})
        for leaf in leaves:
            model.row(ref, column, "<=", leaf)
        made.append(column)
    return made


def at_least(model: SequencingModel, ref: RuleRef, item: Linear, needed: Sequence[Linear], n: int) -> None:
    """Rows by which ``item`` may be 1 only where at least ``n`` of ``needed`` are 1.

    Whichever n − 1 of them are left aside, one of the others must be 1: true of every plan, and much tighter than the
    count where only a fraction of each is 1.
    """
    if n == 1 == len(needed):  # most rows by far
        model.row(ref, item, "<=", needed[0])
        return
    aside = min(n, len(needed) + 1) - 1
    if aside == 0 or comb(len(needed), aside) <= MOST_SUBSETS or n >= len(needed):
        for rest in combinations(needed, len(needed) - aside):
            model.row(ref, item, "<=", total(rest))
    if 1 < n < len(needed):
        model.row(ref, item * n, "<=", total(needed))
