"""Random small instances over every family that is modelled, each with few enough plans to try them all.

One function draws, from a source that can only pick one of several options. Behind it is either a seeded generator
(:func:`random_instance`, the same on every machine) or Hypothesis (:func:`instances`), which shrinks what fails.

An instance is a few *pieces* that bring adoptables, as long as the number of plans allows it, and rules over whatever
is there. Amounts have few digits, so that rows are often exactly tight; potentials have odd ones, so that two plans are
seldom worth the same.
"""

from __future__ import annotations

import random

from hypothesis import strategies as st

from sequencer.instance.features import refuse_not_modelled
from sequencer.instance.instance import Instance
from tests.oracle.draw_rules import RULES, budgets
from tests.oracle.drawing import MOST_PLANS, Drawing, Pick

NODE = "technological.data"


def random_instance(seed: int) -> Instance:
    """The instance of a seed."""
    return draw_instance(random.Random(seed).choice)


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Hypothesis' instances."""
    return draw_instance(lambda options: draw(st.sampled_from(options)))


def draw_instance(pick: Pick) -> Instance:
    """Draw an instance from a source of choices."""
    drawing = Drawing(pick)
    _time(drawing)
    _pots_and_resources(drawing)
    _driver(drawing, "r1")
    # The pieces that most rules are about are offered more than once.
    chosen = drawing.several((*PIECES, *PIECES[:4], *PIECES[:3], initiatives), 2, 1, 3, 2, 4)
    for piece in PIECES:
        if piece in chosen:
            piece(drawing)
    by_affiliate(drawing)
    rules = drawing.several(RULES, 2, 1, 3, 4)
    # What is freed matters only where money is short.
    if drawing.freeing and budgets not in rules:
        rules.append(budgets)
    for rule in rules:
        rule(drawing)
    instance = Instance(settings=drawing.settings, **drawing.tables)
    refuse_not_modelled(instance)
    return instance


def _time(drawing: Drawing) -> None:
    """Unequal waves, a tail whose last period may be short, discounting."""
    equal = drawing.pick((12, 6, None))
    drawing.tables["waves"] = [{"wave": w, "months": equal or drawing.pick((3, 6, 12))} for w in drawing.waves]
    drawing.settings["tail_months"] = drawing.pick((12, 0, 18, 5, 30))
    drawing.settings["discount_rate"] = drawing.pick((0, 0.1, 0.25))


def _pots_and_resources(drawing: Drawing) -> None:
    """Which pots and resources there are; how much is in them is drawn last."""
    if drawing.chance(3):
        drawing.tables["pots"].append({"id": "lab", "carry_share": drawing.pick((None, 0, 1))})
    if drawing.chance(6):
        drawing.tables["resources"].append({"id": "it", "timing": drawing.pick(("each_wave", "last_wave"))})
    if drawing.chance(2):
        drawing.tables["resources"].append({"id": "exec", "timing": "last_wave"})


# -- pieces -----------------------------------------------------------------------------------------------------------


def _driver(drawing: Drawing, item: str) -> None:
    """A driver; few do not pay for themselves."""
    if drawing.room(item):
        row = {
            "id": item,
            "category": drawing.pick(("revenue", "savings")),
            "potential": drawing.pick((60.63, 42.91, 83.17, 31.53, 94.37, 72.11, 9.19, 0.41)),
            "success": drawing.pick((1, 0.75)),
        }
        drawing.tables["drivers"].append(row | drawing.costed(running=(0, 0, 0.5, 1, -0.5), most=3))


def second_driver(drawing: Drawing) -> None:
    """Another driver."""
    _driver(drawing, "r2")


def steps(drawing: Drawing) -> None:
    """One or two leaves of the capability tree, some of it there today, and a driver that needs them."""
    leaves = ("crm", "mail")[: drawing.pick((1, 1, 2))]
    built = []
    for leaf in leaves:
        as_is, top = drawing.pick((0, 0, 0, 1)), drawing.pick((1, 2, 2, 2))
        levels = [n for n in range(as_is + 1, top + 1) if drawing.room(f"{leaf}:{n}")]
        if levels != list(range(as_is + 1, top + 1)):
            top = max(levels, default=as_is)
        drawing.tables["capabilities"].append({"id": leaf, "layer": "technological", "path": NODE, "as_is": as_is})
        for level in range(1, top + 1):
            duration = drawing.pick((1, 0, 1, 0, 0, 2))
            row = {"capability": leaf, "level": level, "duration": duration}
            drawing.tables["capability_steps"].append(row | drawing.costed(most=3))
            drawing.durations[f"{leaf}:{level}"] = duration
        if top > as_is:
            built.append(f"{leaf}:{top}")
    words = [*built, *([f"{NODE}:1"] if all(_has(drawing, leaf, 1) for leaf in leaves) else [])]
    if built and drawing.chance(9):
        required = built[:1] if drawing.chance(6) else drawing.some(words)
        _require(drawing, drawing.pick(("r1", "r1", "drivers")), " ".join(required))


