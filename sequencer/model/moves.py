"""Moves against a reference plan as a linear expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.linear import Linear

if TYPE_CHECKING:
    from sequencer.instance.rules import ReferenceAdoption
    from sequencer.model.sequencing import SequencingModel


def moves(model: SequencingModel) -> Linear:
    """Number of adoptables that are decided otherwise than in the reference plan; 0 without one.

    ``Σ_i (1 − start[i, m, w])`` over what it adopts in mode ``m`` and wave ``w``, and ``Σ_i started[i, W]`` over what
    it does not; what it leaves open counts as no move. Exact, for it is a sum of decisions.
    """
    rows = model.instance.by_id("reference_plan")
    made = Linear()
    for item_id in model.instance.decided if rows else ():
        made.add(_moved(model, item_id, rows.get(item_id)))
    return made


def _moved(model: SequencingModel, item_id: str, row: ReferenceAdoption | None) -> Linear:
    if row is None or row.wave == 0:
        return model.started(item_id, model.instance.n_waves)
    if row.wave is None:
        return Linear()
    mode = model.instance.adoptables[item_id].mode(row.mode)
    return Linear(1.0) - model.starts(item_id, row.wave, (mode.id,))
