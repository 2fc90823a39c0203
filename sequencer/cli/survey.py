"""``sequencer survey``: maturity by the answers of people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from sequencer.cli.common import (
    PATH,
    Command,
    check_picture,
    examples,
    instance_options,
    json_option,
    load_instance,
    output_options,
    write_picture,
    write_text,
)
from sequencer.cli.render import echo_json, echo_report

if TYPE_CHECKING:
    from sequencer.instance.survey import Survey


@click.command(
    cls=Command,
    epilog=examples(
        "sequencer survey my-programme answers.csv",
        "sequencer survey my-programme answers.csv --by minimum -o heat.png",
        "sequencer survey my-programme answers.csv --write as-is.toml",
        "sequencer solve my-programme --overlay as-is.toml -o run",
    ),
)
@click.argument("instance", type=PATH)
@click.argument("answers", type=PATH)
@instance_options
@click.option(
    "--by",
    type=click.Choice(["median", "minimum"]),
    default="median",
    show_default=True,
    help="As-is maturity: the median of all answers, or that of the unit that stands lowest.",
)
@click.option("-o", "--output", type=PATH, metavar="FILE", help="Also draw a heat map: .png, .svg or .pdf.")
@click.option("--write", type=PATH, metavar="FILE", help="Also write the as-is maturity as an overlay (TOML).")
@json_option
@output_options
def survey(
    instance: Path,
    answers: Path,
    overlays: tuple[Path, ...],
    locks: tuple[str, ...],
    by: str,
    output: Path | None,
    write: Path | None,
    as_json: bool,
) -> None:
    """Assess the capabilities of an INSTANCE by ANSWERS, a CSV file with respondent, unit, capability and answer.

    Answers are maturity levels from 0, given for a capability or any node of the tree; a node's answer counts for the
    capabilities below it for which a respondent gave none nearer. A column about lets people judge other units. Shown
    are the as-is maturity with its spread, strengths and gaps against target and benchmark, and blind spots: units
    that see themselves a level or more above their peers.
    """
    check_picture(output)
    from sequencer.instance.survey import assess, read_answers
    from sequencer.report import survey as report

    given = load_instance(instance, overlays, locks)
    found = assess(given, read_answers(given, answers), "minimum" if by == "minimum" else "median")
    if write is not None:
        write_text(_overlay(found, answers.name), write)
    if output is not None:
        from sequencer.report.figures.heat_map import heat_map_figure

        write_picture(heat_map_figure(found), output)
    if as_json:
        echo_json(report.content(found))
    else:
        for table in report.tables(found):
            echo_report(table)


def _overlay(found: Survey, source: str) -> str:
    """Overlay that puts the surveyed maturity in place of the given one."""
    import tomli_w

    blocks = [c.model_dump(exclude_none=True, exclude_unset=True) for c in found.changes()]
    return f"# As-is maturity by the survey {source}.\n" + tomli_w.dumps({"change": blocks})
