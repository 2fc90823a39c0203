"""Pieces of an instance: what is adopted, drawn so that the rules that are wanted have something to say."""

from __future__ import annotations

from typing import Any

from tests.oracle.drawing import Drawing

NODE = "technological.data"
LAYERS = ("technological", "commercial", "transformational")
GRANTS = ("live_drivers", "new_drivers", "customized_in_progress", "customized_total")
SEVERAL = (
    "pilots",
    "experienced",
    "archetype_limits",
    "parallel",
    "market_weights",
    "every_affiliate_gains",
    "pioneers",
)
"""Rules between affiliates."""

RAMPS: tuple[tuple[tuple[int, float], ...], ...] = (
    (),
    (),
    ((0, 0.25), (7, 1)),
    ((2, 0.5), (12, 1)),
    ((0, 0.5), (6, 0.75), (20, 1)),
)


def pots_and_resources(drawing: Drawing) -> None:
    """Which pots and resources there are; how much is in them is drawn last."""
    if drawing.chance(2) or drawing.wants("cost_splits"):
        drawing.add("pots", id="lab", carry_share=drawing.pick((None, 0, 1)))
    if drawing.chance(2) or drawing.wants("capacities", "extra_capacity", "pair_uses", "profiles", "use_factors"):
        lead = drawing.pick((0, 0, 1)) if drawing.wants("extra_capacity") else 0
        drawing.add("resources", id="it", timing=drawing.pick(("each_wave", "last_wave")), lead=lead)
    if drawing.chance(1):
        drawing.add("resources", id="exec", timing="last_wave", lead=0)


def driver(drawing: Drawing, item: str = "r1") -> None:
    """A driver; few do not pay for themselves."""
    if drawing.room(item, "drivers"):
        row = {
            "id": item,
            "category": drawing.pick(("revenue", "savings")),
            "potential": drawing.pick((60.63, 42.91, 83.17, 31.53, 94.37, 172.11, 120.73, 9.19)),
            "success": drawing.pick((1, 0.75)),
        }
        if drawing.wants("quick_wins"):
            # What shows soon is seldom what pays best.
            row |= {"visible": drawing.chance(7), "potential": drawing.pick((1.13, 9.19, 42.91, 60.63))}
        drawing.add("drivers", **row, **drawing.costed(running=(0, 0, 0.5, 1, -0.5), most=3))


def second_driver(drawing: Drawing) -> None:
    """Another driver."""
    driver(drawing, "r2")


# -- capabilities -----------------------------------------------------------------------------------------------------


def steps(drawing: Drawing) -> None:
    """One or two leaves of the capability tree, some of it there today, and a driver that needs them."""
    two = drawing.wants("balance", "maturity_gaps")
    if drawing.wants("sourcing", "sourced", "use_factors"):
        _sourcing_modes(drawing)
    leaves = ("crm", "mail")[: drawing.pick((2,) if two else (1, 1, 2))]
    built: list[str] = []
    for leaf in leaves:
        built += _leaf(drawing, leaf, 2 if two and not drawing.wants("balance") else None)
    whole = all(any(r["capability"] == leaf for r in drawing.tables["capability_steps"]) for leaf in leaves)
    words = [*built, *([f"{NODE}:1"] if whole and not drawing.wants("balance") else [])]
    if built:
        required = built[:1] if drawing.chance(6) else drawing.some(words)
        drawing.require(drawing.pick(("r1", "r1", "r1", "drivers")), " ".join(required))


