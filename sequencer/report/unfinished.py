"""An analysis that was stopped: what it has finished, and the mark on a result that is not all of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sequencer.report import goals, words
from sequencer.report.robust import interval_text
from sequencer.report.table import Table

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.study.finished import Finished

STOPPED = "Not complete: the search was stopped."


def finished_table(instance: Instance, finished: Sequence[Finished]) -> Table:
    """Solves that have come to their end, each with what its plan reaches and what is proven of the best one.

    Parameters
    ----------
    instance
        What the analysis is about.
    finished
        In the order in which they ended.
    """
    places = words.decimals(end for one in finished for end in (one.reached.low, one.reached.high))
    rows = tuple(
        (words.one_line(one.words), goals.heading(instance, one.measure), interval_text(one.reached, places))
        for one in finished
    )
    unit = words.money_unit(instance)
    return Table(f"What was finished, {unit}", ("Solve", "Measure", "Figure"), rows, (STOPPED,))


def stopped(tables: Iterable[Table], why: str = STOPPED) -> list[Table]:
    """Tables of a result that is not complete, which the first of them says first.

    Parameters
    ----------
    tables
        All of the result.
    why
        What is missing.
    """
    first, *rest = tables
    return [replace(first, notes=(why, *first.notes)), *rest]
