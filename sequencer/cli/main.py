"""The command ``sequencer``: the group, its configuration file and where the clock starts."""

from __future__ import annotations

import io
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import rich_click as click

from sequencer import __version__
from sequencer.cli.common import PATH, examples, os_error_text, output_options
from sequencer.cli.compare import compare
from sequencer.cli.diff import diff
from sequencer.cli.evaluate import evaluate
from sequencer.cli.frontier import frontier
from sequencer.cli.init import init
from sequencer.cli.interrupt import listen, pressed
from sequencer.cli.ladder import ladder
from sequencer.cli.map import map_
from sequencer.cli.plot import plot
from sequencer.cli.replan import replan
from sequencer.cli.risk import risk
from sequencer.cli.robust import robust
from sequencer.cli.rules import rules
from sequencer.cli.sensitivity import sensitivity
from sequencer.cli.show import show
from sequencer.cli.solve import solve
from sequencer.cli.stages import stages
from sequencer.cli.state import Exit, State, process_began
from sequencer.cli.study import study
from sequencer.cli.survey import survey
from sequencer.cli.validate import validate

CONFIG = Path("sequencer.toml")


def _take_config(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:
    """Make the configuration file's values the defaults of options."""
    path = value or CONFIG
    if value is None and not path.is_file():
        return
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"The configuration file {path} cannot be read: {error}"
        raise click.UsageError(message) from error
    ctx.default_map = {**(ctx.default_map or {}), **_defaults(ctx.command, path, content)}


def _defaults(group: click.Command, path: Path, content: dict[str, Any]) -> dict[str, Any]:
    """Check names against commands and options; a misspelt one is refused, never ignored."""
    made: dict[str, Any] = {}
    commands = group.commands if isinstance(group, click.Group) else {}
    for name, value in content.items():
        command = commands.get(name)
        if command is not None and isinstance(value, dict):
            made[name] = _defaults(command, path, value)
        else:
            made[_param(path, group, name)] = value
    return made


def _param(path: Path, command: click.Command, key: str) -> str:
    """Parameter of an option named as on the command line, without its dashes."""
    options = {opt.lstrip("-"): p for p in command.params if isinstance(p, click.Option) for opt in p.opts}
    found = options.get(key.replace("_", "-"))
    if found is None or found.name is None:
        known = ", ".join(sorted(o for o in options if len(o) > 1 and o != "config"))
        what = f"an option of {command.name}"
        if isinstance(command, click.Group):
            what, known = "a command, nor an option of all", ", ".join([*sorted(command.commands), known])
        message = f"{path}: '{key}' is not {what}. There are: {known}."
        raise click.UsageError(message)
    return found.name


@click.group(
    context_settings={"auto_envvar_prefix": "SEQUENCER", "help_option_names": ["-h", "--help"]},
    epilog=examples(
        "sequencer init my-programme",
        "sequencer validate my-programme",
        "sequencer solve my-programme -o run",
        "sequencer show run",
        "sequencer plot run -o gantt.png",
    ),
)
@click.version_option(__version__, "--version", "-V", message="%(prog)s %(version)s")
@click.option(
    "--config",
    type=PATH,
    metavar="FILE",
    is_eager=True,
    expose_value=False,
    callback=_take_config,
    help="Defaults of options, a table for each command; sequencer.toml of this folder where there is one.",
)
@output_options
@click.rich_config({"text_paragraph_linebreaks": "\n\n", "text_emojis": False})
@click.command_panel("Make a roadmap", commands=["init", "validate", "survey", "solve", "replan"])
@click.command_panel("Read it", commands=["show", "plot", "evaluate"])
@click.command_panel("Look closer", commands=["compare", "risk", "map", "rules", "diff"])
@click.command_panel("Weigh and vary", commands=["frontier", "ladder", "sensitivity", "robust", "stages", "study"])
def cli() -> None:
    """Find the sequence of adoption waves of a transformation.

    What is adopted when: value drivers, capabilities, affiliates and mandates, under budgets, capacities and
    interdependencies. INSTANCE is a folder with instance.toml and CSV tables, RUN the folder that solve -o makes.

    Every option can be set by the environment (SEQUENCER_SOLVE_GAP=2%) and in sequencer.toml ([solve] gap = "2%").
    Completion in bash: eval "$(_SEQUENCER_COMPLETE=bash_source sequencer)"; likewise zsh_source, fish_source.

    Exit codes: 0 done; 1 a check failed; 2 bad input; 3 infeasible; 4 no plan in the time given; 130 interrupted.
    """


for _command in (
    init,
    validate,
    survey,
    solve,
    replan,
    show,
    evaluate,
    plot,
    compare,
    risk,
    map_,
    rules,
    diff,
    frontier,
    ladder,
    sensitivity,
    robust,
    stages,
    study,
):
    cli.add_command(_command)


def main() -> None:
    """Run the command line; time limits count from the start of the process."""
    listen()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        cli.main(obj=State(began=process_began()), prog_name="sequencer")
    except OSError as error:
        click.echo(os_error_text(error), err=True)
        sys.exit(Exit.BAD_INPUT)
    except SystemExit as ended:
        # Between options and command, click itself takes Ctrl-C for a failure.
        code = Exit.INTERRUPTED if pressed() and ended.code == Exit.CHECK_FAILED else ended.code
        _leave(code)
        sys.exit(code)


def _leave(code: int | str | None) -> None:
    """End at once where a search does not heed its end, which would have to be waited for."""
    solver = sys.modules.get("sequencer.solver.highs")
    if solver is not None and solver.busy() and not isinstance(code, str):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code or 0)
