"""A frontier as tables: its points with what is proven of each, and every limit tried."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sequencer.report import goals, words
from sequencer.report.table import Table

if TYPE_CHECKING:
    from sequencer.study.efficient import Axis, Frontier, Point, Subproblem

PROVEN = 1e-6


def heading(frontier: Frontier, axis: Axis) -> str:
    """Title of a measure with its unit: ``Net present value, EUR M``."""
    name = axis.measure.name
    title = goals.heading(frontier.instance, name)
    if axis.measure.unit == "money":
        return f"{title}, {words.money_unit(frontier.instance)}"
    resource = frontier.instance.by_id("resources").get(name.partition(":")[2])
    return f"{title}, {words.one_line(resource.unit)}" if resource is not None and resource.unit else title


def cells(frontier: Frontier, axis: Axis, figures: Sequence[float | None]) -> list[str]:
    """Figures of a measure as text, all with as many decimals."""
    if axis.measure.unit == "wave":
        last = frontier.instance.n_waves
        return [_wave(f, last) for f in figures]
    if axis.measure.unit == "count":
        return [words.number(f, 0) for f in figures]
    known = [f for f in figures if f is not None and math.isfinite(f)]
    places = words.decimals(known)
    # Neighbours that differ must not look the same.
    while places < 6 and len({round(f, places) for f in known}) < len({round(f, 6) for f in known}):
        places += 1
    return [words.number(f, places) for f in figures]


def _wave(figure: float | None, last: int) -> str:
    if figure is None:
        return words.NONE
    return "never" if figure > last + 1 else "after the last" if figure > last else f"{figure:.0f}"


def tables(frontier: Frontier) -> list[Table]:
    """Every table of a frontier, in reading order."""
    return [points(frontier), limits(frontier)]


def points(frontier: Frontier) -> Table:
    """Points, the best of the first measure first."""
    found, axes = frontier.points, frontier.axes
    first = cells(frontier, axes[0], [f for p in found for f in (p.figures[0], p.bound)])
    others = [cells(frontier, a, [p.figures[k] for p in found]) for k, a in enumerate(axes[1:], start=1)]
    rows = tuple(
        (str(k + 1), first[2 * k], first[2 * k + 1], *(column[k] for column in others), _proof(frontier, p))
        for k, p in enumerate(found)
    )
    bound = "At most (proven)" if axes[0].measure.sense > 0 else "At least (proven)"
    columns = ("Point", heading(frontier, axes[0]), bound, *(heading(frontier, a) for a in axes[1:]), "Proven")
    return Table("Frontier", columns, rows, tuple(_notes(frontier)))


def _proof(frontier: Frontier, point: Point) -> str:
    """What is proven of a point."""
    if point.efficient:
        return "no plan beats it"
    first = goals.title(frontier.instance, frontier.axes[0].measure.name)
    if point.gap is None:
        return f"how much better {first} could be is not proven"
    if point.gap <= PROVEN:
        return f"no better {first} for this"
    return f"gap {words.percent(point.gap, 2 if point.gap < 0.1 else 1)}"


def _notes(frontier: Frontier) -> list[str]:
    """How to read it, and what it does not tell."""
    if frontier.infeasible:
        return ["No plan keeps all rules, so there is no frontier."]
    names = [goals.title(frontier.instance, a.measure.name) for a in frontier.axes]
    said = [
        f"Proven bounds on {names[0]} hold for plans that are as good in {' and '.join(names[1:])}.",
        *(_end(frontier, axis) for axis in frontier.axes[1:]),
    ]
    if frontier.dropped:
        beaten = words.count(len(frontier.dropped), "plan")
        said.append(f"{beaten} found on the way left out: a plan above is as good in every measure and better in one.")
    if not frontier.complete:
        said.append("Not complete: the search was stopped, or found nothing at some limits in the time given.")
    elif frontier.exhaustive and all(p.efficient for p in frontier.points):
        said.append("These are all plans that no other plan beats; of plans with equal figures one is shown.")
    elif not frontier.exhaustive:
        said.append("Between points there may be more of them; more --points finds them, all finds every one.")
    return said


def _end(frontier: Frontier, axis: Axis) -> str:
    """How good a measure can be at most."""
    title = goals.heading(frontier.instance, axis.measure.name)
    which = "highest" if axis.measure.sense > 0 else "lowest"
    best, bound = (goals.figure(frontier.instance, axis.measure.name, f) for f in (axis.best, axis.bound))
    if axis.best is None:
        return f"{title}: no plan was found in the time given."
    if axis.bound is None:
        return f"{title}: the {which} found is {best}; what is possible is not proven."
    if best == bound or not axis.better(axis.bound, axis.best):
        return f"{title}: {best} is the {which} possible, proven."
    return (
        f"{title}: the {which} found is {best}; proven: never {'above' if axis.measure.sense > 0 else 'below'} {bound}."
    )


def limits(frontier: Frontier) -> Table:
    """Every limit tried, with what came of it."""
    axes, tried = frontier.axes, frontier.subproblems
    asked = [[_limit(frontier, a, s.limits[k]) for s in tried] for k, a in enumerate(axes[1:])]
    first = cells(frontier, axes[0], [f for s in tried for f in (s.figures[0] if s.figures else None, s.bound)])
    rows = tuple(
        (*(column[k] for column in asked), first[2 * k], first[2 * k + 1], _outcome(s)) for k, s in enumerate(tried)
    )
    heads = [f"{heading(frontier, a)} at {'least' if a.measure.sense > 0 else 'most'}" for a in axes[1:]]
    bound = "At most (proven)" if axes[0].measure.sense > 0 else "At least (proven)"
    return Table("Limits tried", (*heads, heading(frontier, axes[0]), bound, "Outcome"), rows)


def _limit(frontier: Frontier, axis: Axis, figure: float | None) -> str:
    """A limit; where all points are asked for it is a hair beyond a figure, and is to be told from it."""
    if figure is not None and frontier.exhaustive and axis.measure.unit not in ("wave", "count"):
        return words.number(figure, 5)
    return cells(frontier, axis, [figure])[0]


def _outcome(tried: Subproblem) -> str:
    if tried.infeasible:
        return "no plan keeps it"
    if tried.figures is None:
        return "no plan found in the time given"
    return "solved" if tried.proven else "best so far"
