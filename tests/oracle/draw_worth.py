"""Rules on worth and money: sources of value, weights, funding, return, goals and limits on measures."""

from __future__ import annotations

from typing import Any

from tests.oracle.draw_rules import budget
from tests.oracle.drawing import Drawing


def _words(drawing: Drawing) -> list[str]:
    """What synergies may be about: things, some of them in a mode, and sets."""
    words = [i for i in drawing.modes if drawing.kinds[i] != "mandate"]
    words += [f"{i}/{modes[0]}" for i, modes in drawing.modes.items() if len(modes) > 1]
    return words + [word for word in ("affiliates", "brands", "drivers") if len(drawing.tables[word]) > 1]


def synergies(drawing: Drawing) -> None:
    """What is worth more, or less, while all of some things are live."""
    for item in drawing.several(("plus", "minus"), 1, 2):
        members = drawing.several(_words(drawing), 2, 2, 1, 3)
        rate = drawing.pick((11.3, 5.7, 23.9) if item == "plus" else (-14.3, -31.7, -5.9))
        category = drawing.pick(("revenue", "joint"))
        drawing.add("synergies", id=item, members=" ".join(members), category=category, rate=rate)


def fatigue(drawing: Drawing) -> None:
    """Contact above a cap costs value, in one rising step or two; some drivers lower the load."""
    for row in drawing.tables["drivers"]:
        row["contact_load"] = {k: drawing.pick((2, 3, 3, 1, -1)) for k in drawing.ids("customer_types")}
    for row in drawing.tables["customer_types"]:
        row["contact_cap"] = drawing.pick((1, 0, 1, 2))
        first, second = drawing.pick(((2.3, 9.1), (7.7, 30.1), (0, 12.7)))
        steps: list[tuple[float | None, float]] = [(None, first)]
        if drawing.chance(6):
            steps = [(drawing.pick((1, 0.5)), first), (None, second)]
        if drawing.wants("weary") or drawing.chance(2):
            steps = [(0.5, first), (0.5, (first + second) / 2), (None, second)]
        # Value of one category is exact only where all steps of a customer type are of one.
        category = drawing.pick(("revenue", "tired"))
        for number, (width, slope) in enumerate(steps, start=1):
            step: dict[str, Any] = {"customer_type": row["id"], "step": number, "slope_per_year": slope}
            drawing.add("fatigue", **step, width=width, category=category)


def category_weights(drawing: Drawing) -> None:
    """Categories that count more or less, in an affiliate or everywhere."""
    for category in drawing.several(drawing.categories, 1, 2):
        places = drawing.ids("affiliates") if drawing.wants("market_weights") else []
        for place in drawing.several(["", *places], 1) if not places else drawing.several(places, 1, 2):
            weight = drawing.pick((0.5, 2, 0, 0.1))
            drawing.add("category_weights", category=category, affiliate=place, weight=weight)


# -- money ------------------------------------------------------------------------------------------------------------


def _budgets(drawing: Drawing, pot: str, *levels: float) -> None:
    """Budget of a pot, unless it has one."""
    if all(row["pot"] != pot for row in drawing.tables["budgets"]):
        budget(drawing, pot, drawing.pick(levels))
    drawing.settings.setdefault("carry_share", drawing.pick((1, 0.5, 0)))


def reinvest(drawing: Drawing) -> None:
    """A share of the last wave's value comes back to a pot that is short of it."""
    drawing.settings["reinvest_share"] = drawing.pick((0.25, 0.1, 0.5))
    drawing.settings["reinvest_categories"] = drawing.pick(("", "", *drawing.categories[:1]))
    drawing.settings.setdefault("carry_share", drawing.pick((0, 0, 0.5)))
    first, later = drawing.pick((2, 1, 4, 0.5)), drawing.pick((0, 0.5, 0, 1))
    for w in drawing.waves if all(row["pot"] != "hq" for row in drawing.tables["budgets"]) else ():
        drawing.add("budgets", pot="hq", wave=w, amount=first if w == 1 else later)


def funding(drawing: Drawing) -> None:
    """Affiliates fund a pot of hq that is short, out of their budget or their value."""
    if not drawing.ids("affiliates"):
        return
    kinds = {"reallocation": "budget-reallocation", "pricing": "internal-pricing"}
    kind = drawing.pick([kind for name, kind in kinds.items() if drawing.wants(name)] or [*kinds.values()])
    column = {"budget-reallocation": "cut_cap", "internal-pricing": "price_share"}[kind]
    drawing.settings |= {"funding": kind, column: drawing.pick((0.1, 0.25, 0.5))}
    _budgets(drawing, "hq", 1, 2, 0.5)
    for row in drawing.tables["drivers"]:
        row["one_off_cost"] = max(row["one_off_cost"], drawing.pick((2, 1.5, 3)))
    for row in drawing.tables["archetypes"]:
        row["hq_share"] = drawing.pick((1, 0.5))
    for n, row in enumerate(drawing.tables["affiliates"]):
        if drawing.chance(2):
            row[column] = drawing.pick((1, 0) if n else (1, 0.75))
        if n == 0 or drawing.chance(7):
            _budgets(drawing, row["id"], 6, 4, 10)


