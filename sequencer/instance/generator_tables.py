"""Tables of generated programmes, drawn from named streams; see :mod:`sequencer.instance.generator`."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sequencer.instance import generator_names as n

Row = dict[str, Any]

TARGET = 2
"""Maturity aimed at; level 3 can be bought and helps only some repeated drivers."""

MONEY, WORK, ATTENTION = 1.0, 0.9, 0.95
"""Share of what going for everything takes that headquarters' budget, staff and executives have."""

ARCHETYPES: tuple[tuple[str, int, float, float, int, float, float, float, float], ...] = (
    ("standardized", 1, 0.4, 0.1, 4, 4.0, 1.0, 0.5, 0.92),
    ("adapted", 2, 1.0, 0.2, 3, 8.0, 1.0, 0.75, 0.92),
    ("customized", 3, 2.6, 0.5, 2, 16.0, 2.0, 1.5, 0.85),
)
"""Id, waves, one-off and running cost, how many at once (for 16 affiliates), use of staff, leadership and executives,
success."""

OF_CLASS = {
    "small": {"standardized": 0.9, "adapted": 1.0},
    "large": {"standardized": 0.6, "adapted": 0.9, "customized": 1.0},
    "exceptional": {"adapted": 0.55, "customized": 0.95},
}
"""Archetypes that a class may take, with their fit."""

RICH = 1.6
"""Potentials in terms of those of the patterns: reach and repeated probabilities take much of them away again."""

RETURN_FROM = 5
"""First wave in which a return can be asked for: what starts in the first earns little before."""

FEW = 16
"""Affiliates for which the number of markets in progress at once, and grants of the mandate, are given."""


@dataclass
class Programme:
    """A programme under construction: its settings, and rows by table."""

    affiliates: int
    brands: int
    customer_types: int
    drivers: int
    waves: int
    seed: int
    settings: Row = field(default_factory=dict)
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def stream(self, name: str) -> random.Random:
        """Random numbers of one entity."""
        return random.Random(f"{self.seed}/{name}")  # noqa: S311

    @property
    def scale(self) -> float:
        """Revenue of the programme over that which potentials refer to."""
        return sum(float(a["revenue"]) for a in self.tables["affiliates"]) / n.REFERENCE_REVENUE


def programme(affiliates: int, brands: int, customer_types: int, drivers: int, waves: int, seed: int) -> Programme:
    """Settings and all tables of a programme."""
    made = Programme(affiliates, brands, customer_types, drivers, waves, seed)
    for part in (_settings, _markets, _capabilities, _brands, _drivers, _mandate, _between, _resources, _pots):
        part(made)
    return made


def _between_of(rng: random.Random, low: float, high: float) -> float:
    """Number drawn evenly; by ``random()`` alone, whose stream is the same in every version of Python."""
    return low + (high - low) * rng.random()


def _round(value: float, digits: int = 2) -> float:
    return round(value, digits)


def _settings(p: Programme) -> None:
    p.settings = {
        "schema_version": 1,
        "name": f"Generated programme of {p.affiliates} affiliates",
        "unit": 1_000_000,
        "waves": p.waves,
        "wave_months": 6,
        "tail_months": 48,
        "discount_rate": 0.08,
        "carry_share": 0.5,
        "inhouse_share": 0.5,
        "governance": "case-by-case",
        "brands_first_wave": 1,
        "brands_later_waves": max(2, math.ceil(p.brands / 4)),
    }
    if p.waves >= RETURN_FROM:
        p.settings |= {"return_from_wave": max(RETURN_FROM, p.waves - 1), "return_lag": 2, "return_floor": 0.1}