def _has(drawing: Drawing, leaf: str, level: int) -> bool:
    return any(r["capability"] == leaf and r["level"] == level for r in drawing.tables["capability_steps"])


def _require(
    drawing: Drawing, item: str, required: str, lags: tuple[int, ...] = (0, 0, 0, 0, 0, 0, 0, 1, 1, 2)
) -> None:
    drawing.tables["requirements"].append({"item": item, "requires": required, "lag": drawing.pick(lags)})


def affiliates(drawing: Drawing) -> None:
    """One or two markets in one or two archetypes, with fit, ramps, launches and own pots."""
    names = drawing.pick((("customized", "adapted"), ("customized",), ("adapted",), ("customized",)))
    durations = {name: drawing.pick((1, 1, 0, 2)) for name in names}
    taken = [a for a in ("jp", "de") if (a == "jp" or drawing.chance(9)) and drawing.room(a, names)]
    if not taken:
        return
    for a in taken:
        row = {"id": a, "affiliate_class": drawing.pick(("big", "small")), "revenue": drawing.pick((1, 2, 5))}
        drawing.tables["affiliates"].append(row | {"launch_wave": drawing.launch()})
        drawing.durations[a] = min(durations.values())
    for name in names:
        _archetype(drawing, name, durations[name])
    for row in drawing.tables["drivers"]:
        row["affiliates"] = drawing.pick(("", "", "", "", "", "", *taken))
    if len(taken) == 2 and drawing.chance(2):
        _require(drawing, "de", drawing.pick(("jp", f"jp/{names[0]}")), (0, 1))
    if drawing.ids("capabilities") and drawing.chance(3):
        built = next((i for i in drawing.modes if i.startswith("crm:")), None)
        if built:
            _require(drawing, drawing.pick((names[0], taken[0])), built)


def _archetype(drawing: Drawing, name: str, duration: int) -> None:
    pick = drawing.pick
    row = {
        "id": name,
        "duration": duration,
        "one_off_cost": pick((0, 1, 2, 3)),
        "one_off_share_of_revenue": pick((0, 0, 0.5)),
        "running_cost": pick((0, 0, 0.5, 1)),
        "hq_share": pick((1, 1, 0.5, 0)),
        "parallel": pick((1, None, 1, 1, 0)),
        "success": pick((1, 0.75)),
        "value_factor": pick((1, 1, 1.25)),
    }
    drawing.tables["archetypes"].append(row | drawing.used())
    for cls in ("big", "small"):
        fit = pick((1, 0.5, 0.75))
        drawing.tables["fit"].append({"affiliate_class": cls, "archetype": name, "fit": fit})
    for month, factor in pick(((), ((0, 0.25), (7, 1)), ((2, 0.5), (12, 1)), ((0, 0.5), (6, 0.75), (20, 1)))):
        drawing.tables["ramps"].append({"owner": name, "from_month": month, "factor": factor})


def brands(drawing: Drawing) -> None:
    """One or two brands with launches and a lifecycle that drivers see differently."""
    taken = [b for b in ("onco", "cardio") if (b == "onco" or drawing.chance(9)) and drawing.room(b)]
    for b in taken:
        row = {"id": b, "share": drawing.pick((1, 2)), "launch_wave": drawing.launch()}
        drawing.tables["brands"].append(row | drawing.costed(most=1))
    if taken and drawing.chance(5):
        periods = [str(drawing.pick(drawing.waves)), *(["tail"] if drawing.chance(5) else [])]
        for period, stage in zip(periods, ("growth", "mature"), strict=False):
            drawing.tables["brand_stages"].append({"brand": taken[0], "period": period, "stage": stage})
            factor = drawing.pick((0.5, 0, 1.5))
            drawing.tables["lifecycle"].append({"driver": "r1", "stage": stage, "factor": factor})
    for row in drawing.tables["drivers"]:
        row["brands"] = drawing.pick(taken) if drawing.chance(2) else ""
    start_small(drawing)


