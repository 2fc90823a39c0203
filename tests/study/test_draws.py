"""Draws: distributions by hand, streams of their own, groups, and what is refused."""

import math

import numpy as np
import pytest

from sequencer.errors import SequencerError
from sequencer.study.draws import Assumption, DrawOptions, Draws, assumptions
from tests.model.tools import driver, make


def amount(low, base, high, most=math.inf):
    return Assumption("drivers", "r1", "potential", low, base, high, most)


def test_a_triangular_amount_runs_from_low_to_high_with_its_peak_at_base():
    # Density of triangular (0, 2, 8): below the peak lie 2/8 of all draws; half of those left of 2 / sqrt(2) ...
    # F(x) = x² / 16 up to 2 and 1 − (8 − x)² / 48 from there: F(1) = 1/16, F(2) = 1/4, F(4) = 2/3.
    found = amount(0, 2, 8).quantiles(np.array([0, 1 / 16, 1 / 4, 2 / 3, 1]), "triangular")
    assert found == pytest.approx([0, 1, 2, 4, 8])
    assert amount(0, 2, 8).mean("triangular") == pytest.approx(10 / 3)


@pytest.mark.parametrize("given", [(2, 4, 8), (1, 4, 6), (-6, -4, -1), (4, 4, 9)])
def test_low_base_and_high_are_quantiles_of_a_lognormal_amount(given):
    found = amount(*given).quantiles(np.array([0.05, 0.5, 0.95]), "lognormal")
    assert found == pytest.approx(given)
    even = (np.arange(200_000) + 0.5) / 200_000
    assert amount(*given).quantiles(even, "lognormal").mean() == pytest.approx(amount(*given).mean("lognormal"), 1e-3)


def test_a_share_never_exceeds_one():
    # A lognormal with 0.95 as its 95 % quantile would.
    found = amount(0.5, 0.9, 0.95, most=1).quantiles(np.array([0.0, 0.999999]), "lognormal")
    assert found == pytest.approx([0.5, 0.95], abs=1e-3)


def test_an_amount_that_may_be_zero_is_not_lognormal():
    with pytest.raises(SequencerError, match="runs from 0 to 3, and a lognormal amount is never 0. Draw triangular"):
        amount(0, 1, 3).quantiles(np.array([0.5]), "lognormal")


def uncertain(*potentials):
    return make(
        drivers=[
            driver(f"r{n}", base, low={"potential": low}, high={"potential": high})
            for n, (low, base, high) in enumerate(potentials, start=1)
        ],
        budgets=[{"pot": "hq", "wave": w, "amount": 5, "low": {"amount": 1}} for w in (1, 2, 3)],
    )


def test_only_amounts_that_something_but_rules_reads_are_drawn():
    given = uncertain((0, 3, 6), (3, 3, 3))
    assert [a.name for a in assumptions(given)] == ["drivers.r1.potential"]


def test_a_further_assumption_leaves_the_draws_of_the_others_as_they_are():
    options = DrawOptions(draws=50, seed=7)
    one, two = (Draws(g, options).values for g in (uncertain((0, 3, 6)), uncertain((0, 3, 6), (1, 2, 3))))
    assert np.array_equal(one["drivers.r1.potential"], two["drivers.r1.potential"])
    other = Draws(uncertain((0, 3, 6)), DrawOptions(draws=50, seed=8)).values
    assert not np.array_equal(one["drivers.r1.potential"], other["drivers.r1.potential"])


def test_a_latin_hypercube_has_one_draw_in_every_part():
    found = Draws(uncertain((0, 3, 6)), DrawOptions(draws=40, latin=True)).uniform("drivers.r1.potential")
    assert sorted((found * 40).astype(int)) == list(range(40))


def test_groups_move_together_and_all_else_does_not():
    given = uncertain((0, 3, 6), (0, 6, 12), (0, 3, 6))
    pair = ("drivers.r1.*", "drivers.r2.*")
    found = Draws(given, DrawOptions(draws=200, together=(pair,))).values
    # Twice the size everywhere: the same quantile gives twice the amount.
    assert found["drivers.r2.potential"] == pytest.approx(2 * found["drivers.r1.potential"])
    assert abs(np.corrcoef(found["drivers.r1.potential"], found["drivers.r3.potential"])[0, 1]) < 0.3


def test_success_is_high_where_the_stream_is():
    draws = Draws(uncertain((0, 3, 6)), DrawOptions(draws=1000), ["outcome.r1"])
    found = draws.success("outcome.r1", 0.3)
    assert np.array_equal(found, (draws.uniform("outcome.r1") >= 0.7).astype(float))
    assert draws.success("outcome.r1", 1.0).min() == 1
    assert draws.success("outcome.r1", 0.0).max() == 0


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"draws": 0}, "0 draws cannot be made; ask for 1 to 1,000,000"),
        ({"shape": "normal"}, "no distribution 'normal'; choose one of triangular, lognormal"),
        ({"seed": -1}, "seed -1 cannot be used"),
        ({"together": (("driver.r1.potential",),)}, "names nothing that is drawn. Did you mean 'drivers.r1.potential'"),
        ({"together": (("*.r1.*",), ("drivers.*",))}, "drivers.r1.potential is in two groups"),
    ],
)
def test_what_cannot_be_drawn_is_refused(more, message):
    with pytest.raises(SequencerError, match=message):
        Draws(uncertain((0, 3, 6)), DrawOptions(**more))
