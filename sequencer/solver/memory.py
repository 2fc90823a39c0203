"""Memory: how much of it this process takes, and a limit on that, watched while a solve goes on."""

from __future__ import annotations

import os
import re
import sys
import threading
from pathlib import Path
from typing import Self

from sequencer.errors import SequencerError

EVERY = 0.05
"""Seconds between two looks."""

STATM = Path("/proc/self/statm")
"""Where Linux tells the pages that are in memory now, as the second number."""

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def bytes_of(size: str) -> int | None:
    """Bytes of a size such as ``4GB``, ``500 MB`` (powers of 1000) or ``2GiB`` (of 1024); None where it is none."""
    found = _SIZE.fullmatch(size.strip())
    if found is None:
        return None
    number, unit, binary = found.groups()
    return int(float(number) * (1024 if binary else 1000) ** _POWERS[unit.lower()])


def resident() -> int | None:
    """Bytes of memory that this process takes; None where the system does not tell.

    Linux tells what it is now, macOS the most that it has been.
    """
    try:
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        pass
    try:
        import resource
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


class MemoryWatch:
    """Looks at the memory of this process every now and then, in a thread of its own, as long as its context lasts.

    Parameters
    ----------
    limit
        Bytes; None for no limit.

    Attributes
    ----------
    passed : threading.Event
        Set once more than that was taken.

    Raises
    ------
    sequencer.errors.SequencerError
        If there is a limit and the system does not tell what a process takes.
    """

    def __init__(self, limit: int | None) -> None:
        self.passed = threading.Event()
        self._limit = limit
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        if limit is not None and resident() is None:
            message = "this system does not tell how much memory a process takes; leave the limit of memory out"
            raise SequencerError(message)

    def __enter__(self) -> Self:
        if self._limit is not None:
            self._look()
            self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._limit is not None:
            self._watcher.join()

    def _watch(self) -> None:
        while not self.passed.is_set() and not self._over.wait(EVERY):
            self._look()

    def _look(self) -> None:
        if (resident() or 0) > (self._limit or 0):
            self.passed.set()
