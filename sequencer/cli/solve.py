"""``sequencer solve``: find the best roadmap of an instance."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from sequencer.cli.common import (
    PATH,
    Command,
    examples,
    instance_options,
    is_defect,
    json_option,
    load_instance,
    load_plan,
    output_options,
    report,
)
from sequencer.cli.interrupt import held, pressed
from sequencer.cli.progress import LiveLine
from sequencer.cli.render import clean, echo_json
from sequencer.cli.state import Exit, State, end, say, state
from sequencer.cli.types import DURATION, FRACTION, SIZE
from sequencer.errors import RunError
from sequencer.solver.events import Event, Improved, Progress
from sequencer.solver.options import SOLVERS, SolveOptions
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Plan
    from sequencer.run.folder import RunFolder
    from sequencer.solver.result import Result

LEAST_SECONDS = 0.01
"""Time left to the search where reading the instance has used up the limit: it ends at once, as a time limit does."""

LAST_PHASES = ("evaluate", "conflict")
"""Phases in which a solve that was interrupted is made the most of."""


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    instance: Path
    overlays: tuple[Path, ...]
    locks: tuple[str, ...]
    objective: str | None
    gap: float
    time_limit: float | None
    threads: int | None
    seed: int
    start: Path | None
    formulation: str
    deterministic: bool
    max_nodes: int | None
    memory: int | None
    solver: str | None
    output: Path | None
    force: bool
    as_json: bool

    def check(self) -> None:
        """Refuse what no solve takes, before anything is read or replaced."""
        SolveOptions(
            gap=self.gap,
            time_limit=self.time_limit,
            threads=self.threads,
            seed=self.seed,
            formulation=self.formulation,
            deterministic=self.deterministic,
            max_nodes=self.max_nodes,
            memory=self.memory,
            solver=self.solver,
        )
        if self.solver is not None:
            from sequencer.solver.interfaces import installed

            installed(self.solver)

    def options(self) -> dict[str, Any]:
        """Content of ``options.json``: paths by their last name only."""
        return {
            "instance": self.instance.resolve().name,
            "overlays": [p.name for p in self.overlays],
            "locks": list(self.locks),
            "objective": self.objective,
            "gap": self.gap,
            "time_limit": self.time_limit,
            "threads": self.threads,
            "seed": self.seed,
            "start": None if self.start is None else self.start.resolve().name,
            "formulation": self.formulation,
            "deterministic": self.deterministic,
            "max_nodes": self.max_nodes,
            "memory": self.memory,
            "solver": self.solver,
        }


@click.command(
    cls=Command,
    epilog=examples(
        "sequencer solve instances/medium --gap 1% -o run",
        "sequencer solve instances/medium --lock 'jp<=2' --lock '!r4' --time-limit 2m --json",
        "sequencer solve instances/medium --objective 'value:risk npv'",
    ),
)
@click.argument("instance", type=PATH)
@instance_options
@click.option(
    "--objective",
    metavar="MEASURES",
    help="What to optimise, the most important first: 'peak_budget npv'. More is better of npv, value, value:CATEGORY, "
    "undiscounted_value, drivers; less of cost, undiscounted_cost, peak_budget, load_peak:RESOURCE, pace_loss, "
    "payback_wave, adoptions.  [default: as the instance says]",
)
@click.option(
    "--gap",
    type=FRACTION,
    default="0.01",
    show_default=True,
    metavar="FRACTION",
    help="Stop when no plan can be better by more than this share of the value; 0 proves the optimum (0.01 or 1%).",
)
@click.option(
    "--time-limit",
    type=DURATION,
    metavar="SECONDS",
    help="Stop after this wall-clock time, counted from the start of the process (120, 2m, 1h).  [default: none]",
)
@click.option("--threads", type=click.IntRange(min=1), metavar="N", help="Threads of the solver.  [default: all cores]")
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, metavar="N", help="Seed of the search."
)
@click.option(
    "--start",
    type=PATH,
    metavar="PLAN",
    help="Plan to start from: plan.json, plan.csv, or a run; what does not fit is dropped.",
)
@click.option(
    "--formulation",
    type=click.Choice(["compact", "aggregated", "cells"]),
    default="compact",
    show_default=True,
    help="How value is modelled: compact is fast and takes every instance, aggregated sums by class of affiliates, "
    "cells is the textbook form; all are exact.",
)
@click.option(
    "--deterministic",
    is_flag=True,
    help="Same input, same plan to the byte: one thread, one search, no clock; --max-nodes limits it.",
)
@click.option(
    "--max-nodes", type=click.IntRange(min=1), metavar="N", help="Stop after so many nodes of the search tree."
)
@click.option(
    "--memory",
    type=SIZE,
    metavar="SIZE",
    help="Stop once the process takes more memory than this (4GB, 500MB); the model and a first plan are always made.  "
    "[default: no limit]",
)
@click.option(
    "--solver",
    type=click.Choice(SOLVERS),
    help="Let another solver work on the model as it is, in place of the search of this package, which is much faster "
    "on large instances.  [default: none]",
)
@click.option("-o", "--output", type=PATH, metavar="RUN", help="Keep everything in this run folder, made anew.")
@click.option("--force", is_flag=True, help="Replace the run in that folder.")
@json_option
@output_options
@click.option_panel("What is solved", options=["--overlay", "--lock", "--objective", "--start"])
@click.option_panel("When to stop", options=["--gap", "--time-limit", "--max-nodes", "--memory"])
@click.option_panel("How to search", options=["--threads", "--seed", "--formulation", "--deterministic", "--solver"])
@click.option_panel("Output", options=["--output", "--force", "--json", "--quiet", "--verbose", "--log-file", "--help"])
def solve(**given: Any) -> None:  # noqa: ANN401
    """Find the best roadmap of an INSTANCE, with a proven gap.

    Ctrl-C stops the search and keeps the best plan found so far. With -o every better plan is stored at once, so that
    nothing is lost whatever happens.
    """
    request = Request(**given)
    if request.force and request.output is None:
        message = "--force replaces a run folder: name it with -o."
        raise click.UsageError(message)
    concluded(Outcome(request, state()))


def concluded(outcome: Outcome) -> None:
    """Run a solve to its end and end the command with its exit code; also where it ends without a result."""
    try:
        code = outcome.run()
    except KeyboardInterrupt:
        click.echo("Interrupted before there was a plan.", err=True)
        code = outcome.blank(Termination.INTERRUPTED, Exit.INTERRUPTED)
    except MemoryError:
        click.echo("The computer's memory does not suffice for this instance.", err=True)
        code = outcome.blank(Termination.MEMORY, Exit.NO_PLAN)
    except Exception as error:
        if not is_defect(error):
            raise
        code = report(error)
        code = outcome.blank(Termination.INTERRUPTED if code == Exit.INTERRUPTED else Termination.ERROR, code)
    end(code)


class Outcome:
    """One solve from files to printed result."""

    def __init__(self, request: Request, shared: State) -> None:
        self.request = request
        self.shared = shared
        self.instance: Instance | None = None
        self.best: Plan | None = None
        self.bound: float | None = None

    def run(self) -> Exit:
        """Read, solve, store, print; return the exit code."""
        from sequencer.instance.checks import warnings

        request = self.request
        request.check()
        instance, start = self.given()
        for warning in warnings(instance):
            say(f"Note: {clean(warning)}", hint=True)
        self.instance = instance
        with ExitStack() as stack:
            folder = stack.enter_context(self._folder(instance)) if request.output else None
            result = self._search(instance, start, folder)
            with held():
                trouble = self._store(folder, result)
                self._print(result, kept=folder is None or not folder.replaces)
        if trouble:
            click.echo(f"Error: {trouble}", err=True)
            return Exit.CHECK_FAILED
        return exit_code(result)

    def given(self) -> tuple[Instance, Plan | None]:
        """What to solve, and the plan to start from."""
        request = self.request
        instance = load_instance(request.instance, request.overlays, request.locks, request.objective)
        return instance, None if request.start is None else load_plan(request.start, instance)

    def _folder(self, instance: Instance) -> RunFolder:
        from sequencer.run.folder import RunFolder

        assert self.request.output is not None
        return RunFolder.create(self.request.output, instance, self.request.options(), force=self.request.force)

    def _search(self, instance: Instance, start: Plan | None, folder: RunFolder | None) -> Result:
        from sequencer.report.goals import counted, short_head
        from sequencer.solver.solve import solve as search

        request = self.request
        limit = request.time_limit
        left = None if limit is None else max(limit - self.shared.seconds, LEAST_SECONDS)
        head, whole = short_head(instance), counted(instance)
        with LiveLine(head, whole=whole, quiet=self.shared.quiet, began=self.shared.began) as live:
            try:
                return search(
                    instance,
                    gap=request.gap,
                    time_limit=left,
                    threads=request.threads,
                    seed=request.seed,
                    start=start,
                    listeners=(self._remember, *((folder,) if folder else ()), live),
                    formulation=request.formulation,
                    deterministic=request.deterministic,
                    max_nodes=request.max_nodes,
                    memory=request.memory,
                    solver=request.solver,
                )
            except KeyboardInterrupt:
                with held():
                    return self._interrupted(instance)

    def _remember(self, event: Event) -> None:
        """Keep plan and bound told of, and hear of a Ctrl-C that a module swallowed while it was loaded."""
        if isinstance(event, Improved):
            self.best = event.plan
        elif isinstance(event, Progress):
            self.bound = event.bound if event.bound is not None else self.bound
            if pressed() and event.phase not in LAST_PHASES:
                raise KeyboardInterrupt

    def _interrupted(self, instance: Instance) -> Result:
        """Result of a solve that Ctrl-C left outside the search, with the best plan it had told of."""
        from sequencer.instance.goals import goals
        from sequencer.plan.evaluate import evaluate
        from sequencer.solver.result import Level, Result, relative_gap

        evaluation = None if self.best is None else evaluate(instance, self.best)
        measure, objective = goals(instance)[0].measure, evaluation.objective if evaluation else None
        return Result(
            termination=Termination.INTERRUPTED,
            plan=self.best,
            evaluation=evaluation,
            objective=objective,
            bound=self.bound,
            measure=measure,
            seconds=self.shared.seconds,
            currency=instance.settings.currency,
            unit=instance.settings.unit,
            fingerprint=instance.fingerprint,
            versions=own_versions(),
            levels=(Level(measure, objective, self.bound, relative_gap(objective, self.bound)),),
        )

    def _store(self, folder: RunFolder | None, result: Result) -> str:
        """Finish the run folder; return what went wrong, for the result is printed all the same."""
        try:
            if folder:
                folder.finish(result)
        except RunError as error:
            return str(error)
        return ""

    def _print(self, result: Result, *, kept: bool) -> None:
        run = None if self.request.output is None else self.request.output.resolve().name
        self.tell(result, run)
        if result.plan is not None:
            self._hints()
        elif not kept:
            say(f"The run in {self.request.output} is left as it was.")

    def tell(self, result: Result, run: str | None) -> None:
        """Print the result: tables, or the JSON object."""
        from sequencer.cli.headline import print_result

        if self.request.as_json:
            echo_json(result.to_dict(run))
        assert self.instance is not None
        print_result(result, self.instance, tables=not self.request.as_json)

    def _hints(self) -> None:
        output = self.request.output
        if output is None:
            say("Nothing is kept on disk; -o RUN keeps plan, instance and trace in a folder.", hint=True)
        else:
            say(f"Kept in {output}. Next: sequencer show {output}", hint=True)
            say(f"                 sequencer plot {output} -o gantt.png", hint=True)

    def blank(self, termination: Termination, code: Exit) -> Exit:
        """Print the JSON object of a solve that came to no result."""
        from sequencer.run.reading import blank_result

        if self.request.as_json:
            run = None if self.request.output is None else self.request.output.resolve().name
            known = {"termination": str(termination), "seconds": round(self.shared.seconds, 3), "run": run}
            echo_json(blank_result(self.instance) | known | {"versions": own_versions()})
        return code


def own_versions() -> dict[str, str]:
    """Version of this package, where no solver told of more."""
    from sequencer import __version__

    return {"sequencer": __version__}


def exit_code(result: Result) -> Exit:
    """Exit code of a result: interrupted, infeasible, a plan, none in the time given, or a failure."""
    if result.termination == Termination.INTERRUPTED:
        return Exit.INTERRUPTED
    if result.termination == Termination.INFEASIBLE:
        return Exit.INFEASIBLE
    if result.plan is not None:
        return Exit.OK
    return Exit.CHECK_FAILED if result.termination == Termination.ERROR else Exit.NO_PLAN