def _leaf(drawing: Drawing, leaf: str, most: int | None) -> list[str]:
    """A leaf with its steps; the highest one, or nothing where all is there today."""
    balance = drawing.wants("balance")
    as_is, top = drawing.pick((0, 0, 0, 1)), drawing.pick((2, 2, 1) if drawing.wants("steps") else (1, 1, 2))
    as_is = 0 if drawing.wants("maturity_gaps") else as_is
    top = max(as_is + 1, min(top, most or top)) if drawing.chance(9) else top
    layer = drawing.pick(LAYERS[1:]) if balance and leaf == "mail" else LAYERS[0]
    offered = [s for s in drawing.tables["sourcing_modes"] if layer in s["layers"].split()]
    modes = [s["id"] for s in offered] or [""]
    steps_ = []
    for level in range(as_is + 1, top + 1):
        duration = drawing.pick((0, 1, 0, 1, 0, 0, 0, 2))
        times = [duration if s["duration"] is None else s["duration"] for s in offered] or [duration]
        if not drawing.room(f"{leaf}:{level}", "steps", modes, min(times), max(times)):
            break
        steps_.append((level, duration))
    top = max((level for level, _ in steps_), default=as_is)
    durations = dict(steps_)
    row: dict[str, Any] = {"id": leaf, "layer": layer, "as_is": as_is}
    row["path"] = NODE if layer == LAYERS[0] else layer
    if balance:
        row["target"] = top
    drawing.add("capabilities", **row)
    for level in range(1, top + 1):
        row = {"capability": leaf, "level": level, "duration": durations.get(level, 1)}
        row["weight"] = drawing.pick((1, 1, 2, 0.5))
        drawing.add("capability_steps", **row, **drawing.costed(most=3))
    return [f"{leaf}:{top}"] if steps_ else []


def _sourcing_modes(drawing: Drawing) -> None:
    """Two of building, buying and both, for one layer or more."""
    weights = {"build": 1, "agency": 0, "hybrid": 0.5}
    for name in drawing.pick((("build", "agency"), ("build", "hybrid"), ("hybrid", "agency"))):
        row: dict[str, Any] = {"id": name, "layers": drawing.pick((" ".join(LAYERS), LAYERS[0]))}
        row |= {"duration": drawing.pick((None, 0, 1)), "inhouse_weight": weights[name]}
        dear, cheap = ((1.5, 2), (0.5, 0.75)) if drawing.wants("sourced") else ((1, 1.5), (1, 0.5, 0.75))
        row["cost_factor"] = drawing.pick(dear if name == "build" else cheap)
        factors = (0.5, 2, 0.25) if drawing.wants("use_factors") else (1, 0.5)
        row["use_factor"] = {r: drawing.pick(factors) for r in drawing.ids("resources")}
        drawing.add("sourcing_modes", **row)


def local_steps(drawing: Drawing) -> None:
    """A capability that every affiliate builds for itself, and something that needs it."""
    places = drawing.ids("affiliates")
    if not places or not drawing.fits(*(1 for _ in places)):
        return
    as_is = {a: drawing.pick((0, 0, 0, 1)) for a in places}
    if all(as_is.values()):
        as_is[places[0]] = 0
    duration = drawing.pick((0, 1, 1))
    drawing.add("capabilities", id="field", layer="commercial", path="commercial", local=True, as_is=0)
    drawing.add("capability_steps", capability="field", level=1, duration=duration, **drawing.costed(most=2))
    for a in places:
        if as_is[a] == 0:
            drawing.room(f"field@{a}:1", "steps", ("",), duration)
        if as_is[a] or drawing.chance(4):
            factor = drawing.pick((1, 0.5, 2))
            drawing.add("local_capabilities", capability="field", affiliate=a, as_is=as_is[a], cost_factor=factor)
    own = [i for i in drawing.of("drivers", "brands") if "@" in i]
    item = drawing.pick(("r1", "r1", "drivers", places[0], *own[:1], *drawing.of("brands")[:1]))
    drawing.require(item, "field:1", (0, 0, 1))


# -- affiliates -------------------------------------------------------------------------------------------------------


def affiliates(drawing: Drawing) -> None:
    """One or two markets in one or two archetypes, with fit, ramps, launches and own pots."""
    two = drawing.wants(*SEVERAL)
    names = _archetypes(drawing)
    touches = _touches(drawing)
    modes = [f"{name}/{t}" if t else name for name in names for t in touches]
    durations = [row["duration"] for row in drawing.tables["archetypes"]]
    there = ("jp", "de") if two or drawing.chance(7) else ("jp",)
    if drawing.wants("pioneers") and drawing.fits(*(len(modes) for _ in range(3))):
        there = ("jp", "de", "us")
    taken = [a for a in there if drawing.room(a, "affiliates", modes, min(durations), max(durations))]
    if not taken:
        for table in ("archetypes", "touches", "ramps"):
            drawing.tables[table].clear()
        return
    alike = drawing.wants("archetype_limits")
    for a in taken:
        class_ = "big" if alike else drawing.pick(("big", "small"))
        row = {"id": a, "affiliate_class": class_, "revenue": drawing.pick((1, 2, 5))}
        if a == "us":
            # Not worth its cost, but for the others that learn from it.
            row["revenue"] = 0.1
        drawing.add("affiliates", **row, launch_wave=None if two else drawing.launch())
    for class_ in ("big", "small"):
        for row in drawing.tables["archetypes"]:
            if "variant_of" not in row:
                fit = drawing.pick((1, 0.5, 0.75))
                drawing.add("fit", affiliate_class=class_, archetype=row["id"], fit=fit)
    for row in drawing.tables["drivers"]:
        row["affiliates"] = "" if two else drawing.pick(("", "", "", "", "", "", *taken))
    _between(drawing, taken, names)


