"""Plans that bear risk: draws as scenarios, regret, re-optimised draws."""

from dataclasses import replace

import numpy as np
import pytest
from test_monte_carlo import PLAN, everything

from sequencer.errors import SequencerError
from sequencer.instance.checks import check
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Plan
from sequencer.solver.options import SolveOptions
from sequencer.study import robust as module
from sequencer.study.case import CaseResult
from sequencer.study.draws import DrawOptions
from sequencer.study.intervals import Interval
from sequencer.study.monte_carlo import simulate
from sequencer.study.no_plan import NoPlanError
from sequencer.study.robust import reoptimised, robust
from sequencer.study.scenarios import Alone, best_alone, drawn
from sequencer.types import Termination
from tests.model.tools import driver, make
from tests.oracle.draw import random_instance
from tests.oracle.draw_futures import with_scenarios
from tests.oracle.enumerate import plans
from tests.plan.plan_tools import make_plan

PROVEN = SolveOptions(gap=0, threads=1)


@pytest.mark.parametrize("failures", [True, False])
def test_draws_as_scenarios_are_the_draws_of_a_fixed_plan(failures):
    given, plan, options = everything(), make_plan(PLAN), DrawOptions(draws=7, seed=5, failures=failures)
    made = drawn(given, options)
    assert check(made) == []
    found = evaluate(made, plan).measures
    by_draw = [found[f"scenario_npv:draw-{n}"] for n in range(1, 8)]
    assert by_draw == pytest.approx(simulate(given, plan, options).npv.tolist(), rel=1e-9)
    assert found["npv"] == pytest.approx(evaluate(given, plan).npv)


def test_one_affiliate_fails_in_all_surer_modes_or_in_none():
    made = drawn(everything(), DrawOptions(draws=40, seed=1))
    rows = {(c.scenario, c.row): c.value for c in made.scenario_changes if c.of == "affiliate_success"}
    surer = [(rows[s.id, "de:full/high"], rows[s.id, "de:full/low"]) for s in made.scenarios]
    assert all(high >= low for high, low in surer)
    assert {(1.0, 1.0), (1.0, 0.0), (0.0, 0.0)} == set(surer)


def test_nothing_to_draw_is_refused():
    with pytest.raises(SequencerError, match="nothing is uncertain"):
        drawn(make(drivers=[driver()]), DrawOptions(draws=3))


def bet():
    """One year, one of two drivers at cost 1: r1 is worth 11, 11 and −1, r2 is worth 6 in each scenario."""
    return make(
        {"waves": 1, "cvar_level": 0.5},
        drivers=[driver("r1", 12, one_off_cost=1), driver("r2", 7, one_off_cost=1)],
        relations=[{"relation": "exclusive", "items": "r1 r2"}],
        scenarios=[{"id": f"s{n}", "probability": 1 / 3} for n in (1, 2, 3)],
        scenario_changes=[{"scenario": "s3", "of": "drivers", "row": "r1", "column": "potential", "factor": 0}],
    )


def test_least_regret_by_hand():
    # Best alone: 11, 11 and 6. r1 misses up to 7 (third scenario), r2 up to 5 (first and second).
    found = robust(bet(), "regret", PROVEN)
    assert [a.npv for a in found.alone] == [Interval(11, 11), Interval(11, 11), Interval(6, 6)]
    assert found.robust.plan == make_plan({"r2": 1})
    assert found.base.plan == make_plan({"r1": 1})
    assert (found.reached.low, found.reached.high) == pytest.approx((5, 5))
    assert found.by_scenario == {"s1": (11, 6), "s2": (11, 6), "s3": (-1, 6)}
    assert found.base.measures["regret"] == pytest.approx(7)


def test_worst_half_by_hand():
    # Worst half of r1: (−1/3 + 11/6) / (1/2) = 3; r2 has 6.
    found = robust(bet(), "cvar", PROVEN)
    assert found.robust.plan == make_plan({"r2": 1})
    assert (found.reached.low, found.reached.high) == pytest.approx((6, 6))
    assert found.base.measures["cvar"] == pytest.approx(3)
    assert found.to_dict()["plans"]["base"]["measures"]["cvar"] == pytest.approx(3)
    assert found.base_npv == Interval(pytest.approx(11), pytest.approx(11))