def _markets(p: Programme) -> None:
    """Affiliates, archetypes, touches with their ramps, fit."""
    rows = []
    for market, kind in n.AFFILIATES[: p.affiliates]:
        revenue = round(_between_of(p.stream(market), *n.REVENUE[kind]))
        rows.append({"id": market, "affiliate_class": kind, "revenue": revenue, "archetypes": tuple(OF_CLASS[kind])})
    p.tables["affiliates"] = rows
    p.tables["archetypes"] = [
        {
            "id": name,
            "duration": waves,
            "one_off_cost": one_off,
            "one_off_share_of_revenue": 0.002,
            "running_cost": running,
            "hq_share": 0.6,
            "parallel": max(1, round(parallel * p.affiliates / FEW)),
            "use_fte": fte,
            "use_lead": lead,
            "use_exec": attention,
            "success": success,
        }
        for name, waves, one_off, running, parallel, fte, lead, attention, success in ARCHETYPES
    ]
    p.tables["touches"] = [
        {"id": "high", "use_fte": 6, "use_lead": 0.5, "success": 1.0},
        {"id": "low", "success": 0.92},
    ]
    ramps = {"high": (0.6, 0.9, 1.0), "low": (0.35, 0.65, 0.9)}
    p.tables["ramps"] = [
        {"owner": touch, "from_month": 6 * k, "factor": factor}
        for touch, factors in ramps.items()
        for k, factor in enumerate(factors)
    ]
    p.tables["fit"] = [
        {"affiliate_class": kind, "archetype": archetype, "fit": fit}
        for kind, fits in OF_CLASS.items()
        for archetype, fit in fits.items()
    ]


def _capabilities(p: Programme) -> None:
    """Capabilities in three layers, their steps up to level 3, and sourcing."""
    p.tables["capabilities"] = [
        {"id": c, "layer": layer, "path": f"{layer}.{branch}", "as_is": as_is, "target": TARGET, "benchmark": 1}
        for c, layer, branch, as_is in n.CAPABILITIES
    ]
    p.tables["capability_steps"] = [
        step for c, layer, _, as_is in n.CAPABILITIES for step in _steps(p, c, layer, as_is)
    ]
    layers = ("technological", "commercial", "transformational")
    p.tables["sourcing_modes"] = [
        {"id": "build", "layers": layers, "duration": 1},
        {
            "id": "hybrid",
            "layers": layers[:2],
            "duration": 1,
            "cost_factor": 1.3,
            "use_factor_fte": 0.7,
            "inhouse_weight": 0.5,
        },
        {
            "id": "agency",
            "layers": layers[:2],
            "duration": 0,
            "cost_factor": 1.7,
            "use_factor_fte": 0.4,
            "inhouse_weight": 0.0,
        },
    ]


def _steps(p: Programme, capability: str, layer: str, as_is: int) -> list[dict[str, Any]]:
    """Steps of a capability up to level 3, each half as dear again as the one before."""
    rng = p.stream(capability)
    first = n.STEP_COST[layer] * math.sqrt(p.scale) * _between_of(rng, 0.7, 1.3)
    work = _between_of(rng, 2.5, 5.0)
    costs = {level: _round(first * 1.5 ** (level - 1)) for level in range(as_is + 1, 4)}
    return [
        {
            "capability": capability,
            "level": level,
            "one_off_cost": cost,
            "one_off_cost_low": _round(0.8 * cost),
            "one_off_cost_high": _round(1.4 * cost),
            "running_cost": _round(0.12 * cost, 3),
            "use_fte": _round(work * (0.8 + 0.2 * level), 1),
            "use_lead": 0.5,
            "use_exec": 0.25 if level == 1 else 0.5,
        }
        for level, cost in costs.items()
    ]


def _brands(p: Programme) -> None:
    """Brands with the course of their lives, customer types and functions."""
    brands, stages = [], []
    for k, brand in enumerate(n.BRANDS[: p.brands]):
        rng = p.stream(brand)
        course, turn = n.COURSES[k % len(n.COURSES)], 2 + int(rng.random() * max(1, p.waves - 2))
        share = _round(_between_of(rng, 0.4, 1.6))
        brands.append({"id": brand, "share": share, "one_off_cost": 0.4, "use_fte": 2, "use_exec": 0.5})
        for wave in range(1, p.waves + 1):
            stages.append({"brand": brand, "period": str(wave), "stage": course[0 if wave < turn else 1]})
        stages.append({"brand": brand, "period": "tail", "stage": course[2]})
    p.tables["brands"], p.tables["brand_stages"] = brands, stages
    p.tables["customer_types"] = [
        {"id": k, "name": name, "share": share, "one_off_cost": 0.2, "contact_cap": cap}
        for k, name, share, cap in n.CUSTOMER_TYPES[: p.customer_types]
    ]
    p.tables["functions"] = [
        {"id": f, "one_off_cost": cost, "running_cost": 0.3, "use_fte": fte, "use_lead": 1, "use_exec": 1}
        for f, cost, fte in (("medical", 0.5, 6), ("marketing", 0.6, 8), ("sales", 0.8, 10))
    ]
    p.tables["fatigue"] = [
        {"customer_type": k["id"], "step": step, "width": width, "slope_per_year": slope, "category": "risk"}
        for k in p.tables["customer_types"]
        if k["contact_cap"] is not None
        for step, width, slope in ((1, 2.0, 0.8), (2, None, 2.0))
    ]


