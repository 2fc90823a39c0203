"""What an adoptable needs, all the way down: the interdependency map of a value driver.

Waves are the earliest that requirements, durations, launches and locks allow (:mod:`sequencer.instance.reach`); money
and people may make it later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sequencer.instance.items import Member
from sequencer.instance.reach import NEVER, Reach, reach, step_pairs
from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable, Mode
    from sequencer.instance.history import History
    from sequencer.instance.instance import Instance


@dataclass(frozen=True, slots=True)
class Link:
    """One thing that another needs.

    Attributes
    ----------
    needed, by : str
        Adoptables: ``by`` needs ``needed``.
    lag : int
        Waves it must have been live.
    choice : bool
        Whether it is one of several that would do.
    value : bool
        Whether ``by`` starts without it but earns nothing until it is live (a driver's functions).
    """

    needed: str
    by: str
    lag: int = 0
    choice: bool = False
    value: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """An adoptable of the map: how early it can be in its fastest mode, and what it takes in its cheapest.

    Attributes
    ----------
    item : Adoptable
        What it is.
    fastest, cheapest : Mode
        Modes that can be live first, and that cost least over the horizon.
    earliest : int or None
        Earliest start wave of the fastest mode; None where it cannot be reached, 0 where it has started already.
    live : int or None
        Period from which it is live then.
    one_off, running : float
        Cost of the cheapest mode, and its cost a year, in the declared unit.
    use : dict of str to float
        Use of each resource by the cheapest mode in all, upkeep aside.
    """

    item: Adoptable
    fastest: Mode
    cheapest: Mode
    earliest: int | None
    live: int | None
    one_off: float
    running: float
    use: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Needs:
    """Everything that an adoptable needs.

    Attributes
    ----------
    root : str
        The adoptable.
    nodes : dict of str to Node
        It and all it needs, by id, in an order in which each stands after what it needs.
    links : tuple of Link
        Direct needs among them.
    chain : tuple of str
        The critical chain: what keeps the root from being earlier, first to last.
    """

    root: str
    nodes: dict[str, Node]
    links: tuple[Link, ...]
    chain: tuple[str, ...]


def needs(instance: Instance, item: str) -> Needs:
    """Interdependency map of an adoptable.

    Parameters
    ----------
    instance
        Where it is.
    item
        Id of an adoptable, mostly a value driver.

    Returns
    -------
    Needs
        Where one of several would do, all of them are on the map, marked as a choice.
    """
    direct = _direct(instance)
    links: dict[tuple[str, str], Link] = {}
    order: dict[str, None] = {}

    def visit(one: str, open_: frozenset[str]) -> None:
        if one in order or one in open_:
            return
        for link in direct.get(one, ()):
            links.setdefault((link.needed, link.by), link)
            visit(link.needed, open_ | {one})
        order[one] = None

    visit(item, frozenset())
    found = reach(instance)
    nodes = {i: _node(instance, found, i) for i in order}
    kept = tuple(link for link in links.values() if link.needed in nodes and link.by in nodes)
    return Needs(item, nodes, kept, _chain(item, nodes, kept))


def _direct(instance: Instance) -> dict[str, list[Link]]:
    """Direct needs by adoptable."""
    made: dict[str, list[Link]] = {}
    for link in (*_required(instance), *_ordered(instance), *_earning(instance)):
        if instance.adoptables[link.by].history is not None and not link.value:
            continue  # what has started waits for nothing any more
        made.setdefault(link.by, []).append(link)
    return made


def _required(instance: Instance) -> Iterator[Link]:
    for rule in instance.precedences:
        choice = len(rule.members) > 1
        for member in rule.members:
            if member.id != rule.item.id:
                yield Link(member.id, rule.item.id, rule.lag, choice)


def _ordered(instance: Instance) -> Iterator[Link]:
    """Levels one after the other."""
    for item, below in step_pairs(instance):
        yield Link(below, item)
    for step in instance.adoptables.values():
        below = f"mandate:{(step.level or 0) - 1}"
        if step.kind == Kind.MANDATE and below in instance.adoptables:
            yield Link(below, step.id)


def _earning(instance: Instance) -> Iterator[Link]:
    """Functions without which a driver earns nothing."""
    for driver in instance.drivers:
        for function in driver.functions:
            members: tuple[Member, ...] = instance.members(function)
            for member in members:
                yield Link(member.id, driver.id, choice=len(members) > 1, value=True)


def _node(instance: Instance, found: Reach, item: str) -> Node:
    adoptable = instance.adoptables[item]
    if adoptable.history is not None:
        return _begun(adoptable, adoptable.history)
    years = sum(p.years for p in instance.periods)

    def first(mode: Mode) -> int:
        window = found.windows[item, mode.id]
        return NEVER if window.empty else window.earliest + mode.duration

    fastest = min(adoptable.modes, key=first)
    cheapest = min(adoptable.modes, key=lambda m: _cost(m, "one_off") + years * _cost(m, "running"))
    window = found.windows[item, fastest.id]
    earliest = None if window.empty else window.earliest
    live = None if earliest is None else earliest + fastest.duration
    use = {resource: sum(profile) for resource, profile in cheapest.use.items() if any(profile)}
    costs = (_cost(cheapest, "one_off"), _cost(cheapest, "running"))
    return Node(adoptable, fastest, cheapest, earliest, live, *costs, use)


def _begun(item: Adoptable, history: History) -> Node:
    """What is live or in progress: nothing is decided any more, and it takes what is still to come."""
    mode = item.mode(history.mode)
    use = {resource: sum(profile) for resource, profile in mode.use.items() if any(profile)}
    costs = (_cost(mode, "one_off"), _cost(mode, "running"))
    return Node(item, mode, mode, 0, max(history.live, 1), *costs, use)


def _cost(mode: Mode, kind: str) -> float:
    return sum(line.amount for line in mode.lines if line.kind == kind)


def _chain(root: str, nodes: dict[str, Node], links: tuple[Link, ...]) -> tuple[str, ...]:
    """From the root back along what it waits for, until something waits for nothing."""
    made = [root]
    while True:
        at = nodes[made[-1]]
        binding = [
            link
            for link in links
            if link.by == made[-1]
            and not link.value
            and link.needed not in made
            and _binds(nodes[link.needed], at, link)
        ]
        if not binding:
            return tuple(reversed(made))
        made.append(max(binding, key=lambda link: (nodes[link.needed].earliest or 0, link.needed)).needed)


def _binds(needed: Node, by: Node, link: Link) -> bool:
    """Whether one keeps the other from being earlier, or from being at all; levels follow by a wave at least."""
    if by.earliest is None:
        return needed.earliest is None
    if needed.earliest is None or needed.live is None or by.earliest <= 1:
        return False
    levels = needed.item.kind == by.item.kind and needed.item.level is not None
    same = levels and needed.item.capability == by.item.capability and needed.item.place == by.item.place
    ready = max(needed.live + link.lag, needed.earliest + 1) if same else needed.live + link.lag
    return ready >= by.earliest
