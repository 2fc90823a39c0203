"""Floors and caps on measures of the whole plan (formulation 9)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from sequencer.instance.goals import Measure, measures
from sequencer.plan.rows import Check
from sequencer.plan.wording import capital, money, number
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.rules import MeasureLimit
    from sequencer.plan.state import State


def measure_limits(state: State) -> Iterator[Check]:
    """A measure stays at or above its floor, and at or below its cap.

    A floor on benefit to cost means that value is at least so many times the cost, also where nothing is spent. A plan
    that never pays back breaks every cap on payback.
    """
    known = measures(state.instance) if state.instance.measure_limits else {}
    for row in state.instance.measure_limits:
        ref = RuleRef("measure_limits", (row.measure, row.sense))
        left, right = _sides(state, row)
        say = partial(_missed, state, row, known[row.measure])
        yield Check(ref, left, ">=" if row.sense == "floor" else "<=", right, say)


def _sides(state: State, row: MeasureLimit) -> tuple[float, float]:
    found = state.measures[row.measure]
    if row.measure == "benefit_to_cost":
        return state.measures["value"] or 0.0, row.amount * (state.measures["cost"] or 0.0)
    return float(state.last + 2) if found is None else found, row.amount


def _missed(state: State, row: MeasureLimit, measure: Measure) -> str:
    found, name = state.measures[row.measure], capital(measure.title)
    limit = f"{_figure(state, measure, row.amount)} at {'least' if row.sense == 'floor' else 'most'}"
    if found is None:
        why = "never comes within the horizon" if measure.unit == "wave" else "has no figure, for nothing is spent"
        return f"{name} {why}; it must be {limit}"
    return f"{name} is {_figure(state, measure, found)}; it must be {limit}"


def _figure(state: State, measure: Measure, value: float) -> str:
    """A figure of a measure with its unit."""
    if measure.unit == "money":
        return money(state.instance, value)
    if measure.unit == "wave":
        return f"wave {number(value)}"
    resource = state.instance.by_id("resources").get(measure.name.partition(":")[2])
    return f"{number(value)} {resource.unit}" if resource and resource.unit else number(value)
