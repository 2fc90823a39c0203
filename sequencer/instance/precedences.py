"""Requirements resolved to adoptables: what binds a start, what only gates cells, and what an exception may waive.

Three conventions decide what a requirement means:

* *At least n of a set*: an inner node of the capability tree, or a capability, counts as one (all that it means); a set
  word such as ``affiliates`` or an archetype counts as each of its members. The item itself never counts. What is
  as-is today counts as there.
* *Local capabilities*, of which every affiliate has its own instance. For an item that is local to an affiliate (a
  market, or an adoptable of it such as ``r1@jp`` or ``training@jp:2``) the affiliate's own instance binds the start.
  A driver's start is not bound: its cells in an affiliate wait for that affiliate's instance. Anything else requires
  the instances of all affiliates. A word that names one instance (``training@jp:2``) means that one, except that it
  still only gates the cells of a driver.
* *Exceptions* waive all-of requirements member by member, and a choice as a whole where they name a word of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from sequencer.instance.items import Member, merged
from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable
    from sequencer.instance.entities import ExceptionRule
    from sequencer.instance.instance import Instance
    from sequencer.instance.rules import Requirement

Unit = tuple[Member, ...]
"""What counts as one: all of these live."""


class Precedence(NamedTuple):
    """A resolved requirement: ``item`` starts when ``at_least`` of ``alternatives`` have been live for ``lag`` waves.

    Attributes
    ----------
    item : Member
        What waits.
    alternatives : tuple of tuple of Member
        What is counted; an alternative is live when all its members are. Where everything is required there is one
        precedence for each member, with that single alternative.
    at_least : int
        How many of them must be live.
    lag : int
        Waves for which they must have been.
    waived_by : tuple of str
        Exceptions of which one, live when ``item`` starts, waives it. Two requirements that come to the same and are
        not waived by the same exceptions stay two.
    """

    item: Member
    alternatives: tuple[Unit, ...]
    at_least: int
    lag: int
    waived_by: tuple[str, ...] = ()

    @property
    def members(self) -> Unit:
        """All members of all alternatives, each once."""
        return tuple(dict.fromkeys(m for unit in self.alternatives for m in unit))

    @property
    def single(self) -> Member | None:
        """The one member that is required; None where there is a choice."""
        members = self.members
        return members[0] if len(members) == 1 else None


class Bound(NamedTuple):
    """A precedence, the row of all requirements it comes from, and the exceptions that name it."""

    row: int
    precedence: Precedence
    exceptions: tuple[str, ...]


def bounds(instance: Instance) -> tuple[Bound, ...]:
    """Every requirement resolved, in the order of :attr:`Instance.all_requirements`."""
    return tuple(
        found
        for index, row in enumerate(instance.all_requirements)
        for item in instance.members(row.item)
        for found in _bounds_of(instance, index, row, item)
    )


def waivers(instance: Instance) -> dict[Precedence, tuple[str, ...]]:
    """Exceptions that may waive a precedence; a strict policy allows none."""
    return {found: found.waived_by for found in instance.precedences if found.waived_by}


def cell_gates(instance: Instance) -> dict[str, dict[str, tuple[tuple[str, int], ...]]]:
    """What drivers' cells wait for: steps with lags, by driver and by affiliate that the driver addresses."""
    addressed = {d.id: d.affiliates or tuple(a.id for a in instance.affiliates) for d in instance.drivers}
    made: dict[str, dict[str, tuple[tuple[str, int], ...]]] = {}
    for row in instance.all_requirements:
        for item in instance.members(row.item):
            for member in (m for word in row.requires for m in instance.members(word)):
                place = instance.adoptables[member.id].place or ""
                if gated(instance, item, member) and place in addressed[item.id]:
                    here = made.setdefault(item.id, {})
                    here[place] = tuple(dict.fromkeys((*here.get(place, ()), (member.id, row.lag))))
    return made


def gated(instance: Instance, item: Member, required: Member) -> bool:
    """Whether a requirement binds the cells of a driver and not its start: one on a local capability."""
    return instance.adoptables[item.id].kind == Kind.DRIVER and _local(instance.adoptables[required.id])


def units_of(instance: Instance, word: str, members: Unit) -> tuple[Unit, ...]:
    """What a required word counts for in a choice: a set as each of its members, all else as one.

    Parameters
    ----------
    instance
        Where the word is used.
    word
        Item expression.
    members
        Those it means for the item in question; a unit without members is there today.
    """
    node = word.partition("/")[0].partition(":")[0].partition("@")[0]
    one = node == "mandate" or bool(instance.leaves(node))
    return (members,) if one else tuple((m,) for m in members)


def _bounds_of(instance: Instance, index: int, row: Requirement, item: Member) -> Iterator[Bound]:
    binding = {word: _binding(instance, item, word) for word in row.requires}
    if row.at_least is None:
        for member in (m for members in binding.values() for m in members):
            naming = [e for e in instance.exceptions if member in instance.members(e.requires)]
            yield from _split(instance, Bound(index, Precedence(item, ((member,),), 1, row.lag), ()), naming)
        return
    units = [u for word in row.requires for u in units_of(instance, word, binding[word])]
    there = units.count(())
    single = merged(u[0] for u in units if len(u) == 1)  # jp and jp/customized is one market
    several = dict.fromkeys(u for u in units if len(u) > 1)
    alternatives = tuple(u for u in (*((m,) for m in single), *several) if all(m.id != item.id for m in u))
    needed = row.at_least - there
    if needed <= 0:
        return
    naming = [e for e in instance.exceptions if e.requires in row.requires]
    if needed == len(alternatives):  # all of them, which needs no counting
        made = [Precedence(item, ((m,),), 1, row.lag) for m in dict.fromkeys(m for u in alternatives for m in u)]
    else:
        made = [Precedence(item, alternatives, needed, row.lag)]
    for precedence in made:
        yield from _split(instance, Bound(index, precedence, ()), naming)


def _binding(instance: Instance, item: Member, word: str) -> Unit:
    """Members of a required word that bind the start of an item."""
    own = _affiliate_of(instance, instance.adoptables[item.id])
    kept = []
    for member in instance.members(word):
        required = instance.adoptables[member.id]
        elsewhere = own is not None and required.place != own and "@" not in word
        if not _local(required) or not (gated(instance, item, member) or elsewhere):
            kept.append(member)
    return tuple(kept)


def _local(required: Adoptable) -> bool:
    return required.kind == Kind.STEP and required.place is not None


def _affiliate_of(instance: Instance, item: Adoptable) -> str | None:
    """Affiliate that an adoptable is, or is local to."""
    if item.kind == Kind.AFFILIATE:
        return item.id
    return item.place if item.place in instance.by_id("affiliates") else None


def _split(instance: Instance, bound: Bound, naming: list[ExceptionRule]) -> Iterator[Bound]:
    """Tell apart the modes of an item by the exceptions that hold for them."""
    item, strict = bound.precedence.item, instance.settings.governance == "strict"
    groups: dict[tuple[str, ...], list[str]] = {}
    for mode in item.modes or tuple(m.id for m in instance.adoptables[item.id].modes):
        holding = tuple(e.id for e in naming if _covers(instance.members(e.item), item.id, mode))
        groups.setdefault(holding, []).append(mode)
    for holding, modes in groups.items():
        part = item if len(groups) == 1 else Member(item.id, tuple(modes))
        yield Bound(bound.row, bound.precedence._replace(item=part, waived_by=() if strict else holding), holding)


def _covers(members: Unit, item: str, mode: str) -> bool:
    return any(m.id == item and (m.modes is None or mode in m.modes) for m in members)
