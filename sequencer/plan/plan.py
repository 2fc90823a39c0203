"""The answer: what is adopted in which wave and mode, plus transfers and prices. Everything else is derived."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sequencer.errors import InputError, InputProblem

PLAN_SCHEMA = 1

_WAVE = re.compile(r"[0-9]+(?:[.,]0+)?")
"""A wave, also as a spreadsheet may write it: ``2.0``."""


@dataclass(frozen=True, slots=True, order=True)
class Adoption:
    """An adoptable, its start wave (1-based) and its mode (None where it has one way only)."""

    id: str
    wave: int
    mode: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Payment:
    """Money that an affiliate moves to hq in a wave: a transfer of budget or an internal price."""

    affiliate: str
    wave: int
    amount: float


@dataclass(frozen=True)
class Plan:
    """A plan; equal decisions make equal plans whatever the order they were given in.

    Attributes
    ----------
    adoptions : tuple of Adoption
        Sorted by id; what is not in it is not adopted.
    transfers, prices : tuple of Payment
        Sorted; zero amounts left out.
    instance_fingerprint : str
        Instance the plan was made for; empty for a hand-made plan.
    left_out : tuple of str
        Ids that a hand-made plan lists without a wave: not adopted.
    """

    adoptions: tuple[Adoption, ...] = ()
    transfers: tuple[Payment, ...] = ()
    prices: tuple[Payment, ...] = ()
    instance_fingerprint: str = field(default="", compare=False)
    left_out: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "adoptions", tuple(sorted(self.adoptions, key=lambda a: (a.id, a.wave))))
        object.__setattr__(self, "transfers", tuple(sorted(p for p in self.transfers if p.amount)))
        object.__setattr__(self, "prices", tuple(sorted(p for p in self.prices if p.amount)))

    @cached_property
    def by_id(self) -> Mapping[str, Adoption]:
        """Adoptions by adoptable id."""
        return {a.id: a for a in self.adoptions}

    def wave(self, item_id: str) -> int | None:
        """Start wave of an adoptable, None where it is not adopted."""
        adoption = self.by_id.get(item_id)
        return None if adoption is None else adoption.wave

    def mode(self, item_id: str) -> str | None:
        """Mode id of an adoptable, None where it is not adopted or has one way only."""
        adoption = self.by_id.get(item_id)
        return None if adoption is None else adoption.mode

    # -- files --------------------------------------------------------------------------------------------------------

    def to_json(self) -> str:
        """Text of ``plan.json``: sorted, without timestamps, equal for equal plans."""
        content: dict[str, Any] = {
            "schema": PLAN_SCHEMA,
            "instance_fingerprint": self.instance_fingerprint,
            "adoptions": [{"id": a.id, "wave": a.wave, "mode": a.mode} for a in self.adoptions],
            "transfers": [_payment(p) for p in self.transfers],
            "prices": [_payment(p) for p in self.prices],
        }
        return json.dumps(content, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str, file: str = "plan.json") -> Plan:
        """Read the text of ``plan.json``.

        Raises
        ------
        sequencer.errors.InputError
            If it is not a plan of a schema this version reads.
        """
        try:
            content = json.loads(text)
            if content["schema"] != PLAN_SCHEMA:
                raise InputError([_problem(file, f"plan schema {content['schema']} is not {PLAN_SCHEMA}")])
            return cls(
                adoptions=tuple(Adoption(a["id"], int(a["wave"]), a.get("mode") or None) for a in content["adoptions"]),
                transfers=tuple(_read_payment(p) for p in content.get("transfers", ())),
                prices=tuple(_read_payment(p) for p in content.get("prices", ())),
                instance_fingerprint=content.get("instance_fingerprint", ""),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError([_problem(file, f"this is not a plan: {error!r}")]) from error


def read_plan(path: str | Path) -> Plan:
    """Read ``plan.json``, or a hand-made ``plan.csv`` with the columns id, wave and mode (in any case and order).

    A row without a wave is not adopted.

    Raises
    ------
    sequencer.errors.InputError
        Naming every row that cannot be read.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([_problem(path.name, f"the file cannot be read: {error}")]) from error
    return _from_csv(text, path.name) if path.suffix.lower() == ".csv" else Plan.from_json(text, path.name)


def _from_csv(text: str, file: str) -> Plan:
    lines = text.splitlines()
    delimiter = ";" if lines and ";" in lines[0] else ","
    reader = csv.DictReader(lines, delimiter=delimiter)
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
    if not {"id", "wave"} <= set(reader.fieldnames):
        raise InputError([_problem(file, "the header must name the columns id, wave and (optionally) mode")])
    adoptions, left_out, problems = [], [], []
    for number, row in enumerate(reader, start=2):
        item_id, wave, mode = ((row.get(name) or "").strip() for name in ("id", "wave", "mode"))
        if item_id and not wave:
            left_out.append(item_id)
        elif item_id and _WAVE.fullmatch(wave):
            adoptions.append(Adoption(item_id, int(re.split("[.,]", wave)[0]), mode or None))
        elif item_id:
            problems.append(_problem(file, f"wave '{wave}' is not a whole number", number, item_id))
        elif wave or mode:
            problems.append(_problem(file, "the row names no id", number))
    if problems:
        raise InputError(problems)
    return Plan(adoptions=_unique(adoptions, file), left_out=tuple(left_out))


def _unique(adoptions: Iterable[Adoption], file: str) -> tuple[Adoption, ...]:
    seen: dict[str, Adoption] = {}
    twice = []
    for a in adoptions:
        if seen.setdefault(a.id, a) is not a:
            twice.append(_problem(file, f"{a.id} is given more than one wave", item_id=a.id))
    if twice:
        raise InputError(twice)
    return tuple(seen.values())


def _payment(p: Payment) -> dict[str, Any]:
    return {"affiliate": p.affiliate, "wave": p.wave, "amount": p.amount}


def _read_payment(row: Mapping[str, Any]) -> Payment:
    return Payment(row["affiliate"], int(row["wave"]), float(row["amount"]))


def _problem(file: str, message: str, row: int | None = None, item_id: str = "") -> InputProblem:
    remedy = "A plan is plan.json of a run, or a CSV file with the columns id, wave and mode."
    return InputProblem("plan", message, remedy, file=file, row=row, id=item_id)
