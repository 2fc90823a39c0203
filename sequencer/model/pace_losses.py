"""Losses of pace: starting more of a set in a wave than is comfortable dilutes focus, and costs once."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from sequencer.model.linear import Linear, total
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.rules import Pace
    from sequencer.model.sequencing import SequencingModel


def pace_loss(model: SequencingModel, wave: int) -> Linear:
    """Loss of all sets in a wave, in scaled money, not discounted; bounded from below, so only to be kept small.

    The ``j``-th start above ``comfort`` costs entry ``j`` of the losses, which never fall and whose last entry repeats.
    So the loss is ``Σ_j (loss[j] − loss[j−1]) · max(0, starts − comfort − (j−1))``; each maximum is the most it can be,
    less a column of what of it is saved. Columns are made when a wave is first asked for.
    """
    if wave not in model.pace_losses:
        model.pace_losses[wave] = total(
            _loss(model, row, number, wave) for number, row in enumerate(model.instance.pace) if any(row.losses)
        )
    return model.pace_losses[wave]


def _loss(model: SequencingModel, row: Pace, number: int, wave: int) -> Linear:
    starts = [model.starts(m.id, wave, m.modes) for m in model.instance.member_set(row.items)]
    starting, most = total(starts), sum(1 for s in starts if s.terms)
    made = Linear()
    for j, (before, loss) in enumerate(pairwise([0.0, *row.losses])):
        comfort = (row.comfort or 0) + j
        if most > comfort and loss > before:
            column = model.new_columns(f"pace_{number}_{wave}_{j}", [(0,)], [float(most - comfort)])[0]
            saved = Linear(terms={column: 1.0})
            model.row(RuleRef("value", ("pace", *row.items), wave), saved, "<=", Linear(most) - starting)
            made.add(Linear(most - comfort) - saved, (loss - before) * model.money_scale)
    return made
