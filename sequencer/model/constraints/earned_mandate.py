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

    Value is undiscounted, and what was earned before wave 1 counts. A mandate path that is given from above needs not
    be earned.

    Where value cannot be negative, what has been earned once stays earned and the rule may bind in all later waves as
    well, which is the formula. Else it binds in the start wave alone; in all later waves, value that leaves out what is
    lost still has to reach the threshold, which follows and helps the search.
    """
    if model.instance.settings.mandate_path:
        return
    decided = (s for s in model.of_kind(Kind.MANDATE) if s.history is None)
    steps = [(s.id, model.instance.mandate_levels[s.level or 0].earned_value) for s in decided]
    steps = [(step, threshold * model.money_scale) for step, threshold in steps if threshold]
    earned = model.instance.past.earned() * model.money_scale
    so_far, gained, growing = Linear(earned), Linear(earned), True
    for w in model.waves if steps else ():
        for step, threshold in steps:
            ref = RuleRef("earned_mandate", (step,), w)
            started = model.started(step, w) * threshold
            model.row(ref, started, "<=", so_far if growing else gained)
            if not growing:
                least = model.box(so_far)[0]
                model.row(ref, so_far, ">=", model.starts(step, w) * (threshold - least) + Linear(least))
        value, cells = model.value.expr(period=w), model.value.cells(period=w)
        so_far = so_far + value
        gained = gained + cells + Linear(max(0.0, model.box(value - cells)[1]))
        growing = growing and model.box(value)[0] >= 0
