"""``sequencer ladder``: nested roadmaps for falling budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from sequencer.cli.analysis import folder_option, search_options, searched
from sequencer.cli.common import PATH, Command, examples, instance_options, json_option, load_instance, output_options
from sequencer.cli.interrupt import pressed
from sequencer.cli.keeping import Keeping
from sequencer.cli.render import clean, echo_json, echo_report, json_file
from sequencer.cli.state import Exit, end, say
from sequencer.cli.types import FRACTION

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sequencer.solver.result import Result
    from sequencer.study.rungs import Ladder


@click.command(
    cls=Command,
    epilog=examples(
        "sequencer ladder instances/medium -o ladder",
        "sequencer ladder instances/medium --cuts 10%,25% --pot hq --from-wave 2 --anchor core --json",
    ),
)
@click.argument("instance", type=PATH)
@click.option(
    "--cuts",
    default="0.1,0.2,0.3",
    show_default=True,
    metavar="SHARES",
    help="Shares taken off the budgets, by commas.",
)
@click.option(
    "--anchor",
    type=click.Choice(["all", "full", "core"]),
    default="all",
    show_default=True,
    help="all: the nested roadmaps worth most in sum; full: the best plan of the full budget stands, cuts drop and "
    "delay; core: the best plan of the deepest cut stands, money adds and speeds up.",
)
@click.option("--pot", "pots", multiple=True, metavar="POT", help="Cut this pot only. Repeatable.  [default: all]")
@click.option(
    "--from-wave", type=click.IntRange(min=1), default=1, show_default=True, metavar="W", help="First wave cut."
)
@instance_options
@search_options("0.01")
@folder_option
@json_option
@output_options
@click.option_panel("What is cut", options=["--cuts", "--anchor", "--pot", "--from-wave", "--overlay", "--lock"])
@click.option_panel(
    "Each solve", options=["--gap", "--time-limit", "--max-nodes", "--threads", "--seed", "--deterministic"]
)
@click.option_panel("Output", options=["--output", "--json", "--quiet", "--verbose", "--log-file", "--help"])
def ladder(**given: Any) -> None:  # noqa: ANN401
    """Make nested roadmaps of an INSTANCE for falling budgets, and tell what nesting costs.

    All that a roadmap adopts is adopted with the next larger budget, too, in the same mode and not later. The price is
    what the best plan of a budget is worth more than the best nested one, as a proven interval.
    """
    folder = Keeping(given["output"])
    cuts = _shares(given["cuts"])
    from sequencer.study.ladders import ladder as climb

    options = searched(given)
    instance = load_instance(given["instance"], given["overlays"], given["locks"])
    which = {name: given[name] for name in ("anchor", "pots", "from_wave")}

    def told(cut: float, kind: str, result: Result) -> None:
        _tell(cut, kind, result)
        if result.plan is not None:
            kept.plan(result.plan)

    with folder as kept:
        made = climb(instance, cuts, **which, **options, told=told)
        whole = kept.end(
            lambda: _print(made, as_json=given["as_json"]), lambda: _texts(made), "ladder.png", lambda: _picture(made)
        )
    end(_exit(made) if whole else Exit.CHECK_FAILED)


def _shares(text: str) -> list[float]:
    """Shares by commas, each as 0.1 or 10%."""
    return [FRACTION.convert(part, None, None) for part in text.split(",") if part.strip()]


def _tell(cut: float, kind: str, result: Result) -> None:
    """Say what a solve came to."""
    came = "no such plan" if result.termination == "infeasible" else "no plan found"
    if result.objective is not None:
        came = f"{result.objective:.6g}"
    say(clean(f"Cut {cut:g}, {kind}: {came} ({result.seconds:.1f} s)"), hint=True)


def _print(made: Ladder, *, as_json: bool) -> None:
    if as_json:
        echo_json(made.to_dict())
        return
    from sequencer.report.ladder import tables

    for table in tables(made):
        echo_report(table)


def _texts(made: Ladder) -> dict[str, str]:
    """Worth by budget, all that is known, and the nested plans."""
    texts = {
        "ladder.csv": made.frame().to_csv(index=False, float_format="%.10g"),
        "ladder.json": json_file(made.to_dict()),
    }
    for rung in made.rungs:
        if rung.nested is not None and rung.nested.plan is not None:
            texts[f"plan-cut-{100 * rung.cut:g}.json"] = rung.nested.plan.to_json()
    return texts


def _picture(made: Ladder) -> Figure | None:
    from sequencer.report.figures.ladder import ladder_figure

    return ladder_figure(made) if made.rungs else None


def _exit(made: Ladder) -> Exit:
    if pressed() or not made.complete:
        return Exit.INTERRUPTED
    if all(r.free.infeasible for r in made.rungs):
        return Exit.INFEASIBLE
    return Exit.OK if any(r.nested is not None and r.nested.plan is not None for r in made.rungs) else Exit.NO_PLAN
