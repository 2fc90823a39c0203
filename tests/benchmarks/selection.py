"""Problems of selecting and scheduling items, stated as initiatives: public ones in MineLib's format, generated ones.

An item is done in at most one period, takes resources in it and needs other items done in the same period or before;
money is discounted per period: ``worth[i] / (1 + rate) ** t`` with ``t`` from 0. As an instance: one wave of a year for
each period, one initiative of duration 0 for each item, so that it is live, earns, costs and takes its resources in its
start wave, and a requirement without lag for each arc. The instance discounts the middle of a year, so that amounts are
multiplied by ``(1 + rate) ** 0.5`` and the discounted ones are those of the source.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sequencer.instance.instance import Instance
from sequencer.instance.rows import RawInstance, RawRow
from sequencer.instance.validate import build
from sequencer.plan.plan import Adoption, Plan

CATEGORY = "worth"


@dataclass
class Selection:
    """Items, their resources and what they need; lists are by item, or by resource.

    Attributes
    ----------
    once, yearly, cost : list of float
        What an item earns in its period, in every year from then on (``tail`` years beyond the last period included),
        and costs in its period.
    uses : list of dict
        For each resource, what items take of it.
    capacity : list of list of float
        For each resource, how much there is in each period.
    arcs : list of (int, int)
        Item, and an item that it needs.
    """

    name: str
    periods: int
    rate: float
    once: list[float]
    yearly: list[float]
    cost: list[float]
    uses: list[dict[int, float]]
    capacity: list[list[float]]
    arcs: list[tuple[int, int]] = field(default_factory=list)
    tail: int = 0

    def worth(self, item: int, period: int) -> float:
        """Discounted worth of an item done in a period."""
        years = sum((1 + self.rate) ** -t for t in range(period, self.periods + self.tail))
        return (self.once[item] - self.cost[item]) / (1 + self.rate) ** period + self.yearly[item] * years


def item_id(item: int) -> str:
    """Id of an item's initiative."""
    return f"i{item}"


def to_instance(selection: Selection) -> Instance:
    """State a selection as an instance."""
    middle = (1 + selection.rate) ** 0.5
    settings: dict[str, Any] = {
        "schema_version": 1,
        "name": selection.name,
        "waves": selection.periods,
        "wave_months": 12,
        "tail_months": 12 * selection.tail,
        "discount_rate": selection.rate,
    }
    raw = RawInstance(settings, {table: [] for table in Instance.tables()})
    for item, (once, yearly, cost) in enumerate(zip(selection.once, selection.yearly, selection.cost, strict=True)):
        cells: dict[str, Any] = {"id": item_id(item), "duration": 0}
        if once or yearly:
            cells |= {"category": CATEGORY, "value_once": once * middle, "value_per_year": yearly * middle}
        if cost:
            cells["one_off_cost"] = cost * middle
        cells |= {f"use_r{r}": use[item] for r, use in enumerate(selection.uses) if use.get(item)}
        raw.tables["initiatives"].append(RawRow(cells))
    for r, amounts in enumerate(selection.capacity):
        raw.tables["resources"].append(RawRow({"id": f"r{r}"}))
        raw.tables["capacities"] += [
            RawRow({"resource": f"r{r}", "wave": wave, "capacity": amount})
            for wave, amount in enumerate(amounts, start=1)
        ]
    raw.tables["requirements"] = [
        RawRow({"item": item_id(item), "requires": (item_id(needed),)}) for item, needed in selection.arcs
    ]
    return build(raw)


def to_plan(when: dict[int, int]) -> Plan:
    """Plan of the items that are done, by their period from 0."""
    return Plan(tuple(Adoption(item_id(item), period + 1, None) for item, period in sorted(when.items())))


# -- MineLib -----------------------------------------------------------------------------------------------------------

LIMITS, WORTH, TAKES = "RESOURCE_CONSTRAINT_LIMITS", "OBJECTIVE_FUNCTION", "RESOURCE_CONSTRAINT_COEFFICIENTS"


def read_cpit(folder: Path, name: str) -> Selection:
    """Read a problem in MineLib's CPIT format (Espinoza et al. 2013, *MineLib: a library of open pit mining problems*).

    Raises
    ------
    FileNotFoundError
        If ``NAME.cpit`` or ``NAME.prec`` is not in the folder.
    ValueError
        If it has a limit other than an upper one.
    """
    head: dict[str, str] = {}
    sections: dict[str, list[list[str]]] = {LIMITS: [], WORTH: [], TAKES: []}
    section = ""
    for line in _lines(folder / f"{name}.cpit"):
        key, colon, value = line.partition(":")
        if colon:
            section, head[key.strip()] = key.strip(), value.strip()
        elif line != "EOF":
            sections[section].append(line.split())
    items, periods = int(head["NBLOCKS"]), int(head["NPERIODS"])
    resources = int(head["NRESOURCE_SIDE_CONSTRAINTS"])
    made = Selection(name, periods, float(head["DISCOUNT_RATE"]), *([0.0] * items for _ in range(3)), [], [])
    made.uses = [{} for _ in range(resources)]
    made.capacity = [[0.0] * periods for _ in range(resources)]
    for resource, period, kind, amount in sections[LIMITS]:
        if kind != "L":
            message = f"{name}.cpit: a limit of kind '{kind}' cannot be stated, only L"
            raise ValueError(message)
        made.capacity[int(resource)][int(period)] = float(amount)
    for item, worth in sections[WORTH]:
        made.once[int(item)] = float(worth)
    for item, resource, amount in sections[TAKES]:
        made.uses[int(resource)][int(item)] = float(amount)
    for line in _lines(folder / f"{name}.prec"):
        item, count, *needed = (int(word) for word in line.split())
        made.arcs += [(item, other) for other in needed[:count]]
    return made


