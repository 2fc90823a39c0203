"""A programme under way: some of what there is has started before wave 1, and has earned, spent and carried.

With it, or without, a plan that there is already and that moves are counted against.
"""

from __future__ import annotations

from typing import Any

from tests.oracle.drawing import Drawing


def under_way(drawing: Drawing) -> None:
    """A few items live or in progress, a mandate, and amounts of money; drawn last, over all there is."""
    ladder = [i for i in drawing.of("mandate") if not _locked(drawing, i)]
    if ladder and drawing.chance(5):
        path = drawing.settings.get("mandate_path")
        level = int(ladder[0].split(":")[1])
        if not path or path == "free" or path[0] >= level:
            drawing.add("initial_state", record="mandate", level=level)
    for _ in range(drawing.pick((1, 2, 1, 2, 3))):
        items = [i for i in drawing.modes if _may(drawing, i)]
        if items:
            _begin(drawing, drawing.pick(items))
    limited = list(dict.fromkeys(row["pot"] for row in drawing.tables["budgets"]))
    for pot in limited:
        if drawing.chance(6):
            drawing.add("initial_state", record="carry", id=pot, amount=drawing.pick((1, 0.5, 2, 4)))
    for category in drawing.categories:
        if drawing.chance(5):
            wave = drawing.pick((0, None, 0, -1))
            drawing.add("initial_state", record="value", id=category, wave=wave, amount=drawing.pick((3, 10, 25, 60)))
    if drawing.wants("continuous_return"):
        for wave in drawing.pick(((0,), (0, -1), ())):
            drawing.add("initial_state", record="spend", id="hq", wave=wave, amount=drawing.pick((5, 20, 40)))
    if drawing.wants("every_affiliate_gains"):
        for affiliate in drawing.ids("affiliates"):
            drawing.add("initial_state", record="gain", id=affiliate, amount=drawing.pick((-5, 2, -20)))


def reference(drawing: Drawing) -> None:
    """A plan that there is already; moves have a price, a limit, or break ties only. Drawn after what has started."""
    begun = [row.get("id") for row in drawing.tables["initial_state"]]
    level = max((row.get("level") or 0 for row in drawing.tables["initial_state"]), default=0)
    ladder = {i for i in drawing.of("mandate") if int(i.split(":")[1]) <= level}
    for item in (i for i in drawing.modes if i not in begun and i not in ladder):
        wave = drawing.pick((*drawing.waves, *drawing.waves, 0, None, "unlisted"))
        if wave != "unlisted":
            modes = drawing.modes[item]
            mode = drawing.pick(tuple(m or "own" for m in modes) if len(modes) > 1 else modes)
            drawing.add("reference_plan", item=item, wave=wave, mode=mode if wave else "")
    if drawing.tables["reference_plan"]:
        drawing.settings["move_cost"] = drawing.pick((2.5, 11, 0, 30))
        limited = any(row["measure"] == "moves" for row in drawing.tables["measure_limits"])
        if drawing.chance(5) and not limited:
            drawing.add("measure_limits", measure="moves", sense="cap", amount=drawing.pick((1, 0, 2)))
        if drawing.chance(2):
            drawing.settings["objective"] = drawing.pick(("npv moves", "moves npv"))


def _begin(drawing: Drawing, item: str) -> None:
    mode = drawing.pick(drawing.modes[item])
    row: dict[str, Any] = {"id": item, "mode": mode}
    if drawing.longest[item] and drawing.chance(4):
        row |= {"record": "in_progress", "remaining_waves": min(drawing.pick((1, 2, 1)), drawing.last)}
        row["amount"] = drawing.pick((None, 0.5, 2, 0))
    else:
        row |= {"record": "live", "live_waves": drawing.pick((None, 1, None, 2, 0))}
        row["live_months"] = drawing.pick((6, 3, 0, 12, 19) if row["live_waves"] != 0 else (0, 2))
    drawing.add("initial_state", **row)


def _may(drawing: Drawing, item: str) -> bool:
    """Whether something may have started: it has not, no lock forbids it, and the step below it is live."""
    live = [row["id"] for row in drawing.tables["initial_state"] if row["record"] == "live"]
    if drawing.kinds[item] == "mandate" or item in [row.get("id") for row in drawing.tables["initial_state"]]:
        return False
    name, _, level = item.partition(":")
    below = f"{name}:{int(level) - 1}" if level else ""
    return not _locked(drawing, item) and (below not in drawing.modes or below in live)


def _locked(drawing: Drawing, item: str) -> bool:
    return any(row.get("never") or row.get("by") for row in drawing.tables["locks"] if row["item"] == item)
