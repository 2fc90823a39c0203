"""``sequencer robust``: the plan that is best where the worst outcomes count."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from sequencer.cli.analysis import (
    EACH_SOLVE,
    check_folder,
    folder_option,
    mapped,
    search_options,
    searched,
    workers_option,
    write_results,
)
from sequencer.cli.common import PATH, Command, examples, instance_options, json_option, load_instance, output_options
from sequencer.cli.drawing import DRAWING, draw_options, with_draws
from sequencer.cli.render import echo_json, echo_report
from sequencer.cli.state import say
from sequencer.cli.types import FRACTION

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.study.robust import Robust


@click.command(
    cls=Command,
    epilog=examples(
        "sequencer robust programme --aim cvar --level 80% -o careful",
        "sequencer robust instances/medium --draws 20 --aim cvar --gap 5% --time-limit 120",
        "sequencer robust instances/tiny/wait-and-see --aim regret --gap 0",
    ),
)
@click.argument("instance", type=PATH)
@click.option(
    "--aim",
    type=click.Choice(["cvar", "worst_npv", "expected_npv", "regret"]),
    default="cvar",
    show_default=True,
    help="cvar: mean of the worst scenarios; worst_npv: the worst one; expected_npv: the mean of all; regret: to "
    "miss as little as possible, in every scenario, of its own best plan.",
)
@click.option(
    "--level", type=FRACTION, metavar="FRACTION", help="For cvar: the mean of the worst 1 - LEVEL.  [default: 90%]"
)
@draw_options
@instance_options
@search_options("0.01")
@workers_option
@folder_option
@json_option
@output_options
@click.option_panel("What counts", options=["--aim", "--level"])
@click.option_panel("Scenarios", options=list(DRAWING))
@click.option_panel("Instance", options=["--overlay", "--lock"])
@click.option_panel("Each solve", options=list(EACH_SOLVE))
@click.option_panel("Output", options=["--output", "--json", "--quiet", "--verbose", "--log-file", "--help"])
def robust(**given: Any) -> None:  # noqa: ANN401
    """Find the plan of an INSTANCE that is best over scenarios, beside the one that is best on base values.

    Scenarios are those of the tables scenarios and scenario_changes, or draws. Decisions are the same in each, and
    rules use base values. What is told of the aim is proven; for regret every scenario is solved alone first.
    """
    output: Path | None = given["output"]
    check_folder(output)
    from sequencer.solver.options import SolveOptions
    from sequencer.study.robust import robust as search

    options = SolveOptions(**searched(given))
    instance = scenarios_of(given)
    with mapped(given["workers"]) as mapper:
        found = search(instance, given["aim"], options, mapper=mapper, told=lambda text: say(text, hint=True))
    if output is not None:
        _keep(found, output)
    if given["as_json"]:
        echo_json(found.to_dict())
    else:
        from sequencer.report.robust import robust_tables

        for table in robust_tables(found):
            echo_report(table)


def scenarios_of(given: dict[str, Any]) -> Instance:
    """Instance of a command with its scenarios, or with draws in their place."""
    instance = load_instance(given["instance"], given["overlays"], given["locks"])
    if given.get("level") is not None:
        settings = instance.settings.model_copy(update={"cvar_level": given["level"]})
        instance = instance.model_copy(update={"settings": settings})
    return with_draws(instance, given)


def _keep(found: Robust, output: Path) -> None:
    """Write both plans, what they are worth by scenario, all that is known, and the picture."""
    from sequencer.report.figures.robust import robust_figure
    from sequencer.report.robust import robust_csv

    texts = {
        "robust.json": json.dumps(found.to_dict(), indent=1) + "\n",
        "scenarios.csv": robust_csv(found),
        "plan-base.json": found.base.plan.to_json(),
        "plan-robust.json": found.robust.plan.to_json(),
    }
    write_results(output, texts, "robust.png", robust_figure(found))
