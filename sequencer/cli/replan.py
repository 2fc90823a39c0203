"""``sequencer replan``: plan the waves that are left again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from sequencer.cli.analysis import search_options
from sequencer.cli.common import (
    PATH,
    Command,
    examples,
    instance_options,
    json_option,
    load_instance,
    load_run,
    output_options,
    write_text,
)
from sequencer.cli.render import clean, echo, echo_json, echo_report
from sequencer.cli.solve import Outcome, Request, concluded
from sequencer.cli.state import say, state
from sequencer.errors import SequencerError

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Plan
    from sequencer.solver.result import Result
    from sequencer.study.replanning import Task


@dataclass(frozen=True)
class ReplanRequest(Request):
    """What was asked for on the command line; ``instance`` is the run."""

    actuals: Path | None
    after: int | None
    max_moves: int | None
    move_cost: float | None
    abandon: tuple[tuple[str, float], ...]

    def options(self) -> dict[str, Any]:
        """Content of ``options.json``."""
        own = {"after": self.after, "max_moves": self.max_moves, "move_cost": self.move_cost}
        actuals = None if self.actuals is None else self.actuals.name
        return (
            super().options()
            | {"replan": self.instance.resolve().name, "actuals": actuals, "abandon": dict(self.abandon)}
            | own
        )


@click.command(
    cls=Command,
    epilog=examples(
        "sequencer replan run --after 1 --template actuals.csv",
        "sequencer replan run --actuals actuals.csv -o run-2",
        "sequencer replan run --actuals actuals.csv --max-moves 3 --move-cost 0.1 -o run-2",
    ),
)
@click.argument("run", type=PATH)
@click.option("--actuals", type=PATH, metavar="FILE", help="How the finished waves went (CSV).  [default: as planned]")
@click.option(
    "--after",
    type=click.IntRange(min=1),
    metavar="WAVE",
    help="Last finished wave.  [default: the last one that the actuals have a value or a spend of]",
)
@click.option(
    "--template",
    type=PATH,
    metavar="FILE",
    help="Only write a file of actuals, filled in as everything was planned up to --after; correct it and pass it on.",
)
@click.option("--max-moves", type=click.IntRange(min=0), metavar="N", help="Most moves against the old plan.")
@click.option(
    "--move-cost", type=click.FloatRange(min=0), metavar="X", help="Price of a move, in the unit of the instance."
)
@click.option(
    "--abandon",
    multiple=True,
    metavar="ITEM[=PRICE]",
    help="Give up what is in progress, at a price that hq pays in the first wave that is left. Repeatable.",
)
@instance_options
@click.option("--objective", metavar="MEASURES", help="What to optimise, as of solve.  [default: as the instance says]")
@search_options("0.01")
@click.option("-o", "--output", type=PATH, metavar="RUN", help="Keep everything in this run folder, made anew.")
@click.option("--force", is_flag=True, help="Replace the run in that folder.")
@json_option
@output_options
@click.option_panel("What has happened", options=["--actuals", "--after", "--template"])
@click.option_panel(
    "What may move", options=["--max-moves", "--move-cost", "--abandon", "--overlay", "--lock", "--objective"]
)
@click.option_panel(
    "The solve", options=["--gap", "--time-limit", "--max-nodes", "--threads", "--seed", "--deterministic"]
)
@click.option_panel("Output", options=["--output", "--force", "--json", "--quiet", "--verbose", "--log-file", "--help"])
def replan(run: Path, template: Path | None, **given: Any) -> None:  # noqa: ANN401
    """Plan what is left of a RUN after some of its waves, with what really happened.

    What is done is frozen, what is in progress is finished at what it still costs, and the waves that are left are
    planned again. The old plan is the reference: it stands where nothing better or nothing broken speaks against it,
    and what differs from it is a move. The new run is an ordinary one, of an instance with its history.

    --overlay and --lock change the instance before that, in waves of the old plan.
    """
    if given["force"] and given["output"] is None:
        message = "--force replaces a run folder: name it with -o."
        raise click.UsageError(message)
    given["abandon"] = tuple(map(_price, given["abandon"]))
    if template is not None:
        _write_template(run, given["after"], template)
        return
    request = ReplanRequest(instance=run, start=None, formulation="compact", memory=None, solver=None, **given)
    concluded(ReplanOutcome(request, state()))


def _plan(path: Path) -> Plan:
    plan = load_run(path).plan
    if plan is None:
        message = f"{path} holds no plan, so there is nothing to replan. Solve it first."
        raise SequencerError(message)
    return plan


def _price(text: str) -> tuple[str, float]:
    """Item and price of ``data:1=0.5``; without a price, giving up costs nothing."""
    item, _, price = text.partition("=")
    try:
        amount = float(price or 0.0)
    except ValueError:
        amount = -1.0
    if not 0 <= amount < math.inf:
        message = f"--abandon {text}: '{price}' is not an amount of at least 0; write ITEM=PRICE."
        raise click.UsageError(message)
    return item, amount


def _write_template(run: Path, after: int | None, template: Path) -> None:
    from sequencer.study.replanning import actuals_template

    if after is None:
        message = "--template is filled in up to a wave: name the last finished one with --after."
        raise click.UsageError(message)
    write_text(actuals_template(load_run(run).instance, _plan(run), after), template)
    say(f"Correct it, then: sequencer replan {run} --actuals {template} -o RUN", hint=True)


class ReplanOutcome(Outcome):
    """One replanning from files to printed result."""

    request: ReplanRequest
    task: Task

    def given(self) -> tuple[Instance, Plan | None]:
        """The waves that are left, and the plan to start from."""
        from sequencer.report.replan import before
        from sequencer.study.replanning import prepare

        asked = self.request
        plan = _plan(asked.instance)
        instance = load_instance(asked.instance / "instance", asked.overlays, asked.locks, asked.objective)
        self.task = prepare(
            instance,
            plan,
            asked.actuals,
            after=asked.after,
            max_moves=asked.max_moves,
            move_cost=asked.move_cost,
            abandon=dict(asked.abandon),
        )
        for table in before(self.task) if not asked.as_json else ():
            echo_report(table)
        return self.task.instance, self.task.start

    def tell(self, result: Result, run: str | None) -> None:
        """Print the result, what moved and why."""
        from sequencer.cli.headline import print_result
        from sequencer.report.replan import moves, record, sentences
        from sequencer.study.replanning import Replan

        made = Replan(self.task, result)
        if self.request.as_json:
            echo_json(result.to_dict(run) | {"replan": record(made)})
        print_result(result, self.task.instance, tables=not self.request.as_json)
        for line in sentences(made):
            if self.request.as_json:
                say(clean(line))
            else:
                echo(line)
        if result.plan is not None and not self.request.as_json:
            echo()
            echo_report(moves(made))
