"""Suggestions for words that are not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

SHOWN = 12


def closest(word: str, known: Iterable[str]) -> str | None:
    """Known word most like ``word``; None where none is close."""
    found = difflib.get_close_matches(word.casefold(), sorted(known), n=1, cutoff=0.6)
    return found[0] if found else None


def suggest(word: str, known: Iterable[str]) -> str:
    """Sentence that names the closest known word, or else the known words themselves.

    >>> suggest("potentail", ["potential", "success"])
    "Did you mean 'potential'?"
    """
    words = sorted(set(known))
    hit = closest(word, words)
    if hit is not None:
        return f"Did you mean '{hit}'?"
    if not words:
        return "None is defined."
    more = " …" if len(words) > SHOWN else ""
    return f"Known: {', '.join(words[:SHOWN])}{more}."
