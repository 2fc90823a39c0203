"""Reading folders: formats, defaults, families, and everything wrong at once."""

from __future__ import annotations

import csv
import datetime as dt
import pickle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sequencer.errors import InputError, InputProblem
from sequencer.instance.checks import check
from sequencer.instance.reader import read, read_rows


def test_the_sound_folder_reads(folder):
    instance = folder.read()
    assert instance.n_waves == 3
    assert instance.settings.start == dt.date(2027, 1, 1)
    remote = instance.by_id("drivers")["remote"]
    assert (remote.potential, remote.low, remote.high) == (6.0, {"potential": 4.0}, {"potential": 8.0})
    assert remote.use == {"fte": 4.0}
    assert remote.functions == ("marketing",)
    # Empty cells take the default.
    assert instance.by_id("drivers")["callmix"].brands == ()
    assert instance.drivers[0].pot == "hq"


def test_families_of_columns_become_mappings_by_prefix(folder):
    folder.put(
        "drivers.csv",
        "id;category;potential;use_fte;upkeep_fte;contact_load_hcp;source;note\n"
        "remote;a;1,5;2;0,5;3;assumption;text\ncontent;a;1;;;;;\ncallmix;a;1;;;;;\n",
    )
    remote, content, _ = folder.read().drivers
    assert (remote.use, remote.upkeep, remote.contact_load) == ({"fte": 2.0}, {"fte": 0.5}, {"hcp": 3.0})
    assert (remote.source, remote.note, remote.potential) == ("assumption", "text", 1.5)
    assert content.use == {}


def test_longer_prefixes_win(folder):
    folder.put("sourcing_modes.csv", "id,layers,use_factor_fte\nbuild,technological commercial transformational,0.5\n")
    assert folder.read().sourcing_modes[0].use_factor == {"fte": 0.5}


def test_the_fingerprint_does_not_depend_on_format_order_or_labels(folder):
    before = folder.read().fingerprint
    for name in ("budgets.csv", "drivers.csv", "archetypes.csv"):
        head, *rows = folder.text(name).splitlines()
        text = "\r\n".join([head, *reversed(rows)]).replace(",", ";").replace(".", ",")
        folder.put(name, b"\xef\xbb\xbf" + text.encode())
    folder.edit("brands.csv", "Growth brand", "Another name")
    assert folder.read().fingerprint == before
    folder.edit("brands.csv", "0.7", "0.71")
    assert folder.read().fingerprint != before


def test_an_instance_survives_pickling_with_its_lookups(folder):
    instance = folder.read()
    again = pickle.loads(pickle.dumps(instance))
    assert again == instance
    assert again.fingerprint == instance.fingerprint
    assert list(again.adoptables) == list(instance.adoptables)


def test_waves_may_be_given_by_the_settings_alone(folder):
    folder.drop("waves.csv").add("instance.toml", "waves = 3")
    assert folder.read().wave_months == (6, 6, 6)


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read(tmp_path / "none")
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="neither a folder nor a workbook"):
        read(tmp_path / "file")


def test_other_files_are_left_alone(folder):
    folder.put("README.md", "x").put("expected.json", "{}")
    assert folder.read().n_waves == 3


def test_read_rows_keeps_what_validation_would_refuse(folder):
    folder.edit("drivers.csv", "cost_of_sales,3,2,4", "cost_of_sales,-3,2,4")
    rows = read_rows(folder.path).tables["drivers"]
    assert [r.cells["potential"] for r in rows] == [6.0, 4.0, -3.0]
    assert [r.row for r in rows] == [2, 3, 4]