def read_solution(path: Path) -> dict[int, int]:
    """Items of a solution file with their period from 0; of ``item destination period share`` the whole ones."""
    rows = [line.split() for line in _lines(path)]
    return {int(row[0]): int(row[2]) for row in rows if float(row[3]) > 0.5}


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and line[0] != "%"]


# -- generated ---------------------------------------------------------------------------------------------------------

TIERS = 6
"""Tiers of enablers below one another; the upper ones cost more than they earn."""

GROUP = 40
"""Items of a stream, such as an affiliate or a chain of value, in a clustered problem."""

NEAR = 0.9
"""Share of what an item needs that is in its own stream, in a clustered problem."""

SCARCE = 0.6
"""Share of what all items take that there is."""


def generate(items: int, periods: int, seed: int, *, clustered: bool) -> Selection:
    """Draw a layered problem: every item needs two to four of the tiers above.

    Parameters
    ----------
    items, periods, seed
        Size, and what it is drawn from.
    clustered
        Whether nine tenths of what an item needs are in its own stream and the others in the first tier; else four
        fifths are in the tier above and the others in any tier above.
    """
    rng = random.Random(seed)
    tiers = _tiers(items)
    arcs = [pair for k in range(1, len(tiers)) for item in tiers[k] for pair in _needs(rng, tiers, k, item, clustered)]
    money = [float(10 + int(91 * rng.random())) for _ in range(items)]
    people = [max(1.0, float(round(m * (0.3 + 0.9 * rng.random()) / 5))) for m in money]
    tier_of = {item: k for k, tier in enumerate(tiers) for item in tier}
    yearly = [round(m * _ratio(rng, tier_of[i]), 2) for i, m in enumerate(money)]
    capacity = [[float(int(SCARCE * sum(use) / periods))] * periods for use in (money, people)]
    name = f"{'clustered' if clustered else 'random'}-{items}x{periods}-{seed}"
    uses = [dict(enumerate(use)) for use in (money, people)]
    return Selection(name, periods, 0.1, [0.0] * items, yearly, money, uses, capacity, arcs, tail=5)


def _tiers(items: int) -> list[range]:
    """Items of each tier, more in lower ones."""
    shares = [0.6 + 0.8 * k / (TIERS - 1) for k in range(TIERS)]
    ends = [round(items * sum(shares[: k + 1]) / sum(shares)) for k in range(TIERS)]
    return [range(start, end) for start, end in zip([0, *ends], ends, strict=False)]


def _ratio(rng: random.Random, tier: int) -> float:
    """Yearly benefit per cost: next to nothing at the top, a stream of benefits below."""
    if tier == 0:
        return 0.25 * rng.random()
    return 0.05 + 0.1 * rng.random() + 0.09 * tier * (0.3 + 1.4 * rng.random())


def _needs(rng: random.Random, tiers: list[range], tier: int, item: int, clustered: bool) -> list[tuple[int, int]]:
    """What an item needs."""
    wanted, found = 2 + int(3 * rng.random()), set()
    for _ in range(wanted):
        above = tiers[tier - 1 if rng.random() < 0.8 else int(tier * rng.random())]
        if clustered:
            own = _stream(above, (item - tiers[tier].start) / len(tiers[tier]), len(tiers[-1]))
            above = own if own and rng.random() < NEAR else tiers[0]
        if above:
            found.add(above[int(len(above) * rng.random())])
    return [(item, other) for other in sorted(found)]


def _stream(tier: range, at: float, largest: int) -> range:
    """Items of a tier in the stream that holds the share ``at`` of each tier."""
    streams = max(2, largest * TIERS // GROUP)
    mine = int(at * streams)
    return tier[len(tier) * mine // streams : len(tier) * (mine + 1) // streams]


def load(name: str) -> Selection:
    """Generated problem by name: ``clustered-2000x8-1``, ``random-500x8-3``.

    Raises
    ------
    ValueError
        If the name says no size.
    """
    found = re.fullmatch(r"(clustered|random)-(\d+)x(\d+)-(\d+)", name)
    if found is None:
        message = f"there is no generated problem '{name}'; write for example clustered-2000x8-1"
        raise ValueError(message)
    return generate(*(int(number) for number in found.groups()[1:]), clustered=found[1] == "clustered")
