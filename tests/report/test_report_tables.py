"""Tables of a plan: every figure of the small programme is worked out by hand."""

import io
import subprocess
import sys

import pytest
from rich.console import Console
from rich.table import Table as RichTable

from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Adoption, Plan
from sequencer.report import tables
from sequencer.report.table import Table


def cells(table, column):
    return [row[table.columns.index(column)] for row in table.rows]


# d1 is live from wave 2, de from wave 3, jp from the tail. Value: de earns 7.5 a year, 3.75 in wave 3 and 7.5 in the
# tail; jp 2.5 in the tail; 13.75 in all. Cost: crm:2 2.0 in wave 1; mandate 0.6 and de 1.0 in wave 2; jp 1.0 in waves
# 2 and 3; 5.6 in all. The net so far is -2, -4.6, -1.85 and 8.15: paid back in the tail.
def test_headline(evaluation):
    rows = {name: figure for name, figure, _ in tables.headline(evaluation).rows}
    assert rows == {
        "Net present value": "EUR M 8.2",
        "Value": "EUR M 13.8",
        "Cost": "EUR M 5.6",
        "Benefit to cost": "2.46",
        "Payback": "after the last wave (from Jul 2028)",
        "First value": "wave 3 (Jan–Jun 2028)",
        "Peak spend": "EUR M 2.6",
        "Adopted": "5 of 7",
        "Rules broken": "none",
    }


@pytest.mark.parametrize(
    ("result", "figure", "meaning"),
    [
        ({"gap": 0.0123, "bound": 9.0}, "1.23 %", "no plan can have a better net present value than EUR M 9.0"),
        ({"gap": 0.5, "bound": 16.3}, "50.0 %", "better net present value than EUR M 16.3"),
        ({"gap": 0.0, "bound": 8.15, "proven_optimal": True}, "0 %", "no plan is better"),
        ({"gap": None, "bound": None}, "not known", "before anything was proven"),
    ],
)
def test_headline_says_what_is_proven(evaluation, result, figure, meaning):
    (row,) = [r for r in tables.headline(evaluation, result).rows if r[0] == "Proven gap"]
    assert row[1] == figure
    assert meaning in row[2]


def test_headline_of_a_plan_that_never_pays_back(small):
    rows = dict(r[:2] for r in tables.headline(evaluate(small, Plan((Adoption("crm:2", 1),)))).rows)
    assert rows["Payback"] == rows["First value"] == "never within the horizon"


def test_roadmap(evaluation):
    table = tables.roadmap(evaluation)
    assert table.columns == ("Wave", "Mandate", "Starts", "Goes live")
    assert table.rows == (
        ("1\nJan–Jun 2027", "0", "Technological: CRM 2", "–"),
        (
            "2\nJul–Dec 2027",
            "1",
            "Mandate: Programme\nDrivers: Faster content\nAffiliates: Japan (Full), Germany (Lean)",
            "Technological: CRM 2",
        ),
        ("3\nJan–Jun 2028", "1", "–", "Affiliates: Germany"),
        ("after\nfrom Jul 2028", "–", "–", "Affiliates: Japan"),
    )
    assert "0 Pilot, 1 Programme" in table.notes[1]


def test_roadmap_without_mandate_or_dates(small):
    settings = small.settings.model_copy(update={"start": None})
    plain = small.model_copy(update={"mandate": (), "requirements": (), "settings": settings})
    table = tables.roadmap(evaluate(plain, Plan((Adoption("crm:2", 1), Adoption("crm:3", 2)))))
    assert table.rows[0] == ("1\nmonths 1–6", "–", "Technological: CRM 2", "–")
    assert len(table.notes) == 1


