"""Replanning by hand: what actuals do to the waves that are left."""

from __future__ import annotations

import datetime as dt

import pytest

from sequencer.errors import InputError, SequencerError
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Adoption, Plan
from sequencer.study.actuals import ActualItem, Actuals, When, read_actuals
from sequencer.study.replanning import actuals_template, prepare, replan
from tests.model.tools import driver, make

PROGRAMME = {
    "drivers": [driver("r1"), driver("r2", 8)],
    "initiatives": [{"id": "hub", "duration": 1, "one_off_cost": 6, "running_cost": 1}],
    "requirements": [{"item": "r2", "requires": "hub"}],
    "budgets": [{"pot": "hq", "wave": w, "amount": 7} for w in (1, 2, 3)],
}
START = {"waves": 3, "start": "2027-01-01", "carry_share": 1.0}
PLAN = Plan((Adoption("r1", 1), Adoption("hub", 1), Adoption("r2", 2)))


def programme(settings=None, **more):
    """r1 earns 10 a year; r2 earns 8 and needs the hub, which takes a year, 6 at once and 1 a year."""
    return make(START | (settings or {}), **PROGRAMME | more)


def rows(instance, record):
    return [r for r in instance.initial_state if r.record == record]


def test_as_planned_the_waves_that_are_left_go_on():
    task = prepare(programme(), PLAN, after=1)
    instance = task.instance
    assert (instance.n_waves, instance.settings.start) == (2, dt.date(2028, 1, 1))
    # r1 has been live for wave 1, a year; the hub goes live as the first wave that is left starts.
    state = {r.id: (r.live_months, r.live_waves) for r in rows(instance, "live")}
    assert state == {"r1": (12, 1), "hub": (0, 0)}
    assert [(r.id, r.wave, r.amount) for r in rows(instance, "value")] == [("revenue_uplift", 0, 10)]
    # 6 of the 7 are spent, all that is left is carried.
    assert [(r.id, r.amount) for r in rows(instance, "carry")] == [("hq", 1)]
    assert task.reference.adoptions == (Adoption("r2", 1),)
    assert [(r.item, r.wave) for r in instance.reference_plan] == [("r2", 1)]
    # Two years of r1, r2 and the hub: 20 + 16 − 2.
    assert task.kept.npv == pytest.approx(34)
    assert task.kept.feasible


def test_what_is_late_is_finished_at_what_it_still_costs_and_moves_what_needs_it():
    actuals = Actuals({"hub": ActualItem(When(1), When(3), paid=5, to_pay=4)}, spend={("hq", 1): 7})
    made = replan(programme(), PLAN, actuals, after=1, gap=0, threads=1)
    (hub,) = rows(made.instance, "in_progress")
    assert (hub.remaining_waves, hub.amount) == (1, 4)
    assert rows(made.instance, "carry") == []
    # r2 cannot start in the first wave that is left: it is moved by one, and earns 8; r1 earns 20, the hub costs 4 + 1.
    assert [(m.id, m.before.wave, m.after.wave) for m in made.moves] == [("r2", 1, 2)]
    assert made.moves[0].because == ("R2 starts in wave 1 but needs hub, which is live from wave 2",)
    assert made.result.objective == pytest.approx(20 + 8 - 5)
    assert list(made.task.deviations.values()) == [
        "Hub goes live in wave 3 instead of wave 2 and still costs 4 EUR instead of 0 EUR",
        "Pot hq has spent 7 EUR, planned were 6 EUR",
    ]


def test_what_has_not_started_is_open_and_what_was_started_early_is_done():
    actuals = Actuals({"r1": ActualItem(None), "r2": ActualItem(When(1))})
    made = replan(programme(), PLAN, actuals, after=1, gap=0, threads=1)
    assert made.task.dropped == ("r1",)
    assert [(r.item, r.wave) for r in made.instance.reference_plan] == [("r1", None)]
    # r1 starts as soon as it can, which is no move; r2 is history.
    assert made.moves == ()
    assert made.plan.adoptions == (Adoption("r1", 1),)
    assert made.result.evaluation.measures["moves"] == 0
    assert list(made.task.deviations.values())[:2] == [
        "R1 was to start in wave 1 and has not",
        "R2 started in wave 1, but was planned for wave 2",
    ]


