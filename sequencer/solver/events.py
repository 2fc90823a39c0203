"""Progress of a solve as events; the library never prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sequencer.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a solve stands.

    Attributes
    ----------
    seconds : float
        Wall clock since the solve began.
    phase : str
        What is being done: ``build``, ``start plan``, ``tightening``, ``core decisions``, ``search``, ``next goal``,
        ``ties``, ``conflict``, ``evaluate``; what another solver does ends in its name, ``search with scip``.
    objective, bound, gap : float or None
        Best plan, proven bound and gap so far in the first goal, None while unknown; in the declared unit.
    """

    seconds: float
    phase: str
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None


@dataclass(frozen=True, slots=True)
class Improved:
    """A better plan was found."""

    seconds: float
    plan: Plan
    objective: float


@dataclass(frozen=True, slots=True)
class StartRepaired:
    """A start plan did not fit as it was.

    Attributes
    ----------
    seconds : float
        Wall clock since the solve began.
    dropped : tuple of str
        Ids it adopts that could not be kept.
    """

    seconds: float
    dropped: tuple[str, ...]


Event = Progress | Improved | StartRepaired
Listener = Callable[[Event], None]
