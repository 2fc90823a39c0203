"""Checks of what rules mean together: modes left, scope, exceptions, circles of requirements."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from sequencer.errors import InputProblem
from sequencer.instance.adoptables import Adoptable
from sequencer.instance.entities import ExceptionRule
from sequencer.instance.instance import Instance
from sequencer.instance.items import Member
from sequencer.instance.nearest import suggest
from sequencer.instance.precedences import gated
from sequencer.instance.scene import Scene
from sequencer.types import Kind

SHARE_TOLERANCE = 1e-6


class Need(NamedTuple):
    """One adoptable needs another live; ``waves`` must pass between their starts at least."""

    item: str
    required: str
    waves: int
    row: int | None


def archetypes_left(scene: Scene) -> Iterator[InputProblem]:
    """Every affiliate can take an archetype."""
    if not scene.instance.archetypes or not scene.complete("fit", "archetypes"):
        return
    for index, row in scene.items("affiliates"):
        if not scene.instance.archetypes_of(row.id):
            message = f"no archetype fits the class '{row.affiliate_class}' of {row.id}"
            classes = {f.affiliate_class for f in scene.instance.fit}
            remedy = f"Add the class to fit, or correct it. {suggest(row.affiliate_class, classes)}"
            yield scene.problem("affiliates", index, "no-archetype", message, remedy, "affiliate_class")


def scope(scene: Scene) -> Iterator[InputProblem]:
    """Shares of a driver's potential sum to 1 over the cells it addresses."""
    if not scene.complete("scopes", "affiliates", "brands", "customer_types", "drivers"):
        return
    instance = scene.instance
    yield from _scope_rows(scene)
    yield from _mixed_shares(scene)
    for driver_id in dict.fromkeys(row.driver for row in instance.scopes):
        rows = [(index, row.share) for index, row in scene.items("scopes") if row.driver == driver_id]
        total = math.fsum(share for _, share in rows)
        if abs(total - 1) > SHARE_TOLERANCE:
            message = f"the shares of {driver_id or 'the rows for all drivers'} sum to {total:.9g}, not to 1"
            remedy = "Correct the shares, so that the whole potential is spread."
            yield scene.problem("scopes", rows[0][0], "shares-not-one", message, remedy, "share", driver_id)
    for index, driver in scene.items("drivers"):
        if not instance.scope[driver.id]:
            message = f"everything {driver.id} addresses has the share 0, so its potential cannot be spread"
            remedy = "Give the affiliates a revenue or share, and brands and customer types a share, above 0."
            yield scene.problem("drivers", index, "no-scope", message, remedy)


def _mixed_shares(scene: Scene) -> Iterator[InputProblem]:
    """Affiliates have a share each, or are weighted by their revenue each: one does not compare with the other."""
    without = [(index, row) for index, row in scene.items("affiliates") if row.share is None]
    if scene.instance.scopes or not without or len(without) == len(scene.instance.affiliates):
        return
    for index, row in without:
        message = f"{row.id} has no share of value, but other affiliates have"
        remedy = "Give every affiliate a share, or none: then all are weighted by their revenue."
        yield scene.problem("affiliates", index, "shares-mixed", message, remedy, "share")


def _scope_rows(scene: Scene) -> Iterator[InputProblem]:
    """Rows of scopes name a place of every kind there is, and one that the driver addresses."""
    instance = scene.instance
    drivers = instance.by_id("drivers")
    own = {row.driver for row in instance.scopes if row.driver}
    for index, row in scene.items("scopes"):
        for column, table in (("affiliate", "affiliates"), ("brand", "brands"), ("customer_type", "customer_types")):
            value = getattr(row, column)
            addressed = getattr(drivers[row.driver], table) if row.driver else ()
            if not value and instance.rows(table):
                message = f"the row names no {column.replace('_', ' ')}, but the instance has {table}"
                yield scene.problem("scopes", index, "scope-cell", message, f"Fill in {column}.", column)
            elif addressed and value not in addressed:
                message = f"{row.driver} does not address {value}"
                remedy = f"Add {value} to {table} of {row.driver}, or delete the row."
                yield scene.problem("scopes", index, "scope-cell", message, remedy, column)
        if not row.driver and own:
            message = "rows for all drivers and rows for single ones do not go together"
            remedy = f"Give every driver rows of its own, or none ({', '.join(sorted(own))} has)."
            yield scene.problem("scopes", index, "scope-cell", message, remedy, "driver")
            own = set()


