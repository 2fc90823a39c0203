"""Shared by the commands: options, reading of what they are given, and how errors end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click
from click import get_current_context
from click.exceptions import Abort, ClickException
from click.exceptions import Exit as ClickExit

from sequencer.cli.interrupt import pressed
from sequencer.cli.render import clean, echo_json
from sequencer.cli.state import Exit, State, say, start_logging, state
from sequencer.errors import DisagreementError, InputError, InputProblem, SequencerError, SolverError
from sequencer.study.no_plan import NoPlanError
from sequencer.types import Termination

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Plan
    from sequencer.run.folder import Run

F = TypeVar("F", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)
PICTURES = (".png", ".svg", ".pdf")
log = logging.getLogger(__name__)


def examples(*lines: str) -> str:
    """Epilog of a command: its examples, one a line."""
    word = "Example" if len(lines) == 1 else "Examples"
    return "\n\n".join([f"{word}:", *(f"$ {line}" for line in lines)])


# -- options ----------------------------------------------------------------------------------------------------------


def output_options(command: F) -> F:
    """Add ``-q``, ``-v`` and ``--log-file``, which may stand before or after the name of the command."""
    for option in (
        click.option(
            "--log-file",
            type=PATH,
            expose_value=False,
            callback=_take_log_file,
            help="Also write the log to FILE (appended).",
            metavar="FILE",
        ),
        click.option(
            "-v",
            "--verbose",
            count=True,
            metavar="",
            expose_value=False,
            callback=_take_verbose,
            help="Say more; -vv for details.",
        ),
        click.option(
            "-q", "--quiet", is_flag=True, expose_value=False, callback=_take_quiet, help="Only results and errors."
        ),
    ):
        command = option(command)
    return command


def _take_quiet(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    shared = ctx.ensure_object(State)
    shared.quiet = shared.quiet or value


def _take_verbose(ctx: click.Context, param: click.Parameter, value: int) -> None:
    shared = ctx.ensure_object(State)
    shared.verbose = max(shared.verbose, value)


def _take_log_file(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:
    shared = ctx.ensure_object(State)
    shared.log_file = value or shared.log_file


def instance_options(command: F) -> F:
    """Add ``--overlay`` and ``--lock``, which change an instance as it is read."""
    lock = click.option(
        "--lock",
        "locks",
        multiple=True,
        metavar="LOCK",
        help="Fix a decision: 'jp<=2' (starts by wave 2, if adopted at all), '+jp<=2' (must be live by wave 2), "
        "'crm:2=3/build' (wave and mode), '!r4' (never). Repeatable.",
    )
    overlay = click.option(
        "--overlay",
        "overlays",
        multiple=True,
        type=PATH,
        metavar="FILE",
        help="Apply changes from a TOML file. Repeatable.",
    )
    return overlay(lock(command))


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON to stdout instead of tables.")


# -- what is given ----------------------------------------------------------------------------------------------------


def load_instance(
    path: Path, overlays: Sequence[Path] = (), locks: Sequence[str] = (), objective: str | None = None
) -> Instance:
    """Read an instance folder or workbook with overlays and locks, and another objective where one is given.

    Raises
    ------
    sequencer.errors.SequencerError
        If it is neither, or (as InputError) naming everything wrong with it.
    """
    from sequencer.instance.change import Change, Sourced
    from sequencer.instance.reader import read

    _refuse_other_forms(path)
    aims: list[Sourced] = []
    if objective is not None:
        aims.append(Sourced(Change(table="settings", field="objective", set=objective), "--objective", 1))
    instance = read(path, overlays=(*overlays, aims), locks=tuple(locks))
    log.info("read %s, fingerprint %s", path, instance.fingerprint)
    return instance


def _refuse_other_forms(path: Path) -> None:
    from sequencer.instance.workbook import is_workbook
    from sequencer.run.folder import is_run

    if not path.exists():
        raise _no_instance(path, "there is no such folder or workbook.")
    if path.suffix.lower() in (".xls", ".xlsb", ".ods"):
        raise _no_instance(path, "workbooks of this kind are not read. Save it as an Excel workbook (.xlsx).")
    if path.is_file() and is_workbook(path):
        return
    if not path.is_dir():
        raise _no_instance(path, "an instance is a folder with instance.toml and CSV tables, or a workbook (.xlsx).")
    if is_run(path):
        raise _no_instance(path, f"it is a run folder; the instance it solved is {path / 'instance'}.")


def _no_instance(path: Path, why: str) -> SequencerError:
    return SequencerError(f"{path} is not an instance: {why}")


def load_run(path: Path, *, verify: bool = True) -> Run:
    """Read a run folder and say on stderr if it is unfinished.

    Raises
    ------
    sequencer.errors.RunError
        If it is not a run folder or is damaged.
    """
    from sequencer.run.folder import read_run

    run = read_run(path, verify=verify)
    if not run.complete and not state().quiet:
        doing = "is still being solved" if run.active else "was stopped before its solve ended"
        what = "shown is the best plan so far" if run.plan is not None else "no plan was found so far"
        click.echo(f"Unfinished run: {run.name} {doing}; {what}.", err=True)
    return run


def load_plan(path: Path, instance: Instance) -> Plan:
    """Read a plan: ``plan.json``, a hand-made ``plan.csv``, or that of a run; warn if it was made for another instance.

    Raises
    ------
    sequencer.errors.SequencerError
        If there is no plan to read.
    """
    from sequencer.plan.plan import read_plan
    from sequencer.run.folder import is_run, read_run

    if is_run(path):
        plan = read_run(path).plan
        if plan is None:
            message = f"{path} holds no plan. Give a run that found one, a plan.json or a plan.csv."
            raise SequencerError(message)
    else:
        plan = read_plan(path)
    if plan.instance_fingerprint not in ("", instance.fingerprint) and not state().quiet:
        click.echo(f"Note: {path.name} was made for another version of this instance.", err=True)
    unknown = ", ".join(f"'{i}'" for i in plan.left_out if i not in instance.adoptables)
    if unknown and not state().quiet:
        words = clean(f"{path.name} leaves out {unknown}, nothing that this instance can adopt; check the id.")
        click.echo(f"Note: {words}", err=True)
    return plan


# -- pictures ---------------------------------------------------------------------------------------------------------


def check_picture(file: Path | None) -> None:
    """Stop early where a picture could not be written; None where none is wanted.

    Raises
    ------
    click.UsageError
        If the name does not end as it must, or the folder is not there.
    """
    if file is None:
        return
    if file.suffix.lower() not in PICTURES:
        message = f"{file}: the name must end in {', '.join(PICTURES[:-1])} or {PICTURES[-1]}."
        raise click.UsageError(message)
    if not file.parent.is_dir():
        message = f"There is no folder {file.parent}; make it first or choose another."
        raise click.UsageError(message)


def write_picture(figure: Figure, file: Path) -> None:
    """Write a figure in one go, so that no half of it is ever there.

    Raises
    ------
    sequencer.errors.SequencerError
        If it cannot be written.
    """
    from sequencer.report.figures.style import save

    temp = file.with_name(f".tmp-{file.name}")
    try:
        save(figure, temp)
        temp.replace(file)
    except OSError as error:
        message = f"{file} cannot be written ({error.strerror or error}). Choose another file with -o."
        raise SequencerError(message) from error
    say(f"Drawn: {file}", hint=True)


def write_text(text: str, file: Path) -> None:
    """Write a new file.

    Raises
    ------
    sequencer.errors.SequencerError
        If it exists or cannot be written.
    """
    if file.exists():
        message = f"{file} exists; nothing was written. Choose a new name."
        raise SequencerError(message)
    try:
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        message = f"{file} cannot be written ({error.strerror or error}). Choose another file."
        raise SequencerError(message) from error
    say(f"Written: {file}", hint=True)


# -- how commands end -------------------------------------------------------------------------------------------------


class Command(click.RichCommand):
    """A command that turns errors into messages and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Run the command."""
        start_logging(ctx.ensure_object(State))
        try:
            return super().invoke(ctx)
        except (ClickException, ClickExit, Abort, BrokenPipeError):
            # Whoever reads the output has had enough (… | head): click ends the process quietly.
            raise
        except KeyboardInterrupt:
            ctx.exit(report_interrupt())
        except Exception as error:
            ctx.exit(report(error))


def is_defect(error: Exception) -> bool:
    """Whether an error is a defect of the program, not of what it was given or where it writes."""
    return not isinstance(error, SequencerError | OSError) or isinstance(error, DisagreementError | SolverError)


def report(error: Exception) -> Exit:
    """Say on stderr what went wrong and what to do, put the traceback in the log file, and choose the exit code."""
    shared = state()
    if shared.verbose:
        log.error("traceback", exc_info=error)
    if pressed():
        return report_interrupt()
    if isinstance(error, NoPlanError):
        return report_no_plan(error)
    if isinstance(error, InputError):
        click.echo(problems_text(error.problems), err=True)
        return Exit.BAD_INPUT
    if isinstance(error, OSError):
        click.echo(os_error_text(error), err=True)
        return Exit.BAD_INPUT
    if not is_defect(error):
        click.echo(f"Error: {clean(error, lines=True)}", err=True)
        return Exit.BAD_INPUT
    what = str(error) if isinstance(error, SequencerError) else f"{type(error).__name__}: {error}"
    click.echo(f"Internal error: {clean(what, lines=True)}", err=True)
    click.echo("This is a defect. -v --log-file FILE keeps the details for a report.", err=True)
    return Exit.CHECK_FAILED


def report_no_plan(error: NoPlanError, known: Mapping[str, Any] | None = None) -> Exit:
    """Say which plan an analysis lacks and which rules clash, print its JSON object, and choose the exit code.

    Parameters
    ----------
    error
        What it ended with.
    known
        What it came to until then, for the JSON object.
    """
    from sequencer.report.clash import clash_lines

    clash = [clean(line) for line in clash_lines(error.instance, error.conflict)]
    click.echo(f"Error: {clean(error, lines=True)}", err=True)
    if clash:
        one = len(clash) == 1
        head = "This rule cannot be kept:" if one else "These rules cannot hold together:"
        last = "Loosen or lift it" if one else "Loosen or lift at least one of them"
        click.echo("\n".join([head, *(f"  {line}" for line in clash), f"{last} (an --overlay can)."]), err=True)
    if json_asked():
        echo_json(no_plan_content(error.termination, str(error)) | {"clash": clash} | dict(known or {}))
    return Exit.INFEASIBLE if error.termination is Termination.INFEASIBLE else Exit.NO_PLAN


def json_asked() -> bool:
    """Whether the running command prints JSON."""
    return bool(get_current_context().params.get("as_json"))


def no_plan_content(termination: Termination, message: str) -> dict[str, Any]:
    """JSON object of an analysis that did not come to its result."""
    return {"termination": str(termination), "complete": False, "message": message}


def report_interrupt() -> Exit:
    """Say on stderr that Ctrl-C ended the command, and choose the exit code."""
    click.echo("Interrupted.", err=True)
    return Exit.INTERRUPTED


def os_error_text(error: OSError) -> str:
    """What the system refused: a file, or the output where no file is named."""
    why = error.strerror or str(error)
    if error.filename is None:
        return clean(f"Error: the output cannot be written ({why}). Free space, or send it elsewhere.")
    return clean(f"Error: {error.filename} cannot be used ({why}). Check the path, its permissions and free space.")


def problems_text(problems: Sequence[InputProblem]) -> str:
    """All problems of an input, grouped by file, each with its remedy on a line of its own."""
    count = len(problems)
    lines = [f"{count} problem{'' if count == 1 else 's'} in the input:"]
    for problem in problems:
        who = f" ({problem.id})" if problem.id else ""
        lines.append(f"  {problem.place or 'input'}{who}: {problem.message} [{problem.rule}]")
        if problem.remedy:
            lines.append(f"      {problem.remedy}")
    return clean("\n".join(lines), lines=True)
