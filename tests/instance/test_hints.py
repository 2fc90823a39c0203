"""Warnings: told where something is odd, silent otherwise."""

from __future__ import annotations

import pytest

from sequencer.instance.checks import warnings


def test_a_sound_instance_gives_no_warning(folder):
    assert warnings(folder.read()) == []


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("budgets.csv", "pot,wave,amount\nhq,1,5\nhq,2,5\nhq,3,5\n", "so without a limit: de, jp."),
        ("capacities.csv", "resource,wave,capacity\n", "so without a limit: fte."),
        ("resources.csv", "id\nfte\nlegal\n", "Resources that nothing uses: legal."),
        ("fit.csv", "affiliate_class,archetype,fit\nlarge,adapted,1\nsmall,adapted,1\n", "no affiliate has: small."),
        (
            "fit.csv",
            "affiliate_class,archetype,fit\nlarge,adapted,1\n",
            "taken as 1, for: exceptional as adapted, exceptional as customized.",
        ),
        ("initiatives.csv", "id\nfair\n", "earn nothing themselves: fair."),
        ("capabilities.csv", None, "no step reaches: crm."),
        (
            "lifecycle.csv",
            "driver,stage,factor\nremote,growth,1\n",
            "stage in wave 1, whose factor is then 1: growth, mature.",
        ),
        ("requirements.csv", None, "can only start together: marketing and sales."),
    ],
)
def test_what_is_odd_is_told(folder, file, text, words):
    if file == "capabilities.csv":
        text = folder.text(file).replace("platforms,1,2", "platforms,1,4")
    if file == "requirements.csv":
        text = folder.text(file) + "marketing,sales,0\nsales,marketing,0\n"
    found = warnings(folder.put(file, text).read())
    assert any(words in hint for hint in found), found


def test_drivers_without_potential(folder):
    head, *rows = folder.text("drivers.csv").splitlines()
    zero = [",".join([*row.split(",")[:3], "0", "0", "0", *row.split(",")[6:]]) for row in rows]
    found = warnings(folder.put("drivers.csv", "\n".join([head, *zero])).read())
    assert found == ["No driver has a potential above 0, so there is nothing to gain from them."]


def test_stages_without_a_factor(folder):
    folder.put("lifecycle.csv", "driver,stage,factor\nremote,early,1\n")
    folder.put("brand_stages.csv", "brand,period,stage\ngrowth,1,early\nmature,1,late\n")
    assert warnings(folder.read()) == ["Lifecycle stages without a factor for any driver, taken as 1: late."]


def test_budgets_that_nothing_draws_on(folder):
    folder.put("pots.csv", "id\nmedia\n").add("budgets.csv", "media,1,1", "media,2,1", "media,3,1")
    assert warnings(folder.read()) == ["Budgets that no cost is charged to: media."]


def test_initiatives_that_are_worth_something_are_not_needless(folder):
    folder.put("initiatives.csv", "id,running_cost,value_once,category\nfair,,2,risk\nrelief,-1,,\nidle,1,,\n")
    assert warnings(folder.read()) == ["Nothing requires these, and they earn nothing themselves: idle."]


def test_the_balance_of_layers_counts_target_steps(folder):
    folder.edit("requirements.csv", "content,insight:2,0\n", "")
    assert warnings(folder.read()) == ["Nothing requires these, and they earn nothing themselves: insight:2."]
    assert warnings(folder.add("instance.toml", "balance_gap = 0.5").read()) == []


def test_long_lists_are_cut_short(folder):
    names = [f"i{n}" for n in range(12)]
    (hint,) = warnings(folder.put("initiatives.csv", "id\n" + "\n".join(names)).read())
    assert hint.endswith("i7 and 4 more.")
