"""What the schema can say and this version does not model yet: refused by name, never ignored."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from sequencer.errors import UnsupportedError

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance


class Feature(NamedTuple):
    """A rule of the schema without a family.

    Attributes
    ----------
    name : str
        What a user calls it.
    where : str
        Table or setting that asks for it.
    used : callable
        Whether an instance asks for it.
    """

    name: str
    where: str
    used: Callable[[Instance], bool]


def _rows(name: str, table: str) -> Feature:
    return Feature(name, f"table {table}", lambda i: bool(i.rows(table)))


NOT_MODELLED: tuple[Feature, ...] = (_rows("a programme under way", "initial_state"),)
"""Removed line by line as families arrive."""


def not_modelled(instance: Instance) -> tuple[Feature, ...]:
    """Features an instance asks for that this version does not model."""
    return tuple(f for f in NOT_MODELLED if f.used(instance))


def refuse_not_modelled(instance: Instance) -> None:
    """Stop before anything an instance asks for would be ignored.

    Raises
    ------
    sequencer.errors.UnsupportedError
        Naming each feature and the table or setting that asks for it.
    """
    found = not_modelled(instance)
    if found:
        lines = [f"  {f.name} ({f.where})" for f in found]
        message = "\n".join(
            ["This instance asks for rules that are not modelled yet:", *lines]
            + ["Take them out (an overlay can: --overlay FILE) or wait for the version that has them."]
        )
        raise UnsupportedError(message)
