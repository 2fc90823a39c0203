"""Interdependency map as tables, JSON and picture."""

from __future__ import annotations

import json
from itertools import combinations

from sequencer.instance.needs import needs
from sequencer.report import needs as report
from sequencer.report.figures.needs import HEIGHT, WIDTH, layout, needs_map
from tests.instance.test_needs import instance

INSTANCE = instance()
FOUND = needs(INSTANCE, "d")


def test_gap_counts_missing_levels_and_their_cost():
    rows = {row[1]: row[2:7] for row in report.gaps(INSTANCE, FOUND).rows}
    assert rows == {"a": ("0", "2", "2", "5", "1"), "b": ("0", "1", "1", "5", "0")}


def test_effort_adds_up():
    table = report.effort(INSTANCE, FOUND)
    cost = next(row for row in table.rows if row[0].startswith("One-off cost"))
    assert cost[-1] == "11"  # 2 + 3 + 5 for steps, 1 for sales


def test_chain_says_when_it_can_be_live():
    table = report.chain(INSTANCE, FOUND)
    assert [row[0] for row in table.rows] == ["b:1", "a:2", "d"]
    assert "wave 4" in table.notes[0]


def test_json_has_nodes_links_and_chain():
    found = json.loads(json.dumps(report.content(INSTANCE, FOUND), allow_nan=False))
    assert found["critical_chain"] == ["b:1", "a:2", "d"]
    assert {n["id"] for n in found["nodes"]} == {"d", "a:1", "a:2", "b:1", "sales"}
    assert found["earliest"] == 4


def test_boxes_do_not_overlap_and_arrows_go_right():
    places = layout(FOUND)
    for (x0, y0), (x1, y1) in combinations(places.values(), 2):
        assert abs(x0 - x1) >= WIDTH or abs(y0 - y1) >= HEIGHT
    assert all(places[k.needed][0] < places[k.by][0] for k in FOUND.links)


def test_picture_has_a_box_and_an_arrow_for_each():
    ax = needs_map(INSTANCE, FOUND)
    arrows = [p for p in ax.patches if p.__class__.__name__ == "FancyArrowPatch"]
    assert len(arrows) == len(FOUND.links)
    assert sum(p.get_linewidth() > 1.5 for p in arrows) == 2  # the critical chain b:1, a:2, d
