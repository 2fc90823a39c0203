"""``sequencer plot``: the roadmap of a run as a Gantt chart."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from sequencer.cli.common import PATH, Command, examples, load_run, output_options
from sequencer.cli.state import say
from sequencer.errors import RunError, SequencerError

FORMATS = (".png", ".svg", ".pdf")


@click.command(cls=Command, epilog=examples("sequencer plot run -o gantt.png", "sequencer plot run -o gantt.svg"))
@click.argument("run", type=PATH)
@click.option("-o", "--output", type=PATH, required=True, metavar="FILE", help="Picture to write: .png, .svg or .pdf.")
@output_options
def plot(run: Path, output: Path) -> None:
    """Draw the roadmap of a RUN as a Gantt chart that fits a slide."""
    if output.suffix.lower() not in FORMATS:
        message = f"{output}: the name must end in {', '.join(FORMATS[:-1])} or {FORMATS[-1]}."
        raise click.UsageError(message)
    if not output.parent.is_dir():
        message = f"There is no folder {output.parent}; make it first or choose another."
        raise click.UsageError(message)
    found = load_run(run)
    if found.plan is None:
        message = f"{run} holds no plan, so there is nothing to draw. Solve again with more time or fewer rules."
        raise RunError(message)
    from sequencer.report.figures.gantt import gantt_figure, save

    figure = gantt_figure(found.plan, found.instance)
    temp = output.with_name(f".tmp-{output.name}")
    try:
        save(figure, temp)
        temp.replace(output)
    except OSError as error:
        message = f"{output} cannot be written ({error.strerror or error}). Choose another file with -o."
        raise SequencerError(message) from error
    say(f"Drawn: {output}", hint=True)
