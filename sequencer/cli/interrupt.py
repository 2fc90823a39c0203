"""Ctrl-C from the first moment of a process to its last: whatever it breaks off, the process ends with 130."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

_presses = 0


def listen() -> None:
    """Count Ctrl-C from now on; each raises KeyboardInterrupt as usual."""
    signal.signal(signal.SIGINT, _press)


def ignore() -> None:
    """Let the process end as it is ending."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def held() -> Iterator[None]:
    """Let what is done in an instant be done in one piece: Ctrl-C is counted, and breaks nothing off."""
    before = signal.signal(signal.SIGINT, _count)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def pressed() -> bool:
    """Whether there was one: compiled modules that are being loaded turn it into errors of their own."""
    return _presses > 0


def _count(number: int, frame: FrameType | None) -> None:
    global _presses
    _presses += 1


def _press(number: int, frame: FrameType | None) -> NoReturn:
    _count(number, frame)
    raise KeyboardInterrupt
