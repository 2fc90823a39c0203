"""Item expressions in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sequencer.instance.items import SETS
from sequencer.report import words

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance


def item_text(instance: Instance, word: str) -> str:
    """An item expression in words: ``jp/customized`` is ``Japan (customized)``."""
    head, _, modes = word.partition("/")
    if word in SETS or head in SETS:
        return f"any of the {words.title_case(head).lower()}"
    if modes and head in instance.adoptables:
        chosen = ", ".join(mode_words(instance, m) for m in modes.split("|"))
        return f"{words.one_line(instance.label(head))} ({chosen})"
    node, _, level = word.partition(":")
    if word not in instance.adoptables and level:
        leaf = instance.by_id("capabilities").get(node)
        if leaf is not None:
            return f"{words.one_line(leaf.label)} {level}"
        if node != "mandate":
            return f"all of {node} at level {level}"
        row = instance.mandate_levels.get(int(level)) if level.isdigit() else None
        return words.one_line(row.label) if row else f"mandate {level}"
    if word in instance.by_id("archetypes") or word in instance.by_id("touches"):
        return f"any affiliate ({mode_words(instance, word)})"
    if word in instance.by_id("sourcing_modes"):
        return f"any capability step ({mode_words(instance, word)})"
    return words.one_line(instance.label(word))


def mode_words(instance: Instance, mode: str) -> str:
    """A mode in words: ``adapted/high`` is ``Adapted, High touch``."""
    return ", ".join(words.one_line(instance.label(part)) for part in mode.split("/"))


def set_text(instance: Instance, word: str) -> str:
    """A set or an item expression in words: ``drivers`` is ``drivers``."""
    return words.title_case(word).lower() if word in SETS else item_text(instance, word)


def joined(instance: Instance, items: Iterable[str], link: str = "and") -> str:
    """Several sets or item expressions in words: ``A, B and C``."""
    return listed([set_text(instance, word) for word in items], link)


def listed(names: Sequence[str], link: str = "and") -> str:
    """``A, B and C``; empty for none."""
    return link.join((f"{', '.join(names[:-1])} ", f" {names[-1]}")) if len(names) > 1 else "".join(names)