# -- settings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "rule", "column", "hint"),
    [
        ("discont_rate = 0.1", "unknown-setting", "discont_rate", "discount_rate"),
        ("[start_small]\nfirst_wave = 1", "nested-setting", "start_small", "name = value"),
        ('carry_share = "8%"', "percent", "carry_share", "0.12"),
        ("carry_share = nan", "not-finite", "carry_share", "number"),
        ("carry_share = 1.5", "out-of-range", "carry_share", "unspent"),
        ("waves = true", "wrong-kind", "waves", "whole number"),
        ("waves = 2.5", "not-whole", "waves", "whole number"),
        ("wave_months = 5000", "out-of-range", "wave_months", "length of a wave"),
        ('governance = "stict"', "unknown-choice", "governance", "'strict'"),
        ('mandate_path = "0 one 2"', "not-whole", "mandate_path", "whole number"),
        ("every_affiliate_gains = 2", "wrong-kind", "every_affiliate_gains", "true or false"),
        ('reinvest_share = 1\nreinvest_categories = "risk"', "unknown-reference", "reinvest_categories", "revenue"),
        (
            'reinvest_share = 1\nreinvest_categories = "cost_of_sales cost_of_sales"',
            "duplicate-category",
            "reinvest_categories",
            "Name it once",
        ),
    ],
)
def test_settings_that_are_wrong_name_the_remedy(folder, line, rule, column, hint):
    problem = folder.add("instance.toml", line).problem()
    assert (problem.file, problem.rule, problem.column) == ("instance.toml", rule, column)
    assert hint in problem.remedy


def test_a_start_that_is_no_date(folder):
    assert folder.edit("instance.toml", "2027-01-01", "2027").rules()[0] == ("instance.toml", None, "wrong-kind")


def test_settings_of_another_schema_are_refused(folder):
    problem = folder.edit("instance.toml", "schema_version = 1", "schema_version = 2").problem()
    assert problem.column == "schema_version" and "schema_version = 1" in problem.remedy
    problem = folder.edit("instance.toml", "schema_version = 2", "").problem()
    assert problem.rule == "missing-value"


@pytest.mark.parametrize(
    ("data", "rule"), [(b"name = ", "bad-toml"), ('name = "Ä"'.encode("latin-1"), "not-utf8"), (None, "no-settings")]
)
def test_settings_that_cannot_be_read_are_one_problem(folder, data, rule):
    if data is None:
        folder.drop("instance.toml")
    else:
        folder.put("instance.toml", data)
    assert folder.rules() == [("instance.toml", None, rule)]


# -- tables --------------------------------------------------------------------------------------------------


def test_unknown_tables_and_columns_name_the_nearest(folder):
    folder.put("driver.csv", "id\n").edit("brands.csv", "share", "shares").put("plan_b.csv", "id\n")
    found = folder.problems()
    assert [(p.file, p.rule, p.column) for p in found] == [
        ("driver.csv", "unknown-table", ""),
        ("plan_b.csv", "unknown-table", ""),
        ("brands.csv", "unknown-column", "shares"),
    ]
    assert "'drivers'" in found[0].remedy and "'share'" in found[2].remedy


