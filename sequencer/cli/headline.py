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
    Termination.MEMORY_LIMIT: "the memory limit is reached",
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
    from sequencer.report.goals import plain
    from sequencer.report.words import count

    size = f"with {count(len(result.plan.adoptions), 'adoption')} in {count(instance.n_waves, 'wave')}"
    return [*(_worth if plain(instance) else _reached)(result, instance, size), end]


def _worth(result: Result, instance: Instance, size: str) -> list[str]:
    """Net present value and what is proven of it."""
    from sequencer.report.words import decimals, money_unit, number

    unit, places = money_unit(instance), decimals([result.objective or 0.0, result.bound or 0.0])
    first = f"Net present value {unit} {number(result.objective, places)} {size}."
    if result.proven_optimal:
        return [first, "Proven: no plan is better."]
    if result.gap is None:
        return [first, "How much better a plan could be is not proven yet."]
    bound = number(result.bound, places)
    return [first, f"Proven: no plan is worth more than {unit} {bound} (gap {gap_text(result.gap)})."]


def _reached(result: Result, instance: Instance, size: str) -> list[str]:
    """Every goal with what is proven of it, and net present value where that is none of them."""
    from sequencer.instance.goals import goals as goals_of
    from sequencer.report import goals

    lines = []
    for k, level in enumerate(goals.levels(instance, result.to_dict())):
        name, value = (
            goals.heading(instance, level["measure"]),
            goals.figure(instance, level["measure"], level["objective"]),
        )
        said = goals.remark(instance, level, later=k > 0)
        lines.append(
            f"Then {name[:1].lower()}{name[1:]} {value} ({said})." if k else f"{name} {value} ({said}) {size}."
        )
    if all(goal.measure != "npv" for goal in goals_of(instance)) and result.evaluation is not None:
        lines.append(f"Net present value {goals.figure(instance, 'npv', result.evaluation.npv)}.")
    return lines


def _without_plan(result: Result, instance: Instance) -> list[str]:
    from sequencer.instance.goals import goals as goals_of
    from sequencer.report import goals

    lines = ["No plan was found."]
    if result.termination != Termination.INTERRUPTED:
        more = "memory (--memory)" if result.termination is Termination.MEMORY_LIMIT else "time (--time-limit)"
        lines = [f"No plan was found. Give more {more}, or a plan to start from (--start)."]
    if result.bound is not None:
        bound = goals.figure(instance, result.measure, result.bound)
        better = "higher" if goals_of(instance)[0].sense > 0 else "lower"
        said = f"has a {better} {goals.title(instance, result.measure)}"
        lines.append(f"No plan {'is worth more' if goals.plain(instance) else said} than {bound}.")
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
