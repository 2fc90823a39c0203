"""``sequencer show``: a run as tables a strategist reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from sequencer.cli.common import PATH, Command, examples, json_option, load_run, output_options
from sequencer.cli.render import echo, echo_json, echo_report

if TYPE_CHECKING:
    from sequencer.report.table import Table
    from sequencer.run.folder import Run


@click.command(cls=Command, epilog=examples("sequencer show run", "sequencer show run --measures"))
@click.argument("run", type=PATH)
@click.option("--measures", is_flag=True, help="Only the measures: each with its word, its figure and what is wanted.")
@json_option
@output_options
def show(run: Path, measures: bool, as_json: bool) -> None:
    """Show the roadmap of a RUN: what starts in each wave, money, load, mandate, value and return.

    A run that is not finished is shown with the best plan so far, and says so.
    """
    found = load_run(run)
    tables = _tables(found, measures=measures)
    if as_json:
        echo_json(found.result | {"complete": found.complete, "tables": [_content(t) for t in tables]})
        return
    if found.plan is None:
        echo(_no_plan(found))
    for table in tables:
        echo_report(table)


def _tables(run: Run, *, measures: bool) -> list[Table]:
    if run.plan is None:
        return []
    from sequencer.plan.evaluate import evaluate
    from sequencer.report import tables
    from sequencer.report.goals import measures_table

    evaluation = evaluate(run.instance, run.plan)
    return [measures_table(evaluation)] if measures else tables.show(evaluation, run.result)


def _content(table: Table) -> dict[str, Any]:
    return {"title": table.title, "rows": table.records(), "notes": list(table.notes)}


def _no_plan(run: Run) -> str:
    from sequencer.cli.headline import ENDS
    from sequencer.types import Termination

    ended = run.result["termination"]
    why = f" ({ENDS[Termination(ended)]})" if ended in set(Termination) else ""
    return f"{run.name} holds no plan{why}."