def test_a_required_column_that_is_not_there_is_told_once(folder):
    text = folder.text("capabilities.csv").replace(",layer,", ",dimension,")
    assert folder.put("capabilities.csv", text).rules() == [("capabilities.csv", 1, "missing-column")]
    # A misspelt one is told once too, as what it is.
    text = text.replace(",dimension,", ",layr,")
    assert folder.put("capabilities.csv", text).rules() == [("capabilities.csv", 1, "unknown-column")]


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "rule", "message"),
    [
        ("drivers.csv", "s,3,2,4", "s,-3,2,4", 4, "out-of-range", "potential must be at least 0, found -3"),
        ("drivers.csv", "s,3,2,4", "s,,2,4", 4, "missing-value", "potential is missing"),
        ("drivers.csv", "s,3,2,4", "s,3,3.5,4", 4, "range-order", "low value must not be above"),
        ("drivers.csv", "s,3,2,4", "s,3,-2,4", 4, "out-of-range", "potential_low must be at least 0"),
        ("drivers.csv", "s,3,2,4", "s,12%,2,14", 4, "percent", "percentage"),
        ("drivers.csv", "s,3,2,4", "s,three,2,4", 4, "not-a-number", "'three' is not a number"),
        ("drivers.csv", "callmix,", "Call Mix,", 4, "bad-id", "'Call Mix' is not an id"),
        ("waves.csv", "2,6,", "2,6.5,", 3, "not-whole", "months must be a whole number, found '6.5'"),
        ("capabilities.csv", "crm,CRM,technological", "crm,CRM,technical", 2, "unknown-choice", "'technical'"),
        ("capabilities.csv", "technological.platforms", "Tech", 2, "bad-form", "'Tech'"),
        ("locks.csv", "de,1,3,,", "de,maybe,3,,", 2, "not-yes-no", "must must be yes or no"),
        ("archetypes.csv", "customized,3,2,", "customized,3,nan,", 4, "not-finite", "not a finite number"),
        ("archetypes.csv", "customized,3,2,", "customized,1e9,2,", 4, "out-of-range", "duration must be at most 60"),
    ],
)
def test_wrong_cells_are_told_in_words_with_their_row(folder, file, old, new, row, rule, message):
    found = folder.edit(file, old, new).problems()
    here = [p for p in found if (p.file, p.row, p.rule) == (file, row, rule)]
    assert len(here) == 1 and message in here[0].message
    assert here[0].remedy


def test_initiatives_with_value_need_a_category(folder):
    problem = folder.put("initiatives.csv", "id,value_once\nhub,3\n").problem()
    assert (problem.rule, problem.column, problem.row) == ("inconsistent-row", "category", 2)


def test_high_values_keep_the_limits_of_their_column(folder):
    folder.edit("archetypes.csv", "success,use_fte", "success,success_high,use_fte")
    text = folder.text("archetypes.csv").replace("0.92,", "0.92,1.4,").replace("0.85,", "0.85,,")
    problem = folder.put("archetypes.csv", text).problems()[0]
    assert (problem.rule, problem.column, problem.id) == ("out-of-range", "success_high", "standardized")


def test_negative_losses_are_refused(folder):
    problem = folder.put("pace.csv", "items,comfort,losses\ndrivers,1,-1 2\n").problem()
    assert (problem.rule, problem.column) == ("out-of-range", "losses")


def test_decimal_commas_with_a_misfit(folder):
    text = folder.text("budgets.csv").replace(",", ";").replace("0.5", "0,5").replace("hq;1;5", "hq;1;5.5")
    problem = folder.put("budgets.csv", text).problem()
    assert (problem.file, problem.row, problem.column, problem.rule) == ("budgets.csv", 2, "amount", "decimal-mixed")


def test_thousands_that_may_be_decimals_are_refused(folder):
    folder.put("pots.csv", "id;carry_share\nhq;0\n")
    folder.put("budgets.csv", "pot;wave;amount\nhq;1;1.500\nhq;2;2\nhq;3;2\n")
    assert folder.rules() == [("budgets.csv", 2, "decimal-ambiguous")]


def test_one_mistake_is_told_once(folder):
    # The driver cannot be read, so nothing that refers to it is called unknown.
    folder.edit("drivers.csv", "callmix,", "Call Mix,")
    assert folder.rules() == [("drivers.csv", 4, "bad-id")]


def test_a_file_that_cannot_be_read_makes_no_further_noise(folder):
    folder.put("capability_steps.csv", b"\xff\xfe")
    assert folder.rules() == [("capability_steps.csv", None, "not-utf8")]


def test_a_ragged_row_makes_no_further_noise(folder):
    folder.edit("affiliates.csv", "jp,Japan,", "jp,Japan,,")
    assert folder.rules() == [("affiliates.csv", 3, "ragged-row")]


def test_rows_that_fail_leave_references_to_them_in_peace(folder):
    folder.edit("capabilities.csv", "training,Training,transformational", "training,Training,other")
    assert folder.rules() == [("capabilities.csv", 4, "unknown-choice")]
    folder.edit("functions.csv", "sales,Sales,0.3", "sales,Sales,-0.3")
    assert len(folder.problems()) == 2


