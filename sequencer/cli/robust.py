"""``sequencer robust``: the plan that is best where the worst outcomes count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from sequencer.cli.analysis import EACH_SOLVE, folder_option, search_options, workers_option
from sequencer.cli.common import PATH, Command, examples, instance_options, json_option, output_options
from sequencer.cli.drawing import DRAWING, draw_options
from sequencer.cli.keeping import made_for
from sequencer.cli.render import json_file
from sequencer.cli.scenarios import Shown, over_scenarios
from sequencer.cli.types import FRACTION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.figure import Figure

    from sequencer.instance.instance import Instance
    from sequencer.report.table import Table
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
    rules use base values. What is told of the aim is proven; for regret every scenario is solved alone first. Ctrl-C
    ends it with what is found by then.
    """
    from sequencer.study.robust import robust as search

    over_scenarios(given, search, "aim", Shown("robust.png", _tables, _texts, _picture))


def _tables(found: Robust) -> Iterable[Table]:
    from sequencer.report.robust import robust_tables

    return robust_tables(found)


def _texts(found: Robust, read: Instance) -> dict[str, str]:
    """Both plans, what they are worth by scenario, and all that is known."""
    from sequencer.report.robust import robust_csv

    return {
        "robust.json": json_file(found.to_dict()),
        "scenarios.csv": robust_csv(found),
        "plan-base.json": made_for(found.base.plan, read).to_json(),
        "plan-robust.json": made_for(found.robust.plan, read).to_json(),
    }


def _picture(found: Robust) -> Figure:
    from sequencer.report.figures.robust import robust_figure

    return robust_figure(found)
