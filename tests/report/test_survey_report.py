"""Survey as tables, JSON and heat map."""

from __future__ import annotations

import json

from sequencer.instance.survey import Answer, assess
from sequencer.report import survey as report
from sequencer.report.figures.heat_map import heat_map
from tests.instance.test_survey import INSTANCE

ANSWERS = [
    Answer("p", "de", "crm", 3, "de"),
    Answer("q", "jp", "crm", 1, "jp"),
    Answer("q", "jp", "data", 1, "jp"),
]
SURVEY = assess(INSTANCE, ANSWERS)


def test_tables_say_strengths_gaps_and_blind_spots():
    by_title = {t.title: t for t in report.tables(SURVEY)}
    assert by_title["Strengths"].rows == (("CRM", "2", "0", "+2"),)
    assert by_title["Gaps"].rows == (("data", "1", "3", "2", "-1"),)
    assert by_title["Blind spots"].rows == (("CRM", "de", "+2"),)
    assert "Nobody answered for 1 capability." in by_title["Maturity by the survey"].notes


def test_empty_tables_say_so():
    silent = {t.title: t for t in report.tables(assess(INSTANCE, []))}
    assert silent["Strengths"].notes == ("No capability stands above its benchmark.",)
    assert silent["Blind spots"].rows == ()


def test_json_of_a_survey():
    found = json.loads(json.dumps(report.content(SURVEY), allow_nan=False))
    crm = found["capabilities"][0]
    assert (crm["id"], crm["as_is"], crm["units"], crm["blind_spots"]) == ("crm", 2, {"de": 3, "jp": 1}, {"de": 2})


def test_heat_map_has_a_cell_for_each_unit_and_reference():
    ax = heat_map(SURVEY)
    # three capabilities × (two units, survey, target, benchmark); one frame in the colour of alerts.
    assert len(ax.patches) == 15
    texts = [t.get_text() for t in ax.texts]
    assert {"de", "jp", "Survey", "Target", "Benchmark", "CRM"} <= set(texts)
    assert sum(p.get_linewidth() > 1.5 for p in ax.patches) == 1


def test_units_of_like_names_stay_apart():
    units = [f"Business unit of the east {n}" for n in (1, 2)]
    ax = heat_map(
        assess(INSTANCE, [Answer("p", u, "crm", 1, u) for u in ("Business unit 1", "Business unit 2", *units)])
    )
    heads = [t.get_text() for t in ax.texts if t.get_text().startswith("Business")]
    assert heads[:2] == ["Business unit\n1", "Business unit\n2"]
    assert len(heads) == 4
