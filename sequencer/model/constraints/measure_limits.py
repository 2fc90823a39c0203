"""Floors and caps on measures of the whole plan."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sequencer.instance.goals import is_money
from sequencer.model.family import family
from sequencer.model.linear import Linear
from sequencer.model.measures import PEAKS, measure, net_so_far, own_affiliates
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.instance.rules import MeasureLimit
    from sequencer.model.arrays import Sense
    from sequencer.model.sequencing import SequencingModel

WORTH = frozenset({"npv", "weighted_npv", "value", "undiscounted_value"})
"""Measures that grow with value."""

SPENT = frozenset({"cost", "undiscounted_cost", "adoptions"})
"""Measures that any adoption may raise."""


def _worth(row: MeasureLimit) -> bool:
    return row.measure.partition(":")[0] in WORTH


def _capped(instance: Instance) -> bool:
    """Whether value must not be understated."""
    return any(row.sense == "cap" and _worth(row) for row in instance.measure_limits)


def _gains(instance: Instance) -> Iterable[str]:
    """Everything, where something useless may help: it raises cost, and lowers what the plan is worth."""
    useless = any(_worth(row) if row.sense == "cap" else row.measure in SPENT for row in instance.measure_limits)
    return instance.adoptables if useless else ()


def _weighed(instance: Instance) -> Iterable[str]:
    return own_affiliates(instance, [row.measure for row in instance.measure_limits])


@family(
    "measure_limits",
    "Floors and caps on measures",
    latex=r"\text{floor}_\mu \le \mu \le \text{cap}_\mu",
    priority=8,
    gains=_gains,
    value_of=_weighed,
    from_below=_capped,
)
def measure_limits(model: SequencingModel) -> None:
    """A measure of the whole plan stays at or above its floor, and at or below its cap.

    A cap on a peak holds in every wave; one on payback means that the net so far stays at or above zero from that wave
    on; a floor on benefit to cost means that value is at least so many times the cost.
    """
    for row in model.instance.measure_limits:
        ref = RuleRef("measure_limits", (row.measure, row.sense))
        sense: Sense = ">=" if row.sense == "floor" else "<="
        for left, right in _sides(model, row):
            model.row(ref, left, sense, right)


def _sides(model: SequencingModel, row: MeasureLimit) -> Iterator[tuple[Linear, float]]:
    """Both sides of every row that a limit takes."""
    word, _, of = row.measure.partition(":")
    amount = row.amount * (model.money_scale if is_money(row.measure) else 1.0)
    if word in PEAKS:
        yield from ((height, amount) for height in PEAKS[word](model, of))
    elif word == "payback_wave":
        yield from ((net * -1.0, 0.0) for net in _net_from(model, math.floor(row.amount)))
    elif word == "benefit_to_cost":
        yield measure(model, "value") - measure(model, "cost") * row.amount, 0.0
    else:
        yield measure(model, row.measure), amount


def _net_from(model: SequencingModel, wave: int) -> list[Linear]:
    """Net so far in every period that must not end below zero for payback by a wave; the tail ends as one."""
    net = net_so_far(model)
    return net[wave - 1 :] if wave <= model.instance.n_waves else net[-1:]
