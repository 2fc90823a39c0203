"""Bundles: an adoptable with all it needs, in an order in which it can be placed.

What an item needs comes from what it requires, the order of steps and mandate, and for value also from what a driver
needs to earn in an affiliate or brand. Of a choice, the alternative that takes the fewest further adoptions is taken.
Items that have to start in the same wave are one group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from sequencer.instance.items import Member
from sequencer.instance.reach import step_pairs
from sequencer.types import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from sequencer.instance.adoptables import Adoptable
    from sequencer.model.sequencing import SequencingModel

SCOPE = (Kind.AFFILIATE, Kind.BRAND, Kind.CUSTOMER_TYPE)
EARNING = (Kind.DRIVER, *SCOPE, Kind.INITIATIVE)
"""Kinds that may earn, and those of them that a driver earns with."""

CELLS = 6
"""Cells of a driver that are tried as the first thing that earns."""

Group = tuple[Member, ...]
"""Members that start in the same wave; nearly always one."""


class Need(NamedTuple):
    """``at_least`` of ``alternatives`` have to be there for ``side``, or one of ``exceptions`` in their place."""

    side: Member
    alternatives: tuple[tuple[Member, ...], ...]
    at_least: int = 1
    exceptions: tuple[str, ...] = ()


class Bundles:
    """What items need.

    Parameters
    ----------
    model
        The model; items that have no start wave left in it are not asked for.
    """

    def __init__(self, model: SequencingModel) -> None:
        self.instance = model.instance
        self._past = self.instance.adoptables.keys() - self.instance.decided.keys()
        self._open = {item for item, _, _ in model.adopt}
        self._open_modes = {(item, mode) for item, mode, _ in model.adopt}
        self._needs: dict[str, list[Need]] = {}
        for need in self._all_needs():
            self._needs.setdefault(need.side.id, []).append(need)
        self._company = self._companions()
        self._sizes: dict[str, int] = {}
        self._derived: dict[str, list[Adoptable]] = {}
        for item in self.instance.adoptables.values():
            if item.place is not None and item.parent is not None:
                users = [d.id for d in self.instance.drivers if item.parent in d.functions]
                for half in (item.parent, item.place, *users):
                    self._derived.setdefault(half, []).append(item)

    def _all_needs(self) -> Iterator[Need]:
        instance = self.instance
        for rule in instance.precedences:
            yield Need(rule.item, rule.alternatives, rule.at_least, instance.waivers.get(rule, ()))
        for item, below in step_pairs(instance):
            yield Need(Member(item), ((Member(below),),))
        for step in instance.adoptables.values():
            below = f"mandate:{(step.level or 0) - 1}"
            if step.kind == Kind.MANDATE and below in instance.adoptables:
                yield Need(Member(step.id), ((Member(below),),))
        for pilot in instance.pilots:
            first = tuple((m,) for m in instance.member_set(pilot.pilots))
            for waiting in instance.member_set(pilot.affiliates):
                yield Need(waiting, first, pilot.at_least)
        for driver in instance.drivers:
            for f in (f for f in driver.functions if f in instance.adoptables):
                yield Need(Member(driver.id), ((Member(f),),))

    def _companions(self) -> dict[str, list[tuple[Member, tuple[Member, ...], int]]]:
        """For each item: the side in question, and how many of which others start in the same wave."""
        made: dict[str, list[tuple[Member, tuple[Member, ...], int]]] = {}
        for row in self.instance.all_relations:
            items = self.instance.member_set(row.items)
            for side in items:
                others = tuple(m for m in items if m.id != side.id)
                if row.relation == "together":
                    made.setdefault(side.id, []).append((side, others, len(others)))
                elif row.relation == "bundle":
                    others = self.instance.member_set(row.others)
                    made.setdefault(side.id, []).append((side, others, row.at_least))
        return made

    # -- what there is to adopt ---------------------------------------------------------------------------------------

    def cells(self, driver: str) -> Iterator[list[Member]]:
        """A driver with the members of one of its largest cells, the affiliate in each mode: the least that earns."""
        shares = self.instance.scope[driver]
        for cell in sorted(shares, key=lambda c: -shares[c])[:CELLS]:
            others = [Member(x) for x in (cell.brand, cell.customer_type) if x]
            for affiliate in self.in_each_mode(cell.affiliate) if cell.affiliate else [()]:
                yield [Member(driver), *others, *affiliate]

    def targets(self, kinds: tuple[Kind, ...]) -> list[list[Member]]:
        """What may earn more: every adoptable of some kinds in each of its modes."""
        items = [i for i in self.instance.decided.values() if i.kind in kinds]
        return [list(one) for item in items for one in self.in_each_mode(item.id)]

    def synergies(self) -> Iterator[list[Member]]:
        """What pays where all of it is live."""
        for row in self.instance.synergies:
            members = [m for m in self.instance.member_set(row.members) if m.id in self._open]
            if row.rate > 0 and members:
                yield members

    def in_each_mode(self, item: str) -> list[tuple[Member, ...]]:
        """An item in each of the modes that have a start wave."""
        modes = [m.id for m in self.instance.adoptables[item].modes if (item, m.id) in self._open_modes]
        several = len(self.instance.adoptables[item].modes) > 1
        return [(Member(item, (m,)),) for m in modes] if several else [(Member(item),)]

    # -- bundles ------------------------------------------------------------------------------------------------------

    def of(self, wanted: Iterable[Member], done: Container[str], *, waive: bool = False) -> list[Group]:
        """Everything not yet adopted that the wanted members need, in an order in which it can be placed.

        Parameters
        ----------
        wanted
            What is to be adopted.
        done
            Ids of what is already.
        waive
            Whether exceptions are adopted in place of what they waive.
        """
        order: dict[str, Group] = {}
        visiting: set[str] = set()

        def there(member: Member) -> bool:
            return member.id in done or member.id in order or member.id in visiting or member.id in self._past

        def visit(member: Member) -> None:
            if there(member):
                return
            group = self.company(member, done)
            visiting.update(m.id for m in group)
            for each in group:
                for need in self._needs.get(each.id, ()):
                    if _concerns(need.side, each):
                        for required in self._chosen(need, there, waive=waive):
                            visit(required)
            for each in group:
                order[each.id] = group

        for member in self._with_derived(list(wanted), done):
            visit(member)
        return list(dict.fromkeys(order.values()))

    def company(self, member: Member, done: Container[str]) -> Group:
        """A member with the others that have to start in its wave."""
        group = {member.id: member}
        waiting = [member]
        while waiting:
            one = waiting.pop()
            for side, others, count in self._company.get(one.id, ()):
                if not _concerns(side, one):
                    continue
                here = [m for m in others if m.id in group]
                missing = [m for m in others if m.id not in group and m.id not in done and m.id in self._open]
                for other in missing[: max(0, count - len(here))]:
                    group[other.id] = other
                    waiting.append(other)
        return tuple(group.values())

    def _chosen(self, need: Need, there: Callable[[Member], bool], *, waive: bool) -> list[Member]:
        """Members that a need asks for: of a choice, those that take the fewest further adoptions."""
        missing = [unit for unit in need.alternatives if not all(map(there, unit))]
        count = need.at_least - (len(need.alternatives) - len(missing))
        if count <= 0:
            return []
        if waive and need.exceptions:
            return [Member(need.exceptions[0])]
        if len(missing) > count:
            missing.sort(key=lambda unit: (any(m.id not in self._open for m in unit), sum(map(self._size, unit))))
        return [m for unit in missing[:count] for m in unit]

    def _size(self, member: Member) -> int:
        """How many adoptions a member takes in all, roughly: choices count as their first alternative."""
        if member.id not in self._sizes:
            self._sizes[member.id] = 1
            needs = [n for n in self._needs.get(member.id, ()) if _concerns(n.side, member)]
            units = [unit for need in needs for unit in need.alternatives[: need.at_least]]
            self._sizes[member.id] += sum(self._size(m) for unit in units for m in unit)
        return self._sizes[member.id]

    def _with_derived(self, wanted: list[Member], done: Container[str]) -> list[Member]:
        """Add what is adopted by place (``r1@jp``), and local steps that a driver waits for in an affiliate."""
        new = {m.id for m in wanted}

        def here(half: str | None) -> bool:
            return half in new or half in done or half in self._past

        made = dict.fromkeys(wanted)
        for half in [m.id for m in wanted]:
            for item in self._derived.get(half, ()):
                if self._joins(item, here):
                    made[Member(item.id)] = None
        for driver, places in self.instance.cell_gates.items():
            for affiliate, gates in places.items():
                if here(driver) and here(affiliate) and (driver in new or affiliate in new):
                    made |= {Member(step): None for step, _ in gates}
        return list(made)

    def _joins(self, item: Adoptable, here: Callable[[str | None], bool]) -> bool:
        """Whether both halves of a derived adoptable are there; of a function for a brand, a driver that needs it."""
        if item.kind == Kind.FUNCTION:
            users = [d.id for d in self.instance.drivers if item.parent in d.functions]
            return here(item.place) and any(map(here, users))
        return here(item.parent) and here(item.place)


def _concerns(side: Member, member: Member) -> bool:
    """Whether a rule about some modes of an item may concern a member."""
    return side.modes is None or member.modes is None or bool(set(side.modes) & set(member.modes))
