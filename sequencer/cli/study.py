"""``sequencer study``: many cases of one instance, from one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from sequencer.cli.common import (
    PATH,
    Command,
    check_picture,
    examples,
    json_option,
    output_options,
    write_picture,
)
from sequencer.cli.render import echo_json, echo_report, echo_text
from sequencer.cli.state import Exit, end, say, state
from sequencer.cli.study_line import StudyLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from sequencer.study.cluster import Tls
    from sequencer.study.results import StudyResults

MOST_ROWS = 60
"""Rows of the table that a run prints."""


@click.group(
    epilog=examples(
        "sequencer study run instances/nordwind/studies/what-if.toml -o what-if",
        "sequencer study status what-if",
        "sequencer study table what-if --csv > what-if.csv",
        "sequencer study plot what-if -o what-if.png",
    )
)
def study() -> None:
    """Solve many cases of an instance: what-if, grids, samples and stress sets, from one study file.

    Every result is kept the moment it is there. The command that was stopped, by whatever, goes on where it was; cases
    added to the file later are solved without doing the others again.
    """


def work_options(command: Any) -> Any:  # noqa: ANN401
    """Add the options that say who works."""
    for option in reversed(
        (
            click.option(
                "--workers",
                type=click.IntRange(min=1),
                metavar="N",
                help="Processes on this machine.  [default: one while cases take less than 2 s, else as many as cores "
                "and memory allow]",
            ),
            click.option(
                "--scheduler",
                metavar="ADDRESS",
                help="Dask cluster to work on, by its scheduler: tcp://10.0.0.5:8786, or tls://… with the three below. "
                "Whoever reaches a scheduler can run code on it: use tcp only in a network you trust.",
            ),
            click.option("--tls-ca", type=PATH, metavar="FILE", help="Certificate authority of the cluster (PEM)."),
            click.option("--tls-cert", type=PATH, metavar="FILE", help="Certificate of this process (PEM)."),
            click.option("--tls-key", type=PATH, metavar="FILE", help="Key of that certificate (PEM)."),
        )
    ):
        command = option(command)
    return command


@study.command(
    "run",
    cls=Command,
    epilog=examples(
        "sequencer study run instances/nordwind/studies/what-if.toml -o what-if",
        "sequencer study run what-if.toml -o what-if --workers 8 --json > what-if.json",
        "sequencer study run what-if.toml -o what-if --scheduler tcp://10.0.0.5:8786",
    ),
)
@click.argument("study_file", type=PATH, metavar="STUDY")
@click.option("-o", "--output", type=PATH, required=True, metavar="DIR", help="Folder of the study, new or begun.")
@work_options
@json_option
@output_options
def run(study_file: Path, output: Path, as_json: bool, **work: Any) -> None:  # noqa: ANN401
    """Solve every case of a STUDY file that has no result in DIR yet, and print the table.

    Ctrl-C, a crash or a lost connection loses no result: the same command goes on. A case that fails or has no
    possible plan is a row with its reason. Exit code 1 if a case failed, 130 if interrupted.
    """
    how = _how(**work)

    def begin() -> StudyResults:
        from sequencer.report.clash import clash_lines
        from sequencer.study.reading import read_study
        from sequencer.study.running import run as run_study

        with StudyLine(quiet=state().quiet) as line:
            study = read_study(study_file, line.reading)
            return run_study(study, output, listeners=[line], words=clash_lines, **how)

    _finish(output, as_json, begin)


@study.command("retry-failed", cls=Command, epilog=examples("sequencer study retry-failed what-if --workers 1"))
@click.argument("folder", type=PATH, metavar="DIR")
@work_options
@json_option
@output_options
def retry_failed(folder: Path, as_json: bool, **work: Any) -> None:  # noqa: ANN401
    """Solve again the cases in DIR that failed, and those that are still to do."""
    how = _how(**work)

    def begin() -> StudyResults:
        from sequencer.report.clash import clash_lines
        from sequencer.study.running import again

        with StudyLine(quiet=state().quiet) as line:
            return again(folder, listeners=[line], words=clash_lines, **how)

    _finish(folder, as_json, begin)


@study.command("status", cls=Command, epilog=examples("sequencer study status what-if"))
@click.argument("folder", type=PATH, metavar="DIR")
@json_option
@output_options
def status(folder: Path, as_json: bool) -> None:
    """Say how far the study in DIR is, also while it is being worked on."""
    from sequencer.report import study as report
    from sequencer.study.results import read

    found = read(folder)
    if as_json:
        content = report.content(found)
        echo_json({**{name: content[name] for name in content if name != "table"}, "active": found.active})
    else:
        echo_report(report.status_table(found))


@study.command(
    "table",
    cls=Command,
    epilog=examples("sequencer study table what-if", "sequencer study table what-if --csv > what-if.csv"),
)
@click.argument("folder", type=PATH, metavar="DIR")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with every column to stdout.")
@json_option
@output_options
def table(folder: Path, as_csv: bool, as_json: bool) -> None:
    """Print the table of the study in DIR."""
    if as_csv and as_json:
        message = "Choose one of --csv and --json."
        raise click.UsageError(message)
    from sequencer.report import study as report
    from sequencer.study.results import csv_text, read

    found = read(folder)
    if as_csv:
        click.echo(csv_text(found.table), nl=False)
    elif as_json:
        echo_json(report.content(found))
    else:
        echo_report(report.cases_table(found))


@study.command(
    "plot",
    cls=Command,
    epilog=examples(
        "sequencer study plot what-if -o intervals.png",
        "sequencer study plot what-if --along share -o budget.png",
        "sequencer study plot what-if --moves -o moves.svg",
    ),
)
@click.argument("folder", type=PATH, metavar="DIR")
@click.option("-o", "--output", type=PATH, required=True, metavar="FILE", help="Picture to write: .png, .svg or .pdf.")
@click.option("--along", metavar="PARAMETER", help="Draw the result along a parameter that is a number.")
@click.option("--moves", is_flag=True, help="Draw what starts when in each case, for all that differs.")
@output_options
def plot(folder: Path, output: Path, along: str | None, moves: bool) -> None:
    """Draw the study in DIR: of each case what its plan reaches and what is proven of it, or what else is asked for."""
    check_picture(output)
    if along is not None and moves:
        message = "Choose one of --along and --moves."
        raise click.UsageError(message)
    from sequencer.report.figures import study as figures
    from sequencer.study.results import read

    found = read(folder)
    if along is not None:
        made = figures.along_figure(found, along)
    else:
        made = figures.moves_figure(found) if moves else figures.intervals_figure(found)
    write_picture(made, output)


# -- parts ------------------------------------------------------------------------------------------------------------


def _how(
    workers: int | None, scheduler: str | None, tls_ca: Path | None, tls_cert: Path | None, tls_key: Path | None
) -> dict[str, Any]:
    """Who works, as :func:`sequencer.study.running.run` takes it."""
    if scheduler is not None and workers is not None:
        message = "--workers is about this machine; a cluster has the workers it has. Choose one of them."
        raise click.UsageError(message)
    return {"workers": workers, "scheduler": scheduler, "tls": _tls(scheduler, tls_ca, tls_cert, tls_key)}


def _tls(scheduler: str | None, ca: Path | None, cert: Path | None, key: Path | None) -> Tls | None:
    given = [file for file in (ca, cert, key) if file is not None]
    secured = scheduler is not None and scheduler.startswith("tls://")
    if not given and not secured:
        return None
    if ca is None or cert is None or key is None or not secured:
        message = "--scheduler tls://…, --tls-ca, --tls-cert and --tls-key go together."
        raise click.UsageError(message)
    missing = next((file for file in given if not file.is_file()), None)
    if missing is not None:
        message = f"There is no file {missing}."
        raise click.UsageError(message)
    from sequencer.study.cluster import Tls

    return Tls(ca, cert, key)


def _finish(folder: Path, as_json: bool, begin: Callable[[], StudyResults]) -> None:
    """Run, print what there is then, and end with its exit code."""
    from sequencer.report import study as report
    from sequencer.study.folder import is_study
    from sequencer.study.results import read

    code = Exit.OK
    try:
        found = begin()
    except KeyboardInterrupt:
        if not is_study(folder):
            raise
        found, code = read(folder), Exit.INTERRUPTED
    if as_json:
        echo_json(report.content(found))
    elif len(found.study.cases) <= MOST_ROWS:
        echo_report(report.cases_table(found))
    else:
        echo_report(report.status_table(found))
    if not as_json:
        echo_text(report.headline(found))
    if code == Exit.INTERRUPTED:
        click.echo(f"Interrupted. {report.headline(found)} The same command goes on.", err=True)
        end(code)
    say(f"Kept in {folder}. Next: sequencer study plot {folder} -o study.png", hint=True)
    if found.failed:
        say(f"To try failed cases again: sequencer study retry-failed {folder}", hint=True)
        end(Exit.CHECK_FAILED)
