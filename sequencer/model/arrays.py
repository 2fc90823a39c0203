"""Columns and rows of a model under construction, as flat arrays: what the Pyomo model is stated from.

A hundred thousand decisions have several hundred thousand rows. As expressions of a modelling language each of these
takes several microseconds to make and as many to read back; as numbers in arrays it takes next to none.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sequencer.types import RuleRef

Sense = Literal["<=", ">=", "="]

CODES: dict[Sense, int] = {"<=": 1, ">=": -1, "=": 0}
"""Senses as numbers."""


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that were added together.

    Attributes
    ----------
    name : str
        What they are.
    index : sequence
        Key of each of them.
    whole, binary : bool
        Whether they must be whole, and are 0 or 1 at that.
    """

    name: str
    index: Sequence[tuple[object, ...]]
    whole: bool = False
    binary: bool = False


@dataclass(slots=True)
class Columns:
    """Columns ``0 ≤ x ≤ upper``, by number in the order added.

    Attributes
    ----------
    groups : list of Group
        What they are, in the same order.
    upper : list of float
        Upper bound of each column, infinite where it has none.
    most : list of float
        What each column can be at most, which its rows may say where its bound does not.
    """

    groups: list[Group] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.upper)

    def add(self, group: Group, upper: Iterable[float | None], most: Iterable[float] | None = None) -> range:
        """Add a group and return the numbers of its columns; ``most`` is the upper bound unless said otherwise.

        Raises
        ------
        ValueError
            If there is not one bound for each key.
        """
        first = len(self.upper)
        self.upper += [math.inf if bound is None else bound for bound in upper]
        self.most += self.upper[first:] if most is None else most
        made = range(first, len(self.upper))
        if len(made) != len(group.index):
            message = f"{len(group.index)} columns {group.name} need as many bounds, not {len(made)}"
            raise ValueError(message)
        self.groups.append(group)
        return made


@dataclass(slots=True)
class Rows:
    """Rows ``Σ coefficient · column  sense  side`` of one family, in the order added.

    Attributes
    ----------
    refs : list of RuleRef
        Rule of each row.
    senses : array of int
        See :data:`CODES`.
    sides : array of float
        Right-hand sides.
    starts : array of int
        Where each row's entries begin, and at last where they end.
    columns, coefficients : arrays
        Entries of all rows, one row after the other.
    """

    refs: list[RuleRef] = field(default_factory=list)
    senses: array[int] = field(default_factory=lambda: array("b"))
    sides: array[float] = field(default_factory=lambda: array("d"))
    starts: array[int] = field(default_factory=lambda: array("q", (0,)))
    columns: array[int] = field(default_factory=lambda: array("q"))
    coefficients: array[float] = field(default_factory=lambda: array("d"))

    def __len__(self) -> int:
        return len(self.refs)

    def add(self, ref: RuleRef, terms: Mapping[int, float], sense: Sense, side: float) -> None:
        """Add a row."""
        self.refs.append(ref)
        self.senses.append(CODES[sense])
        self.sides.append(side)
        self.columns.extend(terms)
        self.coefficients.extend(terms.values())
        self.starts.append(len(self.columns))
