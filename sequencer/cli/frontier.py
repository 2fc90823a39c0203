"""``sequencer frontier``: what can be had of one measure for how much of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import rich_click as click

from sequencer.cli.analysis import folder_option, search_options, searched
from sequencer.cli.common import (
    PATH,
    Command,
    examples,
    instance_options,
    json_option,
    load_instance,
    output_options,
)
from sequencer.cli.interrupt import pressed
from sequencer.cli.keeping import Keeping, made_for
from sequencer.cli.render import clean, echo_json, echo_report, json_file
from sequencer.cli.state import Exit, end, say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sequencer.study.efficient import Frontier, Subproblem


class Points(click.ParamType):  # type: ignore[type-arg]
    """A number of points from 2 on, or ``all``."""

    name = "points"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int | Literal["all"]:
        """Read the number."""
        if str(value).strip().lower() == "all":
            return "all"
        try:
            number = int(str(value))
        except ValueError:
            self.fail(f"'{value}' is not a number of points. Write 10, or all.", param, ctx)
        if number < 2:
            self.fail(f"{number} is too few. Write 2 or more, or all.", param, ctx)
        return number


@click.command(
    cls=Command,
    epilog=examples(
        "sequencer frontier instances/medium --x npv --y cost --gap 2% -o frontier",
        "sequencer frontier instances/medium --x npv --y peak_budget --z drivers --points 5 --json",
    ),
)
@click.argument("instance", type=PATH)
@click.option("--x", "x", required=True, metavar="MEASURE", help="Measure that is optimised, such as npv.")
@click.option("--y", "y", required=True, metavar="MEASURE", help="Measure that is limited step by step, such as cost.")
@click.option("--z", "z", metavar="MEASURE", help="A third one, limited likewise.")
@click.option(
    "--points",
    type=Points(),
    default="10",
    show_default=True,
    metavar="N",
    help="How many limits on --y and on --z are tried; all finds every plan that no other plan beats.",
)
@instance_options
@search_options("0.01")
@folder_option
@json_option
@output_options
@click.option_panel("What is traded off", options=["--x", "--y", "--z", "--points", "--overlay", "--lock"])
@click.option_panel(
    "Each solve", options=["--gap", "--time-limit", "--max-nodes", "--threads", "--seed", "--deterministic"]
)
@click.option_panel("Output", options=["--output", "--json", "--quiet", "--verbose", "--log-file", "--help"])
def frontier(**given: Any) -> None:  # noqa: ANN401
    """Trade two or three measures of an INSTANCE off: how much of one for how much of the others.

    Measures are those of an objective (see solve --objective); each point is a plan with its proven interval, and
    plans that another plan beats are left out. Ctrl-C ends it with what is proven by then.
    """
    folder = Keeping(given["output"])
    from sequencer.study.frontiers import frontier as find

    options = searched(given)
    instance = load_instance(given["instance"], given["overlays"], given["locks"])
    names = [name for name in (given["x"], given["y"], given["z"]) if name is not None]

    def told(found: Subproblem) -> None:
        _tell(found)
        if found.plan is not None:
            kept.plan(made_for(found.plan, instance))

    with folder as kept:
        made = find(instance, names, points=given["points"], **options, told=told)
        whole = kept.end(
            lambda: _print(made, as_json=given["as_json"]),
            lambda: _texts(made),
            "frontier.png",
            lambda: _picture(made),
        )
    end(_exit(made) if whole else Exit.CHECK_FAILED)


def _tell(found: Subproblem) -> None:
    """Say what a solve came to."""
    asked = ", ".join("no limit" if limit is None else f"{limit:.6g}" for limit in found.limits)
    told = "no plan keeps it" if found.infeasible else "no plan found in the time given"
    if found.figures is not None:
        told = " / ".join(f"{figure:.6g}" for figure in found.figures)
    say(clean(f"Limit {asked}: {told} ({found.seconds:.1f} s)"), hint=True)


def _print(made: Frontier, *, as_json: bool) -> None:
    if as_json:
        echo_json(made.to_dict())
        return
    from sequencer.report.frontier import tables

    for table in tables(made):
        echo_report(table)


def _texts(made: Frontier) -> dict[str, str]:
    """Points, everything tried, and plans, which are plans of the instance as it is without the limits tried."""
    texts = {
        "frontier.csv": made.frame().to_csv(index=False, float_format="%.10g"),
        "frontier.json": json_file(made.to_dict()),
    }
    plans = (made_for(point.plan, made.instance) for point in made.points)
    return texts | {f"plan-{k:02}.json": plan.to_json() for k, plan in enumerate(plans, start=1)}


def _picture(made: Frontier) -> Figure | None:
    """The points; that there can be none is a picture, that none was found is not."""
    from sequencer.report.figures.frontier import frontier_figure

    return frontier_figure(made) if made.points or made.infeasible else None


def _exit(made: Frontier) -> Exit:
    if pressed():
        return Exit.INTERRUPTED
    if made.infeasible:
        return Exit.INFEASIBLE
    return Exit.OK if made.points else Exit.NO_PLAN
