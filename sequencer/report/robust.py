"""Plans for scenarios as tables: two plans side by side, two stages, draws solved anew."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sequencer.report import goals, words
from sequencer.report.table import Table
from sequencer.study.robust import TOLD

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Adoption, Plan
    from sequencer.study.intervals import Interval
    from sequencer.study.robust import Reoptimised, Robust
    from sequencer.study.stages import TwoStages

FEW = 12
"""Scenarios that are listed one by one; of more, quantiles are told."""

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
SAME = 1e-6
"""Relative difference up to which two amounts are the same."""


def interval_text(found: Interval, places: int) -> str:
    """``12.1``, or ``11.8 to 12.1`` where the sides differ as shown."""
    low, high = words.number(found.low, places), words.number(found.high, places)
    return low if low == high else f"{low} to {high}"


# -- two plans --------------------------------------------------------------------------------------------------------


def robust_tables(found: Robust) -> list[Table]:
    """Both plans by measure, by scenario, and what they do differently."""
    return [_measures(found), _scenarios(found), differences(found.instance, found.base.plan, found.robust.plan)]


def _measures(found: Robust) -> Table:
    instance = found.instance
    figures = {m: (found.base.measures.get(m), found.robust.measures.get(m)) for m in TOLD}
    places = words.decimals(v for pair in figures.values() for v in pair if v is not None)
    rows = [
        (goals.heading(instance, name), *(words.number(v, places) for v in pair))
        for name, pair in figures.items()
        if pair != (None, None)
    ]
    rows.append(("Adoptions", str(len(found.base.plan.adoptions)), str(len(found.robust.plan.adoptions))))
    least = found.aim == "regret"
    title = goals.title(instance, found.aim)
    notes: tuple[str, ...] = (
        f"Proven: the smallest {title} that a plan can have is {interval_text(found.reached, places)}."
        if least
        else f"Proven: no plan has a {title} above {words.number(found.reached.high, places)}.",
        f"Proven: no plan is worth more than {words.number(found.base_npv.high, places)} on base values.",
        "Decisions are the same in every scenario; rules use base values.",
    )
    if found.robust.npv > found.base.npv + SAME * max(1.0, abs(found.base.npv)):
        early = "The second plan is better on base values, too: the first search was stopped early. Give it more time."
        notes = (early, *notes)
    columns = ("", "made for base values", f"made for {found.aim}")
    return Table(f"Two plans, {words.money_unit(instance)}", columns, tuple(rows), notes)


def _scenarios(found: Robust) -> Table:
    unit = words.money_unit(found.instance)
    by_scenario = found.by_scenario
    places = words.decimals(v for pair in by_scenario.values() for v in pair)
    if len(by_scenario) > FEW:
        columns = list(zip(*by_scenario.values(), strict=True))
        rows = [
            (
                f"{words.percent(share)} of scenarios below",
                *(words.number(float(np.quantile(c, share)), places) for c in columns),
            )
            for share in SHARES
        ]
        title = f"Net present value over {len(by_scenario)} scenarios, {unit}"
        return Table(title, ("", "made for base values", f"made for {found.aim}"), tuple(rows))
    best = {a.scenario: interval_text(a.npv, places) for a in found.alone}
    shares = {f.id: f.probability for f in found.instance.futures}
    listed = tuple(
        (
            words.one_line(found.instance.label(name)),
            words.percent(shares[name], 1),
            *(words.number(v, places) for v in pair),
            *([best[name]] if best else []),
        )
        for name, pair in by_scenario.items()
    )
    heads = ("Scenario", "Probability", "made for base values", f"made for {found.aim}")
    return Table(f"Net present value by scenario, {unit}", (*heads, *(["best alone"] if best else [])), listed)


def differences(instance: Instance, first: Plan, second: Plan) -> Table:
    """What two plans do differently, item by item."""
    rows = []
    for item in instance.decided:
        one, other = first.by_id.get(item), second.by_id.get(item)
        if one != other:
            rows.append((words.one_line(instance.label(item)), _start(instance, one), _start(instance, other)))
    same = sum(1 for item in instance.decided if item in first.by_id) - sum(1 for r in rows if r[1] != words.NONE)
    notes = (f"{words.count(same, 'adoption is', 'adoptions are')} the same in both.",)
    return Table("What they do differently", ("", "made for base values", "made for scenarios"), tuple(rows), notes)


def _start(instance: Instance, adoption: Adoption | None) -> str:
    if adoption is None:
        return words.NONE
    mode = words.mode_text(instance, instance.adoptables[adoption.id].mode(adoption.mode))
    return f"wave {adoption.wave}{f', {mode}' if mode else ''}"


def robust_csv(found: Robust) -> str:
    """One row a scenario: probability, and what both plans and the best plan alone are worth there."""
    shares = {f.id: f.probability for f in found.instance.futures}
    best = {a.scenario: (a.npv.low, a.npv.high) for a in found.alone}
    heads = ["scenario", "probability", "base", "robust", *(["best_low", "best_high"] if best else [])]
    return _csv(heads, ((s, shares[s], *pair, *best.get(s, ())) for s, pair in found.by_scenario.items()))


def _csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return out.getvalue()


# -- two stages -------------------------------------------------------------------------------------------------------

FIGURES = (
    ("ws", "Wait and see (WS)", "every scenario known beforehand, each with its best plan"),
    ("rp", "Now, then as it turns out (RP)", "first waves common, the rest chosen once the scenario is known"),
    ("eev", "Now for the mean (EEV)", "first waves of the plan for mean amounts, then the best of it"),
    ("evpi", "Perfect information (EVPI = WS − RP)", "what knowing beforehand would be worth"),
    ("vss", "Planning for scenarios (VSS = RP − EEV)", "what it is worth over planning for the mean"),
)


def stages_tables(found: TwoStages) -> list[Table]:
    """What deciding now and later comes to, what is decided now, and what depends."""
    return [_figures(found), _now(found), _later(found)]


def _figures(found: TwoStages) -> Table:
    intervals = {name: getattr(found, name) for name, _, _ in FIGURES}
    places = words.decimals(end for i in intervals.values() for end in (i.low, i.high) if np.isfinite(end))
    rows = tuple((title, interval_text(intervals[name], places), meaning) for name, title, meaning in FIGURES)
    unit = words.money_unit(found.instance)
    notes = ("Expected net present values; an interval holds the figure for certain. All plans keep the rules.",)
    return Table(f"Two stages, {unit}", ("", "figure", "meaning"), rows, notes)


def _now(found: TwoStages) -> Table:
    rows = tuple(
        (words.one_line(found.instance.label(a.id)), _start(found.instance, a))
        for a in sorted(found.here_and_now, key=lambda a: (a.wave, a.id))
    )
    waves = "wave 1" if found.first == 1 else f"waves 1 to {found.first}"
    notes = () if rows else (f"Nothing starts in {waves}: it is better to wait for what turns out.",)
    return Table(f"Decided now, for {waves}", ("", "start"), rows, notes)


def _later(found: TwoStages) -> Table:
    """What starts later, by scenario; only what is not the same in all of them."""
    instance, plans = found.instance, found.recourse.plans
    rows = []
    for item in instance.decided:
        starts = [plan.by_id.get(item) for plan in plans.values()]
        if len(set(starts)) > 1:
            rows.append((words.one_line(instance.label(item)), *(_start(instance, a) for a in starts)))
    heads = ("", *(words.one_line(instance.label(s)) for s in plans))
    if len(plans) > FEW:
        count = len(rows)
        note = f"{words.count(count, 'adoption depends', 'adoptions depend')} on which of {len(plans)} scenarios it is."
        return Table("Decided later", ("",), (), (note,))
    note = "All else is the same in every scenario." if rows else "Nothing: the plan is the same in every scenario."
    return Table("Decided later, as it turns out", heads, tuple(rows), (note,))


# -- draws solved anew ------------------------------------------------------------------------------------------------


def reoptimised_tables(found: Reoptimised) -> list[Table]:
    """The plan beside the best plan of each draw."""
    quantiles = found.quantiles(SHARES)
    places = words.decimals(v for own, best in quantiles for v in (own, best.high))
    rows = [
        (f"{words.percent(share)} of draws below", words.number(own, places), interval_text(best, places))
        for share, (own, best) in zip(SHARES, quantiles, strict=True)
    ]
    rows.append(("mean", words.number(float(found.fixed.mean()), places), interval_text(_mean(found), places)))
    note = (
        f"Knowing the outcome before planning would be worth {interval_text(found.foresight, places)} on average "
        f"({len(found.best)} draws). No plan made now can reach what the last column shows."
    )
    title = f"Draws solved anew, {words.money_unit(found.instance)}"
    return [Table(title, ("", "this plan", "best plan of each draw"), tuple(rows), (note,)), _adopted(found)]


def _mean(found: Reoptimised) -> Interval:
    from sequencer.study.intervals import mean

    return mean((b.probability for b in found.best), (b.npv for b in found.best))


def _adopted(found: Reoptimised) -> Table:
    """Items whose place in the plan draws put into question."""
    rows = []
    for item, share in sorted(found.adopted.items(), key=lambda pair: pair[1]):
        planned = item in found.plan.by_id
        if (planned and share < 0.9) or (not planned and share > 0.1):
            rows.append((words.one_line(found.instance.label(item)), "yes" if planned else "no", words.percent(share)))
    never = [i for i in found.plan.by_id if i in found.instance.decided and i not in found.adopted]
    rows = [*((words.one_line(found.instance.label(i)), "yes", words.percent(0.0)) for i in never), *rows]
    notes = ("" if rows else "None: the best plans of the draws adopt what this plan does.",)
    title = "What draws put into question"
    return Table(title, ("", "in this plan", "in best plans"), tuple(rows[:20]), tuple(n for n in notes if n))
