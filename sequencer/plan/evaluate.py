"""Judge a plan: every rule and every amount recomputed from instance and plan, without the model.

Nothing here knows how the model is written or solved; it follows the formulation alone, so that the two can be held
against each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from sequencer.plan.measures import Measures, goals_of, npv
from sequencer.plan.prepared import Prepared
from sequencer.plan.rows import Check, CostRow, Earning, LoadRow, MoneyRow, Sense, Slack, ValueRow, Violation
from sequencer.plan.rules import RULES
from sequencer.plan.state import State
from sequencer.plan.value import value_rows

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Plan
    from sequencer.types import RuleRef

__all__ = [
    "CostRow",
    "Evaluation",
    "Evaluator",
    "LoadRow",
    "Measures",
    "MoneyRow",
    "Sense",
    "Slack",
    "ValueRow",
    "Violation",
    "evaluate",
]


@dataclass(frozen=True)
class Evaluation:
    """What a plan is worth and which rules it breaks. Amounts are in the declared unit, undiscounted unless said.

    Attributes
    ----------
    instance : Instance
        What is given.
    plan : Plan
        What was judged.
    violations : tuple of Violation
        Rules broken by more than the tolerance.
    npv : float
        Net present value.
    measures : dict of str to float or None
        See :func:`sequencer.plan.measures.measures`.
    goals : tuple of float
        What the instance wants optimised, see :func:`sequencer.plan.measures.goals_of`; the most important first.
    cost_rows, money_rows, load_rows : tuples
        Costs by item, line, pot and period; pots by wave; resources by wave.
    mandate : tuple of int
        Mandate level by wave.
    slacks : tuple of Slack
        Room in every rule checked, negative where it is broken.
    live_from : dict of str to int
        Period from which each adopted item is live, 0 where it was before wave 1; W + 1 is the tail, what lies beyond
        is never live (a violation).
    earnings : tuple of Earning
        Every source of value with its course over time; :attr:`value_rows` lays it out by period.
    """

    instance: Instance = field(repr=False)
    plan: Plan = field(repr=False)
    violations: tuple[Violation, ...]
    npv: float
    measures: Measures
    goals: tuple[float, ...]
    cost_rows: tuple[CostRow, ...] = field(repr=False)
    money_rows: tuple[MoneyRow, ...] = field(repr=False)
    load_rows: tuple[LoadRow, ...] = field(repr=False)
    mandate: tuple[int, ...]
    slacks: tuple[Slack, ...] = field(repr=False)
    live_from: Mapping[str, int] = field(repr=False)
    earnings: tuple[Earning, ...] = field(repr=False)

    @property
    def objective(self) -> float:
        """Figure of the first goal."""
        return self.goals[0]

    @property
    def feasible(self) -> bool:
        """Whether no rule is broken."""
        return not self.violations

    @cached_property
    def value_rows(self) -> tuple[ValueRow, ...]:
        """Value by source, place and period; zeros are left out."""
        return tuple(value_rows(self.earnings))

    @cached_property
    def matches_instance(self) -> bool | None:
        """Whether the plan was made for exactly this instance; None where the plan does not say."""
        made_for = self.plan.instance_fingerprint
        return made_for == self.instance.fingerprint if made_for else None

    def value(
        self,
        period: int | None = None,
        category: str | None = None,
        driver: str | None = None,
        affiliate: str | None = None,
    ) -> float:
        """Undiscounted value, of one period, category, driver or affiliate where given."""
        return sum(
            row.value
            for row in self.value_rows
            if (period is None or row.period == period)
            and (category is None or row.category == category)
            and (driver is None or row.source == driver)
            and (affiliate is None or row.affiliate == affiliate)
        )

    def cost(self, period: int | None = None, pot: str | None = None) -> float:
        """Undiscounted cost, of one period or pot where given."""
        return sum(
            row.amount
            for row in self.cost_rows
            if (period is None or row.period == period) and (pot is None or row.pot == pot)
        )


class Evaluator:
    """Evaluates any number of plans of one instance.

    Parameters
    ----------
    instance
        What is given.
    """

    def __init__(self, instance: Instance) -> None:
        self.prepared = Prepared(instance)

    def state(self, plan: Plan) -> State:
        """Lay a plan over the instance."""
        return State(self.prepared, plan)

    def npv(self, plan: Plan) -> float:
        """Net present value of a plan, whether it keeps the rules or not; cheap enough to compare many plans."""
        return npv(self.state(plan))

    def goals(self, plan: Plan) -> tuple[float, ...]:
        """Figures of the goals of a plan, whether it keeps the rules or not."""
        return goals_of(self.prepared, self.state(plan).measures)

    def broken(self, plan: Plan) -> Iterator[RuleRef]:
        """Rules that a plan breaks, each as it is found: whoever needs only the first pays only for that."""
        state = self.state(plan)
        return (check.ref for rule in RULES for check in rule(state) if check.broken)

    def evaluate(self, plan: Plan) -> Evaluation:
        """Judge a plan; one that cannot be understood is a plan with violations, never an error."""
        state = self.state(plan)
        checks = [check for rule in RULES for check in rule(state)]
        found = state.measures
        return Evaluation(
            instance=self.prepared.instance,
            plan=plan,
            violations=tuple(_violation(c) for c in checks if c.broken),
            npv=found["npv"] or 0.0,
            measures=found,
            goals=goals_of(self.prepared, found),
            cost_rows=state.cost_rows,
            money_rows=state.money_rows,
            load_rows=state.load_rows,
            mandate=state.mandate,
            slacks=tuple(Slack(c.ref, c.lhs, c.sense, c.rhs, c.slack) for c in checks),
            live_from={i: max(start.live, 0) for i, start in state.starts.items()},
            earnings=state.earnings,
        )


def _violation(check: Check) -> Violation:
    return Violation(check.ref, check.say(), check.lhs, check.sense, check.rhs, -check.slack)


class _Same:
    """An instance as a key: the same object, whatever it holds."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    def __hash__(self) -> int:
        return id(self.instance)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.instance is self.instance


@lru_cache(maxsize=4)
def _evaluator(same: _Same) -> Evaluator:
    """Evaluator of one of the instances used last."""
    return Evaluator(same.instance)


def evaluate(instance: Instance, plan: Plan) -> Evaluation:
    """Judge a plan: rules broken, value, cost, money, load and measures.

    Parameters
    ----------
    instance
        What is given.
    plan
        A plan of any origin, also made by hand or for another version of the instance.

    Returns
    -------
    Evaluation
        With a violation for each rule broken; a plan is never an error.
    """
    return _evaluator(_Same(instance)).evaluate(plan)
