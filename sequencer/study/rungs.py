"""What a budget ladder consists of: solves, rungs with the price of nesting, and what makes a plan nested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pandas as pd

from sequencer.instance.goals import Measure, goals, measures
from sequencer.plan.plan import Adoption, Plan
from sequencer.solver.result import relative_gap
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

Anchor = Literal["full", "core", "all"]
"""The rung that others are held against: the full budget, or the smallest one; or all rungs together."""


@dataclass(frozen=True)
class Solved:
    """What a solve of a rung came to.

    Attributes
    ----------
    termination : Termination
        Why it ended.
    plan : Plan or None
        Best plan known.
    objective, bound : float or None
        Its figure in the first goal and what is proven of it, in the declared unit.
    """

    termination: Termination
    plan: Plan | None = field(default=None, repr=False)
    objective: float | None = None
    bound: float | None = None

    @property
    def gap(self) -> float | None:
        """Relative gap between objective and bound."""
        return relative_gap(self.objective, self.bound)

    @property
    def infeasible(self) -> bool:
        """Whether it is proven that there is no such plan."""
        return self.termination is Termination.INFEASIBLE


class Step(NamedTuple):
    """How an adoption changes from one rung to the next smaller budget.

    Attributes
    ----------
    id : str
        Adoptable.
    before : int
        Its wave with the larger budget.
    after : int or None
        Its wave with the smaller one; None where it is dropped.
    """

    id: str
    before: int
    after: int | None


@dataclass(frozen=True)
class Rung:
    """A budget and its plans.

    Attributes
    ----------
    cut : float
        Share taken off the budgets.
    free : Solved
        The best plan of this budget.
    nested : Solved or None
        The best one that is nested; None where the rung before has no plan.
    """

    cut: float
    free: Solved
    nested: Solved | None

    def price(self, sense: int) -> tuple[float, float] | None:
        """Least and most that nesting costs in the first goal, as far as proven; None where one of the two has no plan.

        Parameters
        ----------
        sense
            Which way the first goal is better.
        """
        if self.nested is None:
            return None
        ends = (self.free.objective, self.free.bound, self.nested.objective, self.nested.bound)
        if any(end is None for end in ends):
            return None
        reached, best, nested, most = (sense * float(end) for end in ends if end is not None)
        return max(0.0, reached - most), max(0.0, best - nested)


@dataclass(frozen=True)
class Ladder:
    """Nested roadmaps for falling budgets.

    Attributes
    ----------
    instance : Instance
        What is given, with the full budget.
    anchor : str
        Which rung the others are held against.
    rungs : tuple of Rung
        Largest budget first; those there are where Ctrl-C ended it.
    complete : bool
        Whether every solve has ended.
    total_bound : float or None
        With all rungs together: proven, no nested roadmaps for these budgets are worth more in sum.
    """

    instance: Instance
    anchor: Anchor
    rungs: tuple[Rung, ...]
    complete: bool = True
    total_bound: float | None = None

    @property
    def measure(self) -> Measure:
        """The first goal, in which worth and price are told."""
        return measures(self.instance)[goals(self.instance)[0].measure]

    def total_price(self) -> tuple[float, float] | None:
        """Least and most that nesting costs at best over all rungs together; None where that was not searched for."""
        ends = [(r.free.objective, r.free.bound, r.nested.objective) for r in self.rungs if r.nested and r.nested.plan]
        known = [tuple(v for v in end if v is not None) for end in ends]
        if self.total_bound is None or any(len(end) < 3 for end in known):
            return None
        reached, best, nested = (self.measure.sense * sum(column) for column in zip(*known, strict=True))
        return max(0.0, reached - self.measure.sense * self.total_bound), max(0.0, best - nested)

    def prices(self) -> tuple[tuple[float, float] | None, ...]:
        """Price of nesting of each rung as a proven interval; with all rungs together, what these roadmaps pay."""
        return tuple(rung.price(self.measure.sense) for rung in self.rungs)

    def steps(self, k: int) -> tuple[Step, ...]:
        """What is dropped or delayed from rung ``k − 1`` to rung ``k``, in the order of the instance."""
        larger, smaller = (r.nested.plan if r.nested else None for r in self.rungs[k - 1 : k + 1])
        if larger is None or smaller is None:
            return ()
        waves = ((i, larger.wave(i), smaller.wave(i)) for i in self.instance.adoptables)
        return tuple(Step(i, one, two) for i, one, two in waves if one is not None and one != two)

    def frame(self) -> pd.DataFrame:
        """Rungs, one a row: ``cut``, figures and bounds of the best and the best nested plan, price from and to."""
        rows = []
        for rung, price in zip(self.rungs, self.prices(), strict=True):
            nested = rung.nested or Solved(Termination.ERROR)
            low, high = price or (None, None)
            rows.append((rung.cut, rung.free.objective, rung.free.bound, nested.objective, nested.bound, low, high))
        columns = ["cut", "free", "free_bound", "nested", "nested_bound", "price_least", "price_most"]
        return pd.DataFrame(rows, columns=columns, dtype=float)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the plans, for JSON."""
        return {
            "measure": self.measure.name,
            "anchor": self.anchor,
            "complete": self.complete,
            "total_bound": self.total_bound,
            "total_price": None if (price := self.total_price()) is None else list(price),
            "rungs": [
                {
                    "cut": rung.cut,
                    "free": _told(rung.free),
                    "nested": None if rung.nested is None else _told(rung.nested),
                    "price": None if price is None else list(price),
                    "steps": [step._asdict() for step in self.steps(k)] if k else [],
                }
                for k, (rung, price) in enumerate(zip(self.rungs, self.prices(), strict=True))
            ],
            "fingerprint": self.instance.fingerprint,
        }


def _told(solved: Solved) -> dict[str, Any]:
    return {
        "termination": str(solved.termination),
        "objective": solved.objective,
        "bound": solved.bound,
        "gap": solved.gap,
    }


def not_nested(smaller: Plan, larger: Plan) -> tuple[Adoption, ...]:
    """Adoptions that keep a plan from being nested in another one: missing there, in another mode, or later."""
    found = []
    for adoption in smaller.adoptions:
        other = larger.by_id.get(adoption.id)
        if other is None or other.mode != adoption.mode or other.wave > adoption.wave:
            found.append(adoption)
    return tuple(found)


def inside(instance: Instance, larger: Plan) -> Instance:
    """Instance whose plans are those nested in ``larger``, which keeps the locks of the instance."""
    rows: list[dict[str, Any]] = []
    for item in instance.decided:
        adoption = larger.by_id.get(item)
        if adoption is None:
            rows.append({"item": item, "never": True})
        else:
            rows.append({"item": item, "earliest": adoption.wave, **_mode(instance, adoption)})
    return _locked(instance, rows)


def around(instance: Instance, smaller: Plan) -> Instance:
    """Instance whose plans are those that ``smaller``, which keeps its locks, is nested in."""
    rows = ({"item": a.id, "must": True, "latest": a.wave, **_mode(instance, a)} for a in smaller.adoptions)
    return _locked(instance, rows)


def _mode(instance: Instance, adoption: Adoption) -> dict[str, str]:
    """Lock on exactly the mode of an adoption; none where there is one way only."""
    modes = instance.adoptables[adoption.id].modes
    return {"mode": f"only:{adoption.mode}"} if len(modes) > 1 and adoption.mode else {}


def _locked(instance: Instance, rows: Iterable[Mapping[str, Any]]) -> Instance:
    return instance.replace(*({"table": "locks", "insert": row} for row in rows))