# Level 0 releases half. hq: 2.0 of 4 released and spent; wave 2: 2.0 for 0.6 + 0.5 + 0.5 = 1.6, 0.4 left, 0.2 carried;
# wave 3: 2.0 + 0.2 for 0.5. Affiliates: 0.25 each unspent in wave 1, 0.125 each carried; wave 2: both spend 0.5 of
# 0.5 + 0.125, 0.0625 each carried; wave 3: jp spends 0.5.
def test_money(evaluation):
    table = tables.money(evaluation)
    assert table.title == "Money by wave, EUR M"
    assert cells(table, "Pot") == ["hq", "affiliates", "all pots"] * 3
    assert table.rows[0] == ("1", "Jan–Jun 2027", "hq", "4.00", "2.00", "0.00", "2.00", "0.00", "2.00")
    assert table.rows[1] == ("", "", "affiliates", "1.00", "0.50", "0.00", "0.00", "0.50", "0.75")
    assert table.rows[5] == ("", "", "all pots", "3.00", "3.00", "0.25", "2.60", "0.65", "0.32")
    assert cells(table, "Spend")[6:] == ["0.50", "0.50", "1.00"]


def test_money_of_a_single_pot_without_limit(small):
    alone = small.model_copy(update={"budgets": ()})
    table = tables.money(evaluate(alone, Plan((Adoption("crm:2", 1),))))
    assert cells(table, "Pot") == ["hq", "hq", "hq"]
    assert table.rows[0][3:7] == ("no limit", "no limit", "0.00", "2.00")


def test_returns_add_up_to_the_net_present_value(evaluation):
    table = tables.returns(evaluation)
    assert [row[0] for row in table.rows] == ["1", "2", "3", "after"]
    assert table.rows[2] == ("3", "Jan–Jun 2028", "3.8", "1.0", "2.8", "-1.8", "-1.8")
    assert table.rows[3] == ("after", "Jul 2028–Jun 2029", "10.0", "0.0", "10.0", "8.2", "8.2")


def test_returns_discount_the_running_total(small):
    costly = small.model_copy(update={"settings": small.settings.model_copy(update={"discount_rate": 0.21})})
    table = tables.returns(evaluate(costly, Plan((Adoption("crm:2", 1),))))
    # 2 spent three months from the start: 2 / 1.21 ** 0.25 = 1.907
    assert cells(table, "Net so far, discounted")[0] == "-1.91"


def test_load(evaluation):
    table = tables.load(evaluation)
    assert table.rows == (
        ("Delivery team, FTE", "1", "Jan–Jun 2027", "6", "8", "75 %"),
        ("", "2", "Jul–Dec 2027", "4", "8", "50 %"),
        ("", "3", "Jan–Jun 2028", "4", "8", "50 %"),
    )


def test_load_without_capacity(small):
    free = small.model_copy(update={"capacities": ()})
    assert tables.load(evaluate(free, Plan((Adoption("crm:2", 1),)))).rows[0][3:] == ("6", "no limit", "–")


def test_value_by(evaluation):
    assert tables.value_by(evaluation, "category").rows == (
        ("Revenue uplift", "13.8", "100 %"),
        ("Risk", "0.0", "0 %"),
        ("All", "13.8", "100 %"),
    )
    assert tables.value_by(evaluation, "driver").rows[:2] == (
        ("Faster content", "d1", "Jul 2027", "13.8", "100 %"),
        ("Safer data", "d2", "not adopted", "0.0", "0 %"),
    )
    by_affiliate = tables.value_by(evaluation, "affiliate")
    assert by_affiliate.rows[:2] == (
        ("Germany", "de", "Jan 2028", "11.2", "82 %"),
        ("Japan", "jp", "Jul 2028", "2.5", "18 %"),
    )
    assert by_affiliate.numeric == (False, False, False, True, True)


def test_value_of_nothing_has_no_shares(small):
    table = tables.value_by(evaluate(small, Plan()), "category")
    assert {row[2] for row in table.rows} == {"–"}


def test_what_starts_too_late_to_be_live_says_so(small):
    late = evaluate(small, Plan((Adoption("jp", 3, "full"),)))
    assert ("Japan", "jp", "too late", "0.00", "–") in tables.value_by(late, "affiliate").rows


