"""Mandate steps that have to be earned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.model.linear import Linear
from sequencer.types import Kind, RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "earned_mandate",
    "Mandate steps are earned",
    latex=r"\theta_g\,\text{started}_{g,w} \le \sum_{v<w} \text{value}_v",
    priority=4,
)
def earned_mandate(model: SequencingModel) -> None:
    """A step of the mandate starts only when the value of all earlier waves has reached its threshold.

    Value is undiscounted. A mandate path that is given from above needs not be earned.

    Where value cannot be negative, what has been earned once stays earned and the rule may bind in all later waves as
    well, which is the formula. Else it binds in the start wave alone.
    """
    if model.instance.settings.mandate_path:
        return
    values = [model.value.expr(period=w) for w in model.waves]
    growing = all(model.box(value)[0] >= 0 for value in values)
    for step in model.of_kind(Kind.MANDATE):
        threshold = model.instance.mandate_levels[step.level or 0].earned_value * model.money_scale
        so_far = Linear()
        for w in model.waves if threshold else ():
            ref = RuleRef("earned_mandate", (step.id,), w)
            if growing:
                model.row(ref, model.started(step.id, w) * threshold, "<=", so_far)
            else:
                least = min(0.0, model.box(so_far)[0])
                start = model.starts(step.id, w)
                model.row(ref, so_far, ">=", start * (threshold - least) + Linear(least))
            so_far = so_far + values[w - 1]