def _drivers(p: Programme) -> None:
    """Drivers: the patterns, and beyond these their repetitions with other figures and a further need."""
    known = [k["id"] for k in p.tables["customer_types"]]
    loaded = [k["id"] for k in p.tables["customer_types"] if k["contact_cap"] is not None]
    spread = math.sqrt(len(n.PATTERNS) / max(p.drivers, len(n.PATTERNS)))
    rows, needs, lifecycle, reach = [], [], [], []
    for k in range(p.drivers):
        pattern, again = n.PATTERNS[k % len(n.PATTERNS)], k // len(n.PATTERNS)
        driver = f"{pattern.id}{again + 1}" if again else pattern.id
        rng = p.stream(driver)
        potential = _round(RICH * pattern.potential * p.scale * spread * _between_of(rng, 0.8, 1.2))
        rows.append(
            {
                "id": driver,
                "name": f"{pattern.name} {again + 1}" if again else pattern.name,
                "category": pattern.category,
                "potential": potential,
                "potential_low": _round(0.6 * potential),
                "potential_high": _round(1.25 * potential),
                "success": _round(_between_of(rng, 0.75, 0.92)),
                "functions": tuple(pattern.functions.split()),
                "brands": _some(rng, [b["id"] for b in p.tables["brands"]], 0.7),
                "customer_types": _some(rng, known, 0.6),
                "running_cost": 0.15,
                "use_fte": 4,
                "use_lead": 1,
                "use_exec": 1.5,
                **{f"contact_load_{c}": _round(pattern.load * spread) for c in loaded if pattern.load},
            }
        )
        words = pattern.needs.split()
        if again:
            words.append(f"{n.CAPABILITIES[int(rng.random() * len(n.CAPABILITIES))][0]}:{1 + again % 3}")
        needs += [{"item": driver, "requires": (word,)} for word in dict.fromkeys(words)]
        lifecycle += [
            {"driver": driver, "stage": stage, "factor": factor}
            for stage, factor in zip(n.STAGES, pattern.lifecycle, strict=True)
        ]
        reach += [{"driver": driver, "customer_type": c, "factor": _round(_between_of(rng, 0.6, 1.0))} for c in known]
    p.tables |= {"drivers": rows, "requirements": needs, "lifecycle": lifecycle, "reach": reach}


def _some(rng: random.Random, words: list[str], share: float) -> tuple[str, ...]:
    """The first of some words, and about a share of the others."""
    return tuple(word for k, word in enumerate(words) if rng.random() < share or k == 0)


