"""Comparison in words, as JSON, CSV and picture."""

from __future__ import annotations

import csv
import io
import json

import pytest

from sequencer.instance.instance import Instance
from sequencer.plan.compare import Candidate, Comparison
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Plan
from sequencer.report import compare
from sequencer.report.figures.comparison import comparison_figure, intervals
from tests.report.report_cases import SMALL_PLAN, small_content


@pytest.fixture
def comparison():
    base = Instance.model_validate(small_content())
    less = base.replace({"table": "budgets", "where": {"pot": "hq", "wave": 1}, "field": "amount", "set": 3.5})
    full = evaluate(base, SMALL_PLAN)
    return Comparison([Candidate("base", full, full.npv + 1), Candidate("less", evaluate(less, Plan()), 0.5)])


def test_tables_in_reading_order(comparison):
    titles = [t.title for t in compare.tables(comparison)]
    assert titles[:4] == ["Changed inputs", "Key figures, EUR M", "Which is better", "What moved"]
    assert any(t.startswith("Value by wave") for t in titles)


def test_changed_inputs_name_the_cell(comparison):
    (row,) = compare.changes(comparison).rows
    assert row == ("budgets", "hq:1", "amount", "4", "3.5")


def test_figures_of_another_goal_are_not_mixed_in(comparison):
    """A plan solved for the least cost has an NPV as well, but nothing proven about it."""
    base = comparison.candidates[0]
    cheap = base.instance.replace({"table": "settings", "field": "objective", "set": "cost"})
    mixed = Comparison([base, Candidate("cheap", evaluate(cheap, Plan()), 0.0)])
    rows = compare.figures(mixed).rows
    assert [row[0] for row in rows[:6]] == [
        "Net present value",
        "At most (proven)",
        "Proven gap",
        "Cost",
        "At least (proven)",
        "Proven gap",
    ]
    assert (rows[0][2], rows[1][2], rows[2][2]) == ("0.00", "–", "–")
    assert (rows[3][2], rows[4][2], rows[5][2]) == ("0.00", "0.00", "0.00 %")
    assert rows[3][1] != "–"
    assert rows[4][1] == "–"
    assert any("another goal: Cost" in t.get_text() for t in intervals(mixed).texts)


def test_amounts_in_another_unit_are_told(comparison):
    base, other = comparison.candidates
    assert compare.figures(comparison).notes == ()
    francs = base.instance.replace({"table": "settings", "field": "currency", "set": "CHF"})
    mixed = Comparison([base, Candidate("swiss", evaluate(francs, Plan()))])
    (note,) = compare.figures(mixed).notes
    assert note.startswith("Amounts of swiss are in CHF")


def test_verdict_names_both_figures(comparison):
    ((plans, said),) = compare.order(comparison).rows
    assert plans == "base and less"
    reached = comparison.candidates[0].evaluation.npv
    assert said.startswith("base is better: at least ") if reached > 0.5 else said.startswith("Not ranked")


def test_open_pairs_say_what_would_settle_it(comparison):
    one, two = comparison.candidates
    wide = Comparison([one, Candidate("less", two.evaluation, one.evaluation.npv + 5)])
    ((_, said),) = compare.order(wide).rows
    assert said.startswith("Not ranked, as both may turn out better")
    assert "has to be solved to a gap below" in said


def test_moves_show_wave_and_mode(comparison):
    rows = {row[0]: row[2:] for row in compare.moves(comparison).rows}
    assert rows["de"] == ("2, Lean", "–")
    assert rows["d1"] == ("2", "–")


def test_json_has_no_words_and_no_nan(comparison):
    text = json.dumps(compare.content(comparison), allow_nan=False)
    found = json.loads(text)
    assert [p["name"] for p in found["plans"]] == ["base", "less"]
    assert found["order"][0]["relation"] in ("better", "open")


def test_csv_has_every_section(comparison):
    rows = list(csv.DictReader(io.StringIO(compare.tidy(comparison))))
    assert {r["section"] for r in rows} == {"input", "measure", "start", "course"}
    npv = next(r for r in rows if (r["section"], r["plan"], r["key"]) == ("measure", "base", "npv"))
    assert float(npv["value"]) == comparison.candidates[0].evaluation.npv


def test_picture_marks_every_plan(comparison):
    ax = intervals(comparison)
    assert len(ax.patches) == 2
    assert [t.get_text() for t in ax.get_yticklabels()] == ["base", "less"]
    legend = comparison_figure(comparison).legends[0]
    assert [t.get_text() for t in legend.get_texts()] == ["base", "less"]


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "1 s"), (40, "40 s"), (400, "7 min"), (9000, "2 h"), (1e6, "more than a day")]
)
def test_duration(seconds, said):
    assert compare.duration(seconds) == said
