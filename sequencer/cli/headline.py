"""What a solve says at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from sequencer.cli.because import out_of_reach_but_needed
from sequencer.cli.progress import elapsed, gap_text
from sequencer.cli.render import clean, echo, echo_report
from sequencer.cli.state import say
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.solver.result import Result

ENDS = {
    Termination.GAP_REACHED: "the gap asked for is reached",
    Termination.TIME_LIMIT: "the time limit is reached",
    Termination.WORK_LIMIT: "the work limit is reached",
    Termination.INTERRUPTED: "interrupted",
    Termination.INFEASIBLE: "no plan keeps all rules",
    Termination.MEMORY: "the memory does not suffice",
    Termination.ERROR: "the solver failed",
}


def print_result(result: Result, instance: Instance, *, tables: bool) -> None:
    """Print headline and roadmap to stdout; with ``tables`` false only the headline, to stderr.

    Parameters
    ----------
    result
        Result of the solve.
    instance
        Instance solved.
    tables
        Whether stdout is for people; else it holds JSON already.
    """
    lines = headline(result, instance)
    if not tables:
        for line in lines:
            say(clean(line))
        return
    if result.evaluation is None:
        for line in lines:
            click.echo(clean(line), err=True)
        return
    from sequencer.report.tables import roadmap

    for line in lines:
        echo(line)
    echo()
    echo_report(roadmap(result.evaluation))


def headline(result: Result, instance: Instance) -> list[str]:
    """Lines that tell value, proof and end of a solve."""
    end = f"{ENDS[result.termination][:1].upper()}{ENDS[result.termination][1:]} after {elapsed(result.seconds)}."
    if result.plan is None or result.objective is None:
        return (
            [*_without_plan(result, instance), end]
            if result.termination != Termination.INFEASIBLE
            else _infeasible(result, instance)
        )
    from sequencer.report.words import count, decimals, money_unit, number

    unit, places = money_unit(instance), decimals([result.objective, result.bound or 0.0])
    adopted, waves = count(len(result.plan.adoptions), "adoption"), count(instance.n_waves, "wave")
    lines = [f"Net present value {unit} {number(result.objective, places)} with {adopted} in {waves}."]
    if result.proven_optimal:
        lines.append("Proven: no plan is better.")
    elif result.gap is not None:
        lines.append(
            f"Proven: no plan is worth more than {unit} {number(result.bound, places)} (gap {gap_text(result.gap)})."
        )
    else:
        lines.append("How much better a plan could be is not proven yet.")
    return [*lines, end]


def _without_plan(result: Result, instance: Instance) -> list[str]:
    from sequencer.report.words import decimals, money_unit, number

    lines = ["No plan was found."]
    if result.termination != Termination.INTERRUPTED:
        lines = ["No plan was found. Give more time (--time-limit), or a plan to start from (--start)."]
    if result.bound is not None:
        lines.append(
            f"No plan is worth more than {money_unit(instance)} {number(result.bound, decimals([result.bound]))}."
        )
    return lines


def _infeasible(result: Result, instance: Instance) -> list[str]:
    from sequencer.report.clash import clash_lines

    lines = ["Infeasible: no plan keeps all rules."]
    impossible = out_of_reach_but_needed(instance)
    if not result.conflict:
        return lines + (impossible or _demands(instance))
    clash = [f"  {line}" for line in clash_lines(instance, result.conflict)]
    one = len(clash) == 1
    lines.append("This rule cannot be kept:" if one else "These rules cannot hold together:")
    last = "Loosen or lift it" if one else "Loosen or lift at least one of them"
    return [*lines, *clash, *impossible, f"{last} (an --overlay can)."]


def _demands(instance: Instance) -> list[str]:
    """Rules that a plan without any adoption breaks: only they can ask for more than the others allow."""
    from sequencer.plan.evaluate import evaluate
    from sequencer.plan.plan import Plan
    from sequencer.report.clash import clash_lines

    broken = clash_lines(instance, [v.ref for v in evaluate(instance, Plan()).violations])
    return [
        "These rules demand something, and money, people, mandate or time do not allow it:",
        *(f"  {text}" for text in broken),
        "Give more of what they need, or more time, or lift one of them (an --overlay can do either).",
    ]
