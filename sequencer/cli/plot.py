"""``sequencer plot``: the roadmap of a run as a Gantt chart."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from sequencer.cli.common import PATH, Command, check_picture, examples, load_run, output_options, write_picture
from sequencer.errors import RunError


@click.command(cls=Command, epilog=examples("sequencer plot run -o gantt.png", "sequencer plot run -o gantt.svg"))
@click.argument("run", type=PATH)
@click.option("-o", "--output", type=PATH, required=True, metavar="FILE", help="Picture to write: .png, .svg or .pdf.")
@output_options
def plot(run: Path, output: Path) -> None:
    """Draw the roadmap of a RUN as a Gantt chart that fits a slide, with what is proven of it.

    A run that is not finished is drawn with the best plan so far, and marked as such.
    """
    check_picture(output)
    found = load_run(run)
    if found.plan is None:
        message = f"{run} holds no plan, so there is nothing to draw. Solve again with more time or fewer rules."
        raise RunError(message)
    from sequencer.report.figures.gantt import gantt_figure

    write_picture(gantt_figure(found.plan, found.instance, result=found.result, complete=found.complete), output)