def start_small(drawing: Drawing) -> None:
    """Few brands at first, and few new ones later."""
    drawing.settings["brands_first_wave"] = drawing.pick((1, 1, 1, 1, 1, None, 1, 0))
    drawing.settings["brands_later_waves"] = drawing.pick((1, None, 1, None, None, 0))


def customer_types(drawing: Drawing) -> None:
    """One or two customer types, reached to a different extent."""
    taken = [k for k in ("doctors", "payers") if (k == "doctors" or drawing.chance(7)) and drawing.room(k)]
    for k in taken:
        drawing.tables["customer_types"].append({"id": k, "share": drawing.pick((1, 3))} | drawing.costed(most=2))
        if drawing.chance(6):
            drawing.tables["reach"].append({"driver": "r1", "customer_type": k, "factor": drawing.pick((0.5, 0, 1.5))})
    for row in drawing.tables["drivers"]:
        row["customer_types"] = drawing.pick(("", "", *taken))


def functions(drawing: Drawing) -> None:
    """A function that drivers name, adopted once or by brand."""
    by_brand = [f"medical@{b}" for b in drawing.ids("brands")] if drawing.chance(6) else []
    wanted = by_brand or ["medical"]
    if drawing.plans * (1 + drawing.last) ** len(wanted) <= MOST_PLANS:
        for item in wanted:
            drawing.room(item)
        drawing.tables["functions"].append({"id": "medical", "per_brand": bool(by_brand)} | drawing.costed(most=2))
        for row in drawing.tables["drivers"]:
            row["functions"] = drawing.pick(("medical", "medical", ""))


def by_affiliate(drawing: Drawing) -> None:
    """A driver or a brand that one of the affiliates adopts on its own."""
    for table, parent in (("drivers", "driver"), ("brands", "brand")):
        for own in drawing.ids(table):
            for a in drawing.ids("affiliates"):
                if drawing.chance(2) and drawing.room(f"{own}@{a}"):
                    row = {parent: own, "affiliate": a} | drawing.costed(most=2)
                    drawing.tables[f"{parent}_affiliates"].append(row)


def mandate(drawing: Drawing) -> None:
    """A ladder of one or two steps, free or given, with grants, and something that needs a level."""
    first = drawing.pick((0, 0, 1))
    taken = [n for n in (first + 1, first + 2) if drawing.room(f"mandate:{n}")]
    if not taken:
        return
    drawing.settings["mandate_start"] = first
    released = drawing.pick(((1, 1, 1), (0.5, 1, 1), (0.5, 0.75, 1), (0, 1, 1)))
    for rank, level in enumerate((first, *taken)):
        grants = {g: drawing.pick((None, rank, None, min(rank, 1))) for g in GRANTS}
        row = {"level": level, "released_share": released[rank]} | grants
        drawing.tables["mandate"].append(row | drawing.costed(running=(0, 0.5), most=2))
    if drawing.chance(3):
        levels = [first]
        for _ in drawing.waves:
            levels.append(min(levels[-1] + drawing.pick((1, 0)), taken[-1]))
        drawing.settings["mandate_path"] = tuple(levels[1:])
    if drawing.chance(5):
        words = [*drawing.ids("drivers"), *drawing.ids("affiliates"), *drawing.ids("archetypes")]
        _require(drawing, drawing.pick(words), f"mandate:{drawing.pick(taken)}")


GRANTS = ("live_drivers", "new_drivers", "customized_in_progress", "customized_total")


def initiatives(drawing: Drawing) -> None:
    """An initiative that frees running cost, or that a driver needs."""
    if drawing.room("hub"):
        duration = drawing.pick((0, 0, 1, 2))
        drawing.durations["hub"] = duration
        row = {"id": "hub", "duration": duration} | drawing.costed(running=(-4, 0, -2, -1))
        if row["running_cost"] < 0:
            row["one_off_cost"] = drawing.pick((0, 0, 0.5, 2))
        drawing.tables["initiatives"].append(row)
        if row["running_cost"] == 0 or drawing.chance(2):
            _require(drawing, drawing.pick(drawing.ids("drivers")), "hub")


PIECES = (steps, affiliates, brands, mandate, second_driver, customer_types, functions, initiatives)
"""What may bring adoptables besides the first driver."""
