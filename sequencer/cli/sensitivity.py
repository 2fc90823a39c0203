"""``sequencer sensitivity``: which assumptions matter, and where the best plan changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from sequencer.cli.analysis import check_folder, folder_option, search_options, searched, write_results
from sequencer.cli.common import (
    PATH,
    Command,
    examples,
    instance_options,
    json_option,
    load_instance,
    load_plan,
    output_options,
)
from sequencer.cli.interrupt import pressed
from sequencer.cli.render import clean, echo_json, echo_report
from sequencer.cli.state import Exit, end, say
from sequencer.cli.types import FRACTION

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.study.breaks import Breaks, Tried
    from sequencer.study.information import Known
    from sequencer.study.sensitivity import Bar, Tornado


@click.command(
    cls=Command,
    epilog=examples(
        "sequencer sensitivity instances/medium --start run -o tornado",
        "sequencer sensitivity instances/medium --how both --vary 'drivers.*.potential' --gap 2%",
        "sequencer sensitivity instances/medium --breakpoints drivers.remote.potential --from 2 --to 8 --gap 0",
        "sequencer sensitivity instances/medium --breakpoints 'budgets.*.amount' --by scale --from 0.7 --to 1.2",
    ),
)
@click.argument("instance", type=PATH)
@click.option(
    "--how",
    type=click.Choice(["fixed", "best", "both"]),
    default="fixed",
    show_default=True,
    help="fixed: the plan stays and its worth is worked out anew; best: solved anew at each value; both.",
)
@click.option(
    "--vary",
    multiple=True,
    metavar="NAMES",
    help="Assumptions to vary, by patterns such as 'drivers.*.potential'. Repeatable.  [default: every amount with a "
    "low or high value]",
)
@click.option(
    "--start", type=PATH, metavar="PLAN", help="The fixed plan: plan.json, plan.csv, or a run.  [default: the best]"
)
@click.option(
    "--breakpoints",
    metavar="NAME",
    help="In place of a tornado, where the best plan changes with one figure: table, row and column, such as "
    "drivers.r1.potential, 'budgets.*.amount' or settings.discount_rate.",
)
@click.option("--from", "low", type=float, metavar="VALUE", help="First value.")
@click.option("--to", "high", type=float, metavar="VALUE", help="Last value.")
@click.option(
    "--by",
    type=click.Choice(["set", "scale", "add"]),
    default="set",
    show_default=True,
    help="Whether the figure is set to the value, scaled by it, or it is added.",
)
@click.option(
    "--resolution", type=float, metavar="VALUE", help="How narrow to tell breaks.  [default: 1/100 of the range]"
)
@click.option(
    "--information",
    is_flag=True,
    help="In place of a tornado, what it is worth to know each assumption before planning.",
)
@click.option(
    "--probabilities",
    metavar="SHARES",
    help="With --information, probabilities of low, base and high, by commas.  [default: 0.3,0.4,0.3]",
)
@instance_options
@search_options("0.01")
@folder_option
@json_option
@output_options
@click.option_panel("Tornado", options=["--how", "--vary", "--start"])
@click.option_panel("Breakpoints", options=["--breakpoints", "--from", "--to", "--by", "--resolution"])
@click.option_panel("Information", options=["--information", "--probabilities"])
@click.option_panel("Instance", options=["--overlay", "--lock"])
@click.option_panel(
    "Each solve", options=["--gap", "--time-limit", "--max-nodes", "--threads", "--seed", "--deterministic"]
)
@click.option_panel("Output", options=["--output", "--json", "--quiet", "--verbose", "--log-file", "--help"])
def sensitivity(**given: Any) -> None:  # noqa: ANN401
    """Tell which assumptions of an INSTANCE matter, and where the best plan changes.

    A tornado sets every amount that has a low or a high value to these, one at a time. --breakpoints follows one figure
    from a first to a last value and tells between which values another plan is best. --information tells what it is
    worth to know an assumption before planning. What is told is proven: a gap above 0 leaves intervals, and may leave
    it open which plan is best.
    """
    check_folder(given["output"])
    _check(given)
    options = searched(given)
    instance = load_instance(given["instance"], given["overlays"], given["locks"])
    if given["breakpoints"]:
        _breakpoints(instance, given, options)
    elif given["information"]:
        _information(instance, given, options)
    else:
        _tornado(instance, given, options)
    end(Exit.INTERRUPTED if pressed() else Exit.OK)


def _check(given: dict[str, Any]) -> None:
    """Refuse options that do not belong together."""
    ends = [name for name, key in (("--from", "low"), ("--to", "high")) if given[key] is None]
    if given["breakpoints"] and ends:
        message = f"--breakpoints takes a first and a last value: give {' and '.join(ends)}."
        raise click.UsageError(message)
    if given["breakpoints"] and given["information"]:
        message = "Choose one of --breakpoints and --information."
        raise click.UsageError(message)
    if given["probabilities"] and not given["information"]:
        message = "--probabilities belong to --information."
        raise click.UsageError(message)
    others = ("low", "high", "resolution") if not given["breakpoints"] else ("vary", "start")
    if any(given[key] for key in others):
        tornado = "--vary and --start belong to a tornado, not to --breakpoints."
        breaks = "--from, --to and --resolution belong to --breakpoints: name a figure with it."
        raise click.UsageError(tornado if given["breakpoints"] else breaks)


def _tornado(instance: Instance, given: dict[str, Any], options: dict[str, Any]) -> None:
    from sequencer.report.sensitivity import tornado_table
    from sequencer.study.sensitivity import tornado

    plan = None if given["start"] is None else load_plan(given["start"], instance)
    made = tornado(instance, plan, how=given["how"], vary=given["vary"], **options, told=_tell_bar)
    if given["output"] is not None:
        _keep_tornado(made, given["output"])
    if given["as_json"]:
        echo_json(made.to_dict())
    else:
        echo_report(tornado_table(made))


def _tell_bar(bar: Bar) -> None:
    figures = [e.objective if e.objective is not None else e.fixed for e in bar.ends]
    told = " / ".join("no plan" if f is None else f"{f:.6g}" for f in figures)
    say(clean(f"{bar.assumption.name}: {told}"), hint=True)


def _keep_tornado(made: Tornado, output: Path) -> None:
    from sequencer.report.figures.sensitivity import tornado_figure

    texts = {
        "tornado.csv": made.frame().to_csv(index=False, float_format="%.10g"),
        "tornado.json": json.dumps(made.to_dict(), indent=1) + "\n",
        "plan.json": made.plan.to_json(),
    }
    write_results(output, texts, "tornado.png", tornado_figure(made))


def _information(instance: Instance, given: dict[str, Any], options: dict[str, Any]) -> None:
    from sequencer.report.sensitivity import information_table
    from sequencer.study.information import PROBABILITIES, perfect_information

    shares = PROBABILITIES if given["probabilities"] is None else _shares(given["probabilities"])
    made = perfect_information(instance, vary=given["vary"], probabilities=shares, **options, told=_tell_known)
    if given["output"] is not None:
        from sequencer.report.figures.sensitivity import information_figure

        texts = {
            "information.csv": made.frame().to_csv(index=False, float_format="%.10g"),
            "information.json": json.dumps(made.to_dict(), indent=1) + "\n",
        }
        write_results(given["output"], texts, "information.png", information_figure(made))
    if given["as_json"]:
        echo_json(made.to_dict())
    else:
        echo_report(information_table(made))


def _shares(text: str) -> list[float]:
    """Shares by commas, each as 0.3 or 30%."""
    return [FRACTION.convert(part, None, None) for part in text.split(",") if part.strip()]


def _tell_known(known: Known) -> None:
    least, most = known.worth
    say(clean(f"{known.assumption.name}: {least:.6g} to {most:.6g}"), hint=True)


def _breakpoints(instance: Instance, given: dict[str, Any], options: dict[str, Any]) -> None:
    from sequencer.report.sensitivity import break_tables
    from sequencer.study.breaks import TOLERANCE, breakpoints
    from sequencer.study.parameters import parameter

    varied = parameter(instance, given["breakpoints"], given["by"])
    made = breakpoints(
        instance,
        varied,
        given["low"],
        given["high"],
        resolution=given["resolution"],
        loss=max(TOLERANCE, 1.5 * options["gap"]),
        **options,
        told=_tell_value,
    )
    if given["output"] is not None:
        _keep_breaks(made, given["output"])
    if given["as_json"]:
        echo_json(made.to_dict())
    else:
        for table in break_tables(made):
            echo_report(table)


def _tell_value(tried: Tried) -> None:
    came = "no plan" if tried.objective is None else f"{tried.objective:.6g}"
    say(clean(f"{tried.value:.6g}: {came}"), hint=True)


def _keep_breaks(made: Breaks, output: Path) -> None:
    from sequencer.report.figures.sensitivity import breaks_figure

    texts = {
        "breakpoints.csv": made.frame().to_csv(index=False, float_format="%.10g"),
        "breakpoints.json": json.dumps(made.to_dict(), indent=1) + "\n",
    }
    for k, stretch in enumerate(made.stretches, start=1):
        if stretch.plan is not None:
            texts[f"plan-{k:02}.json"] = stretch.plan.to_json()
    write_results(output, texts, "breakpoints.png", breaks_figure(made))
