"""A source of value other than cells."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sequencer.model.linear import Linear
    from sequencer.model.sequencing import SequencingModel


class Source(ABC):
    """Value that does not come from cells; making one adds its columns and rows.

    Every column is worth something positive and bounded from above. What lowers value is written as the most it can
    take, a constant, less what of it is saved; so more of any column helps, and none is larger than the decisions
    allow.

    Parameters
    ----------
    model
        The model it adds columns and rows to.
    exact
        Whether value is capped or minimised, so that no column may be smaller than the decisions say either.

    Raises
    ------
    sequencer.errors.UnsupportedError
        If it cannot be exact where it has to be.
    """

    def __init__(self, model: SequencingModel, *, exact: bool) -> None:
        self.model = model
        self.instance = model.instance
        self.exact = exact

    @abstractmethod
    def expr(self, category: str | None, period: int, scenario: str | None) -> Linear:
        """Undiscounted expected value of a period, in scaled money; of one category, in a scenario where given."""

    def year(self, period: int) -> float:
        """Scaled money in a period of one unit a year."""
        return self.instance.periods[period - 1].years * self.model.money_scale

    @property
    def times(self) -> range:
        """Periods in which adoptables may become live and value is earned: the waves, and the tail as one."""
        return range(1, min(len(self.instance.periods), self.instance.n_waves + 1) + 1)

    def live_period(self, period: int) -> int:
        """The period whose decisions count: every tail period counts as W + 1."""
        return min(period, self.instance.n_waves + 1)
