"""Files that are there whole or not at all, whenever the process or the machine stops."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

TEMP_PREFIX = ".tmp-"
"""Names that start so are leftovers of a stopped process; nothing reads them."""


def write_text(path: Path, text: str) -> None:
    """Replace a file by new text in one step, on disk before it takes the old one's place."""
    temp = path.with_name(f"{TEMP_PREFIX}{path.name}")
    with temp.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temp.replace(path)
    sync_folder(path.parent)


def write_json(path: Path, content: Any) -> None:  # noqa: ANN401
    """Replace a JSON file in one step; values that are not numbers are refused."""
    write_text(path, json.dumps(content, indent=1, allow_nan=False) + "\n")


def write_folder(path: Path, fill: Callable[[Path], object]) -> None:
    """Make a folder that appears with all its files.

    Parameters
    ----------
    path
        Folder to make; must not exist.
    fill
        Writes the files into the folder it is given.
    """
    temp = path.with_name(f"{TEMP_PREFIX}{path.name}")
    if temp.exists():
        shutil.rmtree(temp)
    temp.mkdir()
    fill(temp)
    for file in temp.iterdir():
        with file.open("rb") as handle:
            os.fsync(handle.fileno())
    sync_folder(temp)
    temp.rename(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Flush a folder's list of names to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