@pytest.mark.parametrize("seed", [4, 9, 16])
def test_least_regret_of_random_instances_is_as_all_their_plans_say(seed):
    given = with_scenarios(random_instance(f"regret/{seed}"), seed)
    allowed = [e for e in (evaluate(given, p) for p in plans(given)) if e.feasible]
    names = [f"scenario_npv:{row.id}" for row in given.scenarios]
    if not allowed or given.settings.funding != "none":
        pytest.skip("no plan without payments")
    best = {n: max(e.measures[n] for e in allowed) for n in names}
    least = min(max(best[n] - e.measures[n] for n in names) for e in allowed)
    options = SolveOptions(gap=0, threads=1, formulation="cells")
    found = robust(given, "regret", options)
    assert found.reached.low == pytest.approx(least, rel=1e-5, abs=1e-5)
    assert found.reached.high == pytest.approx(least, rel=1e-5, abs=1e-4)


def test_a_gap_in_the_best_of_a_scenario_widens_the_regret():
    from sequencer.study.robust import _regret

    evaluation = robust(bet(), "regret", PROVEN).robust
    alone = tuple(Alone(s, 1 / 3, evaluation.plan, Interval(11, most)) for s, most in (("s1", 11), ("s2", 13)))
    assert _regret(Interval(4.5, 5), evaluation, alone) == Interval(4.5, 7)


def test_every_draw_solved_anew_is_at_least_as_good_as_the_fixed_plan():
    # 4 years at p a year for 16: started in wave 1 it is worth 4p − 16, and with foresight never less than nothing.
    given = make(
        {"waves": 2, "tail_months": 24},
        drivers=[driver("r1", 5, one_off_cost=16, low={"potential": 0}, high={"potential": 10})],
    )
    fixed = make_plan({"r1": 1})
    told = []
    found = reoptimised(given, fixed, DrawOptions(draws=6, seed=2), PROVEN, told=told.append)
    potentials = np.array([c.value for c in found.instance.scenario_changes])
    assert found.fixed == pytest.approx(4 * potentials - 16)
    best = np.maximum(0, 4 * potentials - 16)
    assert [b.npv.low for b in found.best] == pytest.approx(best)
    assert found.foresight.low == pytest.approx((best - found.fixed).mean())
    assert found.foresight.high == pytest.approx(found.foresight.low, abs=1e-4)
    assert found.adopted["r1"] == pytest.approx((4 * potentials > 16).mean())
    assert 0 < found.adopted["r1"] < 1
    assert len(told) == 6
    ((own, other),) = found.quantiles([0.0])
    assert (own, other.low) == pytest.approx((found.fixed.min(), 0))


def test_single_scenarios_go_through_the_mapper():
    seen = []

    def mapper(function, items):
        made = list(items)
        seen.extend(case.id for case in made)
        return [function(case) for case in made]

    best_alone(bet(), PROVEN, mapper=mapper)
    assert seen == ["s1", "s2", "s3"]


def test_what_cannot_be_asked_for_is_said():
    with pytest.raises(SequencerError, match="'best' is no aim over scenarios; choose one of cvar"):
        robust(bet(), "best")
    with pytest.raises(SequencerError, match="there are no scenarios"):
        robust(make(drivers=[driver()]))
    barred = bet().replace({"table": "locks", "insert": {"item": "drivers", "must": True}})
    with pytest.raises(NoPlanError, match="no plan keeps all rules; `sequencer solve` tells which clash") as found:
        best_alone(barred, PROVEN)
    assert found.value.termination is Termination.INFEASIBLE
    assert "relations" in {ref.family for ref in found.value.conflict}


def test_a_scenario_without_a_plan_says_why():
    def ended(end, **more):
        return lambda function, items: [CaseResult(case.id, end, **more) for case in items]

    for mapper, said in (
        (ended(Termination.TIME_LIMIT), "no plan was found in scenario s1 in the time given"),
        (ended(Termination.TIME_LIMIT, plan=Plan(), objective=1.0), "nothing is proven of the best plan in scenario"),
        (ended(Termination.MEMORY), "in scenario s1: the memory of the machine does not suffice"),
    ):
        with pytest.raises(NoPlanError, match=said):
            best_alone(bet(), PROVEN, mapper=mapper)
    # What went wrong is no lack of a plan.
    with pytest.raises(SequencerError, match="scenario s1: it is broken") as found:
        best_alone(bet(), PROVEN, mapper=ended(Termination.ERROR, message="it is broken"))
    assert not isinstance(found.value, NoPlanError)