def test_a_refused_range_is_told_once(folder):
    assert folder.edit("drivers.csv", "cost_of_sales,3,2,4", "cost_of_sales,3,nan,4").problem().rule == "not-finite"


def test_everything_wrong_is_told_in_one_run(folder):
    folder.add("instance.toml", "discont_rate = 1")
    folder.edit("waves.csv", "2028-01-01", "2028-02-01")
    folder.edit("drivers.csv", "cost_of_sales,3,2,4", "cost_of_sales,-3,2,4")
    folder.edit("archetypes.csv", "customized,3,2,", "customized,3,2%,")
    folder.edit("budgets.csv", "jp,3,0.5", "jpn,3,0.5")
    folder.edit("capacities.csv", "fte,3,24", "fte,4,24")
    folder.edit("requirements.csv", "mandate:2,insight:1", "mandate:2,insight:3")
    folder.edit("ramps.csv", "adapted,12,1", "adapted,12,0.2")
    folder.edit("locks.csv", "jp,,,2,", "jp,,,3,2")
    folder.put("fits.csv", "x\n")
    assert folder.rules() == [
        ("fits.csv", None, "unknown-table"),
        ("instance.toml", None, "unknown-setting"),
        ("waves.csv", 4, "dates-do-not-fit"),
        ("drivers.csv", 4, "out-of-range"),
        ("archetypes.csv", 4, "percent"),
        ("ramps.csv", 5, "falling-ramp"),
        ("budgets.csv", 9, "missing-wave"),
        ("budgets.csv", 10, "unknown-reference"),
        ("capacities.csv", 4, "wave-out-of-range"),
        ("capacities.csv", 4, "missing-wave"),
        ("requirements.csv", 7, "unknown-level"),
        ("locks.csv", 3, "lock-contradiction"),
    ]


WORDS = (
    *("", "-1", "0", "1e9", "1,5", "nan", "x", "Ä ö", ":", "/", "@", "jp/", "crm:", "mandate:", "::", "tail", "hq"),
    *(
        "crm",
        "crm:2",
        "remote",
        "jp",
        "remote@jp",
        "customized",
        "jp/adapted",
        "drivers",
        "commercial",
        "mandate:1",
        "fte",
    ),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_spoilt_cells_are_refused_or_harmless_never_a_crash(folder, data):
    kept = {file.name: file.read_bytes() for file in folder.path.iterdir()}
    folder.put("exceptions.csv", "id,item,requires,use_fte\nwaiver,callmix,crm:2,1\n")
    folder.put("driver_affiliates.csv", "driver,affiliate,use_fte\nremote,jp,1\n")
    try:
        for _ in range(data.draw(st.integers(1, 3))):
            file = data.draw(st.sampled_from(sorted(folder.path.glob("*.csv"))))
            rows = list(csv.reader(file.read_text().splitlines()))
            row = data.draw(st.integers(0, len(rows) - 1))
            rows[row][data.draw(st.integers(0, len(rows[row]) - 1))] = data.draw(st.sampled_from(WORDS))
            with file.open("w", newline="") as out:
                csv.writer(out).writerows(rows)
        try:
            assert check(folder.read()) == []
        except InputError as error:
            assert all(p.message and p.remedy and p.rule and p.place for p in error.problems)
    finally:
        for file in folder.path.iterdir():
            file.unlink()
        for name, content in kept.items():
            folder.put(name, content)


def test_problems_print_place_rule_and_remedy():
    problem = InputProblem("rule", "is wrong", "Do this.", "drivers", "drivers.csv", 4, "potential", "r1")
    assert str(problem) == "drivers.csv, row 4, column potential (r1): is wrong [rule] Do this."
    assert "2 problems" in str(InputError([problem, problem]))
