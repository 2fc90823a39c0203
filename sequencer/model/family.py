"""What a constraint family is: one business rule, one file, one builder."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.instance.items import Member
    from sequencer.model.sequencing import SequencingModel


@dataclass(frozen=True, slots=True)
class Family:
    """A constraint family.

    Attributes
    ----------
    name : str
        Short name, the ``family`` of its :class:`~sequencer.types.RuleRef`.
    title : str
        Business title.
    latex : str
        The constraint as formula.
    priority : int
        How readily the rule may be relaxed when rules clash: 0 never (logic), 9 first (a preference).
    build : callable
        Adds the rows to a model.
    doc : str
        What the rule means, for the rule reference.
    gains : callable
        Adoptables that may help to keep the rule by being adopted, so that none of them is pruned; as a
        :class:`~sequencer.instance.items.Member` where only some of its modes help.
    needs : callable
        Pairs of adoptables of which the first may only be adopted because the second is, so that the second is kept
        wherever the first is.
    value_of : callable
        Affiliates whose value the rule reads one by one, so that the value formulation keeps them apart.
    from_below : callable
        Whether the rule caps value or is easier to keep the less it is, so that value must not be understated.
    """

    name: str
    title: str
    latex: str
    priority: int
    build: Callable[[SequencingModel], None]
    doc: str
    gains: Callable[[Instance], Iterable[str | Member]]
    needs: Callable[[Instance], Iterable[tuple[str, str]]]
    value_of: Callable[[Instance], Iterable[str]]
    from_below: Callable[[Instance], bool]


def _nothing(_: Instance) -> Iterable[Any]:
    return ()


def _never(_: Instance) -> bool:
    return False


def family(
    name: str,
    title: str,
    *,
    latex: str,
    priority: int,
    gains: Callable[[Instance], Iterable[str | Member]] = _nothing,
    needs: Callable[[Instance], Iterable[tuple[str, str]]] = _nothing,
    value_of: Callable[[Instance], Iterable[str]] = _nothing,
    from_below: Callable[[Instance], bool] = _never,
) -> Callable[[Callable[[SequencingModel], None]], Family]:
    """Turn a builder function into a :class:`Family`; its docstring becomes the rule's text."""

    def wrap(build: Callable[[SequencingModel], None]) -> Family:
        doc = inspect.cleandoc(build.__doc__ or "")
        return Family(name, title, latex, priority, build, doc, gains, needs, value_of, from_below)

    return wrap
