"""Completion on small forms written by hand: directions, order, sharing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csc_matrix

from sequencer.solver.completion import Completion
from sequencer.solver.standard_form import StandardForm
from sequencer.types import RuleRef

INF = float("inf")


def form(cost, rows, whole, upper=None):
    """Form of ``(coefficients by column, lower, upper)`` rows; the first ``whole`` columns are decisions."""
    n = len(cost)
    matrix = np.zeros((len(rows), n))
    for r, (terms, _, _) in enumerate(rows):
        for c, value in terms.items():
            matrix[r, c] = value
    return StandardForm(
        cost=np.array(cost, dtype=float),
        lower=np.zeros(n),
        upper=np.array([1.0] * whole + [INF] * (n - whole) if upper is None else upper, dtype=float),
        integral=np.arange(n) < whole,
        matrix=csc_matrix(matrix),
        row_lower=np.array([low for _, low, _ in rows], dtype=float),
        row_upper=np.array([up for _, _, up in rows], dtype=float),
        offset=0.0,
        model_column=np.arange(n),
        form_column=np.arange(n),
        refs=tuple(RuleRef("rule", (str(r),)) for r in range(len(rows))),
        units=np.ones(n),
    )


def completed(made, *decisions, **hints):
    """Completion, and the point with these decisions completed."""
    completion = Completion(made, **hints)
    point = np.zeros(len(made.cost))
    point[: len(decisions)] = decisions
    completion.complete(point)
    return completion, point


def violation(completion, point):
    return completion.violations(completion.activity(point)).sum()


def chain():
    """Scope (2) is at most 4 a and 6 b; value (3), which pays, is half of it."""
    return form([1, 1, 0, -2], [({2: 1, 0: -4}, -INF, 0), ({2: 1, 1: -6}, -INF, 0), ({3: 1, 2: -0.5}, -INF, 0)], 2)


@pytest.mark.parametrize(("decisions", "value"), [((1, 1), 2.0), ((1, 0), 0.0), ((0, 1), 0.0)])
def test_value_is_raised_through_what_it_is_made_of(decisions, value):
    completion, point = completed(chain(), *decisions)
    assert point[3] == value
    assert point[2] == 2 * value
    # cost 1 for each decision, 2 a unit of value
    assert completion.objective(point) == sum(decisions) - 2 * value
    assert list(completion.value_like) == [False, False, True, True]


@pytest.mark.parametrize(("load", "bought"), [((1, 1), 2.0), ((1, 0), 0.0)])
def test_capacity_is_bought_only_as_far_as_it_is_missing(load, bought):
    # 3 a + 4 b − bought ≤ 5, bought at a price of 1
    completion, point = completed(form([0, 0, 1], [({0: 3, 1: 4, 2: -1}, -INF, 5)], 2), *load)
    assert point[2] == bought
    assert violation(completion, point) == 0


def test_what_cannot_be_bought_breaks_the_rule():
    completion, point = completed(form([0, 0, 1], [({0: 3, 1: 4, 2: -1}, -INF, 5)], 2, [1, 1, 1.5]), 1, 1)
    assert point[2] == 1.5
    assert violation(completion, point) == pytest.approx(0.5, abs=1e-5)


def test_of_columns_that_share_a_row_the_cheapest_is_filled_first():
    # 7 units of load in parts of 2, 3 and no end, at 5, 1 and 9: the one at 1 takes 3, that at 5 takes 2, the rest 2
    rows = [({0: 7, 1: -1, 2: -1, 3: -1}, -INF, 0)]
    _, point = completed(form([0, 5, 1, 9], rows, 1, [1, 2, 3, INF]), 1)
    assert list(point[1:]) == [2, 3, 2]


def test_of_what_is_raised_in_the_same_row_the_best_comes_first():
    # 4 units to share between two columns worth 1 and 3 a unit, of which the second takes 3 at most
    _, point = completed(form([0, -1, -3], [({1: 1, 2: 1, 0: -4}, -INF, 0)], 1, [1, INF, 3]), 1)
    assert list(point[1:]) == [1, 3]


@pytest.mark.parametrize(("decisions", "live"), [((1, 1), 1.0), ((1, 0), 0.0)])
def test_a_live_pair_counts_but_takes_no_more_than_it_must(decisions, live):
    # pair ≥ a + b − 1, which no objective asks for; it takes 2 of a capacity of 5
    rows = [({0: 1, 1: 1, 2: -1}, -INF, 1), ({2: 2}, -INF, 5)]
    completion, point = completed(form([0, 0, 0], rows, 2, [1, 1, 1]), *decisions)
    assert point[2] == live
    assert completion.direction[2] == -1


@pytest.mark.parametrize(("decisions", "live"), [((1, 1, 1), 1.0), ((1, 1, 0), 0.0)])
def test_whether_all_of_a_set_is_live_is_raised(decisions, live):
    # all ≤ a, all ≤ b, and the item may start where all of them are
    rows = [({3: 1, 1: -1}, -INF, 0), ({3: 1, 2: -1}, -INF, 0), ({0: 1, 3: -1}, -INF, 0)]
    completion, point = completed(form([0, 0, 0, 0], rows, 3, [1] * 4), *decisions)
    assert point[3] == live
    assert violation(completion, point) == pytest.approx(1.0 - live, abs=1e-5)


@pytest.mark.parametrize(("spend", "broken"), [((1, 1), 0.0), ((0, 1), 0.0), ((1, 2), 1.0)])
def test_money_is_carried_as_far_as_it_is_there(spend, broken):
    # budgets of 4 and 2 a wave, half of what is left is carried: a spends 2 in wave 1, b 3 a unit in wave 2.
    # 2 + carry ≤ 4 and 3 − carry/2 ≤ 2 hold with carry 2; with twice b it would have to be 8
    rows = [({0: 2, 2: 1}, -INF, 4), ({1: 3, 2: -0.5}, -INF, 2)]
    completion, point = completed(form([0, 0, 0], rows, 2, [1, 2, 4]), *spend)
    assert (violation(completion, point) > 1e-6) == bool(broken)


def test_losses_take_the_highest_of_their_bounds():
    # loss ≥ 2 n − 2 and loss ≥ 5 n − 8 for n = a + b + c: 0, 2 and 7 for 1, 2 and 3 starts
    rows = [({0: 2, 1: 2, 2: 2, 3: -1}, -INF, 2), ({0: 5, 1: 5, 2: 5, 3: -1}, -INF, 8)]
    made = form([0, 0, 0, 1], rows, 3)
    assert [completed(made, *[1] * n, *[0] * (3 - n))[1][3] for n in (1, 2, 3)] == [0, 2, 7]


def test_what_stays_still_stays_at_its_lower_bound():
    # a transfer would help the row, and is left out all the same
    completion, point = completed(form([0, 0], [({0: 3, 1: -1}, -INF, 2)], 1), 1, still=[1])
    assert point[1] == 0
    assert violation(completion, point) == pytest.approx(1, abs=1e-5)


def test_whole_columns_that_are_no_decisions_are_rounded():
    # paid ≤ value / 4 with value 6 a: 1.5, of which 1 is whole
    made = form([0, -1], [({1: 4, 0: -6}, -INF, 0)], 2, [1, 5])
    _, point = completed(made, 1, decided=np.array([True, False]))
    assert point[1] == 1


def test_value_counts_where_the_objective_does_not_pay_for_it():
    # cost is minimised, and value (2) has to reach 3 a: only the hint says that scope (1) is worth having
    rows = [({1: 1, 0: -4}, -INF, 0), ({2: 1, 1: -1}, -INF, 0), ({2: 1, 0: -3}, 0, INF)]
    completion, point = completed(form([1, 0, 0], rows, 1), 1, earning=[2])
    assert list(point) == [1, 4, 4]
    assert violation(completion, point) == 0