def exceptions(scene: Scene) -> Iterator[InputProblem]:
    """An exception waives a requirement that there is, for all that it names."""
    if not scene.complete("requirements", "settings"):
        return
    instance = scene.instance
    waived: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for _, precedence, ids in instance.bounds:
        for exception in ids:
            waived[exception] |= _by_mode(instance, (precedence.item,))
    for index, row in scene.items("exceptions"):
        named = _by_mode(instance, instance.members(row.item))
        if (named <= waived[row.id] and waived[row.id]) or _met_today(instance, row):
            continue
        message = f"{row.id} waives that {row.item} requires {row.requires}, but {_no_waiver(instance, row)}"
        needs = {f"{rule.item} requires {' '.join(rule.requires)}" for rule in instance.all_requirements}
        remedy = suggest(f"{row.item} requires {row.requires}", needs)
        yield scene.problem("exceptions", index, "unknown-requirement", message, remedy, "requires")


def _by_mode(instance: Instance, members: tuple[Member, ...]) -> set[tuple[str, str]]:
    """Adoptables with each of their modes that is meant."""
    return {
        (m.id, mode)
        for m in members
        for mode in (tuple(mode.id for mode in instance.adoptables[m.id].modes) if m.modes is None else m.modes)
    }


def _met_today(instance: Instance, row: ExceptionRule) -> bool:
    """Whether the requirement that an exception names is there, but asks for nothing beyond what is as-is."""
    rules = instance.all_requirements
    return not instance.members(row.requires) and any(
        rule.item == row.item and row.requires in rule.requires for rule in rules
    )


def _no_waiver(instance: Instance, row: ExceptionRule) -> str:
    """Why an exception finds nothing to waive."""
    required = instance.members(row.requires)
    if any(gated(instance, item, member) for item in instance.members(row.item) for member in required):
        return "a driver's start does not wait for a local capability; only what it earns in an affiliate does"
    return "no such requirement exists"


def cycles(scene: Scene) -> Iterator[InputProblem]:
    """No circle of requirements in which time must pass: nothing in it could ever start."""
    needs = _circular(_needs(scene.instance))
    edges: dict[str, list[Need]] = defaultdict(list)
    for need in needs:
        edges[need.item].append(need)
    told: set[str] = set()
    for need in needs:
        if need.waves == 0 or need.item in told:
            continue
        circle = _way(edges, need.required, need.item)
        if circle is None:
            continue
        told |= {need.item, *(n.item for n in circle)}
        words = " requires ".join([need.item, *(n.item for n in circle), need.item])
        message = f"requirements go round in a circle: {words}; none of them could ever start"
        remedy = "Take one of these requirements out; things that start together belong in relations (together)."
        rows = [n.row for n in (need, *circle) if n.row is not None]  # steps alone make no circle
        if min(rows) < len(scene.instance.requirements):
            row = next(r for r in rows if r < len(scene.instance.requirements))
            yield scene.problem("requirements", row, "requirement-cycle", message, remedy, "requires")
        else:
            yield scene.setting("requirement-cycle", message, "Choose another roll-out approach.", "rollout")


def _needs(instance: Instance) -> list[Need]:
    """What each adoptable needs in every mode: all-of requirements that nothing waives, and the order of steps."""
    found = instance.adoptables
    made: list[Need] = []
    for row, rule, _ in instance.bounds:
        if rule.single is None or rule in instance.waivers or found[rule.item.id].history is not None:
            continue
        if rule.item.modes is None or len(rule.item.modes) == len(found[rule.item.id].modes):
            waves = _shortest(found[rule.single.id], rule.single) + rule.lag
            made.append(Need(rule.item.id, rule.single.id, waves, row))
    for item_id, adoptable in found.items():
        before = _step_before(adoptable)
        if before in found and adoptable.history is None:
            made.append(Need(item_id, before, max(_shortest(found[before], Member(before)), 1), None))
    return made


def _circular(needs: list[Need]) -> list[Need]:
    """Leave out, again and again, what needs nothing further: what remains leads into a circle."""
    while True:
        needing = {need.item for need in needs}
        left = [need for need in needs if need.required in needing]
        if len(left) == len(needs):
            return left
        needs = left


def _shortest(item: Adoptable, member: Member) -> int:
    return min(m.duration for m in item.modes if member.modes is None or m.id in member.modes)


def _step_before(item: Adoptable) -> str:
    if item.level is None or item.kind not in (Kind.STEP, Kind.MANDATE):
        return ""
    return f"{item.id.rpartition(':')[0]}:{item.level - 1}"


def _way(edges: dict[str, list[Need]], start: str, end: str) -> list[Need] | None:
    """Shortest chain of needs from one adoptable to another, empty where they are the same; None where none."""
    came: dict[str, Need | None] = {start: None}
    queue = [start]
    for at in queue:
        if at == end:
            way: list[Need] = []
            step = came[at]
            while step is not None:
                way.insert(0, step)
                step = came[step.item]
            return way
        for need in edges.get(at, ()):
            if need.required not in came:
                came[need.required] = need
                queue.append(need.required)
    return None
