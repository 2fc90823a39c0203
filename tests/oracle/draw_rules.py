"""Rules drawn over the adoptables there are: money, resources, pace, start small, locks, shares of cells."""

from __future__ import annotations

from itertools import product
from typing import Any

from tests.oracle.drawing import Drawing


def budgets(drawing: Drawing) -> None:
    """Budgets of some pots, near what there is to pay, with carry-over; or hardly any but what an initiative frees."""
    drawing.settings["carry_share"] = drawing.pick((1, 0.5, 0))
    given = {row["pot"] for row in drawing.tables["budgets"]}
    for pot in (p for p in drawing.pots if p not in given):
        if pot in drawing.freeing or drawing.chance(8 if pot == "hq" else 3):
            levels = (3, 2, 4) if drawing.wants("released", "cost_splits") else (4, 3, 6, 8)
            levels = (2, 1.5, 3) if drawing.wants("released") else levels
            level = drawing.pick(levels if pot == "hq" else (2, 4, 1))
            if pot in drawing.freeing and drawing.chance(6):
                level = drawing.pick((0.5, 0))
            budget(drawing, pot, level)


def budget(drawing: Drawing, pot: str, level: float) -> None:
    """Money of a pot, about so much in each wave."""
    for w in drawing.waves:
        drawing.add("budgets", pot=pot, wave=w, amount=level * drawing.pick((1, 1, 0.5, 1, 1, 2, 1, 1, 0.5, 1, 0)))


def cost_splits(drawing: Drawing) -> None:
    """Lines that another pot pays in part, and factors on cost."""
    single = [i for i in drawing.modes if drawing.kinds[i] != "mandate"]
    others = [pot for pot in drawing.pots if pot != "hq"] or ["hq"]
    costly = [row["id"] for t in ("drivers", "initiatives") for row in drawing.tables[t] if row["one_off_cost"] > 0.5]
    if drawing.chance(9):
        row = {"item": drawing.pick(costly or single), "line": drawing.pick(("all", "one_off", "running"))}
        drawing.add("cost_splits", **row, pot=drawing.pick(others), share=drawing.pick((1, 0.5, 0.75)))
    if drawing.chance(7):
        item = drawing.pick([*single, *drawing.ids("capabilities")])
        row = {"item": item, "line": drawing.pick(("all", "one_off", "running"))}
        drawing.add("cost_factors", **row, factor=drawing.pick((3, 0.25, 2)))


def capacities(drawing: Drawing) -> None:
    """Capacity of the resources, what may be bought beyond it, what pairs take, and use that is not even."""
    bought = drawing.wants("extra_capacity")
    for resource in drawing.ids("resources"):
        if bought or drawing.chance(9):
            level = drawing.pick((0.5, 1) if bought or drawing.wants("use_factors") else (2, 1.5, 1, 2))
            lead = next(r["lead"] for r in drawing.tables["resources"] if r["id"] == resource)
            for w in drawing.waves:
                row: dict[str, Any] = {"capacity": max(0, level + drawing.pick((0, 0, -0.5, 1, 0.5)))}
                if bought and w > lead:
                    row |= {"extra_cap": drawing.pick((1, 2, 0.5)), "extra_cost": drawing.pick((1, 0.5, 3, 0))}
                drawing.add("capacities", resource=resource, wave=w, **row)
        if drawing.wants("pair_uses") and drawing.ids("affiliates") and drawing.ids("brands"):
            a, b = (drawing.pick(("", "", *drawing.ids(t))) for t in ("affiliates", "brands"))
            amount = drawing.pick((1, 0.5, 2))
            drawing.add("pair_uses", resource=resource, affiliate=a, brand=b, amount=amount)
        if drawing.chance(2) or drawing.wants("profiles"):
            # Modes take different times, so that a profile may be longer than the shortest of them.
            item = drawing.pick(list(drawing.modes))
            profile = drawing.pick(("1.5", "0.5 1.5", "1 0.25") if drawing.longest[item] > 1 else ("1.5",))
            drawing.add("use_profiles", item=item, resource=resource, profile=profile)


def pace(drawing: Drawing) -> None:
    """At most so many of a set start in a wave, or what is above a comfortable number costs."""
    sets = {"drivers": "drivers", "steps": "capability_steps", "affiliates": "affiliates", "brands": "brands"}
    there = [word for word, table in sets.items() if len(drawing.tables[table]) > 1]
    several = " ".join(drawing.modes)
    options = [*there, several, several] if len(drawing.modes) > 1 else there
    if options:
        items = drawing.pick(options)
        more = 1 if " " in items else 0
        row: dict[str, Any] = {"items": items}
        if drawing.wants("pace_losses"):
            row |= {"comfort": drawing.pick((0, 1)), "losses": drawing.pick(("2.5", "1.5 7", "0.5 0.5 9", "20"))}
        if not drawing.wants("pace_losses") or drawing.chance(2):
            row["limit"] = drawing.pick((1, 1, 1, 1, 1, 1, 1, 1, 1, 0)) + more
        drawing.add("pace", **row)


def start_small(drawing: Drawing) -> None:
    """Few brands at first, and few new ones later."""
    drawing.settings["brands_first_wave"] = drawing.pick((1, 1, 1, 1, 1, None, 1, 0))
    drawing.settings["brands_later_waves"] = drawing.pick((1, None, 1, None, None, 0))


def locks(drawing: Drawing) -> None:
    """One or two decisions made outside, never contradicting each other."""
    items = list(drawing.modes)
    for tenths in (9, 4):
        if items and drawing.chance(tenths):
            item = drawing.pick(items)
            items.remove(item)
            drawing.add("locks", item=item, **_lock(drawing, item))
    if not drawing.tables["locks"] and drawing.chance(5):
        kind = drawing.pick(("latest", "earliest", "fixed"))
        drawing.add("locks", item="drivers", **{kind: drawing.pick(drawing.waves)})


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
    if len(cells) not in (2, 4):
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
        drawing.add("scopes", affiliate=a, brand=b, customer_type=k, share=share / 8)
