"""``sequencer stages``: what to decide now, and what is better left until more is known."""

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
from sequencer.cli.common import PATH, Command, examples, instance_options, json_option, output_options
from sequencer.cli.drawing import DRAWING, draw_options
from sequencer.cli.render import echo_json, echo_report
from sequencer.cli.robust import scenarios_of
from sequencer.cli.state import say

if TYPE_CHECKING:
    from sequencer.study.stages import TwoStages


@click.command(
    cls=Command,
    epilog=examples(
        "sequencer stages instances/tiny/wait-and-see --gap 0",
        "sequencer stages programme --first 2 --gap 3% --time-limit 300 -o stages",
    ),
)
@click.argument("instance", type=PATH)
@click.option(
    "--first",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="W",
    help="Waves that are decided now; the later ones are decided once the scenario is known.",
)
@draw_options
@instance_options
@search_options("0.01")
@workers_option
@folder_option
@json_option
@output_options
@click.option_panel("What is decided when", options=["--first"])
@click.option_panel("Scenarios", options=list(DRAWING))
@click.option_panel("Instance", options=["--overlay", "--lock"])
@click.option_panel("Each solve", options=list(EACH_SOLVE))
@click.option_panel("Output", options=["--output", "--json", "--quiet", "--verbose", "--log-file", "--help"])
def stages(**given: Any) -> None:  # noqa: ANN401
    """Decide the first waves of an INSTANCE now, and the rest once the scenario is known.

    Told as proven intervals: what that is worth, what perfect information would add, and what planning for scenarios
    adds over planning for their mean. Every scenario is solved alone, and again after the first waves of the plan for
    the mean; one search then holds a copy of the model for every scenario, so a few scenarios are best.
    """
    output: Path | None = given["output"]
    check_folder(output)
    from sequencer.solver.options import SolveOptions
    from sequencer.study.stages import two_stages

    options = SolveOptions(**searched(given))
    instance = scenarios_of(given)
    with mapped(given["workers"]) as mapper:
        found = two_stages(instance, given["first"], options, mapper=mapper, told=lambda text: say(text, hint=True))
    if output is not None:
        _keep(found, output)
    if given["as_json"]:
        echo_json(found.to_dict())
    else:
        from sequencer.report.robust import stages_tables

        for table in stages_tables(found):
            echo_report(table)


def _keep(found: TwoStages, output: Path) -> None:
    """Write all that is known, the plan of every scenario, and the picture."""
    from sequencer.report.figures.robust import stages_figure

    texts = {"stages.json": json.dumps(found.to_dict(), indent=1) + "\n"}
    texts |= {f"plan-{name}.json": plan.to_json() for name, plan in found.recourse.plans.items()}
    write_results(output, texts, "stages.png", stages_figure(found))
