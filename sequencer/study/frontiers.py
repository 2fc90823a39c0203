"""The frontier of two or three measures by ε-constraints.

The first measure is optimised while the others are limited; the limits are tightened step by step, from none to the
best that can be reached. After Mavrotas and Florios (2013), *An improved version of the augmented ε-constraint method
(AUGMECON2) for finding the exact pareto set in multi-objective integer programming problems*, Applied Mathematics and
Computation 219, with two differences. In place of a small reward for slack in the objective, whose weight would have
to outdo the tolerances of a solver, the measures are optimised one after the other: the first, then the second among
plans as good in the first, then the third. And a limit that is passed over is known to lead to the plan found already
(their bypass), whatever the number of measures: the limit moves on beyond the worst figure that the inner searches
came to (Özlen and Azizoğlu 2009, *Multi-objective integer programming: A general approach for generating all
non-dominated solutions*, European Journal of Operational Research 199). Where limits cannot be kept, stricter ones are
not tried (their early exit).

A solve that ends before the optimum is proven leaves an interval; it holds at every limit passed over because of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from sequencer.errors import InputError, InputProblem, SequencerError
from sequencer.instance.goals import Measure, measures, weighted
from sequencer.instance.nearest import suggest
from sequencer.solver.options import SolveOptions
from sequencer.study.efficient import Axis, Frontier, Limits, Subproblem
from sequencer.study.in_order import LEAST_SECONDS, Reached, in_order, limited
from sequencer.study.rungs import inside
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Plan
    from sequencer.solver.events import Listener

MOST_POINTS = 1000
"""Most limits on a measure."""

STEP = 1e-5
"""Step beyond a figure where all points are asked for, relative; ten times what counts as equal."""

THINNING, THINNED = 0.25, 0.02
"""Most of a time limit that a start plan may take, and the gap it is good enough with."""

Told = Callable[[Subproblem], None]
"""Is told of each subproblem when its solve has ended."""


def frontier(
    instance: Instance,
    measures: Sequence[str],
    *,
    points: int | Literal["all"] = 10,
    gap: float = 0.01,
    time_limit: float | None = None,
    threads: int | None = None,
    seed: int = 0,
    deterministic: bool = False,
    max_nodes: int | None = None,
    listeners: Iterable[Listener] = (),
    told: Told | None = None,
) -> Frontier:
    """What can be had of one measure for how much of one or two others.

    Parameters
    ----------
    instance
        What is given.
    measures
        Two or three measures that the model states exactly as objective and as limit; the first is optimised, the
        others are limited. ``npv`` means ``weighted_npv`` where categories have weights, as in an objective.
    points
        How many limits on each measure but the first, from none to the best that can be reached, evenly; several may
        lead to the same point. ``"all"`` finds every efficient point; figures of money less than 1e-5 of each other
        apart are then not told apart.
    gap, time_limit, threads, seed, deterministic, max_nodes
        Of each solve, see :func:`sequencer.solve`; gap 0 proves every point.
    listeners
        Of each solve.
    told
        Called with every subproblem when its solve has ended.

    Returns
    -------
    Frontier
        Points with their proven intervals. Ctrl-C ends it with what is proven by then.

    Raises
    ------
    sequencer.errors.InputError
        If a measure is not there, or cannot be optimised or limited exactly, with the reason.
    sequencer.errors.SequencerError
        If there are not two or three different measures, or ``points`` is not from 2 on.
    """
    axes = _axes(instance, measures)
    if points != "all" and not (isinstance(points, int) and 2 <= points <= MOST_POINTS):
        message = f"points {points!r} cannot be used; write a whole number from 2 to {MOST_POINTS}, or all"
        raise SequencerError(message)
    options = SolveOptions(gap, time_limit, threads, seed, deterministic=deterministic, max_nodes=max_nodes).to_dict()
    return _Sweep(instance, axes, points, options, tuple(listeners), told).run()


def _axes(instance: Instance, names: Sequence[str]) -> tuple[Axis, ...]:
    """Measures by name; refused where the model could not state them exactly."""
    known = measures(instance)
    words = ["weighted_npv" if w == "npv" and weighted(instance) else w for w in names]
    if not 2 <= len(words) <= 3 or len(set(words)) < len(words):
        message = f"a frontier takes two or three different measures, not {', '.join(names) or 'none'}"
        raise SequencerError(message)
    problems = [p for k, word in enumerate(words) for p in _refused(known, word, first=k == 0)]
    if problems:
        raise InputError(problems)
    return tuple(Axis(known[word]) for word in words)


def _refused(known: Mapping[str, Measure], word: str, *, first: bool) -> list[InputProblem]:
    if word not in known:
        usable = [n for n, m in known.items() if not _reason(m, first=first)]
        return [InputProblem("unknown-measure", f"there is no measure '{word}'", suggest(word, usable))]
    reason = _reason(known[word], first=first)
    if not reason:
        return []
    why, _, remedy = reason.partition(". ")
    return [InputProblem("unusable-measure", f"{word} cannot be a measure of a frontier: {why}", f"{remedy}.")]


def _reason(measure: Measure, *, first: bool) -> str:
    """Why a measure cannot be optimised, or limited in its better direction; empty where it can."""
    return measure.no_objective or ("" if first else measure.refusal("floor" if measure.sense > 0 else "cap"))


class _Interrupted(Exception):  # noqa: N818
    """Ctrl-C: what is known by now is the answer."""


class _Sweep:
    """One frontier in progress."""

    def __init__(
        self,
        instance: Instance,
        axes: tuple[Axis, ...],
        points: int | Literal["all"],
        options: dict[str, Any],
        listeners: tuple[Listener, ...],
        told: Told | None,
    ) -> None:
        self.points = points
        self.options = options
        self.listeners = listeners
        self.told = told
        self.made = Frontier(instance, axes, (), complete=True, exhaustive=points == "all")
        self.grid: list[list[float]] = []

    def run(self) -> Frontier:
        try:
            self._ends()
            if not self.made.infeasible:
                self._explore(())
        except (_Interrupted, KeyboardInterrupt):
            self.made = replace(self.made, complete=False)
        return self.made

    # -- the ends of each measure -------------------------------------------------------------------------------------

    def _ends(self) -> None:
        """The best of each measure, and from its worst figure there (the payoff table) the limits to try."""
        axes, table = list(self.made.axes), []
        nothing = (None,) * (len(axes) - 1)
        for k in range(len(axes)):
            reached = self._solve(self.made.instance, k, None)
            found = self._subproblem(nothing, reached, reached.bounds[0] if k == 0 else None)
            if found.infeasible:
                self._take(found)
                return
            axes[k] = axes[k]._replace(best=reached.figure(axes[k].measure.name), bound=reached.bounds[0])
            self.made = replace(self.made, axes=tuple(axes))
            if found.figures is not None:
                table.append(found.figures)
                if k:
                    # With its best figure as a limit, it is the subproblem at that end.
                    limits = tuple(found.figures[n] if n == k else None for n in range(1, len(axes)))
                    found = replace(found, limits=limits, bound=reached.bounds[1])
            if k == 0 or found.figures is not None:
                self._take(found)
        self.grid = [self._levels(k, [row[k] for row in table]) for k in range(1, len(axes))]

    def _levels(self, k: int, figures: Sequence[float]) -> list[float]:
        """Limits on a measure, laxest first: evenly from its worst figure, left out, to its best."""
        axis = self.made.axes[k]
        if self.points == "all" or not figures or axis.best is None:
            return []
        sense, best = axis.measure.sense, axis.best
        worst = min(figures, key=lambda f: sense * f)
        steps = self.points - 1
        made = [worst + (best - worst) * n / steps for n in range(1, steps)]
        if axis.measure.unit in ("wave", "count"):
            made = [float(math.ceil(f - 1e-9) if sense > 0 else math.floor(f + 1e-9)) for f in made]
        return [f for f in dict.fromkeys([*made, best]) if axis.better(f, worst)]

    # -- the sweep ----------------------------------------------------------------------------------------------------

    def _explore(self, limits: Limits) -> list[Subproblem]:
        """Subproblems that answer all limits on the measures from the next one on, with those given on the last ones.

        The last measure is limited outermost; what is returned has found plans.
        """
        inner = len(self.made.axes) - 1 - len(limits)
        if inner == 0:
            answer = self._answer(limits)
            return [] if answer.figures is None else [answer]
        level: float | None = None
        found: list[Subproblem] = []
        while True:
            within = self._explore((level, *limits))
            found += within
            if not within and self._answer((*(None,) * (inner - 1), level, *limits)).infeasible:
                return found
            level = self._beyond(inner, level, within)
            if level is None:
                return found

    def _beyond(self, k: int, level: float | None, within: Sequence[Subproblem]) -> float | None:
        """The next limit on a measure: beyond the last one, and beyond the worst figure that was reached with it."""
        axis = self.made.axes[k]
        sense = axis.measure.sense
        past = [] if level is None else [sense * level]
        if within and (self.points == "all" or all(s.settled for s in within)):
            past.append(min(sense * _figure(s, k) for s in within))
        elif not within:
            self.made = replace(self.made, complete=False)
        if self.points != "all":
            return next((f for f in self.grid[k - 1] if not past or axis.better(f, sense * max(past))), None)
        if not within:
            return None
        figure = sense * max(past)
        counts = axis.measure.unit in ("wave", "count")
        following = figure + sense * (1.0 if counts else STEP * max(1.0, abs(figure)))
        return None if axis.bound is not None and axis.better(following, axis.bound) else following

    def _answer(self, limits: Limits) -> Subproblem:
        """What is known within limits: from a subproblem that answers them already, or from a solve."""
        for s in self.made.subproblems:
            if s.limits == limits:
                return s
            kept = s.settled and s.figures is not None and self.made.within(s.figures, limits)
            if (s.infeasible or kept) and self.made.laxer(s.limits, limits):
                return s
        asked = {a.measure: limit for a, limit in zip(self.made.axes[1:], limits, strict=True) if limit is not None}
        instance = limited(self.made.instance, asked)
        start, spent = self._start(instance, limits)
        reached = self._solve(instance, 0, start, spent)
        reached = reached._replace(seconds=reached.seconds + spent)
        return self._take(self._known_better(self._subproblem(limits, reached, reached.bounds[0])))

    def _start(self, instance: Instance, limits: Limits) -> tuple[Plan | None, float]:
        """A plan to start from, and the seconds it took: the best under laxer limits, thinned out to keep these.

        Thinning is a solve in which all may be dropped or come later and nothing else; a solve without a time limit
        does better without.
        """
        laxer = [s for s in self.made.subproblems if s.figures is not None and self.made.laxer(s.limits, limits)]
        sense = self.made.axes[0].measure.sense
        best = max(laxer, key=lambda s: sense * _figure(s, 0), default=None)
        if best is None or best.plan is None or best.figures is None:
            return None, 0.0
        seconds = self.options["time_limit"]
        if seconds is None or self.made.within(best.figures, limits):
            return best.plan, 0.0
        share = {**self.options, "time_limit": THINNING * seconds, "gap": max(THINNED, self.options["gap"])}
        reached = in_order(inside(instance, best.plan), [self.made.axes[0].measure], None, share, self.listeners)
        if reached.termination is Termination.INTERRUPTED:
            raise _Interrupted
        return best.plan if reached.evaluation is None else reached.evaluation.plan, reached.seconds

    def _known_better(self, found: Subproblem) -> Subproblem:
        """A subproblem with a plan from elsewhere, where the time did not suffice to find one as good again."""
        first = self.made.axes[0]
        for s in self.made.subproblems:
            if s.figures is None or found.infeasible or not self.made.within(s.figures, found.limits):
                continue
            if found.figures is None or first.better(s.figures[0], found.figures[0]):
                found = replace(found, figures=s.figures, plan=s.plan, proven=False)
        return found

    def _solve(self, instance: Instance, first: int, start: Plan | None, spent: float = 0.0) -> Reached:
        """The best of one measure, then of the others in their order; in the time that is left, where it is limited."""
        axes, limit = self.made.axes, self.options["time_limit"]
        order = [axes[first].measure, *(a.measure for k, a in enumerate(axes) if k != first)]
        left = {} if limit is None else {"time_limit": max(limit - spent, LEAST_SECONDS)}
        reached = in_order(instance, order, start, {**self.options, **left}, self.listeners)
        if reached.termination is Termination.INTERRUPTED and reached.evaluation is None:
            raise _Interrupted
        return reached

    def _subproblem(self, limits: Limits, reached: Reached, bound: float | None) -> Subproblem:
        """What was reached within limits, with what is proven of the first measure."""
        figures = [reached.figure(a.measure.name) for a in self.made.axes]
        judged = reached.evaluation
        return Subproblem(
            limits=limits,
            termination=reached.termination,
            figures=None if judged is None else tuple(f for f in figures if f is not None),
            bound=bound,
            proven=reached.proven,
            plan=None if judged is None else judged.plan,
            seconds=reached.seconds,
        )

    def _take(self, found: Subproblem) -> Subproblem:
        self.made = replace(self.made, subproblems=(*self.made.subproblems, found))
        if self.told is not None:
            self.told(found)
        if found.termination is Termination.INTERRUPTED:
            raise _Interrupted
        return found


def _figure(found: Subproblem, k: int) -> float:
    assert found.figures is not None
    return found.figures[k]
