"""Sources of value other than cells, in the order they are added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.value.fatigue import Fatigue
from sequencer.model.value.initiatives import Initiatives
from sequencer.model.value.synergies import Synergies

if TYPE_CHECKING:
    from sequencer.model.value.source import Source

SOURCES: tuple[type[Source], ...] = (Initiatives, Synergies, Fatigue)
"""A further source adds a line here."""
