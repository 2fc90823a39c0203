"""The manifest of a run folder: written last, it marks the run as complete and holds a checksum of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sequencer.errors import RunError
from sequencer.run.atomic import write_json

RUN_SCHEMA = 1
MANIFEST_NAME = "manifest.json"
FILES = ("options.json", "plan.json", "result.json", "trace.csv")
"""Files of a run folder beside the manifest and the folder ``instance``."""


def write(folder: Path, versions: Mapping[str, str]) -> None:
    """Write the manifest of a finished run: schema, versions and the SHA-256 of every file.

    Parameters
    ----------
    folder
        Run folder with all its other files in place.
    versions
        Versions of this package and of what it solved with.
    """
    content = {
        "schema": RUN_SCHEMA,
        "complete": True,
        "versions": dict(versions),
        "files": {name: digest(folder / name) for name in _present(folder)},
    }
    write_json(folder / MANIFEST_NAME, content)


def read(folder: Path) -> dict[str, Any] | None:
    """Read the manifest of a run folder; None where there is none, that is where the run is not complete.

    Raises
    ------
    sequencer.errors.RunError
        If it is not a manifest of a schema this version reads.
    """
    path = folder / MANIFEST_NAME
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        schema, complete, files = content["schema"], content["complete"], content["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{folder.name}/{MANIFEST_NAME} is damaged. Solve again with -o {folder.name} --force."
        raise RunError(message) from error
    if schema != RUN_SCHEMA or not isinstance(files, dict):
        message = (
            f"{folder.name} was written with run schema {schema}, this version reads {RUN_SCHEMA}. "
            f"Use the version that wrote it, or solve again with -o {folder.name} --force."
        )
        raise RunError(message)
    return content if complete is True else None


def differences(folder: Path, manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Compare a run folder with its manifest.

    Returns
    -------
    tuple of str
        One sentence for each file that is missing, changed or added since the run ended.
    """
    listed: dict[str, str] = manifest["files"]
    present = set(_present(folder))
    found = [f"{name} is missing" for name in sorted(listed) if name not in present]
    found += [
        f"{name} was changed after the run ended"
        for name in sorted(listed)
        if name in present and digest(folder / name) != listed[name]
    ]
    return (*found, *(f"{name} was added after the run ended" for name in sorted(present - set(listed))))


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _present(folder: Path) -> Iterator[str]:
    """Files the manifest speaks for, those of a run and all in its instance, as names with ``/``."""
    yield from (name for name in FILES if (folder / name).is_file())
    inner = folder / "instance"
    if inner.is_dir():
        yield from sorted(f"instance/{p.name}" for p in inner.iterdir() if p.is_file())
