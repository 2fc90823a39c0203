"""Actuals: how finished waves went, as a file that says what differs from the plan.

One fact a row, told apart by its ``record``:

=========  ====================================================================================================
record     says
=========  ====================================================================================================
``item``   ``id`` started in ``started`` and went (or will go) live in ``live``, in ``mode``; ``paid`` of its one-off
           cost has been paid and ``to_pay`` is still to be. An empty ``started`` says that it has not started.
``value``  category ``id`` has earned ``amount`` in ``wave``
``spend``  pot ``id`` has spent ``amount`` in ``wave``
``carry``  pot ``id`` brings ``amount`` into the first wave that is left
``gain``   affiliate ``id`` has gained ``amount`` so far (only where every affiliate has to)
=========  ====================================================================================================

``started`` and ``live`` are waves of the plan or dates. What no row says is as planned.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sequencer.errors import InputError, InputProblem
from sequencer.instance.csvtables import read_grid
from sequencer.instance.decimals import CellError, decimal_sign, to_number
from sequencer.instance.nearest import suggest
from sequencer.types import HQ

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable
    from sequencer.instance.csvtables import Grid
    from sequencer.instance.instance import Instance

RECORDS = ("item", "value", "spend", "carry", "gain")
COLUMNS = ("record", "id", "name", "mode", "started", "live", "paid", "to_pay", "wave", "amount", "note")
READ: Mapping[str, tuple[str, ...]] = {
    "item": ("mode", "started", "live", "paid", "to_pay"),
    "value": ("wave", "amount"),
    "spend": ("wave", "amount"),
    "carry": ("amount",),
    "gain": ("amount",),
}
"""Columns that a record reads, besides record and id; name and note are free text everywhere."""

NUMBERS = ("paid", "to_pay", "wave", "amount")

SHAPE = (
    f"Actuals have the columns {', '.join(COLUMNS)}; `sequencer replan RUN --after WAVE --template FILE` fills one in."
)


class When(NamedTuple):
    """A wave of the plan, and the day where one was given."""

    wave: int
    day: dt.date | None = None


@dataclass(frozen=True, slots=True)
class ActualItem:
    """How something went.

    Attributes
    ----------
    started : When or None
        None: it has not started.
    live : When or None
        None: as its mode takes from its start on.
    mode : str
        Empty: as planned, or the only one.
    paid, to_pay : float or None
        One-off cost paid so far, and still to be paid; None: as planned.
    row : int or None
        Row of the file.
    """

    started: When | None
    live: When | None = None
    mode: str = ""
    paid: float | None = None
    to_pay: float | None = None
    row: int | None = None


@dataclass(frozen=True)
class Actuals:
    """What is known of the finished waves; whatever is not in it went as planned.

    Attributes
    ----------
    items : dict of str to ActualItem
        By adoptable.
    value, spend : dict of (str, int) to float
        By category or pot and wave.
    carry, gain : dict of str to float
        By pot or affiliate.
    file : str
        Where it was read.
    """

    items: Mapping[str, ActualItem] = field(default_factory=dict)
    value: Mapping[tuple[str, int], float] = field(default_factory=dict)
    spend: Mapping[tuple[str, int], float] = field(default_factory=dict)
    carry: Mapping[str, float] = field(default_factory=dict)
    gain: Mapping[str, float] = field(default_factory=dict)
    file: str = ""

    @property
    def last_wave(self) -> int | None:
        """Last wave that something was earned or spent in; None where no row says."""
        return max((wave for _, wave in (*self.value, *self.spend)), default=None)


def read_actuals(instance: Instance, path: str | Path) -> Actuals:
    """Read a CSV file of actuals.

    Parameters
    ----------
    instance
        Instance of the plan that the waves belong to.
    path
        The file; columns in any order, only ``record`` and ``id`` are needed.

    Raises
    ------
    sequencer.errors.InputError
        Naming every row that cannot be read or names nothing, with the remedy.
    """
    file = Path(path)
    if file.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"):
        remedy = "Open it in a spreadsheet and save the sheet as 'CSV UTF-8'."
        raise InputError([InputProblem("no-csv", "actuals are read from a CSV file", remedy, file=file.name)])
    grid, problems = read_grid(file)
    if grid is None or problems:
        raise InputError(problems)
    return _Reader(instance, grid).read()


class _Reader:
    """Reads the rows of one file, collecting what is wrong."""

    def __init__(self, instance: Instance, grid: Grid) -> None:
        self.instance = instance
        self.grid = grid
        self.problems: list[InputProblem] = []
        self.header = {name: name.strip().casefold().replace(" ", "_") for name in grid.header}
        texts = [str(v).strip() for _, cells in grid.rows for n, v in cells.items() if self.header[n] in NUMBERS]
        self.sign = decimal_sign(texts, grid.delimiter)
        self.items: dict[str, ActualItem] = {}
        self.amounts: dict[str, dict[tuple[str, int], float]] = {record: {} for record in RECORDS[1:]}

    def read(self) -> Actuals:
        for name in self.header.values():
            if name not in COLUMNS:
                message = f"the file has no use for a column '{name}'"
                self._wrong(1, "unknown-column", message, f"{suggest(name, COLUMNS)} Free text goes into note.", name)
        for name in ("record", "id"):
            if name not in self.header.values():
                self._wrong(1, "missing-column", f"the column {name} is missing", SHAPE, name)
        if not self.problems:
            for number, cells in self.grid.rows:
                self._row(number, {self.header[n]: str(v).strip() for n, v in cells.items() if str(v).strip()})
        if self.problems:
            raise InputError(self.problems)
        by_id = {record: {key[0]: v for key, v in self.amounts[record].items()} for record in ("carry", "gain")}
        return Actuals(
            self.items, self.amounts["value"], self.amounts["spend"], by_id["carry"], by_id["gain"], self.grid.file
        )

    def _wrong(self, row: int, rule: str, message: str, remedy: str, column: str) -> None:
        self.problems.append(InputProblem(rule, message, remedy, "actuals", self.grid.file, row, column))

    def _row(self, number: int, cells: dict[str, str]) -> None:
        record, item_id = cells.get("record", ""), cells.get("id", "")
        if record not in RECORDS:
            message = f"there is no record '{record}'" if record else "the record is missing"
            self._wrong(number, "unknown-record", message, f"Write one of {', '.join(RECORDS)}.", "record")
            return
        for column in cells:
            if column not in ("record", "id", "name", "note", *READ[record]):
                remedy = f"Leave it empty; a row '{record}' reads {', '.join(READ[record])}."
                self._wrong(number, "without-effect", f"a row '{record}' reads no {column}", remedy, column)
        known = self._known(record)
        if item_id not in known:
            message = f"there is no '{item_id}' for a row '{record}'" if item_id else "the id is missing"
            self._wrong(number, "unknown-reference", message, suggest(item_id, known), "id")
        elif record == "item":
            self._item(number, item_id, cells)
        else:
            self._amount(number, record, item_id, cells)

    def _known(self, record: str) -> set[str]:
        instance = self.instance
        affiliates = set(instance.by_id("affiliates"))
        if record == "item":
            return set(instance.adoptables)
        if record == "value":
            return set(instance.categories)
        return affiliates if record == "gain" else {HQ, *instance.by_id("pots"), *affiliates}

    def _number(self, number: int, cells: dict[str, str], column: str) -> float | None:
        if column not in cells:
            return None
        try:
            return to_number(cells[column], self.sign, self.grid.delimiter)
        except CellError as error:
            self._wrong(number, error.rule, error.message, error.remedy, column)
            return None

    def _amount(self, number: int, record: str, item_id: str, cells: dict[str, str]) -> None:
        for column in READ[record]:
            if column not in cells:
                self._wrong(
                    number, "missing-value", f"the {column} is missing", "Fill the cell, or delete the row.", column
                )
        amount, wave = self._number(number, cells, "amount"), self._number(number, cells, "wave")
        if wave is not None and (wave != int(wave) or not 1 <= wave <= self.instance.n_waves):
            remedy = f"Write a wave of the plan, 1 to {self.instance.n_waves}."
            self._wrong(number, "out-of-range", f"there is no wave {wave:g}", remedy, "wave")
            return
        key = (item_id, int(wave or 0))
        if amount is None:
            return
        if key in self.amounts[record]:
            self._wrong(number, "duplicate-row", "the same is given already", "Keep one of the two rows.", "id")
        self.amounts[record][key] = amount

    def _item(self, number: int, item_id: str, cells: dict[str, str]) -> None:
        item = self.instance.adoptables[item_id]
        if item_id in self.items:
            self._wrong(number, "duplicate-row", f"{item_id} is given already", "Keep one of the two rows.", "id")
            return
        mode = cells.get("mode", "")
        modes = [m.id for m in item.modes if m.id]
        if mode and mode not in modes:
            remedy = suggest(mode, modes) if modes else "Leave mode empty: there is one way only."
            self._wrong(number, "unknown-mode", f"{item_id} has no mode '{mode}'", remedy, "mode")
        started, live = self._when(number, cells, "started"), self._when(number, cells, "live")
        paid, to_pay = self._number(number, cells, "paid"), self._number(number, cells, "to_pay")
        for name, amount in (("paid", paid), ("to_pay", to_pay)):
            if amount is not None and amount < 0:
                self._wrong(number, "out-of-range", f"{name} is {amount:g}, less than nothing", "Correct it.", name)
        self._consistent(number, item, started, live, cells)
        self.items[item_id] = ActualItem(started, live, mode, paid, to_pay, number)

    def _consistent(
        self, number: int, item: Adoptable, started: When | None, live: When | None, cells: dict[str, str]
    ) -> None:
        """What is live has started, and not later; what has not started says no more."""
        if item.history is None and "started" not in cells:
            for column in ("live", "paid", "to_pay"):
                if column in cells:
                    message = f"{item.id} has not started, but has a value in {column}"
                    remedy = f"Fill in started, or leave {column} empty."
                    self._wrong(number, "not-started", message, remedy, column)
        if started is not None and live is not None and live.wave < started.wave:
            message = f"{item.id} is live in wave {live.wave}, before it starts in wave {started.wave}"
            self._wrong(number, "out-of-range", message, "Correct started or live.", "live")

    def _when(self, number: int, cells: dict[str, str], column: str) -> When | None:
        """A wave, or a date: the wave it lies in for a start, the first wave from it on for going live."""
        text = cells.get(column, "")
        if not text:
            return None
        if text.replace(".0", "").isdigit() and 1 <= int(float(text)) <= self.instance.n_waves + 1:
            return When(int(float(text)))
        try:
            day = dt.date.fromisoformat(text)
        except ValueError:
            message = f"{column} '{text}' is neither a wave nor a date"
            remedy = f"Write a wave, 1 to {self.instance.n_waves}, or a date such as 2027-01-31."
            self._wrong(number, "not-a-date", message, remedy, column)
            return None
        return self._wave_of(number, day, column)

    def _wave_of(self, number: int, day: dt.date, column: str) -> When | None:
        starts = [self.instance.date_of(w) for w in range(1, self.instance.n_waves + 2)]
        first = starts[0]
        if first is None:
            message = f"{column} is a date, but the instance has no start date"
            self._wrong(number, "not-a-date", message, "Write the number of the wave.", column)
            return None
        reached = sum(s is not None and s <= day for s in starts)
        inside = reached >= 1 and starts[reached - 1] == day
        wave = reached if column == "started" or inside else reached + 1
        if not 1 <= wave <= self.instance.n_waves + (column == "live"):
            message = f"{column} {day.isoformat()} lies outside the waves of the plan"
            self._wrong(number, "out-of-range", message, f"Wave 1 starts on {first.isoformat()}.", column)
            return None
        return When(wave, day)


def actuals_csv(rows: list[dict[str, object]]) -> str:
    """Text of a file of actuals, with all its columns."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
