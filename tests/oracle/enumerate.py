"""The oracle: every combination of decisions, judged by the evaluator alone.

It knows the adoptables, their modes and the number of waves, and nothing else: which combinations keep the rules, and
what they are worth, is for :class:`~sequencer.plan.evaluate.Evaluator` to say. All combinations are valued first; the
rules are then checked from the best one down, until one keeps them. That leaves out only what is worth less than a plan
that is allowed, whatever the rules are.

Every decision there is today is discrete. Continuous ones (transfers, prices) belong in :func:`broken_families`, where
a small linear programme of its own finds the amounts that let a combination keep the rules; in npv they cancel.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from sequencer.plan.evaluate import Evaluator
from sequencer.plan.plan import Adoption, Plan

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.types import RuleRef


@dataclass(frozen=True)
class Optimum:
    """A best plan and its npv."""

    npv: float
    plan: Plan


def plans(instance: Instance) -> Iterator[Plan]:
    """Every plan: each adoptable not adopted, or started in one of its modes in any wave."""
    waves = range(1, instance.n_waves + 1)
    choices = [
        [(), *((Adoption(item.id, wave, mode.id or None),) for mode in item.modes for wave in waves)]
        for item in instance.adoptables.values()
    ]
    for chosen in product(*choices):
        yield Plan(tuple(adoption for one in chosen for adoption in one))


def count(instance: Instance) -> int:
    """How many plans there are."""
    made = 1
    for item in instance.adoptables.values():
        made *= 1 + len(item.modes) * instance.n_waves
    return made


def best(instance: Instance) -> Optimum | None:
    """The best plan that keeps every rule; None where none does."""
    evaluator = Evaluator(instance)
    ranked = _ranked(evaluator, instance)
    return next((o for o in ranked if next(evaluator.broken(o.plan), None) is None), None)


def best_without(instance: Instance, families: Iterable[str]) -> dict[str, Optimum | None]:
    """The best plan with the rules of one family left out, for each family; under ``""`` with none left out.

    A plan is allowed without a family where all rules it breaks are of that family.
    """
    evaluator = Evaluator(instance)
    open_ = {"", *families}
    found: dict[str, Optimum | None] = dict.fromkeys(open_)
    for optimum in _ranked(evaluator, instance):
        broken = broken_families(evaluator, optimum.plan)
        if len(broken) < 2:
            allowed = open_ & broken or (open_ if not broken else set())
            found |= dict.fromkeys(allowed, optimum)
            open_ = open_ - allowed
        if not open_:
            break
    return found


def broken_families(evaluator: Evaluator, plan: Plan) -> set[str]:
    """Families whose rules a plan breaks; two of them are enough to know that no single one is to blame."""
    found: set[str] = set()
    for ref in evaluator.broken(plan):
        found.add(ref.family)
        if len(found) > 1:
            break
    return found


def unavoidable(instance: Instance, refs: Iterable[RuleRef]) -> bool:
    """Whether every plan breaks one of the rules, in whatever wave.

    That whatever starts is live in time is part of what a plan is, so breaking ``windows`` counts as well. That
    something must be adopted, and by when, is one decision.
    """
    evaluator = Evaluator(instance)
    named = {_decision(ref) for ref in refs}
    return all(
        any(ref.family == "windows" or _decision(ref) in named for ref in evaluator.broken(plan))
        for plan in plans(instance)
    )


def _decision(ref: RuleRef) -> tuple[str, ...]:
    """A rule in whatever wave."""
    members = tuple("must" if m == "by" else m for m in ref.members) if ref.family == "locks" else ref.members
    return (ref.family, *members)


def _ranked(evaluator: Evaluator, instance: Instance) -> list[Optimum]:
    """All plans with their npv, the best first."""
    valued = [Optimum(evaluator.npv(plan), plan) for plan in plans(instance)]
    return sorted(valued, key=lambda o: o.npv, reverse=True)


def same(first: Optimum | float | None, other: Optimum | float | None) -> bool:
    """Whether two answers agree: both that there is no plan, or on npv to a relative 1e-6."""
    one, two = (o.npv if isinstance(o, Optimum) else o for o in (first, other))
    if one is None or two is None:
        return one is two
    return abs(one - two) <= 1e-6 * max(1.0, abs(one), abs(two))
