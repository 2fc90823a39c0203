"""Output: tables and JSON on stdout, safe whatever names contain."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import rich_click as click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sequencer.report.table import Table as Report

PIPED_WIDTH = 100
"""Columns of a table where nothing says how wide the output is."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def clean(text: object, *, lines: bool = False) -> str:
    """Text without anything a terminal would obey.

    Parameters
    ----------
    text
        What is to be shown.
    lines
        Whether line breaks stay.
    """
    if lines:
        return "\n".join(clean(line) for line in str(text).split("\n"))
    return _CONTROL.sub(lambda found: " " if found.group().isspace() else "\N{REPLACEMENT CHARACTER}", str(text))


def console(*, err: bool = False) -> Console:
    """Console on stdout (or stderr) that takes text as it is: no markup, no emoji, no highlighting."""
    from rich.console import Console

    made = Console(stderr=err, markup=False, highlight=False, emoji=False, soft_wrap=False)
    if not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = PIPED_WIDTH
    return made


def echo(text: str = "") -> None:
    """Write a line to stdout."""
    click.echo(clean(text, lines=True))


def echo_text(text: str) -> None:
    """Write a paragraph to stdout, wrapped as tables are."""
    from rich.text import Text

    console().print(Text(clean(text)))


def echo_json(content: Any) -> None:  # noqa: ANN401
    """Write JSON to stdout; values that are not finite become null."""
    click.echo(json.dumps(_finite(content), indent=2, allow_nan=False))


def json_file(content: Any) -> str:  # noqa: ANN401
    """Text of a JSON file; values that are not finite become null."""
    return json.dumps(_finite(content), indent=1, allow_nan=False) + "\n"


def _finite(content: Any) -> Any:  # noqa: ANN401
    if isinstance(content, float) and not math.isfinite(content):
        return None
    if isinstance(content, Mapping):
        return {str(key): _finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    return content


def echo_table(
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str = "",
    right: Sequence[bool] = (),
    notes: Sequence[str] = (),
) -> None:
    """Write a table to stdout, as wide as the terminal, 100 columns elsewhere.

    Parameters
    ----------
    headers
        Column heads.
    rows
        Cells, shown as text; a cell may have several lines.
    title
        Line above the table.
    right
        Whether each column is set to the right.
    notes
        Paragraphs below the table.
    """
    from rich.text import Text

    made = [tuple(clean(cell, lines=True) for cell in row) for row in rows]
    table = _frame(tall=any("\n" in cell for row in made for cell in row))
    for index, header in enumerate(headers):
        numeric = index < len(right) and right[index]
        table.add_column(Text(clean(header)), justify="right" if numeric else "left", overflow="fold", no_wrap=numeric)
    for row in made:
        table.add_row(*(Text(cell) for cell in row))
    out = console()
    if title:
        out.print(Text(clean(title), style="bold"))
    out.print(table)
    for note in notes:
        out.print(Text(clean(note)))
    out.print()


def _frame(*, tall: bool) -> Table:
    """Table with a rule below its head; rows of several lines stand apart."""
    from rich import box
    from rich.table import Table

    return Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, show_lines=False, leading=int(tall))


def echo_report(table: Report) -> None:
    """Write a table of a report to stdout, with its notes."""
    if table.rows:
        echo_table(table.columns, table.rows, title=table.title, right=table.numeric, notes=table.notes)
        return
    for line in (table.title, *table.notes, ""):
        echo_text(line)
