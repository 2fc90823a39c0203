"""What an analysis has finished so far, told of solve by solve, so that whatever ends it early loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sequencer.plan.plan import Plan
    from sequencer.study.intervals import Interval


@dataclass(frozen=True)
class Finished:
    """A solve that has come to its end.

    Attributes
    ----------
    name : str
        Which one, fit for the name of a file: ``base``, ``alone-cold``.
    words : str
        The same in words.
    measure : str
        What was optimised.
    plan : Plan
        Best plan found.
    reached : Interval
        Its figure, and what is proven of the best one.
    """

    name: str
    words: str
    measure: str
    plan: Plan
    reached: Interval

    def to_dict(self) -> dict[str, Any]:
        """Everything but the plan, for JSON."""
        return {"name": self.name, "measure": self.measure, "reached": self.reached.to_dict()}


Listener = Callable[[Finished], None]
"""Is told of each solve the moment it has ended."""


def nobody(finished: Finished) -> None:
    """Listener where none is given."""
