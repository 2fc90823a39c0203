"""Tornados and breakpoints: by hand, and held against brute force where they claim something.

Three waves of a year, no tail, no discounting, unless said otherwise: a driver worth p a year for a one-off cost of c
that starts in wave 1 is worth 3 · p − c.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from sequencer.errors import InputError, SequencerError
from sequencer.plan.plan import Plan
from sequencer.study import breakpoints, parameter, sensitivity, tornado
from sequencer.study import breaks as module
from sequencer.study.no_plan import NoPlanError
from sequencer.study.parameters import between, ranged
from sequencer.types import Termination
from tests.model.tools import driver, make, waves
from tests.oracle.enumerate import Oracle
from tests.plan.plan_tools import make_plan
from tests.study.brute_force import allowed, drawn

UNSURE = driver(
    "r1",
    10,
    one_off_cost=15,
    low={"potential": 4, "one_off_cost": 10},
    high={"potential": 12, "one_off_cost": 20},
)
BUDGET = [{"pot": "hq", "wave": w, "amount": 18, **({"high": {"amount": 22}} if w == 1 else {})} for w in (1, 2, 3)]


def blown(instance, plan=None, **options):
    return tornado(instance, plan, **{"gap": 0, "threads": 1, **options})


def by_name(made):
    return {bar.assumption.name: bar for bar in made.bars}


# -- tornado ----------------------------------------------------------------------------------------------------------


def test_a_fixed_plan_keeps_its_decisions():
    made = blown(make(drivers=[UNSURE], budgets=BUDGET))
    bars = by_name(made)
    assert made.objective == pytest.approx(15)
    # 3 · 4 − 15 and 3 · 12 − 15
    assert [e.fixed for e in bars["drivers.r1.potential"].ends] == pytest.approx([-3, 21])
    # 30 − 10 and 30 − 20, of which the 18 there are do not suffice
    assert [e.fixed for e in bars["drivers.r1.one_off_cost"].ends] == pytest.approx([20, 10])
    assert [e.broken for e in bars["drivers.r1.one_off_cost"].ends] == [0, 1]
    # More budget alone is worth nothing to a plan that is fixed.
    assert [e.fixed for e in bars["budgets.hq:1.amount"].ends] == pytest.approx([15, 15])
    assert [made.swing(bar) for bar in made.bars] == pytest.approx([24, 10, 0])


def test_a_reoptimised_plan_may_leave_out_what_does_not_pay():
    made = blown(make(drivers=[UNSURE], budgets=BUDGET), how="best")
    bars = by_name(made)
    assert [(e.objective, e.bound) for e in bars["drivers.r1.potential"].ends] == [(0, 0), (21, 21)]
    assert [e.objective for e in bars["drivers.r1.one_off_cost"].ends] == pytest.approx([20, 0])
    assert [e.fixed for bar in made.bars for e in bar.ends] == [None] * 6
    assert made.change(bars["drivers.r1.potential"].low) == (-15, -15)
    assert bars["drivers.r1.potential"].low.plan.adoptions == ()


def test_both_at_once_for_a_plan_of_ones_own():
    late = make_plan({"r1": 2})
    made = blown(make(drivers=[UNSURE]), late, how="both", vary=["*.potential"])
    (bar,) = made.bars
    # 2 · 10 − 15, while the best is 15; at the ends 2 · 4 − 15 and 2 · 12 − 15
    assert (made.objective, made.best) == pytest.approx((5, 15))
    assert [e.fixed for e in bar.ends] == pytest.approx([-7, 9])
    assert [e.objective for e in bar.ends] == pytest.approx([0, 21])
    assert made.plan == late


def test_where_there_is_no_plan_at_an_end_the_swing_is_the_widest():
    made = blown(make(drivers=[UNSURE], budgets=BUDGET, locks=[{"item": "r1", "must": True}]), how="best")
    assert made.bars[0].assumption.field == "one_off_cost"
    assert made.bars[0].high.objective is None
    assert made.bars[0].high.termination == "infeasible"
    assert made.change(made.bars[0].high) is None


def test_intervals_of_a_change_hold_both_ends():
    made = blown(make(drivers=[UNSURE]), how="best", vary=["*.potential"])
    made = replace(made, best=10.0, bound=13.0)
    end = replace(made.bars[0].high, objective=20.0, bound=22.0)
    assert made.change(end) == (20 - 13, 22 - 10)


def test_ctrl_c_leaves_the_assumptions_done():
    def stop(bar):
        raise KeyboardInterrupt

    made = blown(make(drivers=[UNSURE]), told=stop)
    assert not made.complete
    assert len(made.bars) == 1


def solving(monkeypatch, **changed):
    """Solves of a tornado that end otherwise; a list to which each adds its instance."""
    real, seen = sensitivity.solve, []

    def solve(instance, **options):
        seen.append(instance)
        return replace(real(instance, **options), **changed)

    monkeypatch.setattr(sensitivity, "solve", solve)
    return seen


@pytest.mark.parametrize("how", ["fixed", "best", "both"])
def test_ctrl_c_in_the_solve_on_base_values_ends_it_with_that_plan(monkeypatch, how):
    seen = solving(monkeypatch, termination=Termination.INTERRUPTED)
    made = blown(make(drivers=[UNSURE]), how=how)
    assert (made.complete, made.bars, len(seen)) == (False, (), 1)
    assert waves(made.plan) == {"r1": 1}
    assert (made.objective, made.best) == pytest.approx((15, 15))


def test_ctrl_c_before_there_is_a_plan_is_ctrl_c(monkeypatch):
    nothing = {"plan": None, "evaluation": None, "objective": None, "bound": None}
    solving(monkeypatch, termination=Termination.INTERRUPTED, **nothing)
    with pytest.raises(KeyboardInterrupt):
        blown(make(drivers=[UNSURE]))


def test_why_there_is_no_plan_on_base_values(monkeypatch):
    locks = [{"item": "r1", "must": True}]
    with pytest.raises(NoPlanError, match="no plan keeps all rules; `sequencer solve` tells which clash") as found:
        blown(make(drivers=[UNSURE], budgets=[{**row, "amount": 1, "high": {}} for row in BUDGET], locks=locks))
    assert found.value.termination is Termination.INFEASIBLE
    assert {ref.family for ref in found.value.conflict} == {"budgets", "locks"}
    nothing = {"plan": None, "evaluation": None, "objective": None, "bound": None}
    for end, said in ((Termination.TIME_LIMIT, "in the time given"), (Termination.WORK_LIMIT, "with the nodes given")):
        with monkeypatch.context() as changed:
            solving(changed, termination=end, **nothing)
            with pytest.raises(NoPlanError, match=f"no plan was found on base values {said}; give each solve") as found:
                blown(make(drivers=[UNSURE]))
        assert found.value.termination is end


def test_nothing_to_vary_and_nothing_to_start_from():
    with pytest.raises(SequencerError, match="no amount has a low or high value"):
        blown(make(drivers=[driver()]))
    with pytest.raises(SequencerError, match="drivers.r1.potential"):
        blown(make(drivers=[UNSURE]), vary=["drivers.r2.*"])
    with pytest.raises(SequencerError, match="no plan keeps all rules"):
        locks = [{"item": "r1", "must": True}]
        blown(make(drivers=[UNSURE], budgets=[{**row, "amount": 1, "high": {}} for row in BUDGET], locks=locks))
    with pytest.raises(SequencerError, match="choose fixed, best or both"):
        blown(make(drivers=[UNSURE]), how="free")


def test_as_data():
    made = blown(make(drivers=[UNSURE]), how="both")
    frame = made.frame()
    # Potential swings from 0 to 21 once solved anew, cost from 10 to 20.
    assert list(frame["value"]) == [4, 12, 10, 20]
    assert list(frame["best"]) == pytest.approx([0, 21, 20, 10])
    assert made.to_dict()["assumptions"][0]["low"]["best"] == pytest.approx(0)


# -- breakpoints ------------------------------------------------------------------------------------------------------


def followed(instance, name, low, high, by="set", **options):
    return breakpoints(instance, parameter(instance, name, by), low, high, **{"threads": 1, **options})


def test_a_potential_by_hand():
    # 3 · p − 15: not worth it below p = 5
    made = followed(make(drivers=[UNSURE]), "drivers.r1.potential", 0, 16, resolution=0.01)
    assert [s.plan and waves(s.plan) for s in made.stretches] == [{}, {"r1": 1}]
    (found,) = made.breaks
    assert found.low <= 5 <= found.high
    assert found.high - found.low <= 0.01
    assert (made.stretches[0].first, made.stretches[0].last) == (0, found.low)
    assert (made.stretches[1].first, made.stretches[1].last) == (found.high, 16)
    # What is earned is linear in it and no rule reads it, so that the plans are best between, too.
    assert all(s.throughout for s in made.stretches)
    assert made.open_from is None


def test_a_budget_by_hand():
    # 5 pays for a (3 · 4 − 5 = 7), 8 for b (3 · 6 − 8 = 10), 13 for both (17)
    two = [driver("a", 4, one_off_cost=5), driver("b", 6, one_off_cost=8)]
    budgets = [{"pot": "hq", "wave": w, "amount": 10 if w == 1 else 0} for w in (1, 2, 3)]
    made = followed(make(drivers=two, budgets=budgets), "budgets.hq:1.amount", 0, 20, resolution=0.1)
    assert [s.plan and waves(s.plan) for s in made.stretches] == [{}, {"a": 1}, {"b": 1}, {"a": 1, "b": 1}]
    assert [b.low <= edge <= b.high for b, edge in zip(made.breaks, (5, 8, 13), strict=True)] == [True] * 3
    assert all(s.throughout for s in made.stretches)
    # Scaled in place of set: 10 · 0.5, 0.8, 1.3
    made = followed(make(drivers=two, budgets=budgets), "budgets.*.amount", 0.1, 1.5, by="scale", resolution=0.01)
    assert [b.low <= edge <= b.high for b, edge in zip(made.breaks, (0.5, 0.8, 1.3), strict=True)] == [True] * 3


def test_where_no_plan_keeps_the_rules_that_is_a_stretch_of_its_own():
    must = [{"item": "r1", "must": True, "latest": 1}]
    budgets = [{"pot": "hq", "wave": w, "amount": 10} for w in (1, 2, 3)]
    made = followed(make(drivers=[UNSURE], budgets=budgets, locks=must), "budgets.*.amount", 10, 20, resolution=0.5)
    assert [s.plan is None for s in made.stretches] == [True, False]
    assert made.breaks[0].low <= 15 <= made.breaks[0].high


def test_a_cost_that_a_budget_limits_is_claimed_at_values_tried_only():
    budgets = [{"pot": "hq", "wave": w, "amount": 18} for w in (1, 2, 3)]
    instance = make(drivers=[UNSURE], budgets=budgets)
    made = followed(instance, "drivers.r1.one_off_cost", 5, 25, resolution=0.5)
    assert [s.throughout for s in made.stretches] == [False, False]
    # 30 − c is worth it, but from 18 on there is no money for it.
    assert made.breaks[0].low <= 18 <= made.breaks[0].high


def test_settings_are_figures_as_well():
    # 10 in wave 2 for 8 in wave 1, cash at mid-year: worth it where 10 / (1 + r) > 8, r < 0.25
    tables = {"initiatives": [{"id": "i", "one_off_cost": 8, "duration": 1, "value_once": 10, "category": "risk"}]}
    made = followed(make({"waves": 2}, **tables), "settings.discount_rate", 0, 0.5, resolution=0.005)
    assert [len(s.plan.adoptions) for s in made.stretches] == [1, 0]
    assert made.breaks[0].low <= 0.25 <= made.breaks[0].high
    assert not made.stretches[0].throughout


def test_one_plan_throughout_has_no_break():
    made = followed(make(drivers=[driver()]), "drivers.r1.potential", 1, 9)
    assert made.breaks == ()
    assert [(s.first, s.last, s.throughout) for s in made.stretches] == [(1, 9, True)]
    assert [t.value for t in made.tried] == [1, 9]


def blurred(monkeypatch, unclear):
    """Solves of instances for which ``unclear`` holds prove less than they could."""
    real = module.solve

    def solve(instance, **options):
        result = real(instance, **options)
        return replace(result, bound=result.bound + 1) if unclear(instance.drivers[0].potential) else result

    monkeypatch.setattr(module, "solve", solve)


def test_nothing_is_claimed_where_nothing_is_proven(monkeypatch):
    blurred(monkeypatch, lambda p: p > 6)
    made = followed(make(drivers=[UNSURE]), "drivers.r1.potential", 0, 16, resolution=0.1)
    # r1 is proven best from 5 on, and beyond 6 no longer; that nothing is best up to there is proven all the same.
    assert [s.plan and waves(s.plan) for s in made.stretches] == [{}, {"r1": 1}]
    assert 5.9 <= made.open_from <= 6
    assert made.stretches[-1].last == made.open_from
    blurred(monkeypatch, lambda p: True)
    made = followed(make(drivers=[UNSURE]), "drivers.r1.potential", 0, 16)
    assert (made.stretches, made.open_from) == ((), 0)


def test_a_break_is_told_as_wide_as_it_is_proven(monkeypatch):
    blurred(monkeypatch, lambda p: 3 < p < 5.2)
    made = followed(make(drivers=[UNSURE]), "drivers.r1.potential", 0, 16, resolution=0.1)
    (found,) = made.breaks
    assert found.low <= 3
    assert found.high >= 5.2


def test_what_may_be_lost_keeps_a_plan_longer():
    # Not adopting loses 3 · p − 15: no more than 1.5 (of 1 at least) up to p = 5.5
    made = followed(make(drivers=[UNSURE]), "drivers.r1.potential", 0, 16, resolution=0.01, loss=1.5)
    assert made.breaks[0].low <= 5.5 <= made.breaks[0].high


@pytest.mark.parametrize("name", ["drivers.*.potential", "budgets.*.amount", "drivers.*.running_cost"])
def test_what_is_claimed_is_what_brute_force_finds(name):
    table = name.partition(".")[0]

    def tells(instance):
        # The best plan is another one at the other end.
        if not instance.rows(table) or not any(d.running_cost for d in instance.drivers):
            return False
        ends = [best_of(parameter(instance, name, "scale").at(instance, value)) for value in (0.2, 1.7)]
        return None not in ends and ends[0] != ends[1]

    (instance,) = drawn(tells, wanted=1, groups=["budgets"])
    varied = parameter(instance, name, "scale")
    made = followed(instance, name, 0.2, 1.7, by="scale", resolution=0.2)
    assert made.open_from is None
    assert made.breaks
    for s in made.stretches:
        inner = [s.first + (s.last - s.first) * x for x in ((0, 0.37, 1) if s.throughout else (0, 1))]
        for value in inner:
            worth, best = judged(varied.at(instance, value), s.plan)
            assert worth == (best if best is None else pytest.approx(best, rel=1e-5, abs=1e-5))
    for b in made.breaks:
        worth, best = judged(varied.at(instance, b.high), b.before)
        assert worth is None or worth < best - 1e-6


def best_of(instance):
    """Adoptions of the best plan; None where there is none."""
    oracle = Oracle(instance)
    found = max(allowed(instance), key=lambda p: oracle.evaluator.goals(p)[0] * oracle.senses[0], default=None)
    return None if found is None else found.adoptions


def judged(instance, plan):
    """What a plan is worth and what the best is; None where it breaks a rule, or there is none."""
    oracle = Oracle(instance)
    worths = {p.adoptions: oracle.evaluator.goals(p)[0] * oracle.senses[0] for p in allowed(instance)}
    return (None if plan is None else worths.get(plan.adoptions)), max(worths.values(), default=None)


def test_payments_are_made_anew_at_each_value():
    # hq has 2 of its own, and the market pays the rest of the 3 a driver costs out of what it has.
    tables = {
        "drivers": [driver("r1", 10, one_off_cost=3)],
        "archetypes": [{"id": "lean", "duration": 0}],
        "affiliates": [{"id": "jp", "affiliate_class": "a", "revenue": 1}],
        "budgets": [
            *({"pot": "hq", "wave": w, "amount": 2} for w in (1, 2, 3)),
            *({"pot": "jp", "wave": w, "amount": 4} for w in (1, 2, 3)),
        ],
    }
    instance = make({"funding": "budget-reallocation", "cut_cap": 1.0}, **tables)
    made = followed(instance, "drivers.r1.one_off_cost", 2.5, 8, resolution=0.1)
    # Up to 6 the market can pay what is missing, each time another amount, and it is one plan all along.
    assert [len(s.plan.adoptions) for s in made.stretches][:1] == [2]
    assert made.breaks[0].low <= 6 <= made.breaks[0].high
    assert made.breaks[0].low > 5


# -- names and claims -------------------------------------------------------------------------------------------------


def test_names_of_parameters():
    instance = make(drivers=[UNSURE, driver("r2")])
    assert parameter(instance, "drivers.*.potential").ids == ("r1", "r2")
    assert parameter(instance, "drivers.r2.potential").at(instance, 3).drivers[1].potential == 3
    # Outside of its own low and high value as well.
    assert parameter(instance, "drivers.r1.potential").at(instance, 99).drivers[0].potential == 99
    assert parameter(instance, "drivers.r1.potential", "scale").at(instance, 2).drivers[0].potential == 20
    assert parameter(instance, "drivers.r1.potential", "add").at(instance, 2).drivers[0].potential == 12
    assert parameter(instance, "settings.discount_rate").at(instance, 0.1).settings.discount_rate == 0.1
    for name, said in (
        ("driver.r1.potential", "names no table"),
        ("drivers.r9.potential", "no row of drivers is 'r9'"),
        ("drivers.r1.potentail", "no figure 'potentail'"),
        ("drivers.r1.name", "no figure 'name'"),
        ("potential", "names no table"),
    ):
        with pytest.raises(SequencerError, match=said):
            parameter(instance, name)
    with pytest.raises(SequencerError, match="choose one of set, scale, add"):
        parameter(instance, "drivers.r1.potential", "double")


def test_amounts_that_only_rules_read_are_assumptions_too():
    instance = make(drivers=[UNSURE], budgets=BUDGET)
    assert {a.name for a in ranged(instance)} == {
        "drivers.r1.potential",
        "drivers.r1.one_off_cost",
        "budgets.hq:1.amount",
    }
    assert [a.name for a in ranged(instance, ["budgets.*"])] == ["budgets.hq:1.amount"]


@pytest.mark.parametrize(
    ("name", "tables", "settings", "expected"),
    [
        ("drivers.*.potential", {}, {}, "linear"),
        ("drivers.*.success", {}, {}, "linear"),
        ("drivers.*.potential", {}, {"objective": "peak_budget"}, ""),
        ("drivers.*.potential", {}, {"return_floor": 1.0}, ""),
        ("drivers.*.potential", {"minimum_values": [{"wave": 1, "amount": 1}]}, {}, ""),
        ("drivers.*.potential", {"mandate": [{"level": 1, "earned_value": 3}]}, {}, ""),
        ("drivers.*.running_cost", {}, {}, ""),
        ("budgets.*.amount", {}, {}, "one-way"),
        ("settings.discount_rate", {}, {}, ""),
    ],
)
def test_when_a_plan_best_at_two_values_is_best_between(name, tables, settings, expected):
    instance = make(settings, drivers=[driver()], budgets=BUDGET, **tables)
    assert between(instance, parameter(instance, name)) == expected


def test_capacity_that_can_be_bought_changes_worth():
    for extra, expected in ((0, "one-way"), (1, "")):
        rows = [{"resource": "fte", "wave": w, "capacity": 1, "extra_cap": extra, "extra_cost": 1} for w in (1, 2, 3)]
        instance = make(drivers=[driver()], resources=[{"id": "fte"}], capacities=rows)
        assert between(instance, parameter(instance, "capacities.*.capacity")) == expected


def test_values_that_leave_no_room_or_are_not_valid():
    with pytest.raises(SequencerError, match="leave no room"):
        followed(make(drivers=[driver()]), "drivers.r1.potential", 5, 5)
    with pytest.raises(SequencerError, match="must be above 0"):
        followed(make(drivers=[driver()]), "drivers.r1.potential", 1, 5, resolution=0)
    with pytest.raises(InputError, match="at least 0"):
        followed(make(drivers=[driver()]), "drivers.r1.potential", -1, 5)


def test_breaks_as_data():
    made = followed(make(drivers=[UNSURE]), "drivers.r1.potential", 0, 16, resolution=4)
    assert list(made.frame()["stretch"]) == [1, 1, 2, 2]
    told = made.to_dict()
    assert told["breaks"] == [{"low": 4, "high": 8}]
    assert [s["plan"] for s in told["stretches"]] == [True, True]
    assert made.stretches[0].plan == Plan()
