"""Two stages: the tiny instance derived by hand in its README, and random ones against every plan there is."""

from dataclasses import replace
from pathlib import Path

import pytest

from sequencer.errors import SequencerError, UnsupportedError
from sequencer.instance.reader import read
from sequencer.model.build import build
from sequencer.plan.evaluate import Evaluator
from sequencer.solver.highs import Highs
from sequencer.solver.options import SolveOptions
from sequencer.study.extensive import ExtensiveForm
from sequencer.study.intervals import Interval, mean
from sequencer.study.no_plan import NoPlanError
from sequencer.study.stages import committed, mean_instance, two_stages
from sequencer.types import Termination
from tests.model.tools import driver, make
from tests.oracle.draw import random_instance
from tests.oracle.draw_futures import with_scenarios
from tests.oracle.enumerate import plans
from tests.plan.plan_tools import make_plan

WAIT = Path(__file__).parents[2] / "instances" / "tiny" / "wait-and-see"
PROVEN = SolveOptions(gap=0, threads=1)


def exactly(interval, figure):
    assert interval.low == pytest.approx(figure, abs=2e-5 * max(1, abs(figure)))
    assert interval.high == pytest.approx(figure, abs=2e-5 * max(1, abs(figure)))


def test_waiting_is_worth_what_the_readme_derives():
    found = two_stages(read(WAIT), options=PROVEN)
    for name, figure in (("ws", 12), ("rp", 7), ("eev", 4), ("vss", 3), ("evpi", 5)):
        exactly(getattr(found, name), figure)
    assert found.here_and_now == ()
    assert found.recourse.plans["boom"] == make_plan({"r1": 2})
    assert found.recourse.plans["bust"] == make_plan({})
    assert found.mean_plan.plan == make_plan({"r1": 1})
    assert found.to_dict()["vss"] == {"low": pytest.approx(3), "high": pytest.approx(3)}


def by_first(instance, first):
    """Best net present value in each scenario, by what a plan that keeps the rules starts in the first waves."""
    evaluator = Evaluator(instance)
    made = {}
    for plan in plans(instance):
        if next(evaluator.broken(plan), None) is None:
            measures = evaluator.state(plan).measures
            key = tuple(a for a in plan.adoptions if a.wave <= first)
            best = made.setdefault(key, {})
            for f in instance.futures:
                best[f.id] = max(best.get(f.id, float("-inf")), measures[f"scenario_npv:{f.id}"])
    return made


def expected(instance, best):
    return sum(f.probability * best[f.id] for f in instance.futures)


def random_case(seed):
    given = with_scenarios(random_instance(f"stages/{seed}"), seed)
    settings = {"funding": "none", "objective": "expected_npv"}
    return given.model_copy(update={"settings": given.settings.model_copy(update=settings)})


def formulation_of(given):
    """The default, unless a scenario tells apart what it adds up."""
    try:
        build(given)
    except UnsupportedError:
        return "cells"
    return "compact"


@pytest.mark.parametrize("seed", [2, 3, 7, 8, 13, 17, 19, 23])
def test_random_instances_are_as_all_their_plans_say(seed):
    given = random_case(seed)
    if given.n_waves < 2:
        pytest.skip("one wave leaves nothing for later")
    made = by_first(given, 1)
    if not made:
        with pytest.raises(NoPlanError, match="no plan keeps all rules"):
            two_stages(given, options=PROVEN)
        return
    found = two_stages(given, options=SolveOptions(gap=0, threads=1, formulation=formulation_of(given)))
    exactly(found.rp, max(expected(given, best) for best in made.values()))
    most = {f.id: max(best[f.id] for best in made.values()) for f in given.futures}
    exactly(found.ws, expected(given, most))
    chosen = tuple(a for a in found.mean_plan.plan.adoptions if a.wave <= 1)
    exactly(found.eev, expected(given, made[chosen]))
    assert found.ws.high >= found.rp.low >= found.eev.low - 1e-6
    first = {tuple(a for a in plan.adoptions if a.wave <= 1) for plan in found.recourse.plans.values()}
    assert len(first) == 1
    assert expected(given, made[first.pop()]) == pytest.approx(found.rp.low, rel=1e-5, abs=1e-5)


def test_payments_are_common_in_the_first_wave_and_no_more_than_needed():
    # r1 costs 3 in wave 1 of which hq has 1, so de gives 2; what starts in wave 2 is paid by hq alone.
    given = make(
        {"waves": 2, "funding": "budget-reallocation", "cut_cap": 1},
        drivers=[driver("r1", 9, one_off_cost=3), driver("r2", 4, one_off_cost=1)],
        affiliates=[{"id": "de", "affiliate_class": "large", "share": 1}],
        archetypes=[{"id": "plain", "duration": 0}],
        budgets=[{"pot": pot, "wave": w, "amount": a} for pot, a in (("hq", 1), ("de", 3)) for w in (1, 2)],
        relations=[{"relation": "before", "items": "r2", "others": "r1"}],
        pace=[{"items": "drivers", "limit": 1}],
        scenarios=[{"id": "calm", "probability": 0.5}, {"id": "cold", "probability": 0.5}],
        scenario_changes=[{"scenario": "cold", "of": "drivers", "row": "r2", "column": "potential", "factor": 0}],
    )
    found = two_stages(given, options=PROVEN)
    assert [a.id for a in found.here_and_now] == ["de", "r1"]
    assert {name: plan.wave("r2") for name, plan in found.recourse.plans.items()} == {"calm": 2, "cold": None}
    for plan in found.recourse.plans.values():
        assert [(p.affiliate, p.wave, round(p.amount, 6)) for p in plan.transfers] == [("de", 1, 2.0)]
    # Two years of r1 for 3, and in half of the cases a year of r2 for 1: 18 − 3 + (4 − 1) / 2.
    exactly(found.rp, 16.5)


