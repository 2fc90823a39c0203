"""Writing an instance to a folder, so that reading it gives an equal instance."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import tomli_w

from sequencer.instance.columns import LAST, columns_of, flatten
from sequencer.instance.instance import Instance
from sequencer.instance.records import Record
from sequencer.instance.rows import SETTINGS_FILE
from sequencer.instance.settings import Settings

WHOLE = 1e15
"""Below it, whole numbers are exact as integers and as floats."""


def write(instance: Instance, folder: str | Path) -> None:
    """Write an instance: ``instance.toml`` and one CSV file for each table that has rows.

    Only settings and columns that differ from their defaults are written, keys always; separated by commas, with
    decimal points. Equal instances give equal bytes. Table files of tables without rows are removed.

    Parameters
    ----------
    instance
        What to write.
    folder
        Made where it does not exist.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    (target / SETTINGS_FILE).write_text(settings_text(instance.settings), encoding="utf-8", newline="\n")
    for table, record in Instance.tables().items():
        file = target / f"{table}.csv"
        rows = instance.rows(table)
        if rows:
            file.write_text(table_text(record, rows), encoding="utf-8", newline="")
        else:
            file.unlink(missing_ok=True)


def settings_text(settings: Settings) -> str:
    """Text of ``instance.toml``."""
    content: dict[str, Any] = {}
    for name, column in columns_of(Settings).fixed.items():
        value = getattr(settings, name)
        if column.required or value != column.default:
            value = _plain(value) if isinstance(value, float) else value
            content[name] = _text(value) if isinstance(value, tuple) else value
    return tomli_w.dumps(content)


def table_text(record: type[Record], rows: tuple[Record, ...]) -> str:
    """Text of a table's CSV file."""
    cells = [flatten(row) for row in rows]
    used = {name for row in cells for name in row}
    fixed = [n for n in columns_of(record).fixed if n in used or n in record.key]
    family = sorted(used.difference(fixed))
    header = [*(n for n in fixed if n not in LAST), *family, *(n for n in fixed if n in LAST)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_text(row.get(name)) for name in header] for row in cells)
    return out.getvalue()


def _text(value: object) -> str:
    """Text of a cell that reads back as the same value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, tuple):
        return " ".join(_text(one) for one in value)
    return repr(_plain(value)) if isinstance(value, float) else str(value)


def _plain(value: float) -> float | int:
    """Whole numbers without a fraction, as people write them."""
    return int(value) if value.is_integer() and abs(value) < WHOLE else value
