"""Rules on what goes with what: modes, interdependencies, roll-out approaches, coherence."""

from __future__ import annotations

from typing import Any

from tests.oracle.draw_pieces import NODE
from tests.oracle.drawing import Drawing

RELATIONS = ("before", "together", "exclusive", "bundle")

EARNING = ("drivers", "brands", "affiliates")
"""Kinds whose modes may change value."""


def further_modes(drawing: Drawing) -> None:
    """Another way to adopt something, open to those who have a centre of excellence or others' experience."""
    plain = [i for i in drawing.modes if drawing.kinds[i] not in ("mandate", "functions") and "@" not in i]
    plain = [i for i in plain if len(drawing.modes[i]) == 1]
    known = [i for i in plain if drawing.kinds[i] in EARNING or drawing.kinds[i] == "steps"]
    for item in drawing.several(known, 1, 2):
        if not drawing.widen(item, "late"):
            continue
        row: dict[str, Any] = {"item": item, "id": "late", "cost_factor": drawing.pick((0, 0.5, 0.25))}
        if drawing.kinds[item] in ("affiliates", "steps", "hub"):
            row["duration"] = drawing.pick((None, 0, 1))
        if drawing.kinds[item] in EARNING and item not in drawing.ids("customer_types"):
            row |= {"value_factor": drawing.pick((1.25, 1.5, 2)), "success": drawing.pick((1, 1, 0.75))}
        row["use_factor"] = {r: drawing.pick((1, 0.5, 2)) for r in drawing.ids("resources")}
        drawing.add("modes", **row)
        _opened_by(drawing, item)


def _opened_by(drawing: Drawing, item: str) -> None:
    """What the further mode requires."""
    below = drawing.below(item)
    peers = [i for i in drawing.of(drawing.kinds[item]) if i != item]
    if len(peers) == 1 and item > peers[0] and drawing.chance(5):
        # Experience: the others of its kind.
        drawing.add("requirements", item=f"{item}/late", requires=peers[0], lag=drawing.pick((0, 1)), at_least=1)
    elif below:
        drawing.require(f"{item}/late", drawing.pick(below))


def archetype_limits(drawing: Drawing) -> None:
    """Few affiliates of a class ever take an archetype."""
    if drawing.tables["affiliates"]:
        limit = drawing.pick((1, 1, 1, 0))
        drawing.add("archetype_limits", affiliate_class="big", archetype="customized", limit=limit)


def inhouse(drawing: Drawing) -> None:
    """At least a share of the steps is built in-house."""
    if drawing.tables["sourcing_modes"] and drawing.of("steps"):
        drawing.settings["inhouse_share"] = drawing.pick((0.5, 0.25, 1))


# -- interdependencies ------------------------------------------------------------------------------------------------


def any_of(drawing: Drawing) -> None:
    """Some of a set suffice."""
    items = [i for i in drawing.modes if len(drawing.below(i)) > 1]
    if not items:
        return
    item = drawing.pick(items)
    below = [i for i in drawing.below(item) if "field" not in i]
    words = [*below]
    if "affiliates" in (drawing.kinds[i] for i in below):
        words += ["affiliates", drawing.ids("archetypes")[0]]
    leaves = [c["id"] for c in drawing.tables["capabilities"] if c["path"] == NODE]
    if any(drawing.kinds[i] == "steps" for i in below):
        words += [leaf for leaf in leaves if f"{leaf}:1" in drawing.modes]
        words += ["steps"] if not drawing.local else []
    chosen = drawing.several(words, 2, 1, 3)
    if chosen:
        required = " ".join(chosen)
        if all((row["item"], row["requires"]) != (item, required) for row in drawing.tables["requirements"]):
            count = drawing.pick((1, 1, 2)) if len(chosen) > 1 and len(leaves) != 1 else 1
            lag = drawing.pick((0, 0, 0, 1))
            drawing.add("requirements", item=item, requires=required, lag=lag, at_least=count)
            if drawing.wants("waived_choice") and "waiver" not in drawing.modes and drawing.room("waiver", "hub"):
                row = {"item": item, "requires": drawing.pick(chosen), **drawing.costed(most=1)}
                drawing.add("exceptions", id="waiver", **row)
                drawing.settings["governance"] = "case-by-case"


