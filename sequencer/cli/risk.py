"""``sequencer risk``: what a plan is worth where things turn out otherwise."""

from __future__ import annotations

from pathlib import Path

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
from sequencer.cli.types import FRACTION
from sequencer.errors import RunError


@click.command(
    cls=Command,
    epilog=examples(
        "sequencer risk run",
        "sequencer risk run --draws 100000 --seed 1 -o risk.png",
        "sequencer risk run --together 'drivers.*.potential' --together 'outcome.*' --csv draws.csv",
    ),
)
@click.argument("run", type=PATH)
@click.option("--draws", type=int, default=10_000, show_default=True, metavar="N", help="How many draws.")
@click.option("--seed", type=int, default=0, show_default=True, metavar="N", help="Same seed, same draws.")
@click.option(
    "--shape",
    type=click.Choice(["triangular", "lognormal"]),
    default="triangular",
    show_default=True,
    help="Distribution of amounts with a low or high value. Triangular: from low to high, base the most likely. "
    "Lognormal: low, base and high are its 5 %, 50 % and 95 % quantiles; shares stay triangular.",
)
@click.option("--latin", is_flag=True, help="Latin hypercube: spread every source evenly; steadier with few draws.")
@click.option(
    "--together",
    multiple=True,
    metavar="NAMES",
    help="Sources that are high or low together, by patterns such as 'drivers.*.potential' (several in one text, "
    "separated by spaces). Repeatable: a group each; all else is independent.",
)
@click.option("--failures/--no-failures", default=True, help="Whether adoptions succeed or fail, or count on average.")
@click.option(
    "--level", type=FRACTION, default="95%", show_default=True, help="Mean of the worst 1 - LEVEL of all draws."
)
@click.option("-o", "--output", type=PATH, metavar="FILE", help="Also draw the distribution: .png, .svg or .pdf.")
@click.option("--csv", "csv_file", type=PATH, metavar="FILE", help="Also write every draw as CSV, one a row.")
@json_option
@output_options
def risk(
    run: Path,
    draws: int,
    seed: int,
    shape: str,
    latin: bool,
    together: tuple[str, ...],
    failures: bool,
    level: float,
    output: Path | None,
    csv_file: Path | None,
    as_json: bool,
) -> None:
    """Draw what the plan of a RUN is worth: uncertain amounts, and adoptions that succeed or fail.

    Uncertain is every amount that has a low or a high value beside it (columns such as potential_low). Decisions stay
    as planned, and rules are not looked at again. Shown are quantiles, the probability of a loss, the mean of the worst
    draws, and which assumptions the spread comes from.
    """
    check_picture(output)
    found = load_run(run)
    if found.plan is None:
        message = f"{run} holds no plan, so there is nothing to draw. Solve again with more time or fewer rules."
        raise RunError(message)
    from sequencer.report import risk as report
    from sequencer.study.draws import DrawOptions
    from sequencer.study.monte_carlo import simulate

    groups = tuple(tuple(names.split()) for names in together)
    options = DrawOptions(draws, seed, shape, latin, failures, groups)  # type: ignore[arg-type]
    made = simulate(found.instance, found.plan, options)
    if csv_file is not None:
        write_text(report.draws_csv(made), csv_file)
    if output is not None:
        from sequencer.report.figures.risk import risk_figure

        write_picture(risk_figure(made), output)
    if as_json:
        echo_json(report.content(made, level) | {"run": found.name})
    else:
        for table in report.tables(made, level):
            echo_report(table)
