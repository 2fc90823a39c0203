"""The start of something that is adopted, by a plan or before wave 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable, Mode


class Start(NamedTuple):
    """An adoption that can be understood: its item, mode, start wave, and the period from which it is live.

    What had started before wave 1 has the wave 0; where it is live already, its period is 1 or less.
    """

    item: Adoptable
    mode: Mode
    wave: int
    live: int

    @property
    def past(self) -> bool:
        """Whether it had started before wave 1, so that no plan decides on it."""
        return self.wave < 1

    @property
    def waves(self) -> range:
        """Waves over which its cost and use fall that are still to come."""
        return range(1, self.live) if self.past else range(self.wave, self.wave + self.mode.span)

    def in_progress(self, wave: int) -> bool:
        """Whether it is in progress in a wave; the start wave always counts."""
        if self.past:
            return wave < self.live
        return self.wave <= wave < self.wave + self.mode.span
