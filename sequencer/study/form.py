"""What may stand in a study file: its blocks and their keys, read strictly."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sequencer.instance.change import Change
from sequencer.types import ID_PATTERN

MOST_CASES = 100_000

WHO = ("case", "block", "parent")
FIGURES = ("termination", "message", "measure", "objective", "bound", "gap", "npv")
PROVENANCE = (
    "currency", "unit", "seed", "nodes", "seconds", "host", "fingerprint", "base", "key", "sequencer", "highs", "pyomo",
    "python",
)  # fmt: skip
"""Columns of the table, beside parameters (after the first group) and measures (after the second)."""

Id = Annotated[str, Field(pattern=ID_PATTERN)]
Value = float | int | bool | str
Number = Annotated[float, Field(allow_inf_nan=False)]


class Strict(BaseModel):
    """Base of all blocks: frozen, and no key that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class SolveTable(Strict):
    """How cases are solved; what is not given keeps the default of :class:`~sequencer.solver.options.SolveOptions`."""

    gap: Number | None = None
    time_limit: Number | None = None
    seed: int | None = None
    formulation: Literal["compact", "aggregated", "cells"] | None = None
    deterministic: bool | None = None
    max_nodes: int | None = None
    memory: int | str | None = None
    start_plan: bool | None = None
    tighten: bool | None = None
    staged: bool | None = None
    ceilings: bool | None = None
    increments: bool | None = None
    rounds: bool | None = None
    merged: bool | None = None
    walk: bool | None = None
    reduce: bool | None = None

    def given(self) -> dict[str, Any]:
        """Options that are given."""
        return {name: value for name, value in self.model_dump().items() if value is not None}


class Changing(Strict):
    """What changes an instance: overlay files, changes, locks, applied in this order."""

    overlays: tuple[str, ...] = ()
    change: tuple[Change, ...] = ()
    locks: tuple[str, ...] = ()


class Block(Changing):
    """What all blocks of cases share.

    Attributes
    ----------
    id : str
        Id of the case, or first part of the ids of several.
    parent : str or None
        Case whose plan each case starts from.
    solve : SolveTable
        Options other than those of the study.
    """

    id: Id
    parent: str | None = None
    solve: SolveTable = SolveTable()


class CaseBlock(Block):
    """One case."""


class Level(Changing):
    """One value of an axis that is more than a number: a name, and what it changes."""

    name: Id


class Axis(Strict):
    """What is varied: one column in rows of a table, or levels of any changes.

    ``table``, ``where`` and ``field`` are those of a change; ``set``, ``scale`` or ``add`` is a list of values.
    """

    name: Id
    table: str | None = None
    where: dict[str, Any] = Field(default_factory=dict)
    field: str | None = None
    set: tuple[Any, ...] | None = None
    scale: tuple[Number, ...] | None = None
    add: tuple[Number, ...] | None = None
    level: tuple[Level, ...] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [name for name in ("set", "scale", "add", "level") if getattr(self, name) is not None]
        if len(given) != 1:
            message = f"exactly one of set, scale, add and level is needed, found {' and '.join(given) or 'none'}"
            raise ValueError(message)
        if not getattr(self, given[0]):
            message = f"{given[0]} is empty: give at least one value"
            raise ValueError(message)
        if given[0] == "level":
            if self.table or self.field or self.where:
                message = "levels say themselves what they change: table, where and field do not go with them"
                raise ValueError(message)
        elif not self.table or not self.field:
            message = "table and field are needed: the column that is varied"
            raise ValueError(message)
        return self

    @property
    def action(self) -> str:
        """What is done with each value."""
        return next(name for name in ("set", "scale", "add", "level") if getattr(self, name) is not None)

    @property
    def values(self) -> tuple[Any, ...]:
        """Values, of levels their blocks."""
        return tuple(getattr(self, self.action))


class GridBlock(Block):
    """Every combination of the values of its axes."""

    axis: tuple[Axis, ...] = Field(min_length=1)


class ListBlock(GridBlock):
    """The first values of all axes together, then the second, and so on."""

    @model_validator(mode="after")
    def _same_length(self) -> Self:
        lengths = {axis.name: len(axis.values) for axis in self.axis}
        if len(set(lengths.values())) > 1:
            said = ", ".join(f"{name} has {count}" for name, count in lengths.items())
            message = f"the axes of a list need as many values each: {said}. A grid combines all with all"
            raise ValueError(message)
        return self


class StressBlock(Block):
    """One case for each overlay of ``each``, named by its file; with ``together`` one more with all of them."""

    each: tuple[str, ...] = Field(min_length=1)
    together: bool = False


class Factor(Strict):
    """Something drawn that the instance gives no low and high value for.

    Attributes
    ----------
    name : str
        Name of the parameter.
    table, where, field : str, dict, str
        What is changed, as in a change.
    by : {"scale", "add", "set"}
        What is done with the number drawn.
    low, base, high : float
        Distribution, see :meth:`sequencer.study.draws.Assumption.quantiles`.
    """

    name: Id
    table: str
    where: dict[str, Any] = Field(default_factory=dict)
    field: str
    by: Literal["scale", "add", "set"] = "scale"
    low: Number
    base: Number
    high: Number

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.base <= self.high or self.low == self.high:
            message = f"low ≤ base ≤ high and low < high does not hold: {self.low:g}, {self.base:g}, {self.high:g}"
            raise ValueError(message)
        return self


class SampleBlock(Block):
    """Seeded draws of uncertain amounts.

    Attributes
    ----------
    count : int
        How many cases.
    seed : int
        Same seed, same draws.
    shape : {"triangular", "lognormal"}
        Distribution of all that is drawn.
    latin : bool
        Latin hypercube: each parameter is spread evenly over its distribution.
    amounts : tuple of str
        Amounts with a low or high value in the tables, by patterns such as ``drivers.*.potential``.
    factor : tuple of Factor
        Further parameters.
    together : tuple of tuple of str
        Groups of parameters that are high, or low, together; by patterns. All others are independent.
    """

    count: int = Field(ge=1, le=MOST_CASES)
    seed: int = Field(default=0, ge=0)
    shape: Literal["triangular", "lognormal"] = "triangular"
    latin: bool = False
    amounts: tuple[str, ...] = ()
    factor: tuple[Factor, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.amounts and not self.factor:
            message = "nothing is drawn: give amounts (patterns such as 'drivers.*.potential') or a factor"
            raise ValueError(message)
        return self


class StudyForm(Changing):
    """A study file."""

    schema_version: Literal[1] = 1
    name: str = ""
    instance: str
    measures: tuple[str, ...] = ()
    solve: SolveTable = SolveTable()
    case: tuple[CaseBlock, ...] = ()
    grid: tuple[GridBlock, ...] = ()
    list: tuple[ListBlock, ...] = ()
    sample: tuple[SampleBlock, ...] = ()
    stress: tuple[StressBlock, ...] = ()

    @property
    def blocks(self) -> tuple[tuple[str, Block], ...]:
        """All blocks of cases with their kind, in the order of the table."""
        kinds = ("case", "grid", "list", "sample", "stress")
        return tuple((kind, block) for kind in kinds for block in getattr(self, kind))
