"""What a search tells: how it ended, and on its way a better point or a better bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sequencer.solver.standard_form import Floats
    from sequencer.types import Termination


@dataclass(frozen=True)
class Outcome:
    """What a search found, in the sense of the standard form (minimising).

    Attributes
    ----------
    termination : Termination
        Why it ended.
    point : array of shape (n,) or None
        Best point.
    objective, bound : float or None
        Its value, and the proven lower bound.
    nodes : int
        Nodes of the search tree.
    """

    termination: Termination
    point: Floats | None
    objective: float | None
    bound: float | None
    nodes: int


@dataclass(frozen=True)
class Pulse:
    """Progress of the search: best value and bound so far (minimising), None while unknown."""

    objective: float | None
    bound: float | None


@dataclass(frozen=True)
class Point:
    """A better point and its objective (minimising)."""

    values: Floats
    objective: float
