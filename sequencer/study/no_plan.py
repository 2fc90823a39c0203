"""An analysis that cannot go on because one of its solves came to no plan: why, and which rules clash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.errors import SequencerError
from sequencer.types import RuleRef, Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance


class NoPlanError(SequencerError):
    """There is no plan that an analysis cannot do without.

    Rules are the same in each solve of an analysis over scenarios, so that it does not matter which one found out that
    they clash; it does where the time did not suffice.

    Parameters
    ----------
    where
        Which solve it was, in words that go on after "no plan was found": ``on base values``, ``in scenario cold``.
    termination
        Why it ended.
    instance
        What the analysis is about.
    conflict
        Where infeasible: rules that cannot hold together, as far as known.
    found
        Whether there is a plan of which nothing is proven.

    Attributes
    ----------
    termination : Termination
        As given.
    instance : Instance
        As given.
    conflict : tuple of RuleRef
        As given.
    """

    def __init__(
        self,
        where: str,
        termination: Termination,
        instance: Instance,
        conflict: tuple[RuleRef, ...] = (),
        *,
        found: bool = False,
    ) -> None:
        super().__init__(_message(where, termination, found))
        self.termination = termination
        self.instance = instance
        self.conflict = conflict


def _message(where: str, termination: Termination, found: bool) -> str:
    if termination is Termination.INFEASIBLE:
        return "no plan keeps all rules; `sequencer solve` tells which clash"
    if termination is Termination.MEMORY:
        return f"no plan was found {where}: the memory of the machine does not suffice"
    missing = f"nothing is proven of the best plan {where}" if found else f"no plan was found {where}"
    if termination is Termination.WORK_LIMIT:
        return f"{missing} with the nodes given; give each solve more of them"
    return f"{missing} in the time given; give each solve more time"
