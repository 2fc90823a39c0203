"""``sequencer evaluate``: whether a plan keeps the rules, what it is worth, and whether stored numbers hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from sequencer.cli.common import (
    PATH,
    Command,
    examples,
    instance_options,
    json_option,
    load_instance,
    load_plan,
    load_run,
    output_options,
)
from sequencer.cli.render import echo, echo_json, echo_report
from sequencer.cli.state import Exit, end
from sequencer.errors import RunError

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.evaluate import Evaluation
    from sequencer.run.folder import Run

AGREEMENT = 1e-6
"""Relative difference allowed between stored and recomputed amounts."""


@click.command(
    cls=Command,
    epilog=examples(
        "sequencer evaluate run",
        "sequencer evaluate run my-plan.csv",
        "sequencer evaluate instances/medium my-plan.csv --lock 'jp<=2'",
    ),
)
@click.argument("given", metavar="RUN|INSTANCE", type=PATH)
@click.argument("plan", type=PATH, required=False)
@instance_options
@json_option
@output_options
def evaluate(given: Path, plan: Path | None, overlays: tuple[Path, ...], locks: tuple[str, ...], as_json: bool) -> None:
    """Recompute every rule and every amount of a plan, independently of the solver.

    RUN alone: its plan, and whether the stored numbers of a finished run hold. RUN PLAN: a plan of yours against the
    run's best one. INSTANCE PLAN: a plan of yours. A PLAN is a plan.json, a plan.csv (columns id, wave, mode) or a run.

    The exit code is 1 if a rule is broken or a stored number does not hold.
    """
    from sequencer.plan.evaluate import evaluate as recompute
    from sequencer.run.folder import is_run

    run = _run(given, overlays, locks, alone=plan is None) if is_run(given) else None
    if run is None and plan is None:
        message = "Name the PLAN to evaluate for this INSTANCE, or give a RUN."
        raise click.UsageError(message)
    instance = load_instance(given, overlays, locks) if run is None else run.instance
    chosen = run.plan if run is not None and plan is None else load_plan(plan or given, instance)
    if chosen is None:
        message = f"{given} holds no plan to evaluate. Solve again with more time, or give a PLAN as well."
        raise RunError(message)
    evaluation = recompute(instance, chosen)
    wrong = disagreements(run, evaluation) if run is not None and plan is None else []
    best = None if run is None or plan is None else run.result
    content = _content(evaluation, wrong, best, run)
    if as_json:
        echo_json(content)
    else:
        _print(evaluation, content, run if plan is None else None)
    end(Exit.OK if content["holds"] else Exit.CHECK_FAILED)


def _run(path: Path, overlays: tuple[Path, ...], locks: tuple[str, ...], *, alone: bool) -> Run:
    if overlays or locks:
        message = f"{path} is a run, whose instance is stored; --overlay and --lock go with an INSTANCE."
        raise click.UsageError(message)
    return load_run(path, verify=not alone)


def disagreements(run: Run, evaluation: Evaluation) -> list[str]:
    """Say how a run's stored files and numbers differ from what they should be."""
    from sequencer.instance.goals import goals
    from sequencer.report.goals import plain, title
    from sequencer.report.words import money_unit
    from sequencer.solver.result import relative_gap

    unit, found, stored = money_unit(run.instance), list(run.differences), run.result
    if not run.complete:
        return found
    goal = goals(run.instance)[0]
    head = f"{unit} " if goal.money else ""
    if stored["measure"] != goal.measure:
        found.append(f"measure is stored as '{stored['measure']}', but the instance asks for {goal.measure}")
    if not _agree(stored["objective"], evaluation.objective):
        what = "the plan is worth" if plain(run.instance) else f"the {title(run.instance, goal.measure)} of the plan is"
        said = f"objective is stored as {head}{_amount(stored['objective'])}"
        found.append(f"{said}, but {what} {evaluation.objective:.10g}")
    if not _agree(stored["npv"], evaluation.npv):
        found.append(f"npv is stored as {unit} {_amount(stored['npv'])}, but the plan is worth {evaluation.npv:.10g}")
    objective, bound = stored["objective"], stored["bound"]
    known = bound is not None and objective is not None
    if known and goal.sense * (objective - bound) > AGREEMENT * max(1.0, abs(objective)):
        side = "below" if goal.sense > 0 else "above"
        found.append(f"the bound {head}{bound:.10g} lies {side} the plan it is to bound")
    if not _agree(stored["gap"], relative_gap(objective, bound)):
        found.append(
            f"gap is stored as {_amount(stored['gap'])}, but follows as {_amount(relative_gap(objective, bound))}"
        )
    if stored["plan"] is not True:
        found.append("the result says that there is no plan, but there is one")
    return found


