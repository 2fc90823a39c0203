"""``sequencer risk``: what a plan is worth where things turn out otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from sequencer.cli.analysis import mapped, workers_option
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
from sequencer.cli.drawing import failures_option, shape_option, together_option
from sequencer.cli.render import echo_json, echo_report
from sequencer.cli.state import Exit, end, say
from sequencer.cli.types import DURATION, FRACTION
from sequencer.cli.unfinished import told
from sequencer.errors import RunError
from sequencer.study.no_plan import NoPlanError
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.run.folder import Run
    from sequencer.study.draws import DrawOptions
    from sequencer.study.monte_carlo import MonteCarlo
    from sequencer.study.robust import Reoptimised


@click.command(
    cls=Command,
    epilog=examples(
        "sequencer risk run",
        "sequencer risk run --draws 100000 --seed 1 -o risk.png",
        "sequencer risk run --together 'drivers.*.potential' --together 'outcome.*' --csv draws.csv",
        "sequencer risk run --anew 20 --anew-gap 3% --anew-limit 60",
    ),
)
@click.argument("run", type=PATH)
@click.option("--draws", type=int, default=10_000, show_default=True, metavar="N", help="How many draws.")
@click.option("--seed", type=int, default=0, show_default=True, metavar="N", help="Same seed, same draws.")
@shape_option
@click.option("--latin", is_flag=True, help="Latin hypercube: spread every source evenly; steadier with few draws.")
@together_option
@failures_option
@click.option(
    "--level", type=FRACTION, default="95%", show_default=True, help="Mean of the worst 1 - LEVEL of all draws."
)
@click.option("-o", "--output", type=PATH, metavar="FILE", help="Also draw the distribution: .png, .svg or .pdf.")
@click.option("--csv", "csv_file", type=PATH, metavar="FILE", help="Also write every draw as CSV, one a row.")
@click.option(
    "--anew",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="Also solve N draws anew, as if each were known beforehand: what foresight would be worth.",
)
@click.option("--anew-gap", type=FRACTION, default="2%", show_default=True, help="Gap of each of these solves.")
@click.option("--anew-limit", type=DURATION, metavar="SECONDS", help="Time limit of each of them.  [default: none]")
@workers_option
@json_option
@output_options
def risk(**given: Any) -> None:  # noqa: ANN401
    """Draw what the plan of a RUN is worth: uncertain amounts, and adoptions that succeed or fail.

    Uncertain is every amount that has a low or a high value beside it (columns such as potential_low). Decisions stay
    as planned, and rules are not looked at again. Shown are quantiles, the probability of a loss, the mean of the worst
    draws, and which assumptions the spread comes from. Ctrl-C ends --anew with the draws solved by then.
    """
    check_picture(given["output"])
    found = load_run(given["run"])
    if found.plan is None:
        message = (
            f"{given['run']} holds no plan, so there is nothing to draw. Solve again with more time or fewer rules."
        )
        raise RunError(message)
    from sequencer.report import risk as report
    from sequencer.study.draws import DrawOptions
    from sequencer.study.monte_carlo import simulate

    groups = tuple(tuple(names.split()) for names in given["together"])
    options = DrawOptions(
        given["draws"], given["seed"], given["shape"], given["latin"], given["failures"], together=groups
    )
    made = simulate(found.instance, found.plan, options)
    if not given["as_json"]:
        for table in report.tables(made, given["level"]):
            echo_report(table)
    _write(made, given)
    content = report.content(made, given["level"]) | {"run": found.name}
    if given["anew"]:
        end(_solved_anew(found, options, given, content))
    if given["as_json"]:
        echo_json(content)


def _solved_anew(run: Run, options: DrawOptions, given: dict[str, Any], content: dict[str, Any]) -> Exit:
    """Solve some draws anew, tell what came of it, also where it was stopped, and choose the exit code."""
    try:
        anew = _anew(run, options, given)
    except (KeyboardInterrupt, NoPlanError) as why:
        return told(why, content | {"anew": None})
    if given["as_json"]:
        echo_json(content | {"anew": anew.to_dict()})
    else:
        _print_anew(anew, given["anew"])
    if anew.complete:
        return Exit.OK
    click.echo(f"Stopped after {len(anew.best)} of {given['anew']} draws: {anew.stopped}.", err=True)
    return Exit.INTERRUPTED if anew.termination is Termination.INTERRUPTED else Exit.NO_PLAN


def _print_anew(anew: Reoptimised, asked: int) -> None:
    from sequencer.report.robust import reoptimised_tables
    from sequencer.report.unfinished import stopped

    tables = reoptimised_tables(anew)
    why = f"Not complete: {len(anew.best)} of {asked} draws are solved."
    for table in tables if anew.complete else stopped(tables, why):
        echo_report(table)


def _anew(run: Run, options: DrawOptions, given: dict[str, Any]) -> Reoptimised:
    """Solve some draws anew, and say how far it has come."""
    from dataclasses import replace

    from sequencer.solver.options import SolveOptions
    from sequencer.study.robust import reoptimised

    assert run.plan is not None
    solving = SolveOptions(gap=given["anew_gap"], time_limit=given["anew_limit"])
    with mapped(given["workers"]) as mapper:
        return reoptimised(
            run.instance,
            run.plan,
            replace(options, draws=given["anew"]),
            solving,
            mapper=mapper,
            told=lambda one: say(f"Solved {one.scenario} of {given['anew']}: {one.npv.low:.6g}", hint=True),
        )


def _write(made: MonteCarlo, given: dict[str, Any]) -> None:
    """Write what files were asked for."""
    if given["csv_file"] is not None:
        from sequencer.report.risk import draws_csv

        write_text(draws_csv(made), given["csv_file"])
    if given["output"] is not None:
        from sequencer.report.figures.risk import risk_figure

        write_picture(risk_figure(made), given["output"])