def every_affiliate_gains(drawing: Drawing) -> None:
    """No affiliate pays more than it earns: not even one that others need."""
    drawing.settings["every_affiliate_gains"] = True
    for row in drawing.tables["archetypes"]:
        row["one_off_cost"] = drawing.pick((16, 30, 24))
        row["hq_share"] = drawing.pick((0, 0.5, 0.25))
    if len(drawing.ids("affiliates")) == 2:
        for row, revenue in zip(drawing.tables["affiliates"], (1, 19), strict=True):
            row["revenue"] = revenue
        # What the other earns is worth more than the loss.
        drawing.tables["drivers"][0]["potential"] = drawing.pick((172.11, 120.73, 94.37))
        drawing.require("de", "jp", (0, 0, 1))


def continuous_return(drawing: Drawing) -> None:
    """Value so far covers a share of what was spent before."""
    lag = drawing.pick((0, 1))
    floor = drawing.pick((15, 8, 30, 4))
    drawing.settings |= {
        "return_from_wave": drawing.pick((1, *drawing.waves)),
        "return_lag": lag,
        "return_floor": floor,
    }


def minimum_values(drawing: Drawing) -> None:
    """Value so far reaches an amount by a wave."""
    wave = drawing.pick((drawing.last, drawing.last, *drawing.waves))
    row: dict[str, Any] = {"wave": wave, "amount": drawing.pick((20, 40, 5, 80))}
    row["category"] = drawing.pick(("", *drawing.categories))
    row["affiliate"] = drawing.pick(("", *drawing.ids("affiliates")))
    drawing.add("minimum_values", **row)


# -- goals ------------------------------------------------------------------------------------------------------------

GOALS = (
    "value",
    "npv adoptions",
    "drivers npv",
    "cost",
    "undiscounted_value cost",
    "peak_budget npv",
    "payback_wave npv",
    "npv drivers",
    "adoptions value",
    "undiscounted_cost",
)


def objective(drawing: Drawing) -> None:
    """Another goal than npv, or several; something must be done where doing nothing is best."""
    words = [*GOALS, *(f"value:{c} npv" for c in drawing.categories[:2])]
    words += [f"load_peak:{r} npv" for r in drawing.ids("resources")]
    words += ["pace_loss npv"] * any(row.get("losses") for row in drawing.tables["pace"])
    drawing.settings["objective"] = drawing.pick(words)
    minimal = drawing.settings["objective"].split()[0] in ("cost", "undiscounted_cost", "adoptions", "peak_budget")
    if minimal and not drawing.tables["locks"]:
        drawing.add("locks", item=drawing.pick(list(drawing.modes)), must=True)


def measure_limits(drawing: Drawing) -> None:
    """A floor or cap on a measure, where a cap or floor is exact."""
    limits: list[tuple[str, str, float]] = [
        ("cost", "cap", 3),
        ("cost", "cap", 6),
        ("value", "cap", 60),
        ("value", "floor", 40),
        ("undiscounted_value", "cap", 50),
        ("undiscounted_cost", "cap", 4),
        ("npv", "floor", 20),
        ("benefit_to_cost", "floor", 10),
        ("peak_budget", "cap", 2),
        ("peak_budget", "cap", 1),
        ("payback_wave", "cap", 2),
        ("payback_wave", "cap", 1),
        ("drivers", "cap", 1),
        ("drivers", "floor", 2),
        ("adoptions", "cap", 3),
        ("adoptions", "cap", 2),
    ]
    limits += [(f"value:{c}", sense, 20) for c in drawing.categories[:2] for sense in ("cap", "floor")]
    limits += [(f"load_peak:{r}", "cap", 1) for r in drawing.ids("resources")]
    if drawing.tables["fatigue"]:
        # A cap on value is refused with contact fatigue.
        limits = [row for row in limits if row[1] == "floor" or "value" not in row[0]]
    for measure, sense, amount in drawing.several(limits, 1, 2):
        if all(row["measure"] != measure for row in drawing.tables["measure_limits"]):
            drawing.add("measure_limits", measure=measure, sense=sense, amount=amount)


def exact_ties(drawing: Drawing) -> None:
    """Plans of equal worth are told apart: drivers alike, so that there are some."""
    drawing.settings["exact_ties"] = True
    first, *others = drawing.tables["drivers"]
    for row in others:
        row |= {k: v for k, v in first.items() if k not in ("id", "category")}
