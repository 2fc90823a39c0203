"""The live line of a study on stderr: time, cases done, failures, and how long it still takes."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

import rich_click as click

from sequencer.cli.interrupt import pressed
from sequencer.cli.progress import elapsed
from sequencer.cli.render import clean

if TYPE_CHECKING:
    from sequencer.study.running import StudyProgress, Told

TICK = 1.0
"""Seconds between two looks of a terminal at the clock."""

LINE_EVERY = 5.0
"""Seconds between two lines where stderr is not a terminal."""


class StudyLine:
    """Listener that shows how far a study is: a line rewritten on a terminal, now and then a line elsewhere.

    A context manager: on a terminal the clock goes on while cases take their time.

    Parameters
    ----------
    quiet
        Whether to show nothing.
    clock
        Monotonic clock in seconds.
    """

    def __init__(self, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._quiet = quiet
        self._clock = clock
        self._terminal = sys.stderr.isatty()
        self._shown = clock()
        self._last: StudyProgress | None = None
        self._heard = 0.0
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        if self._terminal and not self._quiet:
            threading.Thread(target=self._tick, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wipe the line, so that what follows starts on a clean one."""
        self._ended.set()
        with self._lock:
            self._wipe()

    def __call__(self, event: StudyProgress | Told) -> None:
        """Take an event and show it if it is time to."""
        from sequencer.study.running import Told

        if pressed():
            # A module that was being loaded may have swallowed it.
            raise KeyboardInterrupt
        if self._quiet:
            return
        with self._lock:
            if isinstance(event, Told):
                self._wipe()
                click.secho(clean(f"Cases are solved {event.message}."), err=True, dim=True)
                return
            self._last, self._heard = event, self._clock()
            if self._terminal or event.done == event.total or self._due():
                self._show(self.text())

    def reading(self, done: int, total: int) -> None:
        """Take how many cases are made; nothing is shown where that is quick."""
        with self._lock:
            if not self._quiet and self._due():
                self._show(f"Reading the study: {done} of {total} cases")

    def text(self) -> str:
        """Return the line: ``0:12 · 37 of 200 cases · 2 failed · about 3:10 left``."""
        event = self._last
        if event is None:
            return ""
        since = self._clock() - self._heard
        parts = [elapsed(event.seconds + since), f"{event.done} of {event.total} cases"]
        if event.failed:
            parts.append(f"{event.failed} failed")
        if event.left:
            parts.append(f"about {elapsed(max(event.left - since, 0.0))} left")
        return " · ".join(parts)

    def _tick(self) -> None:
        while not self._ended.wait(TICK):
            with self._lock:
                if self._last is not None and not self._ended.is_set():
                    self._show(self.text())

    def _due(self) -> bool:
        return self._clock() - self._shown >= LINE_EVERY

    def _show(self, text: str) -> None:
        self._shown = self._clock()
        self._wipe()
        click.echo(text, err=True, nl=not self._terminal)

    def _wipe(self) -> None:
        if self._terminal and not self._quiet:
            click.echo("\r\x1b[2K", nl=False, err=True)
