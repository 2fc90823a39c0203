"""A programme under way as reports tell it: what is live, what is in progress, and what is a move."""

from __future__ import annotations

import pytest

from sequencer.instance.instance import Instance
from sequencer.instance.needs import needs
from sequencer.plan import frames
from sequencer.plan.compare import Candidate, Comparison
from sequencer.plan.evaluate import Evaluation, evaluate
from sequencer.plan.plan import Adoption, Plan
from sequencer.report import compare, tables
from sequencer.report.figures.gantt import gantt_figure
from sequencer.report.figures.lanes import groups
from sequencer.report.rules import instance_rules
from tests.model.tools import driver, make


def programme(**more: object) -> Instance:
    """CRM 1 is live, CRM 2 is in progress for a wave; r1 needs it."""
    return make(
        {"start": "2027-01-01"},
        drivers=[driver("r1", name="Remote"), driver("r2", name="Alerts")],
        capabilities=[{"id": "crm", "layer": "technological", "name": "CRM"}],
        capability_steps=[{"capability": "crm", "level": n, "one_off_cost": 4} for n in (1, 2, 3)],
        requirements=[{"item": "r1", "requires": "crm:2"}],
        **more,
    )


STATE = [
    {"record": "live", "id": "crm:1", "live_waves": 2},
    {"record": "in_progress", "id": "crm:2", "remaining_waves": 1, "amount": 1.5},
    {"record": "live", "id": "r2"},
    {"record": "value", "id": "revenue_uplift", "amount": 7},
]
REFERENCE = [{"item": "r1", "wave": 3}]


@pytest.fixture
def begun() -> Evaluation:
    given = programme(initial_state=STATE, reference_plan=REFERENCE)
    return evaluate(given, Plan((Adoption("r1", 2),)))


def test_the_roadmap_begins_with_what_has_started(begun):
    table = tables.roadmap(begun)
    assert table.rows[0] == ("before", "–", "Technological: CRM 2", "Drivers: Alerts\nTechnological: CRM 1")
    assert table.rows[2][3] == "Technological: CRM 2"
    assert any("before wave 1" in note for note in table.notes)
    # Of five there are, one is left out: level 3.
    assert dict(row[:2] for row in tables.headline(begun).rows)["Adopted"] == "4 of 5"
    assert "3" in tables.not_adopted(begun).rows[0][2]


def test_frames_tell_wave_0(begun):
    found = frames.roadmap(begun).set_index("id")
    assert found["wave"].to_dict() == {"crm:1": 0, "crm:2": 0, "r2": 0, "r1": 2}
    assert found["live_from"].to_dict() == {"crm:1": 0, "crm:2": 2, "r2": 0, "r1": 2}
    assert found["start_date"].isna().to_dict() == {"crm:1": True, "crm:2": True, "r2": True, "r1": False}


def test_bars_of_what_is_live_are_open_to_the_left_and_others_end_when_it_goes_live(begun):
    bars = {bar.item: bar for group in groups(begun) for row in group.rows for bar in row.bars}
    assert {i: (b.start, b.stop, b.live) for i, b in bars.items()} == {
        "crm:1": (1, 1, 1),
        "crm:2": (1, 2, 2),
        "r1": (2, 3, 2),
        "r2": (1, 1, 1),
    }
    assert bars["r2"].texts == ("live already", "live")
    drawn = gantt_figure(begun.plan, begun.instance, begun)
    ids = {artist.get_gid() for artist in drawn.axes[0].get_children()}
    assert "tick:crm:2" in ids
    assert "tick:crm:1" not in ids


def test_rules_say_what_is_there_and_what_a_move_is(begun):
    said = [row[1:] for row in instance_rules(begun.instance).rows if row[0] in ("initial_state", "reference_plan")]
    assert said == [
        ("CRM 2 is in progress, and live from wave 2 (Jan–Dec 2028)", "before"),
        ("Live already: Alerts, CRM 1", "before"),
        ("EUR 7 of value have been earned before wave 1", "before"),
        ("What differs from 1 planned adoption is a move", "every"),
    ]


def test_a_map_knows_what_is_in_progress(begun):
    found = needs(begun.instance, "r1")
    # CRM 2 is live from wave 2, costs what is committed, and waits for nothing any more.
    assert set(found.nodes) == {"r1", "crm:2"}
    assert (found.nodes["crm:2"].live, found.nodes["crm:2"].one_off) == (2, 1.5)
    assert found.nodes["r1"].earliest == 2
    assert found.chain == ("crm:2", "r1")


def test_comparisons_tell_it_from_what_is_not_adopted(begun):
    fresh = evaluate(programme(), Plan((Adoption("crm:1", 1), Adoption("crm:2", 2), Adoption("r1", 3))))
    table = compare.moves(Comparison([Candidate("fresh", fresh), Candidate("begun", begun)]))
    assert {row[0]: row[2:] for row in table.rows} == {
        "r1": ("3", "2"),
        "r2": ("–", "before"),
        "crm:1": ("1", "before"),
        "crm:2": ("2", "before"),
    }
