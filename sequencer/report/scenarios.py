"""What a plan is worth in each scenario, and over all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.report import words
from sequencer.report.table import Table

if TYPE_CHECKING:
    from sequencer.plan.evaluate import Evaluation


def scenarios(evaluation: Evaluation) -> Table:
    """Net present value in each scenario, then the mean of all and of the worst; without rows where there are none."""
    instance, found = evaluation.instance, evaluation.measures
    title = f"Net present value by scenario, {words.money_unit(instance)}"
    columns = ("Scenario", "Probability", "Net present value", "Best possible there", "Regret")
    if not instance.scenarios:
        return Table(title, columns, ())
    amounts = [found[f"scenario_npv:{row.id}"] or 0.0 for row in instance.scenarios]
    places = words.decimals(amounts)
    rows = []
    for row, share, amount in zip(instance.scenarios, instance.futures, amounts, strict=True):
        best = row.best_npv
        missed = None if best is None else best - amount
        cells = (words.number(v, places) for v in (amount, best, missed))
        rows.append((words.one_line(row.label), words.percent(share.probability, 1), *cells))
    worst = f"The worst {(1 - instance.settings.cvar_level) * 100:.4g} %, on average"
    for name, measure in (("All, on average", "expected_npv"), (worst, "cvar")):
        rows.append((name, "", words.number(found[measure], places), words.NONE, words.NONE))
    return Table(title, columns, tuple(rows), ("Decisions are the same in each; rules use base values.",))
