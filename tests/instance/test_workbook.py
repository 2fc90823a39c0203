"""The workbook form: round trips, cells that spreadsheets have changed, problems at their cell."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import PatternFill

from sequencer.errors import InputError
from sequencer.instance.annotate import annotate
from sequencer.instance.instance import Instance
from sequencer.instance.reader import read
from sequencer.instance.settings import Settings
from sequencer.instance.template import write_workbook
from sequencer.instance.template_texts import GROUPS
from sequencer.instance.workbook import PROBLEMS_SHEET

ROOT = Path(__file__).parents[2]
SOUND = [
    *sorted(p for p in (ROOT / "instances" / "tiny").iterdir() if (p / "instance.toml").exists()),
    ROOT / "instances" / "medium",
    ROOT / "instances" / "nordwind",
    ROOT / "sequencer" / "cli" / "example",
]


@pytest.fixture
def book(tmp_path):
    """Workbook of the example, to be spoilt cell by cell."""
    file = tmp_path / "programme.xlsx"
    write_workbook(read(ROOT / "sequencer" / "cli" / "example"), file)
    return file


def spoil(file: Path, **cells: object) -> None:
    """Set cells; ``drivers__B3`` is cell B3 of sheet drivers."""
    workbook = openpyxl.load_workbook(file)
    for place, value in cells.items():
        sheet, _, at = place.rpartition("__")
        workbook[sheet][at] = value
    workbook.save(file)


def column(file: Path, sheet: str, name: str) -> str:
    """Letter of a column by the name in its header."""
    for cell in openpyxl.load_workbook(file)[sheet][1]:
        if cell.value == name:
            return cell.column_letter
    raise AssertionError(name)


def problems(file: Path):
    with pytest.raises(InputError) as caught:
        read(file)
    return caught.value.problems


@pytest.mark.parametrize("folder", SOUND, ids=lambda p: p.name)
def test_round_trip_is_loss_free(folder, tmp_path):
    given = read(folder)
    write_workbook(given, tmp_path / "copy.xlsx")
    back = read(tmp_path / "copy.xlsx")
    assert back == given
    assert back.fingerprint == given.fingerprint


def test_numbers_keep_their_last_digit(tmp_path):
    # 0.1 + 0.2 needs 17 digits; the file format keeps 16 of a number.
    given = Instance(settings=Settings(schema_version=1, waves=2, discount_rate=0.1 + 0.2))
    write_workbook(given, tmp_path / "digits.xlsx")
    assert read(tmp_path / "digits.xlsx").settings.discount_rate == 0.1 + 0.2


def test_every_table_has_a_sheet_once():
    listed = [t for group in GROUPS for t in group.tables]
    assert sorted(listed) == sorted(Instance.tables())


def test_template_has_notes_dropdowns_and_ranges(book):
    sheet = openpyxl.load_workbook(book)["drivers"]
    assert all(cell.comment for cell in sheet[1])
    rules = {str(v.sqref).split(":")[0].rstrip("0123456789"): v for v in sheet.data_validations.dataValidation}
    assert rules[column(book, "drivers", "visible")].formula1 == '"yes,no"'
    success = rules[column(book, "drivers", "success")]
    assert (success.type, float(success.formula1), float(success.formula2)) == ("decimal", 0, 1)
    steps = openpyxl.load_workbook(book)["capability_steps"].data_validations.dataValidation
    assert any("capabilities" in str(v.formula1) for v in steps)


def test_all_cell_errors_at_once(book):
    """Twenty planted errors, each told at its cell."""
    at = {
        (sheet, name): column(book, sheet, name)
        for sheet, names in {
            "drivers": ("id", "category", "potential", "success", "functions", "visible", "one_off_cost"),
            "capabilities": ("layer", "as_is", "local"),
            "capability_steps": ("capability", "level", "duration", "running_cost"),
            "affiliates": ("affiliate_class", "revenue", "archetypes", "launch_wave"),
            "requirements": ("item", "requires", "lag"),
            "budgets": ("pot", "amount"),
        }.items()
        for name in names
    }
    wrong = {
        ("drivers", "id", 2): "Not An Id",
        ("drivers", "category", 3): None,
        ("drivers", "potential", 2): "1.500,00",
        ("drivers", "success", 3): 1.5,
        ("drivers", "functions", 3): "nobody",
        ("drivers", "visible", 2): "perhaps",
        ("drivers", "one_off_cost", 3): "12%",
        ("capabilities", "layer", 2): "magical",
        ("capabilities", "as_is", 3): -1,
        ("capabilities", "local", 2): dt.date(2027, 4, 3),
        ("capability_steps", "capability", 2): "unknown",
        ("capability_steps", "level", 3): 1.5,
        ("capability_steps", "duration", 3): dt.datetime(2027, 3, 4),
        ("capability_steps", "running_cost", 2): "#REF!",
        ("affiliates", "revenue", 2): "=1/0",
        ("affiliates", "archetypes", 3): "nowhere",
        ("affiliates", "launch_wave", 2): "soon",
        ("requirements", "lag", 2): -2,
        ("budgets", "amount", 2): "n/a",
        ("requirements", "requires", 3): "nothing:9",
    }
    assert len(wrong) == 20
    spoil(book, **{f"{sheet}__{at[sheet, name]}{row}": value for (sheet, name, row), value in wrong.items()})
    found = problems(book)
    told = {p.cell for p in found}
    assert told >= {f"{sheet}!{at[sheet, name]}{row}" for sheet, name, row in wrong}
    assert all(p.message and p.remedy for p in found)
    assert all(p.place.startswith("programme.xlsx, ") for p in found)


def test_formula_counts_by_its_stored_result(book):
    # openpyxl stores formulas without results, as a file that no spreadsheet has computed.
    at = column(book, "drivers", "potential")
    spoil(book, **{f"drivers__{at}2": "=40+2"})
    (problem,) = problems(book)
    assert (problem.rule, problem.cell) == ("formula-without-result", f"drivers!{at}2")


def test_european_decimals_typed_as_text(book):
    at = column(book, "drivers", "potential")
    spoil(book, **{f"drivers__{at}2": "12,5"})
    assert read(book).drivers[0].potential == 12.5
    spoil(book, **{f"drivers__{at}2": "1.500"})
    (problem,) = problems(book)
    assert problem.rule == "decimal-ambiguous"


def test_a_date_is_never_an_id_or_a_number(book):
    spoil(book, drivers__A2=dt.date(2027, 3, 4))
    assert {(p.rule, p.cell) for p in problems(book)} >= {("date-in-cell", "drivers!A2")}


def test_first_day_may_be_a_date(book):
    rows = {c.value: c.row for c in openpyxl.load_workbook(book)["settings"]["A"]}
    spoil(book, **{f"settings__B{rows['start']}": dt.date(2028, 2, 1)})
    assert read(book).settings.start == dt.date(2028, 2, 1)


def test_settings_are_told_at_their_cell(book):
    rows = {c.value: c.row for c in openpyxl.load_workbook(book)["settings"]["A"]}
    spoil(book, **{f"settings__B{rows['discount_rate']}": "high", f"settings__A{max(rows.values()) + 1}": "waves"})
    assert {p.cell for p in problems(book)} == {
        f"settings!B{rows['discount_rate']}",
        f"settings!A{max(rows.values()) + 1}",
    }


def test_merged_cells_and_unknown_sheets_are_told(book):
    workbook = openpyxl.load_workbook(book)
    workbook["drivers"].merge_cells("B2:B3")
    workbook.create_sheet("drivrs").append(["id"])
    workbook["drivrs"]["B2"] = 1
    workbook.create_sheet("_scratch")["C3"] = "mine"
    workbook.save(book)
    found = {(p.rule, p.cell) for p in problems(book)}
    assert ("merged-cells", "drivers!B2:B3") in found
    assert ("unknown-table", "drivrs") in found
    assert not any("scratch" in cell for _, cell in found)


def test_no_workbook_at_all(tmp_path):
    file = tmp_path / "text.xlsx"
    file.write_text("id,wave\n")
    (problem,) = problems(file)
    assert problem.rule == "no-workbook"


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "it is empty"), (b"id,wave", "it is not a workbook"), (b"\xd0\xcf\x11\xe0" + bytes(600), "password")],
)
def test_why_a_file_cannot_be_opened(tmp_path, content, why):
    file = tmp_path / "programme.xlsx"
    file.write_bytes(content)
    (problem,) = problems(file)
    assert why in problem.message
    assert "(.xlsx)" in problem.remedy


def test_damaged_content_is_told_in_words(book, tmp_path):
    # A sheet that ends in the middle of a word: the archive is sound, what it holds is not.
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(tmp_path / "half.xlsx", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content[: len(content) // 2] if name.endswith("sheet3.xml") else content)
    (problem,) = problems(tmp_path / "half.xlsx")
    assert (problem.rule, "damaged" in problem.message) == ("no-workbook", True)


def test_two_sheets_for_a_table_are_told(book):
    workbook = openpyxl.load_workbook(book)
    workbook.copy_worksheet(workbook["drivers"]).title = "Drivers "
    workbook.save(book)
    (problem,) = problems(book)
    assert (problem.rule, problem.cell) == ("duplicate-sheet", "'Drivers '")


def test_title_above_the_header_is_told_and_the_rest_is_read(book):
    workbook = openpyxl.load_workbook(book)
    workbook["drivers"].insert_rows(1, 2)
    workbook["drivers"]["B1"] = "Our drivers"
    workbook["drivers"]["A4"] = "Not An Id"
    workbook.save(book)
    found = problems(book)
    assert (found[0].rule, found[0].cell) == ("above-header", "drivers!B1")
    assert "drivers!A4" in {p.cell for p in found}


def test_content_without_a_name_is_told_at_its_column(book):
    last = openpyxl.load_workbook(book)["drivers"].max_column
    letter = openpyxl.utils.get_column_letter(last + 2)
    # The empty column between, and text made of spaces, are nothing.
    spoil(book, **{f"drivers__{letter}3": "stray", f"drivers__{letter}9": "  "})
    (problem,) = problems(book)
    assert (problem.rule, problem.cell) == ("blank-header", f"drivers!{letter}1")


def test_column_given_twice_is_told_at_the_second(book):
    last = openpyxl.load_workbook(book)["drivers"].max_column
    letter = openpyxl.utils.get_column_letter(last + 1)
    spoil(book, **{f"drivers__{letter}1": "potential", f"drivers__{letter}2": 7})
    (problem,) = problems(book)
    assert (problem.rule, problem.cell) == ("duplicate-column", f"drivers!{letter}1")


def test_formats_far_down_are_no_rows(book):
    before = read(book).fingerprint
    workbook = openpyxl.load_workbook(book)
    workbook["drivers"]["A1048576"].fill = PatternFill("solid", start_color="FFFF0000")
    workbook.save(book)
    assert read(book).fingerprint == before


def test_formula_whose_result_is_empty_text_is_an_empty_cell(tmp_path):
    # As spreadsheets store it: the result is text, with nothing in it.
    filled, file = tmp_path / "filled.xlsx", tmp_path / "results.xlsx"
    with xlsxwriter.Workbook(filled) as workbook:
        settings = workbook.add_worksheet("settings")
        for row, (name, value) in enumerate((("setting", "value"), ("schema_version", 1), ("waves", 2))):
            settings.write_row(row, 0, (name, value))
        settings.write_string(3, 0, "carry_share")
        settings.write_formula(3, 1, '=IF(1=1,"",0.5)', None, "EMPTY")
        settings.write_string(4, 0, "discount_rate")
        settings.write_formula(4, 1, "=1/10", None, 0.1)
    with zipfile.ZipFile(filled) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v>EMPTY</v>", b"<v></v>"))
    assert (read(file).settings.carry_share, read(file).settings.discount_rate) == (0, 0.1)


def test_ids_separated_by_commas_are_told(book):
    at = column(book, "requirements", "requires")
    spoil(book, **{f"requirements__{at}2": "crm:1, data:1;"})
    (problem,) = [p for p in problems(book) if p.rule == "separator"]
    assert (problem.cell, problem.remedy) == (f"requirements!{at}2", "Write crm:1 data:1.")


def test_an_id_used_twice_names_the_sheet(book):
    first = openpyxl.load_workbook(book)["drivers"]["A2"].value
    spoil(book, capabilities__A2=first)
    told = [p.message for p in problems(book) if p.rule == "duplicate-id"]
    assert told == [f"the id '{first}' is used already in sheet drivers, row 2"]


def test_annotation_of_merged_cells_and_odd_sheets(book, tmp_path):
    at = column(book, "drivers", "category")
    workbook = openpyxl.load_workbook(book)
    workbook["drivers"].merge_cells(f"{at}2:{at}3")
    workbook.create_sheet("my!sheet").append(["a", "b"])
    workbook.create_sheet("Problems").append(["our own list", "of problems"])
    workbook.save(book)
    annotate(book, tmp_path / "checked.xlsx", problems(book))
    copy = openpyxl.load_workbook(tmp_path / "checked.xlsx")
    # What is missing in the hidden part of a merged cell is told at the part that shows.
    assert "merged" in copy["drivers"][f"{at}2"].comment.text
    assert "category is missing" in copy["drivers"][f"{at}2"].comment.text
    assert copy["Problems"]["A1"].value == "our own list"
    assert "my!sheet" in {c.value.strip("'") for c in copy[f"_{PROBLEMS_SHEET}"]["A"]}


def test_annotation_keeps_the_meaning_of_a_header(book, tmp_path):
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["drivers"]
    sheet.delete_cols(openpyxl.utils.column_index_from_string(column(book, "drivers", "category")))
    meaning = sheet["A1"].comment.text
    workbook.save(book)
    for source, target in ((book, "once.xlsx"), (tmp_path / "once.xlsx", "twice.xlsx")):
        annotate(source, tmp_path / target, problems(source))
    once, twice = (
        openpyxl.load_workbook(tmp_path / f)["drivers"]["A1"].comment.text for f in ("once.xlsx", "twice.xlsx")
    )
    assert meaning in once
    assert "category is missing" in once
    assert twice.count("category is missing") == 1


def test_annotated_copy_marks_every_cell(book, tmp_path):
    at = column(book, "drivers", "potential")
    spoil(book, **{f"drivers__{at}2": "much", "affiliates__A2": "Not An Id"})
    found = problems(book)
    annotate(book, tmp_path / "checked.xlsx", found)
    copy = openpyxl.load_workbook(tmp_path / "checked.xlsx")
    assert copy.sheetnames[0] == PROBLEMS_SHEET
    assert "is not a number" in copy["drivers"][f"{at}2"].comment.text
    assert copy["affiliates"]["A2"].comment
    listed = [row[0].value for row in copy[PROBLEMS_SHEET].iter_rows(min_row=2)]
    assert sorted(listed) == sorted(p.cell for p in found)
    # The copy is read like the original: the sheet of problems is no table.
    assert {p.cell for p in problems(tmp_path / "checked.xlsx")} == {p.cell for p in found}