def test_not_adopted(evaluation, small):
    assert tables.not_adopted(evaluation).rows == (
        ("Value drivers", "1 of 2", "Safer data"),
        ("Technological capabilities", "1 of 2", "CRM 3"),
    )
    table = tables.not_adopted(evaluate(small, Plan()))
    assert ("Affiliates", "2 of 2", "Japan, Germany") in table.rows
    assert ("Technological capabilities", "2 of 2", "CRM 2+3") in table.rows


def test_everything_adopted_says_so(small):
    everything = Plan(
        (Adoption("d2", 3), Adoption("crm:3", 2), Adoption("de", 1, "lean"), Adoption("jp", 1, "lean"))
        + tuple(Adoption(i, 1) for i in ("crm:2", "d1", "mandate:1"))
    )
    table = tables.not_adopted(evaluate(small, everything))
    assert table.rows == ()
    assert table.notes == ("Everything is adopted.",)


def test_slack_lists_the_tightest_limits_first(evaluation):
    table = tables.slack(evaluation, most=4)
    # hq spends all it has in wave 1 and the one lean affiliate in wave 2 is all there may be: both without room.
    assert table.rows[:2] == (
        ("Budget of hq", "1", "2.00", "2.00", "0.00"),
        ("Affiliates in progress at once: Lean", "2", "1", "1", "0"),
    )
    assert len(table.rows) == 4
    assert "further limits" in table.notes[0]
    assert not any("CRM 2" in row[0] for row in tables.slack(evaluation, most=1000).rows)


def test_slack_shows_every_limit_without_room(evaluation):
    assert len(tables.slack(evaluation, most=0).rows) >= 2
    assert tables.slack(evaluation, most=1000).notes == ()


def test_violations_are_told_in_words(small):
    table = tables.violations(evaluate(small, Plan((Adoption("d1", 1),))))
    (row,) = [r for r in table.rows if "CRM 2" in r[1]]
    assert row[:2] == ("1", "Faster content needs CRM 2")


def test_meaningless_adoptions_of_a_hand_made_plan_are_left_out(small):
    odd = evaluate(small, Plan((Adoption("d1", 9), Adoption("de", 1, "huge"), Adoption("xx", 1), Adoption("d2", 2))))
    text = "".join(cell for row in tables.roadmap(odd).rows for cell in row)
    assert "Safer data" in text
    assert "Faster content" not in text
    assert "Germany" not in text
    assert ("Value drivers", "1 of 2", "Faster content") in tables.not_adopted(odd).rows


def test_show_orders_the_tables_and_drops_empty_ones(evaluation, small):
    titles = [t.title for t in tables.show(evaluation)]
    assert titles[0] == "Acme: key figures"
    assert titles[1] == "Roadmap"
    assert titles[-1] == "Not adopted"
    assert "Rules broken" not in titles
    broken = tables.show(evaluate(small, Plan((Adoption("d1", 1),))))
    assert broken[1].title == "Rules broken"


def test_every_word_is_there_at_100_columns(evaluation):
    for table in tables.show(evaluation):
        grid = RichTable()
        for column in table.columns:
            grid.add_column(column)
        for row in table.rows:
            grid.add_row(*row)
        console = Console(width=100, file=io.StringIO())
        console.print(grid, markup=False)
        text = console.file.getvalue()
        for row in table.rows:
            for cell in row:
                assert all(word in text for word in cell.split()), (table.title, cell)


def test_a_table_tells_numbers_from_text_and_makes_records():
    table = Table("T", ("a", "b", "c"), (("x", "1,234.5", "–"), ("y", "12 %", "")))
    assert table.numeric == (False, True, False)
    assert table.records()[0] == {"a": "x", "b": "1,234.5", "c": "–"}


def test_tables_need_neither_pandas_nor_matplotlib():
    code = (
        "import sys, sequencer.report.tables; print(sorted({'pandas', 'matplotlib', 'rich', 'pyomo'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
