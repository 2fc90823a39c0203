"""``sequencer stages``: what to decide now, and what is better left until more is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from sequencer.cli.analysis import EACH_SOLVE, folder_option, search_options, workers_option
from sequencer.cli.common import PATH, Command, examples, instance_options, json_option, output_options
from sequencer.cli.drawing import DRAWING, draw_options
from sequencer.cli.keeping import made_for
from sequencer.cli.render import json_file
from sequencer.cli.scenarios import Shown, over_scenarios

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.figure import Figure

    from sequencer.instance.instance import Instance
    from sequencer.report.table import Table
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
    the mean; one search then holds a copy of the model for every scenario, so a few scenarios are best. Ctrl-C ends it
    with what is found by then.
    """
    from sequencer.study.stages import two_stages as search

    over_scenarios(given, search, "first", Shown("stages.png", _tables, _texts, _picture))


def _tables(found: TwoStages) -> Iterable[Table]:
    from sequencer.report.robust import stages_tables

    return stages_tables(found)


def _texts(found: TwoStages, read: Instance) -> dict[str, str]:
    """All that is known, and the plan of every scenario."""
    plans = {name: made_for(plan, read).to_json() for name, plan in found.recourse.plans.items()}
    texts = {"stages.json": json_file(found.to_dict())}
    return texts | {f"plan-{name}.json": text for name, text in plans.items()}


def _picture(found: TwoStages) -> Figure:
    from sequencer.report.figures.robust import stages_figure

    return stages_figure(found)