def _agree(stored: Any, computed: float | None) -> bool:  # noqa: ANN401
    """Whether two numbers agree; absent ones only with each other."""
    if stored is None or computed is None:
        return stored is None and computed is None
    number = isinstance(stored, int | float) and not isinstance(stored, bool)
    return number and abs(stored - computed) <= AGREEMENT * max(1.0, abs(computed))


def _amount(value: Any) -> str:  # noqa: ANN401
    return f"{value:.10g}" if isinstance(value, int | float) else "not known" if value is None else f"'{value}'"


def _content(evaluation: Evaluation, wrong: list[str], best: dict[str, Any] | None, run: Run | None) -> dict[str, Any]:
    settings = evaluation.instance.settings
    return {
        "holds": evaluation.feasible and not wrong,
        "feasible": evaluation.feasible,
        "npv": evaluation.npv,
        "measures": dict(evaluation.measures),
        "violations": [
            {
                "rule": str(v.ref),
                "family": v.ref.family,
                "members": list(v.ref.members),
                "wave": v.ref.wave,
                "message": v.message,
                "lhs": v.lhs,
                "sense": v.sense,
                "rhs": v.rhs,
                "amount": v.amount,
            }
            for v in evaluation.violations
        ],
        "disagreements": wrong,
        "best": None if best is None else _against(evaluation, best),
        "currency": settings.currency,
        "unit": settings.unit,
        "run": None if run is None else run.name,
        "fingerprint": evaluation.instance.fingerprint,
    }


def _against(evaluation: Evaluation, best: dict[str, Any]) -> dict[str, Any]:
    """First goal of a plan against the best one of a run and its bound; negative where the figure is smaller."""
    objective, bound, own = best["objective"], best["bound"], evaluation.objective
    return {
        "measure": best["measure"],
        "objective": objective,
        "bound": bound,
        "own": own,
        "difference": None if objective is None else own - objective,
        "difference_to_bound": None if bound is None else own - bound,
    }


def _print(evaluation: Evaluation, content: dict[str, Any], own: Run | None) -> None:
    """Tables and verdict; ``own`` is the run whose plan it is."""
    from sequencer.report.tables import headline, violations

    echo_report(headline(evaluation, None if own is None else own.result))
    if not evaluation.feasible:
        echo_report(violations(evaluation))
    if content["best"] is not None:
        _print_best(evaluation.instance, content)
    for line in content["disagreements"]:
        echo(f"Does not hold: {line}.")
    broken = len(evaluation.violations)
    if broken:
        echo(f"The plan breaks {broken} rule{'' if broken == 1 else 's'}.")
    elif not content["disagreements"]:
        echo(f"The plan keeps all rules{_checked(own)}.")


def _checked(run: Run | None) -> str:
    """What is to be said of the stored numbers of a run that nothing was found against."""
    if run is None:
        return ""
    return ", and the stored numbers hold" if run.complete else "; an unfinished run has no stored numbers to check"


def _print_best(instance: Instance, content: dict[str, Any]) -> None:
    from sequencer.instance.goals import goals
    from sequencer.report.goals import figure, heading, plain, title
    from sequencer.report.words import decimals

    best, goal = content["best"], goals(instance)[0]
    if best["objective"] is None:
        echo(f"{content['run']} has no plan to compare with.")
        return
    places = decimals([best["own"], best["objective"]])

    def said(value: float) -> str:
        return figure(instance, goal.measure, value, places)

    head = "Worth" if plain(instance) else f"{heading(instance, goal.measure)}:"
    reference = f"the best plan of {content['run']} ({said(best['objective'])})"
    echo(f"{head} {said(best['own'])}, {_apart(instance, goal.measure, best, places)} {reference}.")
    better = best["difference"] * goal.sense > 0
    if best["bound"] is not None:
        side = f"has a {title(instance, goal.measure)} {'above' if goal.sense > 0 else 'below'}"
        what = "is worth more than" if plain(instance) else side
        echo(f"No plan that keeps all rules {what} {said(best['bound'])}.")
    if better and not content["feasible"]:
        echo(f"It can be {'worth more' if plain(instance) else 'better'} only because it breaks rules.")


def _apart(instance: Instance, measure: str, best: dict[str, Any], places: int) -> str:
    """How far a plan is from the best one: ``EUR M 1.2 less than``, ``2 waves later than``."""
    from sequencer.instance.goals import measures
    from sequencer.report.goals import figure
    from sequencer.report.words import count

    apart = best["difference"]
    if measures(instance)[measure].unit == "wave":
        return f"{count(round(abs(apart)), 'wave')} {'later' if apart >= 0 else 'sooner'} than"
    return f"{figure(instance, measure, abs(apart), places)} {'more' if apart >= 0 else 'less'} than"