def relations(drawing: Drawing) -> None:
    """Relations between what there is."""
    items = [i for i in drawing.modes if drawing.kinds[i] != "mandate"]
    wanted = ("drivers", "affiliates", "brands")
    best = [i for i in items if drawing.kinds[i] in wanted and "@" not in i]
    for kind in (k for k in RELATIONS if drawing.wants(k)):
        if len(items) < 2:
            return
        if kind in ("together", "exclusive"):
            # What is wanted anyway is what excluding one another hurts.
            among = best if kind == "exclusive" and len(best) > 1 else items
            drawing.add("relations", relation=kind, items=" ".join(drawing.several(among, 2, 2, 3)))
            continue
        first, *others = drawing.several(items, 2, 3)
        needed = {word for row in drawing.tables["requirements"] for word in row["requires"].split()}
        slow = [i for i in items if drawing.durations[i] > 0 and i not in needed]
        if kind == "before" and best and slow:
            # What is adopted anyway, but not needed.
            other = drawing.pick([i for i in slow if i in best] or slow)
            first, others = drawing.pick([i for i in best if i != other] or [first]), [other]
        if kind == "bundle" and best:
            # What is not worth its cost by itself is what has to go along.
            first = drawing.pick(best)
            others = drawing.several([i for i in items if i not in best] or [i for i in best if i != first], 1, 2)
        row: dict[str, Any] = {"relation": kind, "items": first, "others": " ".join(others)}
        if kind == "bundle":
            row["at_least"] = drawing.pick((1, len(others)))
        drawing.add("relations", **row)


def pilots(drawing: Drawing) -> None:
    """One affiliate goes before the other."""
    others = [a for a in drawing.ids("affiliates") if a != "de"]
    if others and "de" in drawing.modes:
        row = {"id": "first", "affiliates": "de", "pilots": " ".join(others), "at_least": len(others)}
        drawing.add("pilots", **row, lag=drawing.pick((1, 0, 1)))


def rollout(drawing: Drawing) -> None:
    """A roll-out approach between functions, for all brands or one."""
    if len(drawing.tables["functions"]) < 2:
        return
    pick, settings = drawing.pick, drawing.settings
    tops = {c["id"]: 0 for c in drawing.tables["capabilities"] if not c.get("local")}
    for row in drawing.tables["capability_steps"]:
        if row["capability"] in tops:
            tops[row["capability"]] = max(tops[row["capability"]], row["level"])
    approaches = ["medical-first", "marketing-first"]
    framework = next((c for c, top in sorted(tops.items(), key=lambda pair: -pair[1]) if top), "")
    if framework:
        approaches += ["shared-framework"] * 2 + ["holistic"] * 3 * (tops[framework] >= 2)
    settings["rollout"] = pick(approaches)
    if settings["rollout"].endswith("-first"):
        settings["rollout_lag"] = pick((1, 0, 1))
    else:
        settings["rollout_framework"] = framework
    if settings["rollout"] == "holistic":
        settings |= {"rollout_consent": framework, "rollout_review": framework}
    settings |= {"rollout_value_factor": pick((0.8, 1.2, 1)), "rollout_failure": pick((0, 0.25))}
    if drawing.ids("brands"):
        settings["rollout_brands"] = pick(("", drawing.ids("brands")[0]))


# -- coherence --------------------------------------------------------------------------------------------------------


def balance(drawing: Drawing) -> None:
    """Layers keep pace."""
    drawing.settings["balance_gap"] = drawing.pick((0, 0.5, 0.25))


def learning(drawing: Drawing) -> None:
    """Tactical learning does not run far ahead of strategic."""
    drawing.settings["strategic_gap"] = drawing.pick((0, 1, 0, 2))


def maturity_gaps(drawing: Drawing) -> None:
    """Execution does not run far ahead of strategy."""
    leaves = [c["id"] for c in drawing.tables["capabilities"] if not c.get("local")]
    if len(leaves) == 2:
        first, second = leaves if drawing.chance(9) else reversed(leaves)
        gap = drawing.pick((0, 0, 0, 1))
        drawing.add("maturity_gaps", execution=first, strategy=second, gap=gap)


def quick_wins(drawing: Drawing) -> None:
    """A visible driver earns soon, or two."""
    visible = sum(row["visible"] for row in drawing.tables["drivers"])
    if visible:
        wave = drawing.pick((drawing.last, *drawing.waves))
        drawing.add("quick_wins", wave=wave, at_least=min(visible, drawing.pick((1, 1, 1, 2))))