def _mandate(p: Programme) -> None:
    """Mandate levels: shares of drivers, of exceptions and customized markets that they grant; what earns them."""
    names = ("Sponsored pilot", "Funded programme", "Cross-functional mandate", "Enterprise mandate", "Operating model")
    earned, live = (0.0, 0.0, 0.0, 3.0, 10.0), (2, 5, 8, 11, 14)
    customized, released = (0, 0, 1, 2, 4), (0.7, 0.8, 0.9, 1.0, 1.0)
    more, wide = p.drivers / len(n.PATTERNS), p.affiliates / FEW
    p.tables["mandate"] = [
        {
            "level": level,
            "name": name,
            "one_off_cost": 0.3 if level else 0.0,
            "running_cost": 0.3 if level else 0.0,
            "use_exec": 2 if level else 0,
            "earned_value": _round(earned[level] * p.scale),
            "live_drivers": math.ceil(live[level] * more),
            "new_drivers": math.ceil(min(2 + level, 4) * more),
            "customized_total": math.ceil(customized[level] * wide),
            "open_exceptions": max(0, level - 1),
            "released_share": released[level],
        }
        for level, name in enumerate(names)
    ]
    comfort = math.ceil(2 * more)
    p.tables["pace"] = [{"items": "drivers", "comfort": comfort, "losses": (0.5, 1.0), "limit": math.ceil(3 * more)}]
    p.tables["exceptions"] = [
        {
            "id": "ex_first",
            "name": "First market customized before mandate 2",
            "item": f"{p.tables['affiliates'][0]['id']}/customized",
            "requires": "mandate:2",
            "one_off_cost": 0.4,
            "use_exec": 1,
        }
    ]


def _between(p: Programme) -> None:
    """Requirements between capabilities, mandate, archetypes and customer types."""
    known = {k["id"] for k in p.tables["customer_types"]}
    pairs = [*n.BETWEEN, *((k, r) for k, r in (("patient", "consent:2"), ("hco", "data:2")) if k in known)]
    p.tables["requirements"] += [{"item": item, "requires": (required,)} for item, required in pairs]


def _resources(p: Programme) -> None:
    """Staff, leadership and executives: a share of what everything would take, more in the middle waves."""
    p.tables["resources"] = [
        {"id": "fte", "name": "cross-functional delivery", "unit": "FTE"},
        {"id": "lead", "name": "transformation leadership", "unit": "FTE"},
        {"id": "exec", "name": "executive attention", "unit": "units", "timing": "last_wave"},
    ]
    shapes: dict[str, tuple[float, Callable[[float], float]]] = {
        "fte": (WORK, lambda at: 0.8 + 0.8 * at * (1 - at)),
        "lead": (WORK, lambda at: 0.9 + 0.4 * at * (1 - at)),
        "exec": (ATTENTION, lambda at: 1.3 - 0.6 * at),
    }
    total = {resource: _work(p, f"use_{resource}") for resource in shapes}
    p.tables["capacities"] = [
        {
            "resource": resource,
            "wave": wave,
            "capacity": math.ceil(share * total[resource] / p.waves * shape((wave - 0.5) / p.waves)),
        }
        for resource, (share, shape) in shapes.items()
        for wave in range(1, p.waves + 1)
    ]


def _work(p: Programme, column: str) -> float:
    """What all drivers, brands, functions, target steps and mandate steps, and all markets as adapted, take."""
    tables = ("drivers", "brands", "functions", "mandate")
    made = sum(float(row.get(column, 0.0)) for table in tables for row in p.tables[table])
    made += sum(float(row[column]) for row in _target_steps(p))
    adapted = p.tables["archetypes"][1]
    times = 1 if column == "use_exec" else adapted["duration"]
    return made + p.affiliates * times * float(adapted[column])


def _target_steps(p: Programme) -> list[Row]:
    return [row for row in p.tables["capability_steps"] if row["level"] <= TARGET]


def _pots(p: Programme) -> None:
    """Headquarters' budget, a share of what everything would cost it, and a small one for each affiliate."""
    steps = sum(float(row["one_off_cost"]) for row in _target_steps(p))
    adapted: Mapping[str, Any] = p.tables["archetypes"][1]
    markets = sum(adapted["one_off_cost"] + 0.002 * a["revenue"] for a in p.tables["affiliates"])
    total = MONEY * (steps + adapted["hq_share"] * markets)
    p.tables["budgets"] = [
        {"pot": "hq", "wave": w, "amount": _round(total / p.waves * (0.9 + 0.6 * at * (1 - at)), 1)}
        for w, at in ((w, (w - 0.5) / p.waves) for w in range(1, p.waves + 1))
    ]
    p.tables["budgets"] += [
        {"pot": a["id"], "wave": w, "amount": _round(0.25 + 0.0005 * a["revenue"], 3)}
        for a in p.tables["affiliates"]
        for w in range(1, p.waves + 1)
    ]