def stopping(monkeypatch, goal, **changed):
    """Solves for an objective that end otherwise."""
    real = module.solve

    def solve(instance, **options):
        result = real(instance, **options)
        return replace(result, **changed) if instance.settings.objective == goal else result

    monkeypatch.setattr(module, "solve", solve)


def test_ctrl_c_in_the_search_for_the_aim_leaves_its_best_plan(monkeypatch):
    # Proven by then: no plan has a largest regret below 2.
    stopping(monkeypatch, "regret", termination=Termination.INTERRUPTED, bound=2.0)
    found = robust(bet(), "regret", PROVEN)
    assert not found.complete
    assert found.robust.plan == make_plan({"r2": 1})
    assert (found.reached.low, found.reached.high) == pytest.approx((2, 5))
    assert found.to_dict()["complete"] is False


NOTHING = {"plan": None, "evaluation": None, "objective": None, "bound": None}


def test_ctrl_c_before_there_are_two_plans_leaves_what_was_told_of(monkeypatch):
    told = []
    with monkeypatch.context() as changed:
        stopping(changed, "regret", termination=Termination.INTERRUPTED, **NOTHING)
        with pytest.raises(KeyboardInterrupt):
            robust(bet(), "regret", PROVEN, finished=told.append)
    assert [(one.name, one.reached.low) for one in told] == [
        ("base", 11),
        ("alone-s1", 11),
        ("alone-s2", 11),
        ("alone-s3", 6),
    ]
    # The best plan on base values that was found by then is one of them.
    told.clear()
    stopping(monkeypatch, "npv", termination=Termination.INTERRUPTED)
    with pytest.raises(KeyboardInterrupt):
        robust(bet(), "cvar", PROVEN, finished=told.append)
    assert [one.name for one in told] == ["base"]


def test_no_plan_for_an_aim_carries_why(monkeypatch):
    stopping(monkeypatch, "cvar", termination=Termination.TIME_LIMIT, **NOTHING)
    with pytest.raises(NoPlanError, match="no plan was found for cvar in the time given") as found:
        robust(bet(), "cvar", PROVEN)
    assert found.value.termination is Termination.TIME_LIMIT


def uncertain():
    """4 years at p a year for 16, p between 0 and 10."""
    return make(
        {"waves": 2, "tail_months": 24},
        drivers=[driver("r1", 5, one_off_cost=16, low={"potential": 0}, high={"potential": 10})],
    )


@pytest.mark.parametrize(
    ("error", "ended", "said"),
    [
        (KeyboardInterrupt, Termination.INTERRUPTED, "interrupted"),
        (CaseResult("draw-3", Termination.TIME_LIMIT), Termination.TIME_LIMIT, "no plan was found in scenario draw-3"),
    ],
)
def test_draws_that_are_solved_when_it_is_stopped_are_a_smaller_sample(error, ended, said):
    def two(function, items):
        for number, case in enumerate(items):
            if number == 2:
                if isinstance(error, CaseResult):
                    yield error
                    return
                raise error
            yield function(case)

    options = DrawOptions(draws=6, seed=2)
    whole = reoptimised(uncertain(), make_plan({"r1": 1}), options, PROVEN)
    found = reoptimised(uncertain(), make_plan({"r1": 1}), options, PROVEN, mapper=two)
    assert (whole.complete, found.complete) == (True, False)
    assert found.termination is ended
    assert found.stopped.startswith(said)
    assert [b.npv for b in found.best] == [b.npv for b in whole.best[:2]]
    assert found.fixed.tolist() == whole.fixed[:2].tolist()
    # A mean over two draws, not two sixths of it.
    gains = [b.npv.low - own for b, own in zip(whole.best[:2], whole.fixed[:2], strict=True)]
    assert found.foresight.low == pytest.approx(sum(gains) / 2)
    assert found.to_dict()["complete"] is False


def test_draws_that_come_to_nothing_at_once_are_none():
    def none(function, items):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reoptimised(uncertain(), make_plan({"r1": 1}), DrawOptions(draws=6, seed=2), PROVEN, mapper=none)


def test_an_interrupted_solve_ends_it():
    def interrupted(function, items):
        return [CaseResult(case.id, Termination.INTERRUPTED) for case in items]

    with pytest.raises(KeyboardInterrupt):
        best_alone(bet(), PROVEN, mapper=interrupted)
