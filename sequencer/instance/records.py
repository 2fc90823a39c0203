"""Base of all input records and the field types they are declared with.

A record class is the schema: its fields are the columns of one table, their metadata (unit, meaning, range, what they
refer to) makes the JSON Schema, the workbook template and the checks of references. Three conventions hold in every
table:

* ``source`` and ``note`` are free text that no result depends on;
* an amount column ``x`` may have ``x_low`` and ``x_high`` (kept in :attr:`Record.low` and :attr:`Record.high`);
* a *family* of columns such as ``use_<resource>`` is one mapping field, here :func:`per` ``("use_", "resources")``.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from sequencer.types import ID_PATTERN


def _split(value: object) -> object:
    """Split a cell of space-separated words; anything else is left to pydantic."""
    return tuple(value.split()) if isinstance(value, str) else value


Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Word = Annotated[str, StringConstraints(pattern=r"^\S+$")]
Words = Annotated[tuple[Word, ...], BeforeValidator(_split)]
Numbers = Annotated[tuple[float, ...], BeforeValidator(_split)]
Use = Annotated[float, Field(ge=0)]
"""Use of a resource while in progress, or a factor on it: only upkeep may free what is replaced."""


def field(
    description: str,
    default: Any = ...,  # noqa: ANN401
    *,
    ref: str | None = None,
    unit: str | None = None,
    ranged: bool = False,
    **limits: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Declare a column.

    Parameters
    ----------
    description
        Meaning, as a reader of the template sees it.
    default
        Value of an empty cell; without one the column is required.
    ref
        Table the value refers to (``"items"``: any adoptable, node, mode or set of adoptables).
    unit
        Unit of the number; ``money`` is the instance's currency unit.
    ranged
        Whether ``<column>_low`` and ``<column>_high`` may accompany it.
    **limits
        pydantic constraints such as ``ge`` and ``le``.
    """
    extra: dict[str, Any] = {k: v for k, v in (("ref", ref), ("unit", unit), ("ranged", ranged)) if v}
    return Field(default, description=description, json_schema_extra=extra, **limits)


def amount(description: str, default: Any = ..., *, unit: str = "money", **limits: Any) -> Any:  # noqa: ANN401
    """Declare a non-negative amount that may carry a low and a high value."""
    limits = {"ge": 0, "allow_inf_nan": False} | limits
    return field(description, default, unit=unit, ranged=True, **limits)


def per(prefix: str, table: str, description: str, *, unit: str) -> Any:  # noqa: ANN401
    """Declare a family of columns ``<prefix><id>``, one for each id of ``table``."""
    return Field(
        default_factory=dict,
        description=description,
        json_schema_extra={"prefix": prefix, "keys": table, "unit": unit},
    )


class Record(BaseModel):
    """One row of a table.

    Attributes
    ----------
    table : str
        Name of the table (and of its CSV file and sheet).
    key : tuple of str
        Fields that identify a row; rows of a table have different keys.
    low, high : dict of str to float
        Low and high values by amount field, where given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    table: ClassVar[str]
    key: ClassVar[tuple[str, ...]]
    adoptable: ClassVar[bool] = False

    low: dict[str, float] = Field(default_factory=dict, description="low values of amounts", repr=False)
    high: dict[str, float] = Field(default_factory=dict, description="high values of amounts", repr=False)
    source: str = field("where the figures come from", "")
    note: str = field("free text", "")

    @model_validator(mode="after")
    def _ordered_ranges(self) -> Self:
        """Low ≤ base ≤ high."""
        for name in sorted({*self.low, *self.high}):
            base = getattr(self, name)
            low, high = self.low.get(name, base), self.high.get(name, base)
            if not low <= base <= high:
                message = f"{name}: low {low} ≤ base {base} ≤ high {high} does not hold"
                raise ValueError(message)
        return self

    @property
    def record_id(self) -> str:
        """Business id: the key fields joined by ``:``, words of a list by spaces."""
        values = (getattr(self, k) for k in self.key)
        return ":".join(" ".join(v) if isinstance(v, tuple) else str(v) for v in values)


class Named(Record):
    """A record with an id of its own and a free name."""

    key: ClassVar[tuple[str, ...]] = ("id",)

    id: Id = field("unique short name, used everywhere")
    name: str = field("name shown in reports", "")

    @property
    def label(self) -> str:
        """The name, or the id where no name is given."""
        return self.name or self.id


class Costed(Record):
    """Cost, resource use and learning of something that is adopted."""

    adoptable: ClassVar[bool] = True

    one_off_cost: float = amount("cost of adopting it, spread evenly over the waves in progress", 0.0)
    running_cost: float = amount("cost a year while live", 0.0, unit="money/year", ge=None)
    pot: str = field("pot that pays", "hq", ref="pots")
    use: dict[str, Use] = per("use_", "resources", "use of a resource while in progress", unit="resource unit")
    upkeep: dict[str, float] = per("upkeep_", "resources", "use of a resource while live", unit="resource unit")
    tactical: float = field("tactical learning, counted in the start wave", 0.0, unit="points", ge=0)
    strategic: float = field("strategic learning, counted in the start wave", 0.0, unit="points", ge=0)
