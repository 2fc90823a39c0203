"""A plan's worth taken apart, once, into factors that draws change: then any number of draws is arithmetic.

Value of a cell is a product: potential and success of its driver, success of its affiliate's archetype and touch,
share of its affiliate, failure of the roll-out approach, all times something that no draw changes. That something is
what the evaluator says a cell earns where all those factors are 1, summed over the cells that have the same factors.
Cost is a sum: what the evaluator says where an uncertain amount is 1, times the amount.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sequencer.plan.prepared import Prepared
from sequencer.plan.state import State
from sequencer.study.draws import Assumption, Floats, assumptions
from sequencer.types import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sequencer.instance.instance import Instance
    from sequencer.instance.records import Record
    from sequencer.plan.plan import Plan
    from sequencer.plan.rows import CostRow, Earning

COSTS = ("one_off_cost", "running_cost")


class Factors(NamedTuple):
    """Cells that draws change alike.

    Attributes
    ----------
    driver : str
        Their driver; an initiative where there are no cells.
    affiliate, brand : str
        Their place; the brand only where the success of its mode is not certain, or the approach holds for it.
    """

    driver: str
    affiliate: str = ""
    brand: str = ""


@dataclass
class Worth:
    """A plan's worth in factors.

    Attributes
    ----------
    instance, plan
        What is given, and the plan.
    state : State
        The plan laid over the instance as it is.
    value : dict of (str, Factors) to array
        What cells earn by period where every drawn factor is 1, by category and factors.
    fixed_value : dict of str to array
        Value that no draw changes, by category and period: synergies and contact fatigue.
    cost : dict of str to array
        What one unit of an uncertain amount costs by period, by name of the assumption.
    fixed_cost : array
        Cost that no draw changes, by period, without bought capacity.
    """

    instance: Instance
    plan: Plan
    state: State
    value: dict[tuple[str, Factors], Floats] = field(default_factory=dict)
    fixed_value: dict[str, Floats] = field(default_factory=dict)
    cost: dict[str, Floats] = field(default_factory=dict)
    fixed_cost: Floats = field(default_factory=lambda: np.zeros(0))


def take_apart(instance: Instance, plan: Plan) -> Worth:
    """Take the worth of a plan apart."""
    made = Worth(instance, plan, State(Prepared(instance), plan))
    _take_value(made)
    _take_cost(made)
    return made


# -- value ------------------------------------------------------------------------------------------------------------


def _take_value(made: Worth) -> None:
    periods = len(made.instance.periods)
    drawn: dict[tuple[str, Factors], Floats] = defaultdict(lambda: np.zeros(periods))
    fixed: dict[str, Floats] = defaultdict(lambda: np.zeros(periods))
    drivers, initiatives = made.instance.by_id("drivers"), made.instance.by_id("initiatives")
    chancy = _chancy_brands(made)
    for earning in State(Prepared(neutral(made.instance)), made.plan).earnings:
        amounts = earning.rate * np.asarray(earning.shape)
        if earning.source in drivers:
            drawn[earning.category, _factors(earning, chancy)] += amounts
        elif earning.source in initiatives:
            drawn[earning.category, Factors(earning.source)] += amounts
        else:
            fixed[earning.category] += amounts
    made.value, made.fixed_value = dict(drawn), dict(fixed)


def _factors(earning: Earning, chancy: frozenset[str]) -> Factors:
    return Factors(earning.source, earning.affiliate, earning.brand if earning.brand in chancy else "")


def _chancy_brands(made: Worth) -> frozenset[str]:
    """Brands whose cells draws change: their mode may fail, or the roll-out approach may."""
    modes = {s.item.id for s in made.state.of_kind(Kind.BRAND) if s.mode.success != 1}
    return frozenset(b.id for b in made.instance.brands if b.id in modes or approached(made.instance, b.id))


def approached(instance: Instance, brand: str) -> bool:
    """Whether the roll-out approach holds for the cells of a brand."""
    settings = instance.settings
    return settings.rollout != "free" and (not settings.rollout_brands or brand in settings.rollout_brands)


def neutral(instance: Instance) -> Instance:
    """Instance in which every factor that draws may change is 1, with the same decisions."""
    sure = {"success": 1.0}
    return instance.model_copy(
        update={
            "settings": instance.settings.model_copy(update={"rollout_failure": 0.0}),
            "drivers": _with(instance.drivers, {"potential": 1.0, **sure}),
            **{
                t: _with(instance.rows(t), sure)
                for t in ("archetypes", "touches", "affiliate_success", "initiatives", "modes")
            },
        }
    )


def _with(rows: Iterable[Record], values: Mapping[str, object]) -> tuple[Record, ...]:
    return tuple(row.model_copy(update=dict(values)) for row in rows)


# -- cost -------------------------------------------------------------------------------------------------------------


def _take_cost(made: Worth) -> None:
    """Cost rows with uncertain amounts at 0, and at 1: what is added belongs to the one that governs the row."""
    instance = made.instance
    uncertain = {(a.table, a.id, a.field): a for a in assumptions(instance) if a.field in (*COSTS, "revenue")}
    without = _costs(_priced(instance, uncertain, ()), made.plan)
    made.fixed_cost = sum(without.values(), np.zeros(len(instance.periods)))
    for fields in (COSTS, ("revenue",)):
        one = _costs(_priced(instance, uncertain, fields), made.plan)
        for (item, line), amounts in one.items():
            found = uncertain.get(_governing(made, item, line, revenue=fields == ("revenue",)))
            if found is not None:
                more = amounts - without.get((item, line), np.zeros_like(amounts))
                made.cost[found.name] = made.cost.get(found.name, np.zeros_like(more)) + more


def _priced(
    instance: Instance, uncertain: Mapping[tuple[str, str, str], Assumption], ones: tuple[str, ...]
) -> Instance:
    """Instance with uncertain costs and revenues at 0, at 1 where their column is among ``ones``."""
    tables = dict.fromkeys(table for table, _, _ in uncertain)
    made: dict[str, tuple[Record, ...]] = {}
    for table in tables:
        rows = []
        for row in instance.rows(table):
            fields = [f for t, i, f in uncertain if (t, i) == (table, row.record_id)]
            rows.append(row.model_copy(update={f: float(f in ones) for f in fields}))
        made[table] = tuple(rows)
    return instance.model_copy(update=made)


def _costs(instance: Instance, plan: Plan) -> dict[tuple[str, str], Floats]:
    """Cost by item, line and period, without bought capacity."""
    made: dict[tuple[str, str], Floats] = {}
    rows: tuple[CostRow, ...] = State(Prepared(instance), plan).cost_rows
    for row in rows:
        if row.item:
            amounts = made.setdefault((row.item, row.line), np.zeros(len(instance.periods)))
            amounts[row.period - 1] += row.amount
    return made


def _governing(made: Worth, item: str, line: str, *, revenue: bool) -> tuple[str, str, str]:
    """Table, row and column of the amount that a cost line of an adoptable is made of."""
    start = made.state.starts[item]
    column = "one_off_cost" if line == "one_off" else "running_cost"
    kind = start.item.kind
    if kind is Kind.AFFILIATE:
        return ("affiliates", item, "revenue") if revenue else ("archetypes", start.mode.archetype or "", column)
    if kind is Kind.STEP:
        return "capability_steps", f"{start.item.capability}:{start.item.level}", column
    if kind is Kind.MANDATE:
        return "mandate", str(start.item.level), column
    if kind is Kind.FUNCTION:
        return "functions", start.item.parent or item, column
    if kind in (Kind.DRIVER_AFFILIATE, Kind.BRAND_AFFILIATE):
        return f"{kind}s", f"{start.item.parent}:{start.item.place}", column
    return f"{kind}s", item, column
