"""Budget ladders: equal to brute force on tiny instances, by hand, and honest where solves end early."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sequencer.errors import DisagreementError, InputError, SequencerError
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Adoption, Plan
from sequencer.study import ladder, ladders
from sequencer.study.rungs import Ladder, Rung, Solved, around, inside, not_nested
from sequencer.types import Termination
from tests.model.tools import driver, make, optimum, waves
from tests.oracle.enumerate import Oracle
from tests.plan.plan_tools import make_plan
from tests.study.brute_force import allowed, drawn


def climbed(instance, cuts=(0.1, 0.2, 0.3), **options):
    return ladder(instance, cuts, **{"anchor": "full", "gap": 0, "threads": 1, **options})


def budget(*amounts):
    return [{"pot": "hq", "wave": w, "amount": a} for w, a in enumerate(amounts, start=1)]


TWO = {
    # One wave's money each, nothing carried: r1 costs 10 for 12 a year, r2 and r3 5 for 7 a year.
    "drivers": [driver("r1", 12, one_off_cost=10), *(driver(f"r{k}", 7, one_off_cost=5) for k in (2, 3))],
    "budgets": budget(10, 0, 0),
}


def test_by_hand():
    # 10: r1 earns 36 − 10 = 26, r2 and r3 2 · (21 − 5) = 32. 9 and 8: one of r2 and r3, 16.
    made = climbed(make(**TWO), (0.1, 0.2))
    assert [r.free.objective for r in made.rungs] == pytest.approx([32, 16, 16])
    assert [r.nested.objective for r in made.rungs] == pytest.approx([32, 16, 16])
    assert made.prices() == ((0, 0), (0, 0), (0, 0))
    assert [(s.before, s.after) for s in made.steps(1)] == [(1, None)]
    assert made.steps(2) == ()


NO_COMMON = {
    # 10 in wave 1: a alone (30 − 10 = 20). 9: b alone (27 − 9 = 18), or c (9 − 3 = 6). Not a and b together.
    "drivers": [
        driver("a", 10, one_off_cost=10),
        driver("b", 9, one_off_cost=9),
        driver("c", 3, one_off_cost=3),
    ],
    "budgets": budget(10, 0, 0),
}


def test_nesting_has_a_price_where_budgets_want_different_things():
    made = climbed(make(**NO_COMMON), (0.1,))
    # Nothing of a is left with 9, so that the nested plan adopts nothing.
    assert made.frame().iloc[1].tolist() == pytest.approx([0.1, 18, 18, 0, 0, 18, 18])
    # With b as the core, 1 is left with 10: too little for anything else.
    made = climbed(make(**NO_COMMON), (0.1,), anchor="core")
    assert made.frame().iloc[0].tolist() == pytest.approx([0, 20, 20, 18, 18, 2, 2])
    assert made.frame().iloc[1].tolist() == pytest.approx([0.1, 18, 18, 18, 18, 0, 0])


# For 10, 9 and 3: a 33 − 10 = 23, b 28.5 − 9 = 19.5, c and d 9 − 3 = 6 each, e 3 − 1 = 2.
# full: a with 10, and nothing is nested in it. core: c with 3, then c, d and e (14), for b finds no room beside it.
# Together: b and e with 10, b with 9, nothing with 3.
FIVE = {
    "drivers": [
        driver("a", 11, one_off_cost=10),
        driver("b", 9.5, one_off_cost=9),
        *(driver(i, 3, one_off_cost=3) for i in ("c", "d")),
        driver("e", 1, one_off_cost=1),
    ],
    "budgets": budget(10, 0, 0),
}


def test_all_rungs_together_are_worth_more_than_any_anchor_alone():
    for anchor, expected in (("full", [23, 0, 0]), ("core", [14, 14, 6])):
        made = climbed(make(**FIVE), (0.1, 0.7), anchor=anchor)
        assert [r.nested.objective for r in made.rungs] == pytest.approx(expected)
        assert made.total_price() is None
    made = climbed(make(**FIVE), (0.1, 0.7), anchor="all")
    assert [r.nested.objective for r in made.rungs] == pytest.approx([21.5, 19.5, 0])
    assert made.total_bound == pytest.approx(41)
    # free: 23 + 19.5 + 6
    assert made.total_price() == pytest.approx((7.5, 7.5))


def test_a_cut_may_delay_what_it_leaves():
    # 5 a wave: both in waves 1 and 2; 4 a wave and all carried: a in wave 2 (4 + 3), b in wave 3
    instance = make(
        {"carry_share": 1.0},
        drivers=[driver("a", 10, one_off_cost=5), driver("b", 9, one_off_cost=5)],
        budgets=budget(5, 5, 5),
    )
    made = climbed(instance, (0.2,))
    # full: 30 + 18 − 10 = 38; cut: 20 + 9 − 10 = 19
    assert [r.nested.objective for r in made.rungs] == pytest.approx([38, 19])
    assert [waves(r.nested.plan) for r in made.rungs] == [{"a": 1, "b": 2}, {"a": 2, "b": 3}]
    assert [tuple(s) for s in made.steps(1)] == [("a", 1, 2), ("b", 2, 3)]


def test_nothing_comes_sooner_with_less_money():
    # One start a wave: a in wave 1 and b in wave 2, 60 − 10 + 20 − 5 = 65. With 7 there is no money for a; b alone
    # would start in wave 1 (25), but nested in the full roadmap it cannot before wave 2 (15).
    instance = make(
        drivers=[driver("a", 20, one_off_cost=10), driver("b", 10, one_off_cost=5)],
        budgets=budget(10, 10, 10),
        pace=[{"items": "drivers", "limit": 1}],
    )
    made = climbed(instance, (0.3,))
    assert made.frame().iloc[1].tolist() == pytest.approx([0.3, 25, 25, 15, 15, 10, 10])
    assert [tuple(s) for s in made.steps(1)] == [("a", 1, None)]


def test_only_the_pots_and_waves_named_are_cut():
    made = climbed(make(**TWO), (0.1,), from_wave=2)
    assert made.rungs[1].free.objective == pytest.approx(32)
    made = climbed(make(**TWO), (0.1,), pots=["hq"])
    assert made.rungs[1].free.objective == pytest.approx(16)
    with pytest.raises(InputError, match="nowhere"):
        climbed(make(**TWO), (0.1,), pots=["nowhere"])


def test_where_no_nested_plan_keeps_the_rules_it_says_so_and_goes_no_further():
    # One of the two must be there; at full budget that is a, which a cut cannot pay for.
    quick = {
        "quick_wins": [{"wave": 1}],
        "drivers": [driver("a", 10, one_off_cost=10, visible=True), driver("b", 1, one_off_cost=2, visible=True)],
    }
    made = climbed(make(budgets=budget(10, 0, 0), **quick), (0.1, 0.2))
    assert [r.free.objective for r in made.rungs] == pytest.approx([20, 1, 1])
    assert made.rungs[1].nested.infeasible
    assert made.rungs[2].nested is None
    assert made.prices() == ((0, 0), None, None)


# -- nested -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("smaller", "larger", "expected"),
    [
        ({}, {"a": 1}, []),
        ({"a": 2}, {"a": 1, "b": 1}, []),
        ({"a": 1}, {"a": 2}, ["a"]),
        ({"a": 1}, {}, ["a"]),
        ({"a": "2/x", "b": "2/x"}, {"a": "1/y", "b": "1/x"}, ["a"]),
    ],
)
def test_what_keeps_a_plan_from_being_nested(smaller, larger, expected):
    assert [a.id for a in not_nested(make_plan(smaller), make_plan(larger))] == expected


def test_exactly_the_mode_is_kept_where_several_share_an_archetype():
    instance = make(
        drivers=[driver()],
        archetypes=[{"id": "lean", "duration": 0, "one_off_cost": 4}],
        affiliates=[{"id": "jp", "affiliate_class": "a", "revenue": 1}],
        modes=[{"item": "jp", "id": "cheap", "cost_factor": 0.5}],
    )
    assert [m.archetype for m in instance.adoptables["jp"].modes] == ["lean", "lean"]
    for bind in (inside, around):
        tied = bind(instance, make_plan({"jp": "1/lean", "r1": 1}))
        for mode, good in (("lean", True), ("cheap", False)):
            assert evaluate(tied, make_plan({"jp": f"1/{mode}", "r1": 1})).feasible is good
        # The cheap one would be worth 2 more.
        assert optimum(tied)[0] == pytest.approx(26)
    assert optimum(instance)[0] == pytest.approx(28)


# -- brute force ------------------------------------------------------------------------------------------------------


def nesting_costs(instance):
    """Whether the best plan is another one with less money, and not nested in that with all of it."""
    if not instance.budgets:
        return False
    known = [worths_of(instance, cut) for cut in (0, 0.25)]
    if not all(known):
        return False
    full, less = (max(worths, key=worths.get) for worths in known)
    return bool(not_nested(less, full))


@pytest.mark.parametrize("anchor", ["full", "core"])
def test_every_rung_is_what_brute_force_finds(anchor):
    for instance in drawn(nesting_costs, wanted=3, groups=["budgets"]):
        made = climbed(instance, (0.25, 0.6), anchor=anchor)
        worths = [worths_of(instance, rung.cut) for rung in made.rungs]
        for rung, known in zip(made.rungs, worths, strict=True):
            assert agrees(rung.free, known.values(), made.measure.sense)
        before = None
        for k in range(3) if anchor == "full" else (2, 1, 0):
            nested = made.rungs[k].nested
            if before is not None:
                pairs = ((p, (p, before) if anchor == "full" else (before, p)) for p in worths[k])
                assert agrees(nested, [worths[k][p] for p, pair in pairs if not not_nested(*pair)], made.measure.sense)
            if nested is None or nested.plan is None:
                assert before is not None or not worths[k]
                if before is not None:
                    break
            before = nested.plan


def test_all_rungs_together_are_what_brute_force_finds():
    for instance in drawn(nesting_costs, wanted=4, groups=["budgets"]):
        made = climbed(instance, (0.25, 0.6), anchor="all")
        sense = made.measure.sense
        best = {}
        for rung in reversed(made.rungs):
            known = worths_of(instance, rung.cut)
            if not known:
                assert rung.nested.infeasible
                continue
            # What a plan is worth with the best that can be nested in it.
            nested = {p: [w for q, w in best.items() if not not_nested(q, p)] for p in known}
            best = {p: worth + (max(nested[p]) if best else 0) for p, worth in known.items() if nested[p] or not best}
        expected = pytest.approx(max(best.values()), rel=1e-6, abs=1e-6)
        assert sense * made.total_bound == expected
        assert sense * sum(r.nested.objective for r in made.rungs if r.nested.plan is not None) == expected
        assert made.total_price()[0] == pytest.approx(made.total_price()[1], abs=1e-5)


def worths_of(instance, cut):
    """Every plan that keeps the rules with a cut, with what it is worth."""
    if cut:
        instance = instance.replace({"table": "budgets", "field": "amount", "scale": 1 - cut})
    oracle = Oracle(instance)
    return {plan: oracle.evaluator.goals(plan)[0] * oracle.senses[0] for plan in allowed(instance)}


def agrees(solved, worths, sense):
    if not worths:
        return solved.infeasible
    return solved.objective * sense == pytest.approx(max(worths), rel=1e-6, abs=1e-6)


# -- intervals --------------------------------------------------------------------------------------------------------

LATE = Termination.TIME_LIMIT


def test_the_price_is_an_interval_of_what_is_proven():
    rung = Rung(0.1, Solved(LATE, Plan(), 20, 25), Solved(LATE, Plan(), 14, 18))
    # at least 20 − 18, at most 25 − 14
    assert rung.price(1) == (2, 11)
    assert Rung(0.1, Solved(LATE, Plan(), 25, 20), Solved(LATE, Plan(), 31, 27)).price(-1) == (2, 11)
    assert Rung(0.1, Solved(LATE, Plan(), 20, 25), Solved(LATE, Plan(), 19, 24)).price(1) == (0, 6)
    assert Rung(0.1, Solved(LATE, Plan(), 20, None), Solved(LATE, Plan(), 19, 24)).price(1) is None
    assert Rung(0.1, Solved(LATE), None).price(1) is None


def test_what_is_proven_of_one_rung_holds_for_others():
    made = climbed(make(**TWO), (0.1, 0.2), gap=0.9)
    for larger, smaller in zip(made.rungs, made.rungs[1:], strict=False):
        assert larger.free.objective >= smaller.free.objective
        assert larger.free.bound >= smaller.free.bound
    for rung, exact in zip(made.rungs, (32, 16, 16), strict=True):
        assert rung.nested.objective <= rung.free.objective <= exact + 1e-9
        assert rung.free.bound >= exact - 1e-9


def test_a_bound_of_more_money_holds_for_less(monkeypatch):
    real = ladders.solve

    def solve(instance, **options):
        # Little is proven for the smaller budgets.
        result = real(instance, **options)
        return replace(result, bound=result.bound + 50) if instance.budgets[0].amount < 10 else result

    monkeypatch.setattr(ladders, "solve", solve)
    made = climbed(make(**TWO), (0.1, 0.2))
    assert [r.free.bound for r in made.rungs] == pytest.approx([32, 32, 32])
    assert [r.nested.bound for r in made.rungs] == pytest.approx([32, 32, 32])
    assert made.prices() == ((0, 0), (0, 16), (0, 16))


def test_ctrl_c_leaves_the_rungs_there_are():
    told = []

    def stop(cut, kind, result):
        told.append((cut, kind))
        if len(told) == 3:
            raise KeyboardInterrupt

    made = climbed(make(**TWO), told=stop)
    assert not made.complete
    assert told == [(0, "free"), (0.1, "free"), (0.1, "nested")]
    assert [r.nested is None for r in made.rungs] == [False, True]


def cut_short(monkeypatch, number, change=lambda result: result):
    """Ctrl-C in a solve, the first having number 1: it ends with what it has."""
    real, count = ladders.solve, iter(range(1, 100))

    def solve(instance, **options):
        result = real(instance, **options)
        return change(replace(result, termination=Termination.INTERRUPTED)) if next(count) == number else result

    monkeypatch.setattr(ladders, "solve", solve)


@pytest.mark.parametrize("number", [6, 7])
def test_ctrl_c_in_the_second_series_leaves_the_first_one_whole(monkeypatch, number):
    # Three rungs alone and two around the core are five solves; the next ones are of the series inside the full budget,
    # in which nothing fits with 9 and 3.
    cut_short(monkeypatch, number)
    made = climbed(make(**FIVE), (0.1, 0.7), anchor="all")
    assert not made.complete
    assert made.total_bound is None
    assert [r.nested.objective for r in made.rungs] == pytest.approx([14, 14, 6])
    plans = [r.nested.plan for r in made.rungs]
    assert [not_nested(smaller, larger) for larger, smaller in zip(plans, plans[1:], strict=False)] == [(), ()]


def test_ctrl_c_in_the_search_over_all_rungs_leaves_them_around_the_core(monkeypatch):
    def joint(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(ladders, "joint", joint)
    made = climbed(make(**FIVE), (0.1, 0.7), anchor="all")
    assert (made.complete, made.total_bound) == (False, None)
    assert [r.nested.objective for r in made.rungs] == pytest.approx([14, 14, 6])


def test_what_the_search_over_all_rungs_has_found_by_ctrl_c_is_kept(monkeypatch):
    honest = ladders.joint
    whole = climbed(make(**FIVE), (0.1, 0.7), anchor="all")
    monkeypatch.setattr(ladders, "joint", lambda *given: replace(honest(*given), termination=Termination.INTERRUPTED))
    made = climbed(make(**FIVE), (0.1, 0.7), anchor="all")
    assert (whole.complete, made.complete) == (True, False)
    assert [r.nested.plan for r in made.rungs] == [r.nested.plan for r in whole.rungs]
    assert made.total_bound == whole.total_bound


def test_what_ctrl_c_leaves_of_a_nested_solve_is_checked_as_well(monkeypatch):
    # The third solve is the nested one of the second rung; a is not nested in b.
    cut_short(monkeypatch, 3, lambda result: replace(result, plan=make_plan({"a": 1})))
    with pytest.raises(DisagreementError, match="not nested in that of the larger budget: b"):
        climbed(make(**NO_COMMON), (0.1,), anchor="core")


def test_plans_are_those_of_their_budget():
    # Also where they were found with locks, or for all rungs at once.
    instance = make(**TWO)
    less = instance.replace({"table": "budgets", "field": "amount", "scale": 0.9})
    for anchor in ("full", "core", "all"):
        made = climbed(instance, (0.1,), anchor=anchor)
        marks = [r.nested.plan.instance_fingerprint for r in made.rungs]
        assert marks == [instance.fingerprint, less.fingerprint]


# -- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cuts", [(), (0.0, 0.1), (1.0,), (-0.1,), (0.1, 0.1)])
def test_cuts_out_of_range(cuts):
    with pytest.raises(SequencerError, match="cannot be used"):
        climbed(make(**TWO), cuts)


def test_nothing_to_cut_and_no_such_anchor():
    with pytest.raises(SequencerError, match="nothing to cut"):
        climbed(make(drivers=[driver()]))
    with pytest.raises(SequencerError, match="choose one of all, full, core"):
        climbed(make(**TWO), anchor="top")


def test_as_data():
    made = climbed(make(**NO_COMMON), (0.1,))
    told = made.to_dict()
    assert told["rungs"][1]["price"] == pytest.approx([18, 18])
    assert told["rungs"][1]["steps"] == [{"id": "a", "before": 1, "after": None}]
    assert isinstance(made, Ladder)
    assert made.rungs[0].nested.plan == Plan((Adoption("a", 1),))
