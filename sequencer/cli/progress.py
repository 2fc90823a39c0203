"""The live line of a solve on stderr: phase, best plan, bound, gap, elapsed time."""

from __future__ import annotations

import shutil
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

import rich_click as click

from sequencer.cli.render import clean
from sequencer.solver.events import Event, Improved, Progress, StartRepaired

if TYPE_CHECKING:
    from collections.abc import Callable

PHASES = {
    "build": "building the model",
    "start plan": "looking for a first plan",
    "tightening": "tightening the bound",
    "core decisions": "searching, core decisions first",
    "search": "searching",
    "next goal": "searching for the next goal",
    "ties": "choosing among equal plans",
    "conflict": "finding out which rules clash",
    "evaluate": "checking the plan",
}
REWRITE_EVERY = 0.1
LINE_EVERY = 5.0
"""Seconds between two lines where stderr is not a terminal."""


class LiveLine:
    """Listener that shows where a solve stands: a line rewritten on a terminal, now and then a line elsewhere.

    Parameters
    ----------
    unit
        What stands before figures, e.g. ``EUR M`` or ``peak budget EUR M``.
    whole
        Whether figures are whole numbers, such as waves.
    quiet
        Whether to show nothing.
    began
        Value of ``clock()`` from which elapsed time counts.
    clock
        Monotonic clock in seconds.
    """

    def __init__(
        self,
        unit: str,
        *,
        whole: bool = False,
        quiet: bool = False,
        began: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._unit = unit
        self._whole = whole
        self._quiet = quiet
        self._clock = clock
        self._began = clock() if began is None else began
        self._terminal = sys.stderr.isatty()
        self._shown = -float("inf")
        self._phase = ""
        self._objective: float | None = None
        self._bound: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Wipe the line, so that what follows starts on a clean one."""
        if self._terminal and not self._quiet:
            click.echo("\r\x1b[2K", nl=False, err=True)

    def __call__(self, event: Event) -> None:
        """Take an event and show it if it is time to."""
        if self._quiet:
            return
        if isinstance(event, StartRepaired):
            lost = f"left out: {', '.join(event.dropped)}" if event.dropped else "some starts are moved"
            self._tell(f"The start plan does not fit as it is; {lost}.")
            return
        news = self._take(event)
        waited = self._clock() - self._shown
        if waited >= (REWRITE_EVERY if self._terminal else LINE_EVERY) or (news and not self._terminal):
            self._shown = self._clock()
            self._show()

    def _take(self, event: Progress | Improved) -> bool:
        """Remember an event; whether it begins another phase."""
        if isinstance(event, Improved):
            self._objective = event.objective
            return False
        news = event.phase != self._phase
        self._phase = event.phase
        if event.objective is not None:
            self._objective = event.objective
        if event.bound is not None:
            self._bound = event.bound
        return news

    def _tell(self, text: str) -> None:
        """Write a line that stays."""
        click.echo(("\r\x1b[2K" if self._terminal else "") + clean(text), err=True)

    def _show(self) -> None:
        text = clean(self.text())
        if self._terminal:
            width = shutil.get_terminal_size((100, 24)).columns - 1
            click.echo(f"\r\x1b[2K{text[:width]}", nl=False, err=True)
        else:
            click.echo(text, err=True)

    def text(self) -> str:
        """Return the line: ``0:12 searching · best EUR M 12.3 · bound 12.9 · gap 4.7 %``."""
        from sequencer.report.words import decimals, number
        from sequencer.solver.result import relative_gap

        phase, by, solver = self._phase.partition(" with ")
        parts = [f"{elapsed(self._clock() - self._began)} {PHASES.get(phase, phase)}{by}{solver}"]
        places = 0 if self._whole else decimals([x for x in (self._objective, self._bound) if x is not None])
        if self._objective is not None:
            parts.append(f"best {self._unit} {number(self._objective, places)}")
        if self._bound is not None:
            parts.append(f"bound {number(self._bound, places)}")
        gap = relative_gap(self._objective, self._bound)
        if gap is not None:
            parts.append(f"gap {gap_text(gap)}")
        return " · ".join(parts)


def elapsed(seconds: float) -> str:
    """``0:07``, ``2:05``, ``1:00:00``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def gap_text(gap: float) -> str:
    """Gap in percent, never rounded down to zero: ``4.7 %``, ``0.034 %``."""
    percent = gap * 100
    if percent >= 0.1 or percent == 0:
        return f"{percent:.1f} %"
    return f"{percent:.2g} %" if percent >= 1e-4 else "less than 0.0001 %"
