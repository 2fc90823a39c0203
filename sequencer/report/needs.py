"""Tables of an interdependency map: gaps from as-is, effort, earliest waves and the critical chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sequencer.report import words
from sequencer.report.table import Table
from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.instance.needs import Needs, Node


def tables(instance: Instance, found: Needs) -> list[Table]:
    """Every table of a map, in reading order."""
    made = [gaps(instance, found), effort(instance, found), chain(instance, found)]
    return [t for t in made if t.rows or t.notes]


def gaps(instance: Instance, found: Needs) -> Table:
    """Capabilities on the map: maturity today, needed and missing."""
    needed: dict[str, list[Node]] = {}
    for node in found.nodes.values():
        if node.item.kind == Kind.STEP and node.item.capability:
            key = node.item.capability + (f"@{node.item.place}" if node.item.place else "")
            needed.setdefault(key, []).append(node)
    rows = []
    for nodes in needed.values():
        capability = instance.by_id("capabilities")[nodes[0].item.capability or ""]
        top = max(n.item.level or 0 for n in nodes)
        live = [n.live for n in nodes]
        place = f" in {instance.label(nodes[0].item.place)}" if nodes[0].item.place else ""
        when = words.NONE if None in live else words.wave_text(instance, max(x for x in live if x is not None))
        costs = (sum(n.one_off for n in nodes), sum(n.running for n in nodes))
        cells = (str(top - len(nodes)), str(top), str(len(nodes)), *(words.short(c) for c in costs), when)
        layer = words.LAYERS[capability.layer].removesuffix(" capabilities")
        rows.append((layer, words.one_line(capability.label) + place, *cells))
    rows.sort(key=lambda r: list(words.LAYERS.values()).index(f"{r[0]} capabilities"))
    columns = ("Layer", "Capability", "As-is", "Needed", "Missing", "One-off", "A year", "Live at the earliest")
    notes = ("Cost is that of the cheapest way, waves are those of the fastest.",)
    if not rows:
        notes = ("It needs no capability that is not there already.",)
    return Table(f"Gap from as-is, {words.money_unit(instance)}", columns, tuple(rows), notes)


def effort(instance: Instance, found: Needs) -> Table:
    """Effort by kind: how many, cost, use of resources."""
    groups: dict[str, list[Node]] = {}
    for node in found.nodes.values():
        groups.setdefault(words.KINDS[node.item.kind], []).append(node)
    groups["All"] = list(found.nodes.values())
    unit = words.money_unit(instance)
    rows = [
        ("How many", *(str(len(nodes)) for nodes in groups.values())),
        (f"One-off cost, {unit}", *(words.short(sum(n.one_off for n in nodes)) for nodes in groups.values())),
        (f"Cost a year, {unit}", *(words.short(sum(n.running for n in nodes)) for nodes in groups.values())),
    ]
    for r in instance.resources:
        used = [sum(n.use.get(r.id, 0.0) for n in nodes) for nodes in groups.values()]
        if any(used):
            name = f"{words.one_line(r.label)}{f', {words.one_line(r.unit)}' if r.unit else ''}"
            rows.append((name, *(words.short(u) for u in used)))
    notes = ["Each in its cheapest way; resources are summed over the waves. What others need as well counts in full."]
    if any(link.choice for link in found.links):
        notes.append("Where one of several would do, all of them count.")
    return Table("Effort", ("", *groups), tuple(rows), tuple(notes))


def chain(instance: Instance, found: Needs) -> Table:
    """Critical chain: what keeps it from being earlier."""
    rows = []
    for item in found.chain:
        node = found.nodes[item]
        start = words.NONE if node.earliest is None else str(node.earliest)
        live = words.NONE if node.live is None else words.wave_text(instance, node.live)
        rows.append((item, words.one_line(node.item.name), start, str(node.fastest.duration), live))
    root = found.nodes[found.root]
    name = words.one_line(root.item.name)
    if root.live is None:
        note = f"{name} cannot be reached in any wave: `sequencer validate` says why."
    else:
        note = (
            f"{name} can be live in {words.wave_text(instance, root.live)} at the earliest; money, people and mandate"
        )
        note += " may make it later."
    columns = ("Id", "Critical chain", "Starts in wave", "Waves in progress", "Live")
    return Table("Critical chain", columns, tuple(rows), (note,))


def content(instance: Instance, found: Needs) -> dict[str, Any]:
    """JSON of a map."""
    return {
        "driver": found.root,
        "earliest": found.nodes[found.root].earliest,
        "unit": words.money_unit(instance),
        "nodes": [
            {
                "id": i,
                "name": n.item.name,
                "kind": str(n.item.kind),
                "fastest_mode": n.fastest.id or None,
                "cheapest_mode": n.cheapest.id or None,
                "earliest": n.earliest,
                "live": n.live,
                "one_off_cost": n.one_off,
                "running_cost": n.running,
                "use": n.use,
            }
            for i, n in found.nodes.items()
        ],
        "links": [
            {"needed": k.needed, "by": k.by, "lag": k.lag, "choice": k.choice, "only_for_value": k.value}
            for k in found.links
        ],
        "critical_chain": list(found.chain),
    }