def test_the_mean_of_amounts_that_some_scenarios_change():
    # 10 · (0.5 · 1 + 0.3 · 0.5 + 0.2 · 2) = 10.5; every row of a change without one; a rate of 0.1 or 0.2.
    given = make(
        {"discount_rate": 0.1},
        drivers=[driver("r1", 10), driver("r2", 4)],
        scenarios=[{"id": f"s{n}", "probability": p} for n, p in ((1, 0.5), (2, 0.3), (3, 0.2))],
        scenario_changes=[
            {"scenario": "s2", "of": "drivers", "column": "potential", "factor": 0.5},
            {"scenario": "s3", "of": "drivers", "row": "r1", "column": "potential", "factor": 2},
            {"scenario": "s3", "of": "settings", "column": "discount_rate", "value": 0.2},
        ],
    )
    (middle,) = mean_instance(given).futures
    assert [d.potential for d in middle.instance.drivers] == pytest.approx([10.5, 3.4])
    assert middle.instance.settings.discount_rate == pytest.approx(0.12)


def test_what_is_committed_starts_as_planned_and_nothing_else_does_yet():
    given = make(
        drivers=[driver("r1"), driver("r2"), driver("r3")],
        locks=[{"item": "r2", "latest": 1}, {"item": "r3", "must": True, "by": 3}],
    )
    locks = {row.item: row for row in committed(given, make_plan({"r1": 1, "r3": 3}), 1).locks}
    assert (locks["r1"].must, locks["r1"].fixed) == (True, 1)
    assert locks["r2"].never
    assert (locks["r3"].must, locks["r3"].by, locks["r3"].earliest) == (True, 3, 2)


def test_there_have_to_be_scenarios_and_something_to_decide_later():
    with pytest.raises(SequencerError, match="there are no scenarios"):
        two_stages(make(drivers=[driver()]))
    with pytest.raises(SequencerError, match="2 first waves leave nothing .* ask for 1 to 1 of 2 waves"):
        two_stages(read(WAIT), first=2)


@pytest.mark.parametrize("method", ["__init__", "solve"])
def test_ctrl_c_in_the_last_search_leaves_the_plans_it_starts_from(monkeypatch, method):
    def press(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(ExtensiveForm, method, press)
    found = two_stages(read(WAIT), options=PROVEN)
    assert not found.complete
    # The plan for the mean, 10 a year for 16 at the start of two years and two more, is worth 24 or −16: 4 on average;
    # nothing is worth more than waiting and seeing, 12.
    exactly(found.eev, 4)
    assert (found.rp.low, found.rp.high) == pytest.approx((4, 12))
    assert [(i.low, i.high) for i in (found.evpi, found.vss)] == [pytest.approx((0, 8)), pytest.approx((0, 8))]
    assert [plan.wave("r1") for plan in found.recourse.plans.values()] == [1, 1]
    assert found.to_dict()["complete"] is False


def test_what_the_last_search_has_found_by_ctrl_c_is_kept(monkeypatch):
    honest = Highs.found

    def press(solver, **limits):
        return replace(honest(solver, **limits), termination=Termination.INTERRUPTED)

    monkeypatch.setattr(Highs, "found", press)
    found = two_stages(read(WAIT), options=PROVEN)
    assert not found.complete
    exactly(found.rp, 7)
    assert found.recourse.plans["boom"] == make_plan({"r1": 2})


def test_each_solve_is_told_of_when_it_has_ended():
    told = []
    two_stages(read(WAIT), options=PROVEN, finished=told.append)
    assert [(one.name, one.reached.low) for one in told] == [
        ("alone-boom", pytest.approx(24)),
        ("alone-bust", pytest.approx(0)),
        ("mean", pytest.approx(4)),
        ("after-mean-boom", pytest.approx(24)),
        ("after-mean-bust", pytest.approx(-16)),
    ]
    assert told[0].words == "Best plan of Customers take to it alone"
    assert told[0].plan == make_plan({"r1": 1})


def test_intervals():
    assert Interval(1, 3) - Interval(0, 2) == Interval(-1, 3)
    assert Interval(-1, 3).at_least(0) == Interval(0, 3)
    assert mean([0.25, 0.75], [Interval(4, 8), Interval(0, 4)]) == Interval(1, 5)
