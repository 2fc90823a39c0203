"""Fingerprint: one number that changes with everything a result depends on, and with nothing else."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

LABELS = frozenset({"name", "source", "note", "currency", "start"})
"""Fields that only label: names, notes, the currency, and dates (of wave 1 and of single waves).

``unit`` is no label: two instances with the same numbers, one in thousands and one in millions, are different
programmes, and their results must not be taken for one another.
"""


def fingerprint(instance: Instance) -> str:
    """SHA-256 of an instance's canonical data.

    Labels, notes and sources, file format and order of rows do not matter, nor whether a default is written out: what
    equals its default is left out, so that a new optional column leaves known fingerprints as they are.
    """
    content: dict[str, Any] = {"settings": _canonical(instance.settings)}
    for table in instance.tables():
        rows = [_canonical(row) for row in instance.rows(table)]
        if rows:
            content[table] = sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(row: BaseModel) -> dict[str, Any]:
    return {k: v for k, v in row.model_dump(mode="json", exclude_defaults=True).items() if k not in LABELS}
