"""A change of an instance: what it says, not yet what it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sequencer.errors import InputProblem
from sequencer.instance.rows import Origin

ACTIONS = ("set", "scale", "add", "insert", "delete")
SETTINGS = "settings"


class Change(BaseModel):
    """One change of an instance; exactly one of ``set``, ``scale``, ``add``, ``insert`` and ``delete`` is given.

    Attributes
    ----------
    table : str
        Table, or ``settings``.
    where : dict
        Rows meant; empty: all.
    field : str or None
        Column that is changed; none for ``insert`` and ``delete`` of rows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    table: str
    where: dict[str, Any] = Field(default_factory=dict)
    field: str | None = None
    set: Any = None
    scale: float | None = Field(default=None, allow_inf_nan=False)
    add: float | None = Field(default=None, allow_inf_nan=False)
    insert: dict[str, Any] | None = None
    delete: bool = False

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        given = [name for name in ACTIONS if name in self.model_fields_set and (name != "delete" or self.delete)]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            message = f"exactly one of {', '.join(ACTIONS)} is needed, found {found}"
            raise ValueError(message)
        rows_only = given[0] in ("insert", "delete") and self.table != SETTINGS
        if rows_only and self.field is not None:
            message = f"{given[0]} is about whole rows and takes no field"
            raise ValueError(message)
        if not rows_only and self.field is None:
            message = "field is missing: the column that is changed"
            raise ValueError(message)
        if self.where and (given[0] == "insert" or self.table == SETTINGS):
            message = "where does not go with insert, nor with settings"
            raise ValueError(message)
        if given[0] == "insert" and (self.table == SETTINGS or not self.insert):
            message = "insert needs a table of rows and the columns of the new row"
            raise ValueError(message)
        return self

    @property
    def action(self) -> str:
        """The one action given."""
        return next(name for name in ACTIONS if name in self.model_fields_set and (name != "delete" or self.delete))

    def describe(self) -> str:
        """Say in one line what the change does."""
        if self.action == "insert":
            return f"{self.table}: add a row with {_pairs(self.insert or {}, ' ')}"
        where = f" where {_pairs(self.where, ' is ')}" if self.where else ""
        if self.action == "delete":
            what = f"{self.field} back to its default" if self.table == SETTINGS else "rows taken out"
            return f"{self.table}{where}: {what}"
        done = {"set": f"= {_said(self.set)}", "scale": f"× {self.scale}", "add": f"+ {self.add}"}[self.action]
        return f"{self.table}{where}: {self.field} {done}"


def _pairs(values: Mapping[str, Any], between: str) -> str:
    bounds = {"from_wave": "from wave ", "to_wave": "to wave "}
    return ", ".join(f"{bounds.get(name, f'{name}{between}')}{_said(value)}" for name, value in values.items())


def _said(value: object) -> str:
    if isinstance(value, list | tuple):
        return " or ".join(map(str, value))
    return "empty" if value in (None, "") else str(value)


@dataclass(frozen=True, slots=True)
class Sourced:
    """A change, and where it comes from."""

    change: Change
    file: str
    number: int

    @property
    def origin(self) -> Origin:
        """Origin that problems of the change name."""
        return Origin(self.file, f"{self.number}, {self.change.describe()}")

    def problem(self, rule: str, message: str, remedy: str) -> InputProblem:
        """Report something wrong with the change itself."""
        told = f"change {self.number} ({self.change.describe()}): {message}"
        return InputProblem(rule, told, remedy, table=self.change.table, file=self.file)
