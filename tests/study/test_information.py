"""What it is worth to know an assumption: by hand, and equal to brute force on tiny instances.

Three waves of a year, no tail, no discounting: a driver worth p a year for a one-off cost of c that starts in wave 1 is
worth 3 · p − c.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from sequencer.errors import SequencerError
from sequencer.plan.evaluate import Evaluator
from sequencer.study import information as module
from sequencer.study import perfect_information
from sequencer.study.information import PROBABILITIES, with_values
from sequencer.study.no_plan import NoPlanError
from sequencer.study.parameters import ranged
from sequencer.types import Termination
from tests.model.tools import driver, make
from tests.study.brute_force import allowed, drawn

UNSURE = driver("r1", 10, one_off_cost=15, low={"potential": 4}, high={"potential": 12})


def asked(instance, **options):
    return perfect_information(instance, **{"gap": 0, "threads": 1, **options})


def test_by_hand():
    (known,) = asked(make(drivers=[UNSURE])).known
    # r1 at low, base and high: −3, 15, 21; who knows leaves it out at low.
    assert [i.objective for i in known.informed] == pytest.approx([0, 15, 21])
    assert [i.bound for i in known.informed] == pytest.approx([0, 15, 21])
    # 0.4 · 15 + 0.3 · 21 = 12.3; for all three r1: 12.3 − 0.3 · 3 = 11.4
    assert (known.informed_mean.objective, known.common.objective) == pytest.approx((12.3, 11.4))
    assert known.worth == pytest.approx((0.9, 0.9))


def test_probabilities_decide_what_is_best_for_all():
    (known,) = asked(make(drivers=[UNSURE]), probabilities=(0.9, 0.1, 0.0)).known
    # r1 is worth 1.5 − 2.7 on average, so that it stays out; who knows has 0.1 · 15.
    assert (known.common.objective, known.common.bound) == pytest.approx((0, 0))
    assert known.worth == pytest.approx((1.5, 1.5))


def test_what_changes_no_decision_is_worth_nothing():
    cheap = driver("r1", 10, one_off_cost=3, low={"potential": 4}, high={"potential": 12, "one_off_cost": 5})
    made = asked(make(drivers=[cheap]))
    assert [k.worth for k in made.known] == [(0, 0), (0, 0)]


def test_rules_use_base_values_whatever_is_known():
    # The 20 it may cost would exceed the budget; that it is known to cost so changes what it is worth and no rule.
    dear = driver("r1", 10, one_off_cost=15, high={"one_off_cost": 20})
    made = asked(make(drivers=[dear], budgets=[{"pot": "hq", "wave": w, "amount": 15} for w in (1, 2, 3)]))
    assert [i.objective for i in made.known[0].informed] == pytest.approx([15, 15, 10])
    # What only rules read, such as a budget, is no assumption here.
    with pytest.raises(SequencerError, match="no amount that worth depends on"):
        asked(make(drivers=[driver()], budgets=[{"pot": "hq", "wave": 1, "amount": 5, "low": {"amount": 1}}]))


def test_scenarios_and_goals_of_the_instance_do_not_matter():
    scenarios = [{"id": "good", "probability": 1.0}]
    changes = [{"scenario": "good", "of": "drivers", "row": "r1", "column": "potential", "factor": 2}]
    instance = make({"objective": "cost"}, drivers=[UNSURE], scenarios=scenarios, scenario_changes=changes)
    assert asked(instance).known[0].worth == pytest.approx((0.9, 0.9))


def unsure(instance):
    """A drawn instance whose first driver is worth anything from nothing to three times as much."""
    first = {"table": "drivers", "where": {"id": instance.drivers[0].id}}
    return instance.replace(
        {**first, "field": "potential_low", "set": 0},
        {**first, "field": "potential_high", "set": 3 * instance.drivers[0].potential},
    )


def brute_force(instance):
    """Mean of the best plans for low, base and high, and of the best plan for all three; None where there is none."""
    given = unsure(instance)
    (assumption,) = ranged(given, [f"drivers.{instance.drivers[0].id}.potential"])
    evaluator = Evaluator(with_values(given, assumption, PROBABILITIES))
    names = [f"scenario_npv:{v}" for v in ("low", "base", "high")]
    worths = [[m[name] for name in names] for p in allowed(given) if (m := evaluator.evaluate(p).measures)]
    if not worths:
        return None
    informed = sum(p * max(w) for p, w in zip(PROBABILITIES, zip(*worths, strict=True), strict=True))
    return informed, max(sum(p * w for p, w in zip(PROBABILITIES, ws, strict=True)) for ws in worths)


def test_brute_force_finds_the_same():
    def tells(instance):
        both = None if instance.scenarios else brute_force(instance)
        return both is not None and both[0] - both[1] > 0.5

    for instance in drawn(tells, wanted=4):
        informed, common = brute_force(instance)
        (known,) = asked(unsure(instance), vary=[f"drivers.{instance.drivers[0].id}.potential"]).known
        assert known.worth == pytest.approx((informed - common,) * 2, rel=1e-5, abs=1e-5)
        assert known.common.objective == pytest.approx(common, rel=1e-5, abs=1e-5)


def test_intervals_hold_where_less_is_proven(monkeypatch):
    real = module.solve

    def solve(instance, **options):
        result = real(instance, **options)
        return replace(result, bound=result.bound + 2)

    monkeypatch.setattr(module, "solve", solve)
    (known,) = asked(make(drivers=[UNSURE])).known
    # 12.3 to 14.3 less 11.4 to 13.4, and the mean of all is never worth more than that of each.
    assert known.worth == pytest.approx((0, 2.9))
    assert known.common.bound == pytest.approx(13.4)


def test_ctrl_c_leaves_the_assumptions_done():
    def stop(known):
        raise KeyboardInterrupt

    made = asked(make(drivers=[UNSURE]), told=stop)
    assert (made.complete, len(made.known)) == (False, 1)


@pytest.mark.parametrize("probabilities", [(0.5, 0.5), (0.5, 0.5, 0.5), (-0.1, 1.0, 0.1)])
def test_probabilities_that_are_none(probabilities):
    with pytest.raises(SequencerError, match="sum to 1"):
        asked(make(drivers=[UNSURE]), probabilities=probabilities)


def test_nothing_can_be_known_of_what_has_no_plan():
    locks = [{"item": "r1", "must": True}]
    budgets = [{"pot": "hq", "wave": w, "amount": 1} for w in (1, 2, 3)]
    with pytest.raises(NoPlanError, match="no plan keeps all rules") as found:
        asked(make(drivers=[UNSURE], locks=locks, budgets=budgets))
    assert found.value.termination is Termination.INFEASIBLE


def test_as_data():
    made = asked(make(drivers=[UNSURE]))
    assert made.frame()["least"].tolist() == pytest.approx([0.9])
    assert made.to_dict()["assumptions"][0]["assumption"] == "drivers.r1.potential"
