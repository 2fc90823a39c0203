"""Split cost lines: the shares of a line always make up the whole of it."""

import pytest

from sequencer.instance.instance import Instance


def shares(splits, **archetype):
    """Shares of the lines of affiliate jp by kind, which hq pays in half unless said otherwise."""
    instance = Instance(
        settings={"schema_version": 1},
        affiliates=[{"id": "jp", "affiliate_class": "big"}],
        archetypes=[
            {"id": "adapted", "duration": 1, "one_off_cost": 8, "running_cost": 2, "hq_share": 0.5} | archetype
        ],
        pots=[{"id": "lab"}],
        cost_splits=[{"item": "jp", "line": line, "pot": pot, "share": share} for line, pot, share in splits],
    )
    return {line.kind: dict(line.shares) for line in instance.adoptables["jp"].modes[0].lines}


@pytest.mark.parametrize(
    ("splits", "one_off"),
    [
        ([], {"hq": 0.5, "jp": 0.5}),
        # lab pays 0.2; of the 0.8 left, half each
        ([("one_off", "lab", 0.2)], {"hq": 0.4, "jp": 0.4, "lab": 0.2}),
        # jp pays 0.5, and half of the 0.5 left
        ([("one_off", "jp", 0.5)], {"hq": 0.25, "jp": 0.75}),
        # lab pays 0.5 of every line and 0.25 more of this one; of the 0.25 left, half each
        ([("one_off", "lab", 0.25), ("all", "lab", 0.5)], {"hq": 0.125, "jp": 0.125, "lab": 0.75}),
        ([("all", "lab", 1)], {"lab": 1}),
    ],
)
def test_a_split_leaves_the_rest_with_the_own_pots(splits, one_off):
    assert shares(splits)["one_off"] == pytest.approx(one_off)


def test_a_split_of_one_line_leaves_the_other_alone():
    assert shares([("one_off", "lab", 1)])["running"] == {"hq": 0.5, "jp": 0.5}


def test_a_split_that_names_the_own_pot_changes_nothing():
    # All of it is hq's already: 0.25 by the row and 0.75 that stay.
    assert shares([("all", "hq", 0.25)], hq_share=1) == {"one_off": {"hq": 1}, "running": {"hq": 1}}