def test_without_amounts_late_work_costs_what_was_planned_over_the_waves_it_takes():
    # 6 over two waves: 3 paid, 3 to pay; so 4 of the 7 are left.
    task = prepare(programme(), PLAN, Actuals({"hub": ActualItem(When(1), When(3))}), after=1)
    assert rows(task.instance, "in_progress")[0].amount == 3
    assert rows(task.instance, "carry")[0].amount == 4


def test_what_is_given_up_costs_its_price_and_may_start_again():
    late = Actuals({"hub": ActualItem(When(1), When(3))})
    kept = replan(programme(), PLAN, late, after=1, gap=0, threads=1)
    # r1 earns 20, r2 8 in the last wave; the hub still costs 3, and 1 once it is live.
    assert kept.result.objective == pytest.approx(24)
    made = replan(programme(), PLAN, late, after=1, abandon={"hub": 1}, gap=0, threads=1)
    assert [(r.id, r.remaining_waves, r.amount) for r in rows(made.instance, "in_progress")] == [
        ("giving-up-hub", 1, 1)
    ]
    # Started again it costs 6 and 1, less than the 8 that r2 earns with it; giving it up has cost 1.
    assert made.result.objective == pytest.approx(20 + 8 - 6 - 1 - 1)
    assert {m.id: (m.before and m.before.wave, m.after.wave) for m in made.moves} == {"hub": (None, 1), "r2": (1, 2)}
    assert made.task.deviations["hub"] == "Hub is given up, for 1 EUR"
    free = prepare(programme(), PLAN, late, after=1, abandon={"hub": 0})
    assert rows(free.instance, "in_progress") == []
    for wrong, words in (({"r1": 1}, "In progress: hub"), ({"r2": 1}, "r2 is not in progress")):
        with pytest.raises(SequencerError, match=words):
            prepare(programme(), PLAN, late, after=1, abandon=wrong)
    sets = programme(pace=[{"items": "initiatives", "limit": 1}])
    with pytest.raises(SequencerError, match="one by one"):
        prepare(sets, PLAN, late, after=1, abandon={"hub": 1})


def test_moves_are_limited_and_priced():
    better = programme(drivers=[driver("r1"), driver("r2", 8), driver("r3", 5)])
    # r3 is left out of the plan, and is worth 10 in the two years that are left.
    for more, adopted in (({}, True), ({"max_moves": 0}, False), ({"move_cost": 9}, True), ({"move_cost": 11}, False)):
        made = replan(better, PLAN, after=1, gap=0, threads=1, **more)
        assert [m.id for m in made.moves] == ["r3"] * adopted
        assert made.result.proven_optimal


def test_limits_of_the_whole_programme_are_lowered_by_what_there_is():
    limits = [
        {"measure": "npv", "sense": "floor", "amount": 30},
        {"measure": "cost", "sense": "cap", "amount": 9},
        {"measure": "drivers", "sense": "floor", "amount": 2},
    ]
    given = programme({"discount_rate": 0.21}, measure_limits=limits)
    task = prepare(given, PLAN, after=1)
    # Wave 1 earned 10 and cost 6, both at its middle, 1.21^-½ = 1/1.1; what is left starts at 1/1.21.
    new = {(r.measure, r.sense): r.amount for r in task.instance.measure_limits}
    assert new["npv", "floor"] == pytest.approx((30 - 4 / 1.1) * 1.21)
    assert new["cost", "cap"] == pytest.approx((9 - 6 / 1.1) * 1.21)
    assert new["drivers", "floor"] == 2
    whole = evaluate(given, PLAN)
    assert 4 / 1.1 + task.kept.npv / 1.21 == pytest.approx(whole.npv)