def _between(drawing: Drawing, taken: list[str], names: list[str]) -> None:
    """What affiliates require: each other, experience, or a step."""
    if len(taken) == 2 and "swift" in names:
        drawing.add("requirements", item="swift", requires="customized", lag=drawing.pick((0, 1)), at_least=1)
    if len(taken) == 2 and drawing.chance(2):
        drawing.require("de", drawing.pick(("jp", f"jp/{names[0]}")), (0, 1))
    if drawing.of("steps") and drawing.chance(3):
        drawing.require(
            drawing.pick((names[0], taken[0], f"{taken[0]}/{names[-1]}")), drawing.pick(drawing.of("steps"))
        )


def _archetypes(drawing: Drawing) -> list[str]:
    """Archetypes; ``swift`` is what ``customized`` becomes with experience."""
    names = list(drawing.pick((("customized", "adapted"), ("customized",), ("adapted",), ("customized",))))
    if drawing.wants("archetype_limits"):
        names = ["customized", *(["adapted"] if drawing.chance(6) else [])]
    if drawing.wants("experienced"):
        names = ["customized"]
    elif drawing.wants("touches", "parallel", "local"):
        names = names[:1]
    for name in names:
        durations = (0, 1) if drawing.wants("pilots", "pioneers") else (1, 0, 1, 0, 0, 2)
        _archetype(drawing, name, drawing.pick(durations))
    if drawing.wants("experienced"):
        base = drawing.tables["archetypes"][0]
        row = _archetype(drawing, "swift", drawing.pick((0, max(base["duration"] - 1, 0))))
        row |= {"variant_of": "customized", "parallel": None, "one_off_cost": 0}
        names.append("swift")
    return names


def _archetype(drawing: Drawing, name: str, duration: int) -> dict[str, Any]:
    pick = drawing.pick
    row = {
        "id": name,
        "duration": duration,
        "one_off_cost": pick((0, 1, 0.5, 2)),
        "one_off_share_of_revenue": pick((0, 0, 0.5)),
        "running_cost": pick((0, 0, 0.5, 1)),
        "hq_share": pick((0, 0.5, 0.5)) if drawing.wants("every_affiliate_gains") else pick((1, 1, 0.5, 0)),
        "parallel": pick((1, 1, 1, 1, 1, 0) if drawing.wants("parallel") else (None, None, None, 1)),
        "success": pick((1, 0.75)),
        "value_factor": pick((1, 1, 1.25)),
    }
    made = drawing.add("archetypes", **row, **drawing.used())
    for month, factor in pick(RAMPS):
        drawing.add("ramps", owner=name, from_month=month, factor=factor)
    return made


def _touches(drawing: Drawing) -> tuple[str, ...]:
    if not drawing.wants("touches"):
        return ("",)
    for name in ("high", "low"):
        row: dict[str, Any] = {"id": name, "success": drawing.pick((0.95, 1, 0.9) if name == "high" else (0.9, 0.95))}
        row["cost_factor"] = drawing.pick((4, 8, 2) if name == "high" else (0.5, 0))
        if drawing.ids("resources"):
            row["use"] = {r: drawing.pick((0, 0.5, 1)) for r in drawing.ids("resources")}
        drawing.add("touches", **row)
    if drawing.chance(5):
        owner = drawing.pick(("high", f"{drawing.tables['archetypes'][0]['id']}/low"))
        for month, factor in drawing.pick(RAMPS[2:]):
            drawing.add("ramps", owner=owner, from_month=month, factor=factor)
    return ("high", "low")


