"""Rows added to a standard form, scaled as those of the form are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix, vstack

from sequencer.solver.scaling import power_of_two
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.solver.standard_form import StandardForm

Row = tuple[RuleRef, Mapping[int, float], float]
"""Rule, coefficients by column of the form, and most that the row may be."""


def with_rows(form: StandardForm, rows: Sequence[Row]) -> StandardForm:
    """Append ``Σ coefficient · column ≤ most`` for each row."""
    if not rows:
        return form
    sizes = power_of_two(np.array([max(abs(v) for v in terms.values()) for _, terms, _ in rows]))
    at = [(r, c, v / sizes[r]) for r, (_, terms, _) in enumerate(rows) for c, v in terms.items()]
    index, columns, values = (np.array(x) for x in zip(*at, strict=True))
    added = csr_matrix((values, (index, columns)), shape=(len(rows), len(form.cost)))
    return replace(
        form,
        matrix=vstack([form.matrix.tocsr(), added]).tocsc(),
        row_lower=np.concatenate([form.row_lower, np.full(len(rows), -np.inf)]),
        row_upper=np.concatenate([form.row_upper, np.array([most for *_, most in rows]) / sizes]),
        refs=form.refs + tuple(ref for ref, *_ in rows),
    )