def test_waves_are_renumbered_everywhere():
    given = programme(
        {"brands_first_wave": 1, "brands_later_waves": 2, "return_from_wave": 3, "return_floor": 0.1},
        brands=[{"id": "a", "launch_wave": 3}, {"id": "b"}],
        brand_stages=[
            {"brand": "a", "period": "1", "stage": "launch"},
            {"brand": "a", "period": "2", "stage": "growth"},
            {"brand": "a", "period": "3", "stage": "mature"},
            {"brand": "b", "period": "tail", "stage": "loe"},
        ],
        locks=[
            {"item": "drivers", "latest": 2},
            {"item": "a", "earliest": 2, "latest": 3},
            {"item": "b", "fixed": 1},
        ],
        drivers=[driver("r1", visible=True), driver("r2", 8)],
        quick_wins=[{"wave": 1}, {"wave": 3}],
        resources=[{"id": "it", "lead": 2}],
        capacities=[{"resource": "it", "wave": w, "capacity": 5} for w in (1, 2, 3)],
        scenarios=[{"id": "bad", "probability": 1}],
        scenario_changes=[
            {"scenario": "bad", "of": "capacities", "row": f"it:{w}", "column": "capacity", "value": w} for w in (1, 3)
        ],
    )
    made = prepare(given, PLAN, after=1).instance
    assert (made.settings.brands_first_wave, made.settings.return_from_wave) == (2, 2)
    assert [b.launch_wave for b in made.brands] == [2, None]
    stages = [(r.brand, r.period, r.stage) for r in made.brand_stages]
    assert stages == [("a", "1", "growth"), ("a", "2", "mature"), ("b", "tail", "loe")]
    # r1 has started, so its lock is past; b should have started in wave 1 and may not start any more.
    locks = {r.item: (r.latest, r.never) for r in made.locks}
    assert locks == {"r2": (1, False), "a": (2, False), "b": (None, True)}
    assert [r.wave for r in made.quick_wins] == [2]
    assert made.resources[0].lead == 1
    assert [(r.row, r.value) for r in made.scenario_changes] == [("it:2", 3)]
    assert [r.wave for r in made.budgets] == [1, 2]


def test_replanning_again_adds_up():
    once = prepare(programme({"waves": 3}), PLAN, after=1)
    twice = prepare(once.instance, once.reference, after=1)
    at_once = prepare(programme(), PLAN, after=2)
    for made in (twice, at_once):
        live = {r.id: (r.live_months, r.live_waves) for r in rows(made.instance, "live")}
        assert live == {"r1": (24, 2), "hub": (12, 1), "r2": (12, 1)}
    assert twice.kept.npv == pytest.approx(at_once.kept.npv)
    value = [sorted((r.wave, r.amount) for r in rows(t.instance, "value")) for t in (twice, at_once)]
    assert value == [[(-1, 10), (0, 18)]] * 2
    # With everything started there is nothing to move, and nothing to refer to.
    assert twice.instance.reference_plan == ()


@pytest.mark.parametrize(
    ("settings", "tables", "words"),
    [
        ({"objective": "payback_wave npv"}, {}, "payback_wave"),
        ({}, {"measure_limits": [{"measure": "benefit_to_cost", "sense": "floor", "amount": 2}]}, "benefit_to_cost"),
    ],
)
def test_what_cannot_be_carried_over_exactly_is_refused(settings, tables, words):
    with pytest.raises(SequencerError, match=words):
        prepare(programme(settings, **tables), PLAN, after=1)


def test_a_wave_has_to_be_finished_and_one_left():
    for after, words in ((3, "Name a wave from 1 to 2"), (0, "Name a wave"), (None, "--after WAVE")):
        with pytest.raises(SequencerError, match=words):
            prepare(programme(), PLAN, after=after)
    single = make({"waves": 1}, drivers=[driver()])
    with pytest.raises(SequencerError, match="single wave"):
        prepare(single, Plan(), after=1)


