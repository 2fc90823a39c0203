"""The oracle: every combination of decisions, judged by the evaluator alone.

It knows the adoptables, their modes and the number of waves, and nothing else: which combinations keep the rules, and
what they are worth, is for :class:`~sequencer.plan.evaluate.Evaluator` to say. All combinations are valued first; the
rules are then checked from the best one down, until one keeps them. That leaves out only what is worth less than a plan
that is allowed, whatever the rules are.

What is not discrete, the payments of affiliates, is found by a linear programme for each combination that hq could not
pay for without them (:mod:`tests.oracle.payments`); they count in no measure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from sequencer.instance.goals import goals
from sequencer.plan.evaluate import Evaluator
from sequencer.plan.plan import Adoption, Payment, Plan
from tests.oracle.payments import FAMILIES, Programme

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.types import RuleRef

TOLERANCE = 1e-6
"""Relative difference up to which two figures of a goal are the same."""


@dataclass(frozen=True)
class Optimum:
    """A best plan and the figures of its goals, the most important first."""

    goals: tuple[float, ...]
    plan: Plan

    @property
    def objective(self) -> float:
        """Figure of the first goal."""
        return self.goals[0]


def plans(instance: Instance) -> Iterator[Plan]:
    """Every plan: each adoptable that has not started yet not adopted, or started in one of its modes in any wave."""
    waves = range(1, instance.n_waves + 1)
    choices = [
        [(), *((Adoption(item.id, wave, mode.id or None),) for mode in item.modes for wave in waves)]
        for item in instance.adoptables.values()
        if item.history is None
    ]
    for chosen in product(*choices):
        yield Plan(tuple(adoption for one in chosen for adoption in one))


def count(instance: Instance) -> int:
    """How many plans there are."""
    made = 1
    for item in instance.decided.values():
        made *= 1 + len(item.modes) * instance.n_waves
    return made


class Oracle:
    """Judges the plans of an instance; what it has found out of one, it keeps.

    Parameters
    ----------
    instance
        What is given.
    worth
        Oracle of an instance in which every plan is worth the same, to take that over from.
    """

    def __init__(self, instance: Instance, worth: Oracle | None = None) -> None:
        self.instance = instance
        self.worth = worth
        self.evaluator = Evaluator(instance)
        self.senses = tuple(goal.sense for goal in goals(instance))
        self._broken: dict[Plan, frozenset[str]] = {}
        self._payments: dict[tuple[Plan, str], tuple[Payment, ...] | None] = {}

    def best(self, may: Callable[[Adoption], bool] | None = None) -> Optimum | None:
        """The best plan that keeps every rule, of those that adopt only what may be; None where none does."""
        return self.best_without((), may)[""]

    def best_without(
        self, families: Iterable[str], may: Callable[[Adoption], bool] | None = None
    ) -> dict[str, Optimum | None]:
        """The best plan with the rules of one family left out, for each family; under ``""`` with none left out."""
        searches = {family: _Staged(self.senses) for family in ("", *families)}
        for optimum in self._ranked:
            if may is not None and not all(map(may, optimum.plan.adoptions)):
                continue
            left = [family for family, search in searches.items() if not search.over(optimum)]
            if not left:
                break
            for family in self.allowed_without(optimum.plan, left):
                searches[family].take(optimum)
        return {family: self._paid(search.best, family) for family, search in searches.items()}

    def tied(self) -> list[Optimum]:
        """Plans that keep every rule, are as good as the best in every goal, and then adopt the fewest the soonest."""
        search = _Staged(self.senses, last=True)
        for optimum in self._ranked:
            if search.over(optimum):
                break
            if self.allowed_without(optimum.plan, [""]):
                search.take(optimum)
        found = search.ties
        first = min((_ties_of(self.instance, o.plan)[:3] for o in found), default=())
        return [self._paid(o, "") or o for o in found if _ties_of(self.instance, o.plan)[:3] == first]

    def allowed_without(self, plan: Plan, families: Iterable[str]) -> set[str]:
        """Families that it is enough to leave out for a plan to be allowed; where nothing is broken, all of them."""
        broken = self._broken_families(plan)
        if not broken:
            return set(families)
        if self.instance.settings.funding != "none" and "budgets" in broken:
            return self._allowed_with_payments(plan, broken, families)
        return set(broken & set(families)) if len(broken) == 1 else set()

    def payments(self, plan: Plan, family: str = "") -> tuple[Payment, ...] | None:
        """Smallest payments that let the pots hold, the rules of a family left out; None where none do."""
        if (plan, family) not in self._payments:
            programme = Programme(self.instance, self.evaluator.state(plan), lambda f, _: f != family)
            self._payments[plan, family] = None if programme.hopeless() else programme.smallest()
        return self._payments[plan, family]

    def _allowed_with_payments(self, plan: Plan, broken: frozenset[str], families: Iterable[str]) -> set[str]:
        """As above, where hq cannot pay for a plan by itself."""
        others = broken - FAMILIES
        if len(others) > 1:
            return set()
        # With another rule broken only its own family can be left out; else each of the money's in turn.
        tried = others or {""}
        if self.payments(plan, *tried) is not None:
            return set(families) & others if others else set(families)
        if others:
            return set()
        return {f for f in FAMILIES & set(families) if self.payments(plan, f) is not None}

    def _broken_families(self, plan: Plan) -> frozenset[str]:
        """Families whose rules a plan breaks; more than enough to know that no single one is to blame."""
        if plan in self._broken:
            return self._broken[plan]
        found: set[str] = set()
        for ref in self.evaluator.broken(plan):
            found.add(ref.family)
            if len(found - FAMILIES) > 1 or (len(found) > 1 and self.instance.settings.funding == "none"):
                break
        self._broken[plan] = frozenset(found)
        return self._broken[plan]

    @cached_property
    def _ranked(self) -> list[Optimum]:
        """All plans with their goals, the best of the first goal first."""
        if self.worth is not None:
            return self.worth._ranked
        if self.instance.settings.objective == "npv" and goals(self.instance)[0].measure == "npv":
            valued = [Optimum((self.evaluator.npv(plan),), plan) for plan in plans(self.instance)]
        else:
            valued = [Optimum(self.evaluator.goals(plan), plan) for plan in plans(self.instance)]
        return sorted(valued, key=lambda o: o.objective * self.senses[0], reverse=True)

    def _paid(self, best: Optimum | None, family: str) -> Optimum | None:
        """An optimum with the payments it takes."""
        if best is None or self.instance.settings.funding == "none":
            return best
        found = self.payments(best.plan, family)
        kind = "transfers" if self.instance.settings.funding == "budget-reallocation" else "prices"
        return replace(best, plan=replace(best.plan, **{kind: found})) if found else best


class _Staged:
    """The best of plans that come sorted by the first goal: of those as good in one goal, the best in the next.

    Parameters
    ----------
    senses
        +1 for goals to maximise, −1 for those to minimise.
    last
        Whether plans as good as the best one in the last goal are wanted, too.
    """

    def __init__(self, senses: Sequence[int], *, last: bool = False) -> None:
        self.senses = senses
        self.wide = last or len(senses) > 1
        self.found: list[Optimum] = []

    def over(self, optimum: Optimum) -> bool:
        """Whether neither this plan nor one behind it matters any more."""
        if not self.found:
            return False
        return not self.wide or not self._as_good(optimum, self.found[0], 0)

    def take(self, optimum: Optimum) -> None:
        """Take up an allowed plan."""
        self.found.append(optimum)

    @property
    def ties(self) -> list[Optimum]:
        """Plans as good as the best one in every goal."""
        left = self.found
        for n, sense in enumerate(self.senses):
            top = max(left, key=lambda o: o.goals[n] * sense, default=None)
            left = [o for o in left if top is not None and self._as_good(o, top, n)]
        return left

    @property
    def best(self) -> Optimum | None:
        """One of them; None where no plan is allowed."""
        return next(iter(self.ties), None)

    def _as_good(self, one: Optimum, best: Optimum, goal: int) -> bool:
        loss = (best.goals[goal] - one.goals[goal]) * self.senses[goal]
        return loss <= TOLERANCE * max(1.0, abs(best.goals[goal]))


def figures_of_ties(instance: Instance, tied: Iterable[Optimum]) -> tuple[float, ...]:
    """What tells plans apart that are equal in every goal, of the one that comes first.

    Fewest moves against a reference plan, fewest adoptions, then the smallest sum of start waves, then the smallest
    payments; where ties are to be exact, the earliest start (none counting as ``W + 1``) and then the first mode, item
    by item in the order of the instance.
    """
    return min((_ties_of(instance, optimum.plan) for optimum in tied), default=())


def _ties_of(instance: Instance, plan: Plan) -> tuple[float, ...]:
    paid = sum(payment.amount for payment in (*plan.transfers, *plan.prices))
    # What is paid is computed; digits that are noise must not decide before the order does.
    made = [float(_moves(instance, plan))]
    made += [float(len(plan.adoptions)), float(sum(a.wave for a in plan.adoptions)), round(paid, 5)]
    items = instance.adoptables.values() if instance.settings.exact_ties else ()
    made += [float(plan.wave(item.id) or instance.n_waves + 1) for item in items]
    made += [float([m.id for m in item.modes].index(plan.mode(item.id) or item.modes[0].id)) for item in items]
    return tuple(made)


def _moves(instance: Instance, plan: Plan) -> int:
    """What is decided otherwise than in the reference plan."""
    rows = {row.item: row for row in instance.reference_plan}
    made = 0
    for item in instance.decided.values() if rows else ():
        row, found = rows.get(item.id), plan.by_id.get(item.id)
        if row is None or row.wave == 0:
            made += found is not None
        elif row.wave is not None:
            made += found is None or (found.wave, found.mode or "") != (row.wave, row.mode)
    return made


def best(instance: Instance) -> Optimum | None:
    """The best plan that keeps every rule; None where none does."""
    return Oracle(instance).best()


def best_without(instance: Instance, families: Iterable[str]) -> dict[str, Optimum | None]:
    """The best plan with the rules of one family left out, for each family; under ``""`` with none left out."""
    return Oracle(instance).best_without(families)


def unavoidable(instance: Instance, refs: Iterable[RuleRef]) -> bool:
    """Whether every plan, whatever is paid, breaks one of the rules, in whatever wave.

    That whatever starts is live in time is part of what a plan is, so breaking ``windows`` counts as well; and so is
    that the mandate, and maturity, rises step by step, where the mandate plays a part or maturity is compared.
    """
    oracle = Oracle(instance)
    named = {_decision(ref) for ref in refs}
    families = {family for family, *_ in named}
    # Budgets are released level by level of the mandate.
    released = "budgets" in families and any(level.released_share < 1.0 for level in instance.mandate)
    mandated = released or any("mandate" in family for family in families)
    named |= {("windows",), *([("mandate",)] if mandated else [])}
    named |= {("capability_steps",)} if "maturity_gaps" in families else set()
    return all(_breaks(oracle, plan, named) for plan in plans(instance))


def _breaks(oracle: Oracle, plan: Plan, named: set[tuple[str, ...]]) -> bool:
    """Whether a plan breaks one of the rules named, whatever is paid."""
    paid = set()
    for ref in oracle.evaluator.broken(plan):
        if (ref.family,) in named or _decision(ref) in named:
            if ref.family not in FAMILIES or oracle.instance.settings.funding == "none":
                return True
            paid.add(ref)
    if not paid:
        return False
    # Without a limit on payments hq could pay for anything, so they are limited by the rules named alone.
    binds = {(family, member) for family, *members in named for member in members[:1]}
    state = oracle.evaluator.state(plan)
    return Programme(oracle.instance, state, lambda family, member: (family, member) in binds).smallest() is None


def _decision(ref: RuleRef) -> tuple[str, ...]:
    """A rule in whatever wave."""
    return (ref.family, *ref.members)


def same(first: Optimum | Sequence[float] | float | None, other: Optimum | Sequence[float] | float | None) -> bool:
    """Whether two answers agree: both that there is no plan, or on every goal that both tell to a relative 1e-6."""
    one, two = (_figures(answer) for answer in (first, other))
    if one is None or two is None:
        return one is two
    return all(abs(a - b) <= TOLERANCE * max(1.0, abs(a), abs(b)) for a, b in zip(one, two, strict=False))


def _figures(answer: Optimum | Sequence[float] | float | None) -> Sequence[float] | None:
    if answer is None or isinstance(answer, Sequence):
        return answer
    return answer.goals if isinstance(answer, Optimum) else (answer,)
