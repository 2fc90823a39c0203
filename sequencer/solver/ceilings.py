"""Ceilings: what a gate lets through, for all groups of affiliates at once.

The rows of a value formulation say ``amount[h] ≤ most[h] · gate`` for each group ``h`` of affiliates. Where an
affiliate is in several groups, by the mode it goes live in, each of them could be as large as if all were in it, and
half a gate lets half of each through. Together they cannot: an affiliate has one mode, so that ``Σ_h λ[h] · amount[h]``
is at most ``most`` of the best mode of every affiliate, and

* ``Σ_h λ[h] · amount[h] ≤ most · gate``.

Every plan keeps this row: where the gate is 0 so is every amount, by the row of its group; where it is 1 the amounts
are at most the live scopes of their groups, and those sum to no more. It takes the place of the rows of the groups:
with a gate of 0 it makes each amount 0, and with one of 1 the amounts are bounded by the live scopes, of which each has
its own row. So plans are the same, and the relaxation is smaller and, as a rule, tighter. A row with a smaller
coefficient for what is 0 or 1 is coefficient strengthening (Savelsbergh 1994, *Preprocessing and probing techniques for
mixed integer programming problems*).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sequencer.solver.rows import Row, with_rows

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.solver.standard_form import StandardForm


def with_ceilings(model: SequencingModel, form: StandardForm) -> StandardForm:
    """Return the form with the rows of groups that share affiliates replaced by their ceilings.

    Parameters
    ----------
    model
        Where the form comes from.
    form
        The form; its columns stay as they are.
    """
    rows: list[Row] = []
    replaced: set[int] = set()
    found = _Rows(form)
    for ceiling in model.value.ceilings():
        columns = {int(form.form_column[c]): weight for c, weight in ceiling.columns.items()}
        gates = {int(form.form_column[c]): share for c, share in ceiling.gate.terms.items()}
        parts = [found.like({c, *gates}) for c in columns]
        if min((*columns, *gates)) < 0 or not all(parts):
            continue
        replaced.update(row for part in parts for row in part)
        terms = {c: weight * form.units[c] for c, weight in columns.items()}
        terms |= {g: -ceiling.most * share for g, share in gates.items()}
        rows.append((form.refs[parts[0][0]], terms, ceiling.most * ceiling.gate.constant))
    return with_rows(_without(form, replaced), rows) if rows else form


class _Rows:
    """Rows of a form by the columns they are made of."""

    def __init__(self, form: StandardForm) -> None:
        matrix = form.matrix.tocsr()
        self._by_columns: dict[frozenset[int], list[int]] = {}
        for row, ref in enumerate(form.refs):
            if ref.family == "value" and form.row_lower[row] == -np.inf:
                columns = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
                self._by_columns.setdefault(frozenset(columns.tolist()), []).append(row)

    def like(self, columns: set[int]) -> list[int]:
        """Rows of exactly these columns."""
        return self._by_columns.get(frozenset(columns), [])


def _without(form: StandardForm, rows: set[int]) -> StandardForm:
    """The form with some rows left out."""
    left = np.array([row not in rows for row in range(len(form.refs))], dtype=bool)
    return replace(
        form,
        matrix=form.matrix.tocsr()[left].tocsc(),
        row_lower=form.row_lower[left],
        row_upper=form.row_upper[left],
        refs=tuple(ref for ref, stays in zip(form.refs, left, strict=True) if stays),
    )