# -- the file ---------------------------------------------------------------------------------------------------------


def test_the_template_says_that_all_went_as_planned(tmp_path):
    file = tmp_path / "actuals.csv"
    file.write_text(actuals_template(programme(), PLAN, 1), encoding="utf-8")
    found = read_actuals(programme(), file)
    assert set(found.items) == {"r1", "hub"}
    assert found.value == {("revenue_uplift", 1): 10}
    assert found.spend == {("hq", 1): 6}
    task = prepare(programme(), PLAN, file)
    assert task.deviations == {}
    assert task.instance.fingerprint == prepare(programme(), PLAN, after=1).instance.fingerprint


def test_dates_and_decimal_commas_are_read(tmp_path):
    file = tmp_path / "actuals.csv"
    file.write_text(
        "Record;ID;Started;Live;To pay;Wave;Amount\nitem;hub;2027-03-15;2029-02-01;2,5;;\n"
        "item;r1;2027-07-01;2027-07-01;;;\nspend;hq;;;;1;6,25\n",
        encoding="utf-8",
    )
    task = prepare(programme(), PLAN, file)
    # The hub goes live within wave 3, so it is live from the tail on; r1 has been live for half a year, but for no
    # whole wave.
    assert [(r.id, r.remaining_waves, r.amount) for r in rows(task.instance, "in_progress")] == [("hub", 2, 2.5)]
    assert [(r.id, r.live_months, r.live_waves) for r in rows(task.instance, "live")] == [("r1", 6, 0)]
    assert rows(task.instance, "carry")[0].amount == 0.75


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("record,id\nitm,r1\n", [(2, "unknown-record")]),
        ("record,id,colour\nitem,r1,\n", [(1, "unknown-column")]),
        ("id\nr1\n", [(1, "missing-column")]),
        ("record,id,started\nitem,r3,1\nitem,r1,soon\nitem,r2,9\n",
         [(2, "unknown-reference"), (3, "not-a-date"), (4, "not-a-date")]),
        ("record,id,started\nitem,r1,2035-01-01\n", [(2, "out-of-range")]),
        ("record,id,started,live\nitem,r1,2,1\nitem,hub,,2\n", [(2, "out-of-range"), (3, "not-started")]),
        ("record,id,started,paid\nitem,hub,1,-3\n", [(2, "out-of-range")]),
        ("record,id,wave,amount\nvalue,risk,1,3\nspend,hq,4,1\nspend,hq,1,x\ncarry,hq,1,2\nvalue,revenue_uplift,1,\n",
         [(2, "unknown-reference"), (3, "out-of-range"), (4, "not-a-number"), (5, "without-effect"),
          (6, "missing-value")]),
        ("record,id,wave,amount\nspend,hq,1,3\nspend,hq,1,3\n", [(3, "duplicate-row")]),
        ("record,id,mode,started\nitem,r1,fast,1\nitem,r1,,1\n", [(2, "unknown-mode"), (3, "duplicate-row")]),
    ],
)  # fmt: skip
def test_all_that_is_wrong_with_a_file_is_told_at_once(tmp_path, text, found):
    file = tmp_path / "actuals.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_actuals(programme(), file)
    assert [(p.row, p.rule) for p in error.value.problems] == found
    assert all(p.remedy and p.file == "actuals.csv" for p in error.value.problems)


def test_actuals_that_cannot_be_are_told_at_once():
    actuals = Actuals(
        {"r1": ActualItem(When(2), row=2), "hub": ActualItem(When(1), row=3)}, value={("revenue_uplift", 3): 1}
    )
    with pytest.raises(InputError) as error:
        prepare(programme(), PLAN, actuals, after=1)
    assert [p.message for p in error.value.problems] == [
        "r1 starts in wave 2, after the 1 finished waves",
        "revenue_uplift has an amount in wave 3, after the 1 finished waves",
    ]
