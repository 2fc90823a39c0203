"""Text of CSV files: encoding, delimiter, header, rows."""

from __future__ import annotations

import pytest

from sequencer.instance.csvtables import read_grid


def grid(tmp_path, data):
    file = tmp_path / "t.csv"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_grid(file)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_mark_delimiter_and_line_ends_make_no_difference(tmp_path, mark, delimiter, end):
    text = end.join(["id,name", "a,Ä", "", ",", "b,x"]).replace(",", delimiter)
    found, problems = grid(tmp_path, mark + text.encode())
    assert not problems
    assert found.delimiter == delimiter
    # Empty rows are skipped, but counted as a spreadsheet does.
    assert found.rows == ((2, {"id": "a", "name": "Ä"}), (5, {"id": "b", "name": "x"}))


def test_quotes_hold_delimiters_quotes_and_line_breaks(tmp_path):
    found, problems = grid(tmp_path, 'id,name\na,"x, ""y""\nz"\nb,c\n')
    assert not problems
    assert found.rows[0] == (2, {"id": "a", "name": 'x, "y"\nz'})
    assert found.rows[1][0] == 3  # a spreadsheet's row, not a line of text


def test_empty_columns_at_the_end_do_not_matter(tmp_path):
    found, problems = grid(tmp_path, "id,name,,\na,b,,\n")
    assert not problems and found.header == ("id", "name")


def test_a_single_column_is_a_table(tmp_path):
    found, problems = grid(tmp_path, "id\na\n")
    assert not problems and found.rows == ((2, {"id": "a"}),)


@pytest.mark.parametrize(
    ("data", "rule", "row"),
    [
        (b"", "empty-file", None),
        (b" \n\n", "empty-file", None),
        ("id,name\na,Ä\n".encode("latin-1"), "not-utf8", 2),
        ("id,name\na,b\n".encode("utf-16"), "not-utf8", None),
        (b"id\tname\na\tb\n", "delimiter", 1),
        (b"id,name;x\na,b;c\n", "delimiter", 1),
        (b"sep=;\nid;name\n", "delimiter", 1),
        (b'id,name\na,b\nc,"open\n', "broken-quotes", 3),
        (b"id,name,id\na,b,c\n", "duplicate-column", 1),
        (b"id,,name\na,b,c\n", "blank-header", 1),
    ],
)
def test_files_that_cannot_be_read_say_why(tmp_path, data, rule, row):
    found, problems = grid(tmp_path, data)
    assert found is None
    assert [(p.rule, p.row, p.file) for p in problems] == [(rule, row, "t.csv")]


def test_rows_of_another_length_are_refused_and_the_others_kept(tmp_path):
    found, problems = grid(tmp_path, "id,amount,note\na,1,5,x\nb,2,ok\nc,3\n")
    assert [(p.rule, p.row) for p in problems] == [("ragged-row", 2), ("ragged-row", 4)]
    assert "decimal comma" in problems[0].remedy
    assert [n for n, _ in found.rows] == [3]


def test_a_missing_file_is_a_problem_not_a_crash(tmp_path):
    found, problems = read_grid(tmp_path / "none.csv")
    assert found is None and problems[0].rule == "unreadable"
