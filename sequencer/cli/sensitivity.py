"""``sequencer sensitivity``: which assumptions matter, and where the best plan changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from sequencer.cli.analysis import folder_option, search_options, searched
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
from sequencer.cli.keeping import Keeping
from sequencer.cli.render import clean, echo_json, echo_report, json_file
from sequencer.cli.state import Exit, end, say
from sequencer.cli.types import FRACTION
from sequencer.cli.unfinished import told
from sequencer.study.no_plan import NoPlanError
from sequencer.types import Termination

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sequencer.instance.instance import Instance
    from sequencer.study.breaks import Breaks, Tried
    from sequencer.study.information import Information, Known
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
    folder = Keeping(given["output"])
    _check(given)
    options = searched(given)
    instance = load_instance(given["instance"], given["overlays"], given["locks"])
    ask = _breakpoints if given["breakpoints"] else _information if given["information"] else _tornado
    with folder as kept:
        try:
            code = ask(instance, given, options, kept)
        except (KeyboardInterrupt, NoPlanError) as why:
            code = told(why, {"fingerprint": instance.fingerprint})
    end(code)


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


def _ended(whole: bool, *, complete: bool) -> Exit:
    if not whole:
        return Exit.CHECK_FAILED
    return Exit.OK if complete and not pressed() else Exit.INTERRUPTED


def _tornado(instance: Instance, given: dict[str, Any], options: dict[str, Any], kept: Keeping) -> Exit:
    from sequencer.study.sensitivity import tornado

    plan = None if given["start"] is None else load_plan(given["start"], instance)

    def done(bar: Bar) -> None:
        _tell_bar(bar)
        for side in bar.ends:
            if side.plan is not None:
                kept.plan(side.plan)

    made = tornado(instance, plan, how=given["how"], vary=given["vary"], **options, told=done)
    whole = kept.end(
        lambda: _print_tornado(made, as_json=given["as_json"]),
        lambda: _tornado_texts(made),
        "tornado.png",
        lambda: _tornado_picture(made),
    )
    return _ended(whole, complete=made.complete)


def _print_tornado(made: Tornado, *, as_json: bool) -> None:
    from sequencer.report.sensitivity import tornado_table

    if as_json:
        echo_json(made.to_dict())
    else:
        echo_report(tornado_table(made))


def _tell_bar(bar: Bar) -> None:
    figures = [e.objective if e.objective is not None else e.fixed for e in bar.ends]
    told = " / ".join("no plan" if f is None else f"{f:.6g}" for f in figures)
    say(clean(f"{bar.assumption.name}: {told}"), hint=True)


def _tornado_texts(made: Tornado) -> dict[str, str]:
    return {
        "tornado.csv": made.frame().to_csv(index=False, float_format="%.10g"),
        "tornado.json": json_file(made.to_dict()),
        "plan.json": made.plan.to_json(),
    }


def _tornado_picture(made: Tornado) -> Figure | None:
    from sequencer.report.figures.sensitivity import tornado_figure

    return tornado_figure(made) if made.bars else None


def _information(instance: Instance, given: dict[str, Any], options: dict[str, Any], kept: Keeping) -> Exit:
    from sequencer.study.information import PROBABILITIES, perfect_information

    shares = PROBABILITIES if given["probabilities"] is None else _shares(given["probabilities"])
    made = perfect_information(instance, vary=given["vary"], probabilities=shares, **options, told=_tell_known)
    whole = kept.end(
        lambda: _print_information(made, as_json=given["as_json"]),
        lambda: _information_texts(made),
        "information.png",
        lambda: _information_picture(made),
    )
    return _ended(whole, complete=made.complete)


def _print_information(made: Information, *, as_json: bool) -> None:
    from sequencer.report.sensitivity import information_table

    if as_json:
        echo_json(made.to_dict())
    else:
        echo_report(information_table(made))


def _information_texts(made: Information) -> dict[str, str]:
    return {
        "information.csv": made.frame().to_csv(index=False, float_format="%.10g"),
        "information.json": json_file(made.to_dict()),
    }


def _information_picture(made: Information) -> Figure | None:
    from sequencer.report.figures.sensitivity import information_figure

    return information_figure(made) if made.known else None


def _shares(text: str) -> list[float]:
    """Shares by commas, each as 0.3 or 30%."""
    return [FRACTION.convert(part, None, None) for part in text.split(",") if part.strip()]


def _tell_known(known: Known) -> None:
    least, most = known.worth
    say(clean(f"{known.assumption.name}: {least:.6g} to {most:.6g}"), hint=True)


def _breakpoints(instance: Instance, given: dict[str, Any], options: dict[str, Any], kept: Keeping) -> Exit:
    from sequencer.study.breaks import TOLERANCE, breakpoints
    from sequencer.study.parameters import parameter

    varied = parameter(instance, given["breakpoints"], given["by"])

    def done(tried: Tried) -> None:
        _tell_value(tried)
        if tried.plan is not None:
            kept.plan(tried.plan)

    made = breakpoints(
        instance,
        varied,
        given["low"],
        given["high"],
        resolution=given["resolution"],
        loss=max(TOLERANCE, 1.5 * options["gap"]),
        **options,
        told=done,
    )
    whole = kept.end(
        lambda: _print_breaks(made, as_json=given["as_json"]),
        lambda: _breaks_texts(made),
        "breakpoints.png",
        lambda: _breaks_picture(made),
    )
    ended = _ended(whole, complete=True)
    if ended is not Exit.OK or any(tried.plan is not None for tried in made.tried):
        return ended
    return Exit.INFEASIBLE if all(t.termination is Termination.INFEASIBLE for t in made.tried) else Exit.NO_PLAN


def _print_breaks(made: Breaks, *, as_json: bool) -> None:
    from sequencer.report.sensitivity import break_tables

    if as_json:
        echo_json(made.to_dict())
        return
    for table in break_tables(made):
        echo_report(table)


def _tell_value(tried: Tried) -> None:
    came = "no plan" if tried.objective is None else f"{tried.objective:.6g}"
    say(clean(f"{tried.value:.6g}: {came}"), hint=True)


def _breaks_texts(made: Breaks) -> dict[str, str]:
    texts = {
        "breakpoints.csv": made.frame().to_csv(index=False, float_format="%.10g"),
        "breakpoints.json": json_file(made.to_dict()),
    }
    for k, stretch in enumerate(made.stretches, start=1):
        if stretch.plan is not None:
            texts[f"plan-{k:02}.json"] = stretch.plan.to_json()
    return texts


def _breaks_picture(made: Breaks) -> Figure | None:
    from sequencer.report.figures.sensitivity import breaks_figure

    return breaks_figure(made) if made.tried else None
