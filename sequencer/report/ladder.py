"""A budget ladder as tables: what each budget is worth, free and nested, and what changes from rung to rung."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sequencer.instance.goals import goals as goals_of
from sequencer.report import goals, words
from sequencer.report.table import Table

if TYPE_CHECKING:
    from sequencer.plan.plan import Plan
    from sequencer.study.rungs import Ladder, Rung, Solved

ANCHORS = {
    "all": "Of all nested roadmaps, those that are worth most in sum.",
    "full": "The roadmap of the full budget stands; each cut takes the best plan nested in the one above it.",
    "core": "The roadmap of the deepest cut stands; each larger budget takes the best plan that contains it.",
}
OPEN = "Nested roadmaps as far as they were found; those that are worth most in sum were not searched for to the end."
NESTED = "Nested: all that a plan adopts is adopted with the next larger budget, too, in the same mode and not later."


def tables(ladder: Ladder) -> list[Table]:
    """Every table of a ladder, in reading order."""
    return [worth(ladder), changes(ladder)]


def rung_text(rung: Rung) -> str:
    """``full``, or the cut in percent."""
    return "full" if not rung.cut else f"−{words.short(100 * rung.cut)} %"


def worth(ladder: Ladder) -> Table:
    """What each budget is worth, free and nested, with the price of nesting as a proven interval."""
    measure = ladder.measure
    title = goals.heading(ladder.instance, measure.name)
    unit = f", {words.money_unit(ladder.instance)}" if measure.unit == "money" else ""
    known = [v for r in ladder.rungs for s in (r.free, r.nested) if s for v in (s.objective, s.bound) if v is not None]
    places = words.decimals(v for v in known if math.isfinite(v)) if measure.unit == "money" else 0
    prices = ladder.prices()
    ends = [end for price in prices if price is not None for end in price]
    fine = words.decimals(ends) if measure.unit == "money" else 0
    rows = tuple(
        (
            rung_text(rung),
            _interval(rung.free, places),
            words.NONE if rung.nested is None else _interval(rung.nested, places),
            _price(price, fine),
        )
        for rung, price in zip(ladder.rungs, prices, strict=True)
    )
    nested = "Nested plan" if ladder.anchor == "all" else "Best nested plan"
    columns = ("Budget", "Best plan", nested, "Price of nesting")
    return Table(f"{title} by budget{unit}", columns, rows, tuple(_notes(ladder)))


def _interval(solved: Solved, places: int) -> str:
    """Figure and proven bound: ``12.1``, ``11.8 to 12.1``."""
    if solved.infeasible:
        return "no such plan"
    if solved.objective is None:
        return "none found"
    reached = words.number(solved.objective, places)
    if solved.bound is None:
        return f"{reached} (bound not known)"
    return reached if solved.gap is not None and solved.gap <= 1e-6 else span(solved.objective, solved.bound, places)


def span(one: float, other: float, places: int) -> str:
    """Both ends of an interval, one where they read the same."""
    low, high = words.number(min(one, other), places), words.number(max(one, other), places)
    return low if low == high else f"{low} to {high}"


def _price(price: tuple[float, float] | None, places: int) -> str:
    return words.NONE if price is None else span(*price, places)


def _notes(ladder: Ladder) -> list[str]:
    left_open = ladder.anchor == "all" and ladder.total_bound is None
    said = [OPEN if left_open else ANCHORS[ladder.anchor], NESTED, *_total(ladder)]
    if any(r.free.gap or (r.nested and r.nested.gap) for r in ladder.rungs):
        said.append("Ranges are proven: from the plan found to what no plan exceeds; a longer solve narrows them.")
    if any(r.nested is not None and r.nested.infeasible and not r.free.infeasible for r in ladder.rungs):
        said.append("Where no nested plan keeps the rules, deeper cuts are not nested any further.")
    if not ladder.complete:
        said.append("Not complete: the search was stopped.")
    if len(goals_of(ladder.instance)) > 1:
        said.append("Later goals decide only among plans equal in the first one; the price is told in the first one.")
    return said


def _total(ladder: Ladder) -> list[str]:
    """What nesting costs over all rungs together, where they were searched for together."""
    price = ladder.total_price()
    if price is None:
        return []
    unit = f"{words.money_unit(ladder.instance)} " if ladder.measure.unit == "money" else ""
    digits = words.decimals(price) if ladder.measure.unit == "money" else 0
    if words.number(price[0], digits) == words.number(price[1], digits):
        told = f"Over all budgets nesting costs {unit}{words.number(price[1], digits)}"
        return [f"{told}. Proven: no nested roadmaps for these budgets cost less."]
    told = f"Over all budgets nesting costs {unit}{words.number(price[1], digits)} at most with these roadmaps"
    return [f"{told}. Proven: none cost less than {unit}{words.number(price[0], digits)}."]


def changes(ladder: Ladder) -> Table:
    """Start waves of everything that does not start alike in all nested plans."""
    plans: list[Plan | None] = [r.nested.plan if r.nested else None for r in ladder.rungs]
    rows = []
    for item_id, item in ladder.instance.adoptables.items():
        waves = [None if p is None else p.wave(item_id) for p in plans]
        if len({w for w, p in zip(waves, plans, strict=True) if p is not None}) > 1:
            rows.append((words.one_line(item.name), *(_wave(w, p) for w, p in zip(waves, plans, strict=True))))
    columns = ("Adopted", *(rung_text(r) for r in ladder.rungs))
    notes = () if rows else ("The nested plans are the same at every budget.",)
    return Table("Start wave by budget, where it changes", columns, tuple(rows), notes)


def _wave(wave: int | None, plan: Plan | None) -> str:
    return "no plan" if plan is None else "out" if wave is None else str(wave)
