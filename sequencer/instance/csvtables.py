"""Text of CSV files: encoding, delimiter, header and rows, before anything is known about the columns.

UTF-8 with or without byte order mark, separated by commas or semicolons. Rows are counted as a spreadsheet does: the
header is row 1, empty rows count.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sequencer.errors import InputProblem


@dataclass(frozen=True, slots=True)
class Grid:
    """Content of a table.

    Attributes
    ----------
    file : str
        Name of the file.
    delimiter : str
        ``,`` or ``;``; empty for a workbook.
    rows : tuple of (int, dict of str to object)
        Row number, and the filled cells by column name, stripped of nothing: text, or what a workbook holds; None
        where a cell was refused.
    header : tuple of str
        Column names in order.
    """

    file: str
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, object]], ...]


def read_grid(path: Path) -> tuple[Grid | None, list[InputProblem]]:
    """Read the text of a CSV file.

    Returns
    -------
    Grid or None
        None where the file as a whole cannot be read.
    list of InputProblem
        What is wrong with it.
    """
    file = path.name
    text, problem = _decoded(path)
    if problem is not None:
        return None, [problem]
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter, problem = _delimiter(first, file)
    if problem is not None:
        return None, [problem]
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return None, [_broken_quotes(text, delimiter, file, error)]
    return _grid(records, delimiter, file)


def _decoded(path: Path) -> tuple[str, InputProblem | None]:
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"the file cannot be read: {error.strerror or error}"
        return "", InputProblem("unreadable", message, "Check that it exists and may be read.", file=path.name)
    remedy = "Save the file as 'CSV UTF-8'."
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "", InputProblem("not-utf8", "the file is UTF-16, not UTF-8", remedy, file=path.name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        return "", InputProblem("not-utf8", "the text is not UTF-8", remedy, file=path.name, row=row)
    if not text.strip():
        message, remedy = "the file is empty", "Give it a header row, or delete the file."
        return "", InputProblem("empty-file", message, remedy, file=path.name)
    return text, None


def _delimiter(header: str, file: str) -> tuple[str, InputProblem | None]:
    """Delimiter by the header: names of columns hold neither sign."""
    if header.lower().startswith("sep="):
        message, remedy = "the first line is a spreadsheet directive, not a header", "Delete the line 'sep=…'."
        return "", InputProblem("delimiter", message, remedy, file=file, row=1)
    signs = [sign for sign in (",", ";", "\t", "|") if sign in header]
    if signs in ([], [","], [";"]):
        return (signs or [","])[0], None
    message = "the header does not show which sign separates the columns"
    remedy = "Separate all columns by commas, or all by semicolons."
    return "", InputProblem("delimiter", message, remedy, file=file, row=1)


def _broken_quotes(text: str, delimiter: str, file: str, error: csv.Error) -> InputProblem:
    """Locate the row in which the quotes go wrong."""
    count = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for _ in reader:
            count += 1
    except csv.Error:
        pass
    message = f"the quotes in this row do not match ({error})"
    remedy = 'Write a quote inside a quoted cell twice ("").'
    return InputProblem("broken-quotes", message, remedy, file=file, row=count + 1)


def _grid(records: list[list[str]], delimiter: str, file: str) -> tuple[Grid | None, list[InputProblem]]:
    start = next(n for n, record in enumerate(records) if any(c.strip() for c in record))
    header = [name.strip() for name in records[start]]
    while header and not header[-1]:
        header.pop()
    body = [(n, r) for n, r in enumerate(records[start + 1 :], start + 2) if any(c.strip() for c in r)]
    problems = header_problems(header, file, start + 1)
    if problems:
        return None, problems
    rows: list[tuple[int, dict[str, object]]] = []
    for number, record in body:
        surplus = any(c.strip() for c in record[len(header) :])
        if surplus or len(record) < len(header):
            problems.append(_ragged(record, header, delimiter, file, number))
        else:
            rows.append((number, {n: c for n, c in zip(header, record, strict=False) if c.strip()}))
    return Grid(file, delimiter, tuple(header), tuple(rows)), problems


def header_problems(header: list[str], file: str, row: int) -> list[InputProblem]:
    """Names that are missing or stand there twice."""
    made = []
    if not all(header):
        message = f"column {header.index('') + 1} has no name"
        made.append(InputProblem("blank-header", message, "Name the column or delete it.", file=file, row=row))
    for name, count in Counter(h for h in header if h).items():
        if count > 1:
            message = f"the column {name} is there {count} times"
            made.append(InputProblem("duplicate-column", message, "Keep one of them.", file=file, row=row, column=name))
    return made


def _ragged(record: list[str], header: list[str], delimiter: str, file: str, row: int) -> InputProblem:
    message = f"the row has {len(record)} cells, the header {len(header)}"
    remedy = f"Give every row {len(header) - 1} separators '{delimiter}'"
    if delimiter == ",":
        remedy += "; text with commas goes in quotes, and a decimal comma needs semicolons between the columns"
    return InputProblem("ragged-row", message, f"{remedy}.", file=file, row=row)
