"""A copy of a workbook in which every problem is marked at its cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sequencer.instance.workbook import PROBLEMS_SHEET

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

    from sequencer.errors import InputProblem

NOTE_SIZE = (360, 140)
"""Width and height of a note in points."""


def annotate(source: Path, target: Path, problems: Sequence[InputProblem]) -> None:
    """Write a copy of a workbook with every problem marked, and listed on a sheet of its own.

    Parameters
    ----------
    source
        The workbook as it was read.
    target
        File to write, replaced where it exists.
    problems
        What is wrong with it; those without a cell are only listed.
    """
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    book = openpyxl.load_workbook(source, keep_vba=source.suffix.lower() == ".xlsm")
    red = PatternFill("solid", start_color="FFF4B6B6", end_color="FFF4B6B6")
    texts: dict[str, list[str]] = {}
    for problem in problems:
        if "!" in problem.cell:
            texts.setdefault(problem.cell, []).append(f"{problem.message}\n{problem.remedy}")
    for place, lines in texts.items():
        name, _, cells = place.rpartition("!")
        sheet = book[name.strip("'")]
        first = sheet[cells.partition(":")[0]]
        first.comment = Comment("\n\n".join(lines), "sequencer", width=NOTE_SIZE[0], height=NOTE_SIZE[1])
        first.fill = red
    _list(book, problems)
    book.save(target)


def _list(book: Workbook, problems: Sequence[InputProblem]) -> None:
    """Sheet of all problems with links to their cells, in front of the others."""
    from openpyxl.styles import Alignment, Font

    if PROBLEMS_SHEET in book.sheetnames:
        del book[PROBLEMS_SHEET]
    sheet = book.create_sheet(PROBLEMS_SHEET, 0)
    book.active = 0
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
    sheet.append(["cell", "id", "what is wrong", "what to do"])
    for problem in problems:
        sheet.append([problem.cell or problem.place, problem.id, problem.message, problem.remedy])
        if "!" in problem.cell:
            sheet.cell(sheet.max_row, 1).hyperlink = f"#{problem.cell}"
            sheet.cell(sheet.max_row, 1).font = Font(color="1F4E9E", underline="single")
    for letter, width in zip("ABCD", (26, 22, 70, 70), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=1):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            # Whatever a message quotes stays text, also where it begins with an equals sign.
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
