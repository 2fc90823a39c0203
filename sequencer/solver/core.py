"""Core decisions: the few that all others are arranged around."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.solver.standard_form import StandardForm

CORE = frozenset({Kind.DRIVER, Kind.MANDATE, Kind.BRAND, Kind.CUSTOMER_TYPE, Kind.FUNCTION})
"""Kinds whose decisions stay whole in the first stage."""


def core_columns(model: SequencingModel, form: StandardForm) -> NDArray[np.bool_]:
    """Which columns of a form are core decisions."""
    adoptables = model.instance.adoptables
    made = np.zeros(len(form.cost), dtype=bool)
    for (item, _, _), column in model.adopt.items():
        at = form.form_column[column]
        if at >= 0:
            made[at] = adoptables[item].kind in CORE
    return made