def by_affiliate(drawing: Drawing) -> None:
    """A driver or a brand that one of the affiliates adopts on its own."""
    for table, parent in (("drivers", "driver"), ("brands", "brand")):
        for own in drawing.ids(table):
            for a in drawing.ids("affiliates"):
                if drawing.chance(3) and drawing.room(f"{own}@{a}", table):
                    drawing.add(f"{parent}_affiliates", **{parent: own, "affiliate": a}, **drawing.costed(most=2))


# -- portfolio --------------------------------------------------------------------------------------------------------


def brands(drawing: Drawing) -> None:
    """One or two brands with launches and a lifecycle that drivers see differently."""
    several = drawing.wants("start_small", "launches") or drawing.chance(6)
    taken = [b for b in ("onco", "cardio")[: 1 + several] if drawing.room(b, "brands")]
    for b in taken:
        row = {
            "id": b,
            "share": drawing.pick((1, 2)),
            "launch_wave": None if drawing.wants("start_small") else drawing.launch(),
        }
        if drawing.wants("launches"):
            row["launch_wave"] = drawing.pick((2, None, min(3, drawing.last + 1)))
        drawing.add("brands", **row, **drawing.costed(most=1))
    if taken and (drawing.wants("lifecycle") or drawing.chance(5)):
        periods = [str(drawing.pick(drawing.waves)), *(["tail"] if drawing.chance(5) else [])]
        for period, stage in zip(periods, ("growth", "mature"), strict=False):
            drawing.add("brand_stages", brand=taken[0], period=period, stage=stage)
            drawing.add("lifecycle", driver="r1", stage=stage, factor=drawing.pick((0.5, 0, 1.5)))
    for row in drawing.tables["drivers"]:
        row["brands"] = drawing.pick(taken) if taken and drawing.chance(2) else ""


def customer_types(drawing: Drawing) -> None:
    """One or two customer types, reached to a different extent."""
    fits = [k for k in ("doctors", "payers") if k == "doctors" or drawing.chance(5)]
    taken = [k for k in fits if drawing.room(k, "brands")]
    for k in taken:
        drawing.add("customer_types", id=k, share=drawing.pick((1, 3)), **drawing.costed(most=2))
        if drawing.chance(6):
            drawing.add("reach", driver="r1", customer_type=k, factor=drawing.pick((0.5, 0, 1.5)))
    for row in drawing.tables["drivers"]:
        row["customer_types"] = drawing.pick(("", "", *taken))


def functions(drawing: Drawing) -> None:
    """A function that drivers name, adopted once or by brand; two where a roll-out approach orders them."""
    names = ["medical", *(["marketing"] if drawing.wants("rollout") else [])]
    places = drawing.ids("brands") if drawing.chance(9 if drawing.wants("functions") else 5) else []
    if not drawing.fits(*(1 for _ in names for _ in places or [""])):
        places = places[:0]
    if not drawing.fits(*(1 for _ in names)):
        return
    if drawing.wants("rollout") and not places and drawing.chance(4) and drawing.fits(1, 1, 1):
        names.append("sales")
    for name in names:
        for item in [f"{name}@{b}" for b in places] or [name]:
            drawing.room(item, "functions")
        drawing.add("functions", id=name, per_brand=bool(places), **drawing.costed(most=2))
    for row in drawing.tables["drivers"]:
        row["functions"] = drawing.pick((" ".join(names), " ".join(names), "medical", names[-1], ""))


# -- governance -------------------------------------------------------------------------------------------------------


