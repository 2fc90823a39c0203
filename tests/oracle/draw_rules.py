"""Rules drawn over the adoptables there are: money, resources, pace, start small, locks, shares of cells."""

from __future__ import annotations

from itertools import product
from typing import Any

from tests.oracle.drawing import Drawing


def budgets(drawing: Drawing) -> None:
    """Budgets of some pots, near what there is to pay, with carry-over; or hardly any but what an initiative frees."""
    drawing.settings["carry_share"] = drawing.pick((1, 0.5, 0))
    for pot in ("hq", *drawing.ids("pots"), *drawing.ids("affiliates")):
        if pot in drawing.freeing or drawing.chance(8 if pot == "hq" else 3):
            level = drawing.pick((4, 3, 6, 2, 8) if pot == "hq" else (1, 2, 0.5))
            if pot in drawing.freeing and drawing.chance(6):
                level = drawing.pick((0.5, 0))
            for w in drawing.waves:
                amount = level * drawing.pick((1, 1, 0.5, 1, 1, 1, 1, 0))
                drawing.tables["budgets"].append({"pot": pot, "wave": w, "amount": amount})


def cost_splits(drawing: Drawing) -> None:
    """Lines that another pot pays in part, and factors on cost."""
    single = [i for i, modes in drawing.modes.items() if not i.startswith("mandate")]
    pots = ["hq", *drawing.ids("pots"), *drawing.ids("affiliates")]
    if drawing.chance(3):
        row = {"item": drawing.pick(single), "line": drawing.pick(("all", "one_off", "running"))}
        drawing.tables["cost_splits"].append(row | {"pot": drawing.pick(pots), "share": drawing.pick((0.5, 0.25, 1))})
    if drawing.chance(2):
        item = drawing.pick([*single, *drawing.ids("capabilities")])
        row = {"item": item, "line": drawing.pick(("all", "one_off", "running"))}
        drawing.tables["cost_factors"].append(row | {"factor": drawing.pick((0.5, 2))})


def capacities(drawing: Drawing) -> None:
    """Capacity of the resources, and use that is not even."""
    for resource in drawing.ids("resources"):
        if drawing.chance(9):
            level = drawing.pick((2, 1.5, 3, 1))
            for w in drawing.waves:
                capacity = max(0, level + drawing.pick((0, 0, -0.5, 1, 0.5)))
                drawing.tables["capacities"].append({"resource": resource, "wave": w, "capacity": capacity})
        if drawing.chance(2):
            # An affiliate takes as long as its archetype says, so a profile must do for several lengths.
            row = {"item": drawing.pick(list(drawing.modes)), "resource": resource}
            drawing.tables["use_profiles"].append(row | {"profile": drawing.pick(("1.5", "0.5 1.5", "1 0.25"))})


def pace(drawing: Drawing) -> None:
    """At most so many of a set start in a wave."""
    sets = {"drivers": "drivers", "steps": "capability_steps", "affiliates": "affiliates", "brands": "brands"}
    there = [word for word, table in sets.items() if len(drawing.tables[table]) > 1]
    options = [*there, " ".join(drawing.modes)] if len(drawing.modes) > 1 else there
    if options:
        items = drawing.pick(options)
        limit = drawing.pick((1, 1, 1, 1, 1, 1, 2, 1, 1, 0)) + (1 if " " in items else 0)
        drawing.tables["pace"].append({"items": items, "limit": limit})


def locks(drawing: Drawing) -> None:
    """One or two decisions made outside, never contradicting each other."""
    items = list(drawing.modes)
    for tenths in (9, 4):
        if items and drawing.chance(tenths):
            item = drawing.pick(items)
            items.remove(item)
            drawing.tables["locks"].append({"item": item} | _lock(drawing, item))
    if not drawing.tables["locks"] and drawing.chance(5):
        kind = drawing.pick(("latest", "earliest", "fixed"))
        drawing.tables["locks"].append({"item": "drivers", kind: drawing.pick(drawing.waves)})


def _lock(drawing: Drawing, item: str) -> dict[str, Any]:
    kinds = ["must", "by", "earliest", "latest", "never", "by", "earliest", "latest", "fixed"]
    if len(drawing.modes[item]) > 1:
        kinds += ["mode", "mode"]
    kind = drawing.pick(kinds)
    if kind == "must":
        return {"must": True}
    if kind == "never":
        return {"never": True}
    if kind == "mode":
        return {"mode": drawing.pick(drawing.modes[item]), "must": drawing.chance(3)}
    wave = drawing.pick(drawing.waves)
    if kind == "by":
        return {"must": True, "by": wave} if wave > drawing.durations[item] else {"must": True}
    return {kind: wave}


def scopes(drawing: Drawing) -> None:
    """Shares of cells by table; they need not be a product of shares by affiliate, brand and customer type."""
    cells = list(product(*(drawing.ids(t) or [""] for t in ("affiliates", "brands", "customer_types"))))
    if len(cells) not in (2, 4) or not drawing.chance(4):
        return
    # A driver that addresses a part of them must find a share in it.
    part = any(
        row.get(f"{kind}s") for row in drawing.tables["drivers"] for kind in ("affiliate", "brand", "customer_type")
    )
    if len(cells) == 2:
        eighths = drawing.pick(((2, 6), (4, 4)))
    else:
        eighths = drawing.pick(((3, 1, 2, 2), (2, 2, 2, 2), (1, 3, 3, 1) if part else (2, 4, 2, 0)))
    for (a, b, k), share in zip(cells, eighths, strict=True):
        row = {"affiliate": a, "brand": b, "customer_type": k, "share": share / 8}
        drawing.tables["scopes"].append(row)


RULES = (budgets, cost_splits, capacities, pace, locks, scopes)
