"""A model on which HiGHS' presolve by enumeration, given a start, called a wrong point the best."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.sparse import csc_matrix

from sequencer.solver.highs import Highs
from sequencer.solver.relaxation import Relaxation
from sequencer.solver.standard_form import StandardForm
from sequencer.types import RuleRef

COST = [
    -43.5916,
    -41.1874,
    -5.8404,
    -57.5441,
    -52.4203,
    2.3711,
    -0.4334,
    -0.7522,
    1.1856,
    3.4671,
    0.0433,
    0.4334,
    3.4671,
    0.0433,
    0.4334,
    0,
    0,
    0,
    0,
]

WHOLE = range(5, 15)
"""Columns that are 0 or 1; the others are between them."""

START = dict(zip(WHOLE, (0, 1, 1, 1, 1, 0, 0, 0, 0, 0), strict=True))

ROWS = [
    ({9: -0.4286, 12: -0.5714, 15: 1}, 0),
    ({8: -1, 15: 1}, 0),
    ({11: -0.4286, 14: -0.5714, 16: 1}, 0),
    ({8: -1, 16: 1}, 0),
    ({11: -0.4286, 14: -0.5714, 17: 1}, 0),
    ({8: -1, 17: 1}, 0),
    ({2: 1, 15: -1}, 0),
    ({2: 1, 5: -1}, 0),
    ({0: 1, 7: -1}, 0),
    ({3: 1, 15: -1}, 0),
    ({3: 1, 7: -1}, 0),
    ({1: 1, 16: -1}, 0),
    ({4: 1, 17: -1}, 0),
    ({4: 1, 7: -1}, 0),
    ({8: 1, 12: 1, 14: 1, 18: -1}, 1),
    ({5: 0.25, 6: -0.5, 7: 0.5, 8: 1, 10: -0.25, 11: 0.25, 13: -0.25, 14: 0.25, 18: 0.5}, 1.25),
    ({6: 1, 7: -1}, 0),
    ({10: 1, 11: -1}, 0),
    ({9: 1, 11: 1}, 1),
    ({13: 1, 14: -1}, 0),
    ({12: 1, 14: 1}, 1),
    ({6: 1, 10: 1, 13: 1}, 2),
]
"""Coefficients by column, and the most that each row may be; found among random instances, and made smaller."""


def the_form():
    matrix = np.zeros((len(ROWS), len(COST)))
    for r, (terms, _) in enumerate(ROWS):
        matrix[r, list(terms)] = list(terms.values())
    size = len(COST)
    return StandardForm(
        cost=np.array(COST),
        lower=np.zeros(size),
        upper=np.ones(size),
        integral=np.isin(np.arange(size), WHOLE),
        matrix=csc_matrix(matrix),
        row_lower=np.full(len(ROWS), -np.inf),
        row_upper=np.array([most for _, most in ROWS], dtype=float),
        offset=0.0,
        model_column=np.arange(size),
        form_column=np.arange(size),
        refs=tuple(RuleRef("value", ()) for _ in ROWS),
        units=np.ones(size),
    )


def tried():
    """Best of all 1,024 ways to decide."""
    solver = Relaxation(the_form())
    found = [solver.minimum(dict(zip(WHOLE, ways, strict=True)), np.inf) for ways in product((0.0, 1.0), repeat=10)]
    return min(value for value in found if value is not None)


@pytest.mark.parametrize("started", [True, False])
def test_the_best_point_is_found(started):
    solver = Highs(the_form(), {"threads": 1, "mip_rel_gap": 0.0})
    if started:
        solver.set_start(np.array(list(START)), np.array(list(START.values())))
    outcome = solver.run()
    assert outcome.objective == pytest.approx(tried())
    assert outcome.bound == pytest.approx(outcome.objective)