def mandate(drawing: Drawing) -> None:
    """A ladder of one or two steps, free or given, with grants, and something that needs a level."""
    first = drawing.pick((0, 0, 1))
    most = drawing.pick((1, 2) if drawing.wants("grants", "earned") else (1, 1, 1, 2))
    most = 2 if drawing.wants("ladder") else most
    taken = [n for n in range(first + 1, first + most + 1) if drawing.room(f"mandate:{n}", "mandate")]
    if not taken:
        return
    drawing.settings["mandate_start"] = first
    shares = ((0.25, 1, 1), (0.25, 0.5, 1), (0.5, 1, 1)) if drawing.wants("released") else ((1, 1, 1), (0.5, 1, 1))
    released = drawing.pick(shares)
    for rank, level in enumerate((first, *taken)):
        options = (rank, None, min(rank, 1)) if drawing.wants("grants") else (None,)
        grants = {g: drawing.pick(options) for g in GRANTS}
        if drawing.wants("exceptions"):
            grants["open_exceptions"] = drawing.pick((rank, None, min(rank, 1), 1))
        row = {"level": level, "released_share": released[rank], **grants}
        if drawing.wants("earned") and rank:
            row["earned_value"] = drawing.pick((9, 25, 40, 3)) * rank
        drawing.add("mandate", **row, **drawing.costed(running=(0, 0.5), most=2))
    if drawing.wants("path") or drawing.chance(1):
        levels = [first]
        for _ in drawing.waves:
            levels.append(min(levels[-1] + drawing.pick((1, 0)), taken[-1]))
        drawing.settings["mandate_path"] = tuple(levels[1:])
    if drawing.wants("earned", "mandate", "ladder") or drawing.chance(2):
        several = [f"{a}/{m}" for a in drawing.of("affiliates") for m in drawing.modes[a] if m]
        built = [f"{s}/{m}" for s in drawing.of("steps") for m in drawing.modes[s] if m]
        words = [*drawing.ids("drivers"), *drawing.of("affiliates"), *several[:2], *built[:1]]
        level = taken[-1] if drawing.wants("ladder") else drawing.pick(taken)
        drawing.require(drawing.pick(words), f"mandate:{level}")


def mode_mandate(drawing: Drawing) -> None:
    """A level of the mandate that a mode asks for."""
    levels, places = drawing.of("mandate"), drawing.ids("affiliates")
    if levels and places:
        item = drawing.pick([f"{places[0]}/{m}" for m in drawing.modes[places[0]]])
        drawing.require(item, drawing.pick(levels))


def initiatives(drawing: Drawing) -> None:
    """An initiative that frees running cost, that a driver needs, or that earns by itself."""
    waived = drawing.wants("exceptions", "strict")
    duration = drawing.pick((1, 0, 1, 2) if waived else (0, 0, 1, 2))
    if not drawing.room("hub", "hub", ("",), duration):
        return
    running = (0, 1, 2) if waived else (-4, 0, -2, -1)
    row: dict[str, Any] = {"id": "hub", "duration": duration, **drawing.costed(running=running)}
    if row["running_cost"] < 0:
        row["one_off_cost"] = drawing.pick((0, 0, 0.5, 2))
    row = drawing.add("initiatives", **row)
    if drawing.wants("earning"):
        _earning(drawing, row)
    needed = waived or row["running_cost"] == 0 or drawing.chance(2)
    if needed and not drawing.wants("further_modes"):
        drawing.require(drawing.pick(drawing.ids("drivers")), "hub")


def _earning(drawing: Drawing, row: dict[str, Any]) -> None:
    """A yearly or one-off value of the initiative, of either sign."""
    row |= {"category": drawing.pick(("revenue", "risk")), "success": drawing.pick((1, 0.5))}
    if drawing.chance(6):
        row["value_per_year"] = drawing.pick((5.3, 11.7, -3.9))
        for month, factor in drawing.pick(RAMPS):
            drawing.add("ramps", owner="hub", from_month=month, factor=factor)
    else:
        row["value_once"] = drawing.pick((6.1, 12.9, -2.3))


def exceptions(drawing: Drawing) -> None:
    """An exception that waives a requirement there is; mostly the level decides, sometimes none is allowed."""
    rows = [r for r in drawing.tables["requirements"] if "field" not in r["requires"] and "at_least" not in r]
    sides = [(r["item"], word) for r in rows for word in r["requires"].split() if word in drawing.modes]
    hub = [side for side in sides if side[1] == "hub"]
    if sides and drawing.room("waiver", "hub"):
        item, required = drawing.pick(hub or sides)
        drawing.add("exceptions", id="waiver", item=item, requires=required, **drawing.costed(most=1))
        policies = ("strict",) if drawing.wants("strict") else ("case-by-case", "case-by-case", "strict")
        drawing.settings["governance"] = drawing.pick(policies)
