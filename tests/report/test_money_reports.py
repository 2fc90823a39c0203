"""Tables and rules in words where money moves between pots, comes back, or buys capacity."""

import pytest
from report_cases import SMALL_PLAN, small_content

from sequencer.instance.instance import Instance
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Payment, Plan
from sequencer.report import tables
from sequencer.report.rules import instance_rules, rule_text
from sequencer.types import RuleRef


def changed(settings=(), **tables_given):
    content = small_content()
    content["settings"] |= dict(settings)
    return Instance.model_validate(content | tables_given)


def cells(table, wave, pot):
    """Cells of a pot in a wave, by column."""
    number = next(i for i, row in enumerate(table.rows) if row[0] == str(wave))
    row = next(row for row in table.rows[number:] if row[2] == pot)
    return dict(zip(table.columns, row, strict=True))


def test_transfers_have_columns_where_there_are_any():
    given = changed({"funding": "budget-reallocation", "cut_cap": 0.5})
    assert "Transfers in" not in tables.money(evaluate(given, SMALL_PLAN)).columns
    plan = Plan(SMALL_PLAN.adoptions, (Payment("de", 1, 0.1), Payment("jp", 1, 0.15)))
    table = tables.money(evaluate(given, plan))
    assert table.columns[3:] == (
        *("Budget", "Released", "Carried in", "Transfers in", "Spend", "Transfers out", "Left over", "Lapsed"),
    )
    # hq spends its 2 and keeps the 0.25 it receives; the affiliates keep 0.25 of their 0.5
    shown = ("Transfers in", "Transfers out", "Left over")
    assert [cells(table, 1, "hq")[c] for c in shown] == ["0.25", "0.00", "0.25"]
    assert [cells(table, 1, "affiliates")[c] for c in shown] == ["0.00", "0.25", "0.25"]
    both = cells(table, 1, "all pots")
    assert both["Transfers in"] == both["Transfers out"]


def test_what_is_reinvested_has_a_column():
    # de earns 3.75 in wave 3; a tenth of it comes back in wave 4
    given = changed({"reinvest_share": 0.1, "waves": 4}, budgets=[], capacities=[])
    table = tables.money(evaluate(given, SMALL_PLAN))
    assert [cells(table, w, "hq")["Reinvested"] for w in (3, 4)] == ["0.00", "0.38"]


def test_bought_capacity_has_a_column():
    # crm:2 takes 6 of the 5 that are there; jp takes 4 in waves 2 and 3
    capacities = [{"resource": "fte", "wave": w, "capacity": 5, "extra_cap": 2, "extra_cost": 0.01} for w in (1, 2, 3)]
    table = tables.load(evaluate(changed(capacities=capacities), SMALL_PLAN))
    assert table.columns[3:] == ("Load", "Capacity", "Bought", "Used")
    assert [row[3:] for row in table.rows] == [
        ("6", "5", "1", "120 %"),
        ("4", "5", "0", "80 %"),
        ("4", "5", "0", "80 %"),
    ]


@pytest.mark.parametrize(
    ("ref", "text"),
    [
        (RuleRef("transfers", ("jp",), 1), "Japan gives up budget"),
        (RuleRef("prices", ("jp",), 1), "Japan pays an internal price"),
        (RuleRef("funding", ("jp", "price"), 1), "Japan funds headquarters"),
        (RuleRef("affiliate_gains", ("jp",)), "Japan earns what it bears"),
        (RuleRef("continuous_return", (), 2), "Continuous return"),
        (RuleRef("minimum_values", (), 2), "Least value so far"),
        (RuleRef("minimum_values", ("revenue_uplift", "jp"), 2), "Least value so far: revenue uplift, Japan"),
        (RuleRef("earned_mandate", ("mandate:1",), 2), "Programme has to be earned"),
    ],
)
def test_one_rule_in_words(ref, text):
    assert rule_text(changed(), ref) == text


def test_rules_of_money_in_words():
    content = small_content()
    content["affiliates"][0]["cut_cap"] = 0.125
    content["mandate"][1]["earned_value"] = 1.5
    given = Instance.model_validate(
        content
        | {
            "settings": content["settings"]
            | {
                "funding": "budget-reallocation",
                "cut_cap": 0.2,
                "reinvest_share": 0.1,
                "reinvest_categories": "risk",
                "every_affiliate_gains": True,
                "return_from_wave": 2,
                "return_floor": 0.1,
                "return_lag": 2,
            },
            "minimum_values": [{"wave": 3, "category": "risk", "affiliate": "jp", "amount": 0.25}],
            "capacities": [{"resource": "fte", "wave": 1, "capacity": 8, "extra_cap": 2, "extra_cost": 0.5}],
            "pair_uses": [{"resource": "fte", "affiliate": "jp", "amount": 0.5}],
        }
    )
    said = {(family, text, waves) for family, text, waves in instance_rules(given).rows}
    assert {
        ("transfers", "Affiliates give up at most 20 % of their budget of a wave to hq (Japan 12.5 %)", "every"),
        ("budgets", "10 % of the last wave's value of risk comes back to hq", "every"),
        ("affiliate_gains", "Every affiliate earns at least what it bears itself, discounted", "all"),
        ("continuous_return", "Value so far is at least 10 % of what was spent up to 2 waves before", "2–3"),
        ("minimum_values", "Value so far of risk in Japan is at least EUR M 0.25", "3"),
        ("earned_mandate", "Programme starts only when the waves before have earned EUR M 1.5", "every"),
        ("capacities", "Delivery team: 2 more can be bought for EUR M 0.5 each", "1"),
        ("capacities", "Delivery team: each live brand in Japan takes 0.5", "every"),
    } <= said
    priced = changed({"funding": "internal-pricing", "price_share": 0.3})
    assert ("prices", "Affiliates pay hq at most 30 % of what they earn in a wave", "every") in instance_rules(
        priced
    ).rows
