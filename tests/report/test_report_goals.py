"""Goals, measures and limits in words."""

import pytest
from report_cases import SMALL_PLAN, small_content

from sequencer.instance.instance import Instance
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Plan
from sequencer.report import goals, tables
from sequencer.report.figures.head import key_figures
from sequencer.report.rules import instance_rules, rule_text
from sequencer.types import RuleRef


def changed(objective="npv", **given):
    content = small_content()
    content["settings"] |= {"objective": objective}
    return Instance.model_validate(content | given)


@pytest.mark.parametrize(
    ("measure", "value", "said"),
    [
        ("peak_budget", 41.23, "EUR M 41.2"),
        ("value:risk", 0.5, "EUR M 0.500"),
        ("benefit_to_cost", 2.456, "2.46"),
        ("benefit_to_cost", None, "–"),
        ("payback_wave", 3.0, "wave 3 (Jan–Jun 2028)"),
        ("payback_wave", 4.0, "after the last wave (from Jul 2028)"),
        ("payback_wave", 5.0, "never within the horizon"),
        ("payback_wave", None, "never within the horizon"),
        ("load_peak:fte", 6.0, "6 FTE"),
        ("drivers", 2.0, "2"),
    ],
)
def test_figures_have_their_unit(small, measure, value, said):
    assert goals.figure(small, measure, value) == said


@pytest.mark.parametrize(
    ("measure", "bound", "gap", "said"),
    [
        ("peak_budget", 2.0, 0.0, "lowest possible, proven"),
        ("value:risk", 2.0, 1e-7, "highest possible, proven"),
        ("peak_budget", 1.5, 0.25, "proven: never below EUR M 1.50, gap 25.0 %"),
        ("value", 2.02, 0.01, "proven: never above EUR M 2.02, gap 1.00 %"),
        ("cost", None, None, "how much lower it could be is not proven yet"),
        ("drivers", None, None, "how much higher it could be is not proven yet"),
    ],
)
def test_what_is_proven(small, measure, bound, gap, said):
    level = {"measure": measure, "objective": 2.0, "bound": bound, "gap": gap}
    assert goals.remark(small, level) == said
    assert " with that" in goals.remark(small, level, later=True)


def test_headline_leads_with_the_goals():
    # the plan spends 2.6 in its dearest wave and adopts one driver of two
    evaluation = evaluate(changed("peak_budget drivers"), SMALL_PLAN)
    told = [
        {"measure": "peak_budget", "objective": 2.6, "bound": 2.6, "gap": 0.0},
        {"measure": "drivers", "objective": 1.0, "bound": 2.0, "gap": 0.5},
    ]
    rows = tables.headline(evaluation, {"goals": told}).rows
    assert rows[0] == ("Goal 1: peak budget", "EUR M 2.60", "lowest possible, proven")
    assert rows[1] == ("Goal 2: number of value drivers", "1", "proven with that: never above 2, gap 50.0 %")
    assert rows[2][0] == "Net present value"
    assert "Proven gap" not in {row[0] for row in rows}
    # A plan that nothing was solved for, and a run that tells of no goals yet.
    assert tables.headline(evaluation).rows[0][2] == "to be as low as possible"
    early = {"measure": "peak_budget", "objective": 2.6, "bound": None, "gap": None, "goals": None}
    assert [row[2] for row in tables.headline(evaluation, early).rows[:2]] == [
        "how much lower it could be is not proven yet",
        "how much higher it could be with that is not proven yet",
    ]


def test_one_goal_has_no_number():
    rows = tables.headline(evaluate(changed("value:risk"), Plan())).rows
    assert rows[0] == ("Goal: value of risk", "EUR M 0.00", "to be as high as possible")


def test_the_head_of_the_gantt_leads_with_the_goal():
    assert key_figures(evaluate(changed(), SMALL_PLAN)).startswith("Net present value EUR M ")
    said = key_figures(evaluate(changed("peak_budget npv"), SMALL_PLAN))
    assert said.startswith("Peak budget EUR M 2.60  ·  net present value EUR M ")


LIMITS = [
    {"measure": "peak_budget", "sense": "cap", "amount": 3},
    {"measure": "value:risk", "sense": "floor", "amount": 1},
    {"measure": "payback_wave", "sense": "cap", "amount": 3},
]


def test_measures_say_what_is_wanted_of_them():
    table = goals.measures_table(evaluate(changed("drivers npv", measure_limits=LIMITS), SMALL_PLAN))
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["drivers"] == ("Number of value drivers", "1", "more", "goal 1")
    assert rows["npv"][3] == "goal 2"
    assert rows["peak_budget"] == ("Peak budget", "EUR M 2.60", "less", "at most EUR M 3.00")
    assert rows["value:risk"][3] == "at least EUR M 1.00"
    assert rows["payback_wave"][3] == "at most wave 3"
    assert rows["cost"][3] == ""
    assert "load_peak:fte" in rows


def test_limits_and_quick_wins_are_among_the_rules():
    given = changed(measure_limits=LIMITS, quick_wins=[{"wave": 2}, {"wave": 3, "at_least": 2}])
    said = [row[1] for row in instance_rules(given).rows if row[0] in ("measure_limits", "quick_wins")]
    assert said == [
        "At least 1 visible driver earns by wave 2",
        "At least 2 visible drivers earn by wave 3",
        "Peak budget at most EUR M 3.00",
        "Value of risk at least EUR M 1.00",
        "Payback at most wave 3",
    ]
    assert rule_text(given, RuleRef("measure_limits", ("peak_budget", "cap"))) == "Peak budget at most EUR M 3.00"
    assert rule_text(given, RuleRef("quick_wins", (), 2)) == "Visible drivers that earn"
