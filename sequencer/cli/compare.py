"""``sequencer compare``: runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from sequencer.cli.common import (
    PATH,
    Command,
    check_picture,
    examples,
    json_option,
    load_run,
    output_options,
    write_picture,
    write_text,
)
from sequencer.cli.render import echo_json, echo_report
from sequencer.errors import RunError

if TYPE_CHECKING:
    from sequencer.plan.compare import Candidate


@click.command(
    cls=Command,
    epilog=examples(
        "sequencer compare base medical-first",
        "sequencer compare base a b c -o compare.png",
        "sequencer compare base a b c --csv compare.csv --json > compare.json",
    ),
)
@click.argument("runs", type=PATH, nargs=-1, required=True, metavar="RUN...")
@click.option("-o", "--output", type=PATH, metavar="FILE", help="Also draw a picture: .png, .svg or .pdf.")
@click.option("--csv", "csv_file", type=PATH, metavar="FILE", help="Also write every figure as CSV, one a row.")
@json_option
@output_options
def compare(runs: tuple[Path, ...], output: Path | None, csv_file: Path | None, as_json: bool) -> None:
    """Compare two or more RUNs; the first is what the others are held against.

    Changed inputs come first, then key figures with their proven intervals, which plan is better, what moved, and the
    course over the waves. Plans whose intervals overlap are not ranked: it says what a longer solve would have to
    prove, and about how long that takes.
    """
    if len(runs) < 2:
        message = "Name two RUNs or more."
        raise click.UsageError(message)
    check_picture(output)
    twice = next((r for n, r in enumerate(runs) if r.resolve() in [o.resolve() for o in runs[:n]]), None)
    if twice is not None:
        message = f"{twice} is named twice. Name every RUN once."
        raise click.UsageError(message)
    from sequencer.plan.compare import Comparison
    from sequencer.report import compare as report

    found = Comparison(_candidates(runs))
    if csv_file is not None:
        write_text(report.tidy(found), csv_file)
    if output is not None:
        from sequencer.report.figures.comparison import comparison_figure

        write_picture(comparison_figure(found), output)
    if as_json:
        echo_json(report.content(found))
    else:
        for table in report.tables(found):
            echo_report(table)


def _candidates(runs: tuple[Path, ...]) -> list[Candidate]:
    """Candidates of runs, named by their folders, by more of the path where those are the same."""
    from sequencer.report.compare import candidate_of

    names = [r.resolve().name for r in runs]
    made = []
    for path, name in zip(runs, names, strict=True):
        run = load_run(path)
        if run.plan is None:
            barred = run.result["termination"] == "infeasible"
            remedy = "No plan keeps all rules: relax one." if barred else "Solve it again with more time."
            message = f"{path} holds no plan, so there is nothing to compare. {remedy}"
            raise RunError(message)
        made.append(candidate_of(run, name if names.count(name) == 1 else str(path)))
    return made
