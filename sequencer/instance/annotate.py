"""A copy of a workbook in which every problem is marked at its cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sequencer.instance.workbook import PROBLEMS_SHEET, open_workbook, sheet_and_cells

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from sequencer.errors import InputProblem

AUTHOR = "sequencer"
NOTE_SIZE = (360, 140)
"""Width and height of a note in points."""

HEADS = ("cell", "id", "what is wrong", "what to do")


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

    Raises
    ------
    sequencer.errors.InputError
        If the workbook cannot be opened.
    """
    book = open_workbook(source)
    _enlarge_notes(book)
    texts: dict[tuple[str, str], list[str]] = {}
    for problem in problems:
        spot = sheet_and_cells(problem.cell)
        if spot is not None:
            anchor = _anchor(book[spot[0]], spot[1])
            texts.setdefault((spot[0], anchor), []).append(f"{problem.message}\n{problem.remedy}")
    for (sheet, cell), lines in texts.items():
        _mark(book[sheet][cell], lines)
    _list(book, problems)
    book.save(target)


def _anchor(sheet: Worksheet, cells: str) -> str:
    """First of some cells; of a merged cell, the one that shows."""
    first = cells.partition(":")[0]
    return str(next((m.coord.partition(":")[0] for m in sheet.merged_cells.ranges if first in m), first))


def _enlarge_notes(book: Workbook) -> None:
    """Give the notes that are there room for their text; their size is lost when a workbook is copied."""
    for sheet in book.worksheets:
        for cell in sheet[1]:
            if cell.comment is not None:
                cell.comment.width, cell.comment.height = NOTE_SIZE


def _mark(cell: Cell, lines: Sequence[str]) -> None:
    """Colour a cell and say why, above what its note says already."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    old = cell.comment
    kept = [old.text] if old is not None and old.author != AUTHOR else []
    # A new note, as one that belongs to a cell cannot be given to it again.
    cell.comment = Comment("\n\n".join([*lines, *kept]), AUTHOR, width=NOTE_SIZE[0], height=NOTE_SIZE[1])
    cell.fill = PatternFill("solid", start_color="FFF4B6B6", end_color="FFF4B6B6")


def _list(book: Workbook, problems: Sequence[InputProblem]) -> None:
    """Sheet of all problems with links to their cells, in front of the others."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet = book.create_sheet(_free_title(book), 0)
    book.active = 0
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
    sheet.append(HEADS)
    for problem in problems:
        sheet.append([problem.cell or problem.place, problem.id, problem.message, problem.remedy])
        if sheet_and_cells(problem.cell) is not None:
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
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _free_title(book: Workbook) -> str:
    """Title of the list; one of an earlier copy makes room, a sheet of somebody's own stays."""
    for title in (PROBLEMS_SHEET, f"_{PROBLEMS_SHEET}"):
        there = next((s for s in book.worksheets if s.title.strip().lower() == title), None)
        if there is None:
            return title
        if tuple(cell.value for cell in there[1]) == HEADS:
            book.remove(there)
            return title
    return f"_{PROBLEMS_SHEET} found"
