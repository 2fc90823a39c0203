"""Plans for scenarios in words and as pictures."""

from pathlib import Path

from sequencer.instance.reader import read
from sequencer.plan.evaluate import evaluate
from sequencer.report.figures.robust import outcomes, stages
from sequencer.report.robust import interval_text, reoptimised_tables, robust_tables, stages_tables
from sequencer.solver.options import SolveOptions
from sequencer.study.draws import DrawOptions
from sequencer.study.intervals import Interval
from sequencer.study.robust import Robust, reoptimised, robust
from sequencer.study.scenarios import drawn
from sequencer.study.stages import two_stages
from tests.model.tools import driver, make
from tests.plan.plan_tools import make_plan

WAIT = Path(__file__).parents[2] / "instances" / "tiny" / "wait-and-see"
PROVEN = SolveOptions(gap=0, threads=1)


def test_intervals_are_figures_where_both_sides_read_the_same():
    assert interval_text(Interval(1.234, 1.236), 1) == "1.2"
    assert interval_text(Interval(1, 2.5), 1) == "1.0 to 2.5"


def test_regret_beside_the_best_of_each_scenario():
    measures, scenarios, differences = robust_tables(robust(read(WAIT), "regret", PROVEN))
    assert "the smallest largest regret that a plan can have is 16.0" in measures.notes[0]
    assert scenarios.columns[-1] == "best alone"
    assert [row[-1] for row in scenarios.rows] == ["24.0", "0.0"]
    assert differences.rows == ()


def test_of_many_scenarios_quantiles_are_told_and_drawn():
    given = make({"waves": 1}, drivers=[driver("r1", 5, success=0.5, one_off_cost=1)])
    many = drawn(given, DrawOptions(draws=20, latin=True))
    judged = [evaluate(many, make_plan(p)) for p in ({"r1": 1}, {})]
    found = Robust(many, "cvar", *judged, Interval(1.5, 1.5), Interval(0, 0))
    _, scenarios, _ = robust_tables(found)
    assert scenarios.title == "Net present value over 20 scenarios, EUR"
    assert [row[1:] for row in scenarios.rows][::4] == [("-1.00", "0.00"), ("4.00", "0.00")]
    axes = outcomes(found)
    assert [line.get_label() for line in axes.lines[:2]] == ["made for base values", "made for cvar"]


def test_a_search_that_was_stopped_early_is_told():
    given = read(WAIT)
    none, early = (evaluate(given, make_plan(p)) for p in ({}, {"r1": 1}))
    measures, *_ = robust_tables(Robust(given, "expected_npv", none, early, Interval(0, 9), Interval(4, 9)))
    assert measures.notes[0].startswith("The second plan is better on base values, too")
    assert (
        not robust_tables(Robust(given, "cvar", early, none, Interval(4, 4), Interval(0, 0)))[0]
        .notes[0]
        .startswith("The second")
    )


def test_two_stages_say_what_is_decided_now_and_what_depends():
    found = two_stages(read(WAIT), options=PROVEN)
    figures, now, later = stages_tables(found)
    assert [row[1] for row in figures.rows] == ["12.0", "7.0", "4.0", "5.0", "3.0"]
    assert now.notes == ("Nothing starts in wave 1: it is better to wait for what turns out.",)
    assert later.rows == (("A new way of selling", "wave 2", "–"),)
    assert [t.get_text() for t in stages(found).texts] == ["12.0", "7.0", "4.0", "5.0", "3.0"]


def test_draws_solved_anew_tell_what_they_put_into_question():
    given = make(
        {"waves": 2, "tail_months": 24},
        drivers=[driver("r1", 5, one_off_cost=16, low={"potential": 0}, high={"potential": 10})],
    )
    found = reoptimised(given, make_plan({"r1": 1}), DrawOptions(draws=6, seed=2), PROVEN)
    figures, doubts = reoptimised_tables(found)
    assert "Knowing the outcome before planning would be worth" in figures.notes[0]
    assert [row[:2] for row in doubts.rows] == [("r1", "yes")]
