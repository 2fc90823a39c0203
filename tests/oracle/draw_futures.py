"""Random scenarios for a random instance: amounts of all kinds that scenarios may change, and the measures of them."""

from __future__ import annotations

import random
from typing import Any

from sequencer.instance.futures import CHANGEABLE
from sequencer.instance.instance import Instance

AIMS = ("cvar", "expected_npv", "worst_npv", "regret", "scenario_npv:bad")
MEANT = (
    "drivers",
    "archetypes",
    "touches",
    "fit",
    "initiatives",
    "synergies",
    "capacities",
    "capability_steps",
    "modes",
)
"""Tables changed one time in two where they have rows; others more rarely."""


def with_scenarios(instance: Instance, seed: int) -> Instance:
    """The instance with three scenarios and an aim over them; one plan of each is taken as the best it can have."""
    pick = random.Random(seed)
    changes: list[dict[str, Any]] = []
    for scenario in ("good", "bad"):
        for table, columns in CHANGEABLE.items():
            rows = (None,) if table == "settings" else instance.rows(table)
            if not rows or pick.random() > (0.5 if table in MEANT else 0.2):
                continue
            row, column = pick.choice(rows), pick.choice(columns)
            made = _change(pick, instance, table, row, column)
            if made is not None:
                changes.append({"scenario": scenario, "of": table, **made})
    aim = AIMS[seed % len(AIMS)]
    return instance.replace(
        *({"table": "scenarios", "insert": {"id": i, "probability": p, "best_npv": b}} for i, p, b in SCENARIOS),
        *({"table": "scenario_changes", "insert": row} for row in changes),
        {"table": "settings", "field": "objective", "set": aim},
        {"table": "settings", "field": "cvar_level", "set": pick.choice((0.0, 0.5, 0.75, 0.9))},
    )


SCENARIOS = (("calm", 0.5, 31.7), ("good", 0.2, 44.1), ("bad", 0.3, 12.9))


def _change(pick: random.Random, instance: Instance, table: str, row: Any, column: str) -> dict[str, Any] | None:
    """A change of one amount; None where that would say nothing, or could not be."""
    if table == "settings":
        if column == "discount_rate":
            return {"column": column, "value": 0.15}
        if instance.settings.rollout == "free":
            return None
        return {"column": column, "value": 0.5}
    before = getattr(row, column)
    certain = column in ("success", "fit") or table == "reach"
    factor = pick.choice((0.0, 0.37, 0.81) if certain else (0.0, 0.43, 1.83, 2.71))
    if not before:
        return None
    return {"row": row.record_id, "column": column, "factor": factor}
