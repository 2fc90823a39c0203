"""Measures one after the other: the best of the first, then of the second among plans as good in the first, and so on.

Without a time limit that is one solve with several goals. With one, its parts would have to share the time; so the
first measure may take all of it, and only once that has gone as far as asked for, the others follow in what is left,
with the first as a limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sequencer.instance.goals import Measure
from sequencer.solver.solve import solve
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.evaluate import Evaluation
    from sequencer.plan.plan import Plan
    from sequencer.solver.events import Listener


LEAST_SECONDS = 0.5
"""Time for the other measures where the first has used up the limit."""


class Reached(NamedTuple):
    """What was reached.

    Attributes
    ----------
    termination : Termination
        Why the search for the first measure ended; ``interrupted`` where Ctrl-C ended any.
    evaluation : Evaluation or None
        The plan found and its measures.
    bounds : tuple of float or None
        Proven bound on each measure, among plans as good in those before it; None where it is not known.
    proven : bool
        Whether all of them are proven.
    seconds : float
        Wall clock.
    """

    termination: Termination
    evaluation: Evaluation | None
    bounds: tuple[float | None, ...]
    proven: bool
    seconds: float

    def figure(self, measure: str) -> float | None:
        """Figure of a measure; a plan that never pays back does so in wave W + 2, as among goals."""
        if self.evaluation is None:
            return None
        found = self.evaluation.measures[measure]
        return float(self.evaluation.instance.n_waves + 2) if found is None else found


def in_order(
    instance: Instance,
    measures: Sequence[Measure],
    start: Plan | None,
    options: Mapping[str, Any],
    listeners: Sequence[Listener] = (),
) -> Reached:
    """Optimise measures, the most important first.

    Parameters
    ----------
    instance
        What is given; its own objective does not matter.
    measures
        What is optimised, in order; each can be limited in its better direction.
    start
        Plan to start from.
    options
        Keyword arguments of :func:`sequencer.solve`.
    listeners
        Told of the progress of each solve.
    """
    limit = options.get("time_limit")
    if limit is None:
        return _solved(instance, measures, start, options, listeners)
    first = _solved(instance, measures[:1], start, options, listeners)
    blank = (None,) * (len(measures) - 1)
    if first.evaluation is None or first.termination is not Termination.GAP_REACHED or not blank:
        return first._replace(bounds=(*first.bounds, *blank), proven=False)
    figure = first.figure(measures[0].name)
    assert figure is not None
    kept = limited(instance, {measures[0]: figure})
    left = {"time_limit": max(limit - first.seconds, LEAST_SECONDS)}
    rest = _solved(kept, measures[1:], first.evaluation.plan, {**options, **left}, listeners)
    ended = first.termination if rest.termination is not Termination.INTERRUPTED else rest.termination
    return Reached(
        termination=ended,
        evaluation=rest.evaluation or first.evaluation,
        bounds=(*first.bounds, *rest.bounds),
        proven=first.proven and rest.proven,
        seconds=first.seconds + rest.seconds,
    )


def _solved(
    instance: Instance,
    measures: Sequence[Measure],
    start: Plan | None,
    options: Mapping[str, Any],
    listeners: Sequence[Listener],
) -> Reached:
    words = " ".join(measure.name for measure in measures)
    aimed = instance.replace({"table": "settings", "field": "objective", "set": words})
    result = solve(aimed, start=start, listeners=listeners, **options)
    bounds = tuple(level.bound for level in result.levels)
    return Reached(result.termination, result.evaluation, bounds, result.proven_optimal, result.seconds)


def limited(instance: Instance, limits: Mapping[Measure, float]) -> Instance:
    """Instance with limits on measures in their better direction, beside those it has.

    Parameters
    ----------
    instance
        Left as it is.
    limits
        Floor of each measure of which more is better, cap of each of which less is.
    """
    changes: list[dict[str, Any]] = []
    for measure, figure in limits.items():
        name, sense = measure.name, "floor" if measure.sense > 0 else "cap"
        own = next((r.amount for r in instance.measure_limits if (r.measure, r.sense) == (name, sense)), None)
        tighter = figure
        if own is not None:
            changes.append({"table": "measure_limits", "where": {"measure": name, "sense": sense}, "delete": True})
            tighter = max(own, figure) if measure.sense > 0 else min(own, figure)
        changes.append({"table": "measure_limits", "insert": {"measure": name, "sense": sense, "amount": tighter}})
    return instance.replace(*changes) if changes else instance
