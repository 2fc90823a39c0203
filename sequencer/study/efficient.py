"""What a frontier consists of: axes, subproblems with what is proven of them, and the points that nothing beats.

Figures are in the declared unit and in each measure's own direction; *worth* is a figure times the sense of its
measure, so that more is better of each.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from sequencer.instance.goals import Measure
from sequencer.solver.result import relative_gap
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Plan

TOLERANCE = 1e-6
"""Figures that differ by no more than this share (or this much, where they are below 1) are equal."""


def near(figure: float) -> float:
    """Difference up to which figures equal this one."""
    return TOLERANCE * max(1.0, abs(figure))


class Axis(NamedTuple):
    """A measure of a frontier.

    Attributes
    ----------
    measure : Measure
        The measure.
    best : float or None
        Best figure that a plan was found to reach; None where no plan was found.
    bound : float or None
        Proven: no plan is better.
    """

    measure: Measure
    best: float | None = None
    bound: float | None = None

    def better(self, one: float, other: float) -> bool:
        """Whether a figure is better than another, by more than what counts as equal."""
        return self.measure.sense * (one - other) > near(other)


Limits = tuple[float | None, ...]
"""Least that is asked of each measure but the first, in its better direction; None where nothing is asked."""


@dataclass(frozen=True)
class Subproblem:
    """The best plan in the first measure, then in the others, under limits on the others.

    Attributes
    ----------
    limits : tuple of float or None
        Limit of each measure but the first: a floor where more is better, a cap where less is.
    termination : Termination
        Why its solve ended.
    figures : tuple of float or None
        Figures of the plan found; None where there is none.
    bound : float or None
        Proven: no plan within the limits is better in the first measure.
    proven : bool
        Whether it is proven that no plan within the limits is as good in every measure and better in one.
    plan : Plan or None
        The plan found.
    seconds : float
        Wall clock of the solve.
    """

    limits: Limits
    termination: Termination
    figures: tuple[float, ...] | None = None
    bound: float | None = None
    proven: bool = False
    plan: Plan | None = field(default=None, repr=False)
    seconds: float = 0.0

    @property
    def infeasible(self) -> bool:
        """Whether it is proven that no plan keeps the limits."""
        return self.termination is Termination.INFEASIBLE

    @property
    def settled(self) -> bool:
        """Whether its solve went as far as asked for."""
        return self.termination is Termination.GAP_REACHED


class Point(NamedTuple):
    """A plan that no other plan found is at least as good as in every measure.

    Attributes
    ----------
    figures : tuple of float
        Its figure in each measure.
    bound : float or None
        Proven: no plan that is as good in the other measures is better in the first one. With the first figure it is
        the point's interval.
    efficient : bool
        Whether it is proven that no plan at all is as good in every measure and better in one, up to what counts as
        equal.
    plan : Plan
        The plan.
    """

    figures: tuple[float, ...]
    bound: float | None
    efficient: bool
    plan: Plan

    @property
    def gap(self) -> float | None:
        """Relative gap of the first measure."""
        return relative_gap(self.figures[0], self.bound)


class Dropped(NamedTuple):
    """A plan found that another one beats: at least as good in every measure, and better in one."""

    figures: tuple[float, ...]
    by: tuple[float, ...]


@dataclass(frozen=True)
class Frontier:
    """What can be had of one measure for how much of the others, as far as it is proven.

    Attributes
    ----------
    instance : Instance
        What is given.
    axes : tuple of Axis
        The measures; the first is the one that is optimised, the others are limited.
    subproblems : tuple of Subproblem
        All that was solved, in order.
    complete : bool
        Whether every limit was tried that was meant to be: False after Ctrl-C, or where a solve found neither a plan
        nor that there is none.
    exhaustive : bool
        Whether all efficient points were asked for, not those at some limits.
    """

    instance: Instance
    axes: tuple[Axis, ...]
    subproblems: tuple[Subproblem, ...]
    complete: bool
    exhaustive: bool = False

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Points that no other plan found beats, the best of the first measure first."""
        kept = [s for s, by in self._judged if by is None]
        kept.sort(key=lambda s: self._worths(_figures(s)), reverse=True)
        return tuple(self._point(s) for s in kept)

    @cached_property
    def dropped(self) -> tuple[Dropped, ...]:
        """Plans found that another plan is proven to beat, by both figures."""
        return tuple(Dropped(_figures(s), _figures(by)) for s, by in self._judged if by is not None)

    @property
    def infeasible(self) -> bool:
        """Whether it is proven that no plan keeps the rules of the instance."""
        return bool(self.subproblems) and all(s.infeasible for s in self.subproblems)

    @cached_property
    def _judged(self) -> list[tuple[Subproblem, Subproblem | None]]:
        """Each different plan found, with one that beats it, if any."""
        found: list[Subproblem] = []
        for s in self.subproblems:
            if s.figures is not None:
                same = next((k for k, o in enumerate(found) if self._equal(s.figures, _figures(o))), None)
                if same is None:
                    found.append(s)
                elif s.proven:
                    found[same] = s
        return [(s, next((o for o in found if self.beats(_figures(o), _figures(s))), None)) for s in found]

    def beats(self, one: Sequence[float], other: Sequence[float]) -> bool:
        """Whether figures are at least as good in every measure, and better in one."""
        triples = list(zip(self.axes, one, other, strict=True))
        return any(a.better(x, y) for a, x, y in triples) and not any(a.better(y, x) for a, x, y in triples)

    def within(self, figures: Sequence[float], limits: Limits) -> bool:
        """Whether figures keep limits."""
        asked = zip(self.axes[1:], figures[1:], limits, strict=True)
        return all(limit is None or not axis.better(limit, figure) for axis, figure, limit in asked)

    def bound_within(self, limits: Limits) -> float | None:
        """Proven: no plan within limits is better than this in the first measure; None where nothing is proven."""
        laxer = [s for s in self.subproblems if s.bound is not None and self.laxer(s.limits, limits)]
        sense = self.axes[0].measure.sense
        return min((s.bound for s in laxer if s.bound is not None), key=lambda b: sense * b, default=None)

    def laxer(self, one: Limits, other: Limits) -> bool:
        """Whether whatever keeps the second limits keeps the first ones."""
        pairs = zip(self.axes[1:], one, other, strict=True)
        return all(a is None or (b is not None and not axis.better(a, b)) for axis, a, b in pairs)

    def _point(self, found: Subproblem) -> Point:
        figures = _figures(found)
        bound, sense = self.bound_within(figures[1:]), self.axes[0].measure.sense
        if bound is not None and sense * (bound - figures[0]) <= near(figures[0]):
            bound = figures[0]
        assert found.plan is not None
        return Point(figures, bound, found.proven, found.plan)

    def _equal(self, one: Sequence[float], other: Sequence[float]) -> bool:
        return all(abs(x - y) <= near(y) for x, y in zip(one, other, strict=True))

    def _worths(self, figures: Sequence[float]) -> tuple[float, ...]:
        return tuple(a.measure.sense * x for a, x in zip(self.axes, figures, strict=True))

    # -- as data ------------------------------------------------------------------------------------------------------

    def frame(self) -> pd.DataFrame:
        """Points, one a row: ``point``, a column for each measure, ``bound``, ``gap``, ``efficient``."""
        names = [a.measure.name for a in self.axes]
        rows = [(k, *p.figures, p.bound, p.gap, p.efficient) for k, p in enumerate(self.points, start=1)]
        return pd.DataFrame(rows, columns=["point", *names, "bound", "gap", "efficient"])

    def to_dict(self) -> dict[str, Any]:
        """Everything but the plans, for JSON."""
        return {
            "measures": [
                {"measure": a.measure.name, "sense": a.measure.sense, "best": a.best, "bound": a.bound}
                for a in self.axes
            ],
            "complete": self.complete,
            "exhaustive": self.exhaustive,
            "points": [
                {
                    "point": k,
                    "figures": self._named(p.figures),
                    "bound": p.bound,
                    "gap": p.gap,
                    "efficient": p.efficient,
                }
                for k, p in enumerate(self.points, start=1)
            ],
            "dropped": [{"figures": self._named(d.figures), "by": self._named(d.by)} for d in self.dropped],
            "subproblems": [self._told(s) for s in self.subproblems],
            "fingerprint": self.instance.fingerprint,
        }

    def _told(self, s: Subproblem) -> dict[str, Any]:
        return {
            "limits": dict(zip((a.measure.name for a in self.axes[1:]), s.limits, strict=True)),
            "termination": str(s.termination),
            "figures": None if s.figures is None else self._named(s.figures),
            "bound": s.bound,
            "proven": s.proven,
            "seconds": round(s.seconds, 3),
        }

    def _named(self, figures: Iterable[float]) -> dict[str, float]:
        return dict(zip((a.measure.name for a in self.axes), figures, strict=True))

    def staircase(self) -> Iterator[tuple[float | None, float]]:
        """With two measures: limits on the second, laxest first, each with the proven bound on the first from there."""
        sense, last = self.axes[1].measure.sense, math.inf
        known = [s for s in self.subproblems if s.bound is not None]
        for s in sorted(known, key=lambda s: -math.inf if s.limits[0] is None else sense * s.limits[0]):
            bound = self.bound_within(s.limits)
            if bound is not None and self.axes[0].measure.sense * bound < last:
                last = self.axes[0].measure.sense * bound
                yield s.limits[0], bound


def _figures(found: Subproblem) -> tuple[float, ...]:
    assert found.figures is not None
    return found.figures
