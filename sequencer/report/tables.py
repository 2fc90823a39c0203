"""Tables a strategist reads, made from an evaluation: pure data, no pandas and no terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from sequencer.report import goals, words
from sequencer.report.adopted import adopted, adopted_text
from sequencer.report.money_rules import AMOUNTS
from sequencer.report.roadmap import not_adopted, roadmap
from sequencer.report.rules import LOGIC, rule_text
from sequencer.report.scenarios import scenarios
from sequencer.report.table import Table

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.evaluate import Evaluation, MoneyRow, Slack
    from sequencer.types import RuleRef

__all__ = [
    "Table",
    "headline",
    "load",
    "money",
    "not_adopted",
    "returns",
    "roadmap",
    "show",
    "slack",
    "value_by",
    "violations",
]

By = Literal["category", "driver", "affiliate"]


def show(evaluation: Evaluation, result: Mapping[str, Any] | None = None) -> list[Table]:
    """Every table of a plan, in reading order; tables without rows are left out, save what is not adopted.

    Parameters
    ----------
    evaluation
        Evaluation of the plan.
    result
        Content of ``result.json`` where the plan was solved for: gap and bound.
    """
    made = [
        headline(evaluation, result),
        scenarios(evaluation),
        violations(evaluation),
        roadmap(evaluation),
        money(evaluation),
        returns(evaluation),
        load(evaluation),
        value_by(evaluation, "category"),
        value_by(evaluation, "driver"),
        value_by(evaluation, "affiliate"),
        slack(evaluation),
    ]
    return [t for t in made if t.rows] + [not_adopted(evaluation)]


def headline(evaluation: Evaluation, result: Mapping[str, Any] | None = None) -> Table:
    """Figures that decide: goals, npv, value, cost, benefit to cost, payback, and how far from the best possible."""
    instance, measures = evaluation.instance, evaluation.measures
    unit = words.money_unit(instance)
    places = words.decimals(measures.get(k) or 0.0 for k in ("npv", "value", "cost"))

    def amount(value: float | None) -> str:
        return words.NONE if value is None else f"{unit} {words.number(value, places)}"

    def figure(name: str) -> str:
        return goals.figure(instance, name, measures.get(name))

    plain = {k: amount(measures.get(f"undiscounted_{k}")) for k in ("value", "cost")}
    years = words.short(instance.periods[-1].end_month / 12)
    rate = words.percent(instance.settings.discount_rate, 1)
    rows = [
        ("Net present value", amount(evaluation.npv), f"value less cost over {years} years, discounted at {rate}"),
        ("Value", amount(measures.get("value")), f"discounted; {plain['value']} undiscounted"),
        ("Cost", amount(measures.get("cost")), f"discounted; {plain['cost']} undiscounted"),
        ("Benefit to cost", words.number(measures.get("benefit_to_cost"), 2), "discounted, per unit of cost"),
        ("Payback", figure("payback_wave"), "cumulative discounted net stays at or above zero"),
        ("First value", figure("first_value_wave"), "first wave that earns"),
        ("Peak spend", amount(measures.get("peak_budget")), "most that all pots spend in one wave"),
        ("Adopted", f"{len(adopted(evaluation))} of {len(instance.adoptables)}", adopted_text(evaluation)),
    ]
    if goals.plain(instance):
        rows += _proof(result or {}, amount)
    else:
        rows = goals.goal_rows(evaluation, result or {}) + rows
    broken = len(evaluation.violations)
    rows.append(("Rules broken", str(broken) if broken else "none", "of those this plan was checked against"))
    name = words.one_line(instance.settings.name)
    return Table(f"{name}: key figures" if name else "Key figures", ("Measure", "Figure", "Meaning"), tuple(rows))


def _proof(result: Mapping[str, Any], amount: Callable[[float | None], str]) -> list[tuple[str, str, str]]:
    """Gap and bound of the solve."""
    if not result:
        return []
    gap, bound = result.get("gap"), result.get("bound")
    if gap is None or bound is None:
        return [("Proven gap", "not known", "the search ended before anything was proven")]
    if result.get("proven_optimal"):
        return [("Proven gap", "0 %", "no plan is better")]
    said = f"no plan can have a better net present value than {amount(bound)}"
    return [("Proven gap", words.percent(gap, 2 if gap < 0.1 else 1), said)]


_MONEY = {
    "budget": "Budget",
    "released": "Released",
    "carry_in": "Carried in",
    "transfer_in": "Transfers in",
    "price_in": "Prices in",
    "reinvested": "Reinvested",
    "spend": "Spend",
    "transfer_out": "Transfers out",
    "price_out": "Prices out",
    "carry_out": "Left over",
    "lapsed": "Lapsed",
}
_MONEY_IF_ANY = frozenset({"transfer_in", "price_in", "reinvested", "transfer_out", "price_out"})


def money(evaluation: Evaluation) -> Table:
    """Budget, release, spend and carry-over of each wave: every pot of its own, those of the affiliates summed.

    Transfers, prices and what is reinvested have a column each where there are any.
    """
    instance = evaluation.instance
    groups: dict[str, list[MoneyRow]] = {}
    for row in evaluation.money_rows:
        groups.setdefault(_pot_name(instance, row.pot), []).append(row)
    places = words.decimals(v for r in evaluation.money_rows for v in (r.budget, r.spend) if v is not None)
    fields = [f for f in _MONEY if f not in _MONEY_IF_ANY or any(getattr(r, f) for r in evaluation.money_rows)]
    rows = []
    for wave in range(1, instance.n_waves + 1):
        here = {name: [r for r in found if r.wave == wave] for name, found in groups.items()}
        lines = [(name, found) for name, found in here.items() if found]
        if len(lines) > 1:
            lines.append(("all pots", [r for _, found in lines for r in found]))
        for number, (name, found) in enumerate(lines):
            head = (str(wave), words.span_text(instance, wave)) if number == 0 else ("", "")
            rows.append((*head, name, *_money_cells(found, fields, places)))
    columns = ("Wave", "Dates", "Pot", *(_MONEY[f] for f in fields))
    notes = (
        "Released is the part of the budget that the mandate sets free. "
        "Lapsed is the rest of it, and what the next wave does not receive of what is left over.",
    )
    return Table(f"Money by wave, {words.money_unit(instance)}", columns, tuple(rows), notes)


def _pot_name(instance: Instance, pot: str) -> str:
    return "affiliates" if pot in instance.by_id("affiliates") else words.one_line(instance.label(pot))


def _money_cells(rows: list[MoneyRow], fields: Sequence[str], places: int) -> tuple[str, ...]:
    """Sums over pots; a sum with an unlimited pot in it has no limit."""
    cells = []
    for name in fields:
        amounts = [getattr(r, name) for r in rows]
        cells.append("no limit" if None in amounts else words.number(sum(amounts), places))
    return tuple(cells)


def returns(evaluation: Evaluation) -> Table:
    """Value against cost in each wave and after, with the running total."""
    instance = evaluation.instance
    spans = [(str(p.index), p.index, p.index) for p in instance.periods if not p.tail]
    spans += [("after", p.index, p.index) for p in instance.periods if p.tail]
    flows = [(evaluation.value(period=t), evaluation.cost(period=t)) for _, t, _ in spans]
    places = words.decimals(v for flow in flows for v in flow)
    rows, total, discounted = [], 0.0, 0.0
    for (name, first, last), (value, cost) in zip(spans, flows, strict=True):
        period = instance.periods[first - 1]
        total += value - cost
        discounted += (value - cost) * (1 + instance.settings.discount_rate) ** -period.mid_year
        amounts = (value, cost, value - cost, total, discounted)
        rows.append((name, words.span_text(instance, first, last), *(words.number(v, places) for v in amounts)))
    columns = ("Wave", "Dates", "Value", "Cost", "Net", "Net so far", "Net so far, discounted")
    return Table(f"Return by wave, {words.money_unit(instance)}", columns, tuple(rows))


def load(evaluation: Evaluation) -> Table:
    """Load against capacity of each resource in each wave; with what is bought, where anything is."""
    instance = evaluation.instance
    bought = any(r.extra for r in evaluation.load_rows)
    rows = []
    for resource in instance.resources:
        found = sorted((r for r in evaluation.load_rows if r.resource == resource.id), key=lambda r: r.wave)
        unit = f", {words.one_line(resource.unit)}" if resource.unit else ""
        for number, row in enumerate(found):
            name = words.one_line(resource.label) + unit if number == 0 else ""
            capacity = "no limit" if row.capacity is None else words.short(row.capacity)
            used = words.percent(row.load / row.capacity) if row.capacity else words.NONE
            dates = words.span_text(instance, row.wave)
            extra = (words.short(row.extra),) if bought else ()
            rows.append((name, str(row.wave), dates, words.short(row.load), capacity, *extra, used))
    columns = ("Resource", "Wave", "Dates", "Load", "Capacity", *(("Bought",) if bought else ()), "Used")
    return Table("Load by wave", columns, tuple(rows))


def value_by(evaluation: Evaluation, by: By) -> Table:
    """Undiscounted value over the whole horizon, with shares, largest first; what earns nothing is listed too.

    Parameters
    ----------
    evaluation
        Evaluation of the plan.
    by
        Category, driver or affiliate.
    """
    instance = evaluation.instance
    sums: dict[str, float] = dict.fromkeys(_keys(instance, by), 0.0)
    for row in evaluation.value_rows:
        key = {"category": row.category, "driver": row.source, "affiliate": row.affiliate}[by]
        if key:
            sums[key] = sums.get(key, 0.0) + row.value
    whole = sum(sums.values())
    places = words.decimals(sums.values())
    rows = []
    for key, value in sorted(sums.items(), key=lambda pair: -pair[1]):
        name = words.title_case(key) if by == "category" else words.one_line(instance.label(key))
        live = _live(evaluation, key) if by != "category" else None
        share = words.percent(value / whole) if whole else words.NONE
        rows.append((name, *(() if live is None else (key, live)), words.number(value, places), share))
    if len(rows) > 1:
        blank = () if by == "category" else ("", "")
        rows.append(("All", *blank, words.number(whole, places), words.percent(1.0) if whole else words.NONE))
    columns = (words.title_case(by), *(() if by == "category" else ("Id", "Live from")), "Value", "Share")
    return Table(f"Value by {by}, undiscounted, {words.money_unit(instance)}", columns, tuple(rows))


def _keys(instance: Instance, by: By) -> list[str]:
    if by == "category":
        return list(instance.categories)
    return [r.id for r in (instance.drivers if by == "driver" else instance.affiliates)]


def _live(evaluation: Evaluation, item: str) -> str:
    period = evaluation.live_from.get(item)
    if period is None:
        return "not adopted" if item in evaluation.instance.adoptables else words.NONE
    if period > evaluation.instance.n_waves + 1:
        return "too late"
    return words.begin_text(evaluation.instance, period) if period else "before"


def slack(evaluation: Evaluation, most: int = 20) -> Table:
    """The tightest limits on money, people, mandate and pace: what to loosen first.

    Parameters
    ----------
    evaluation
        Evaluation of the plan.
    most
        How many rows to show; every rule without any room left is shown, however many there are.
    """
    limits = [s for s in evaluation.slacks if s.ref.family not in LOGIC]
    ordered = sorted(limits, key=lambda s: (_room(s), s.ref.wave or 0, s.ref))
    tight = sum(_room(s) <= 1e-6 for s in ordered)
    shown = ordered[: max(most, tight)]
    rows = []
    for s in shown:
        places = words.decimals((s.lhs, s.rhs)) if s.ref.family in AMOUNTS else 2
        say = (lambda v, p=places: words.number(v, p)) if s.ref.family in AMOUNTS else words.short
        rows.append((rule_text(evaluation.instance, s.ref), _binds(s.ref), say(s.lhs), say(s.rhs), say(s.slack)))
    notes = [] if len(shown) == len(ordered) else [f"{len(ordered) - len(shown)} further limits have more room."]
    return Table("Tightest limits", ("Rule", "Wave", "Used", "Limit", "Room left"), tuple(rows), tuple(notes))


def _room(s: Slack) -> float:
    """Slack relative to the limit."""
    return float(s.slack) / (abs(s.rhs) or 1.0)


def _binds(ref: RuleRef) -> str:
    """Wave in which a rule binds."""
    return "all" if ref.wave is None else str(ref.wave)


def violations(evaluation: Evaluation) -> Table:
    """Rules the plan breaks, in words."""
    rows = tuple((_binds(v.ref), rule_text(evaluation.instance, v.ref), v.message) for v in evaluation.violations)
    return Table("Rules broken", ("Wave", "Rule", "What is wrong"), rows)
