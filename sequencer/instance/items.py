"""Item expressions: the words by which rules name adoptables, their modes, inner nodes of the tree and sets.

====================================  =====================================================================
word                                  means
====================================  =====================================================================
``r1``, ``crm:2``, ``mandate:1``      the adoptable; nothing where it is as-is already
``r1@jp``, ``crm@jp:2``               an adoptable of one affiliate
``commercial.insight:2``              the steps at level 2 of all leaves below the node
``crm``, ``commercial.insight``       all steps of the capability, or of the leaves below the node
``jp/customized``, ``crm:2/build``    the adoptable, in modes of exactly that id, archetype, touch or sourcing
``customized``, ``high``, ``agency``  every adoptable with such a mode, in those modes; an archetype covers the
                                      experienced variants of it
``drivers``, ``affiliates``, …        all adoptables of a kind
====================================  =====================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.instance.entities import Capability
    from sequencer.instance.instance import Instance

SETS = {
    "drivers": Kind.DRIVER,
    "steps": Kind.STEP,
    "affiliates": Kind.AFFILIATE,
    "brands": Kind.BRAND,
    "customer_types": Kind.CUSTOMER_TYPE,
    "functions": Kind.FUNCTION,
    "exceptions": Kind.EXCEPTION,
    "initiatives": Kind.INITIATIVE,
}
"""Words that mean all adoptables of a kind."""


class UnknownItemError(KeyError):
    """A word names nothing in the instance."""


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """An adoptable, perhaps restricted to some of its modes.

    Attributes
    ----------
    id : str
        Adoptable.
    modes : tuple of str or None
        Mode ids meant; None means any.
    """

    id: str
    modes: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return self.id if self.modes is None else f"{self.id}/{'|'.join(self.modes)}"


def merged(members: Iterable[Member]) -> tuple[Member, ...]:
    """Members with each adoptable once, in the order of first use: ``jp`` and ``jp/customized`` is ``jp``."""
    made: dict[str, tuple[str, ...] | None] = {}
    for member in members:
        known = made.get(member.id, ())
        modes = None if known is None or member.modes is None else tuple(dict.fromkeys(known + member.modes))
        made[member.id] = modes
    return tuple(Member(i, modes) for i, modes in made.items())


def resolve(instance: Instance, word: str) -> tuple[Member, ...]:
    """Members that a word means; empty where all it names is as-is already.

    Parameters
    ----------
    instance
        Where the word is used.
    word
        An item expression, see the table above.

    Raises
    ------
    UnknownItemError
        If the word names nothing; also a level above those defined, or a mode that does not exist.
    """
    head, _, mode = word.partition("/")
    if mode and head not in _mode_words(instance):
        return _in_mode(instance, resolve(instance, head), mode, word)
    found = instance.adoptables
    if word in found:
        return (Member(word),)
    if word in SETS:
        return tuple(Member(i) for i, item in found.items() if item.kind == SETS[word])
    if word in _mode_words(instance):
        return _with_mode(instance, word)
    children = tuple(Member(i) for i, item in found.items() if item.parent == word and item.kind == Kind.FUNCTION)
    return children or _leveled(instance, word)


def _mode_words(instance: Instance) -> set[str]:
    """Ids, archetypes, touches and sourcing of all modes."""
    words = {a.id for a in (*instance.archetypes, *instance.touches, *instance.sourcing_modes)}
    return words | {f"{a.id}/{t.id}" for a in instance.archetypes for t in instance.touches}


def _with_mode(instance: Instance, word: str) -> tuple[Member, ...]:
    words = (word, *(a.id for a in instance.archetypes if a.variant_of == word))
    made = []
    for i, item in instance.adoptables.items():
        modes = tuple(m.id for m in item.modes if any(m.matches(w) for w in words))
        if modes:
            made.append(Member(i, modes))
    return tuple(made)


def _in_mode(instance: Instance, members: tuple[Member, ...], mode: str, word: str) -> tuple[Member, ...]:
    made = []
    for member in members:
        modes = tuple(m.id for m in instance.adoptables[member.id].modes if m.matches(mode))
        if modes:
            made.append(Member(member.id, modes))
    if not made and members:
        raise UnknownItemError(word)
    return tuple(made)


def _leveled(instance: Instance, word: str) -> tuple[Member, ...]:
    """Steps of a capability or inner node, at one level or all."""
    node, colon, level_text = word.partition(":")
    if colon and not level_text.isdigit():
        raise UnknownItemError(word)
    level = int(level_text) if colon else None
    if node == "mandate":
        if level is None or level > instance.settings.mandate_start:
            raise UnknownItemError(word)
        return ()
    leaves = instance.leaves(node)
    if not leaves:
        raise UnknownItemError(word)
    made: list[Member] = []
    for leaf in leaves:
        steps = [i for i in instance.adoptables.values() if i.capability == leaf.id and i.kind == Kind.STEP]
        if level is None:
            made += [Member(s.id) for s in steps]
        else:
            at = [Member(s.id) for s in steps if s.level == level]
            if not at and _above_today(instance, leaf, level):
                missing = f"{leaf.id}:{level}"
                raise UnknownItemError(missing)
            made += at
    return tuple(made)


def _above_today(instance: Instance, leaf: Capability, level: int) -> bool:
    """Whether a level is above what is there today; of a local capability, in any affiliate."""
    if not leaf.local:
        return level > leaf.as_is
    own = {row.affiliate: row.as_is for row in instance.local_capabilities if row.capability == leaf.id}
    return any(level > own.get(a.id, leaf.as_is) for a in instance.affiliates)
