"""Ctrl-C from the first moment of a process to its last: whatever it breaks off, the process ends with 130."""

from __future__ import annotations

import signal
from types import FrameType
from typing import NoReturn

_presses = 0


def listen() -> None:
    """Count Ctrl-C from now on; each raises KeyboardInterrupt as usual."""
    signal.signal(signal.SIGINT, _press)


def ignore() -> None:
    """Let the process end as it is ending."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def pressed() -> bool:
    """Whether there was one: compiled modules that are being loaded turn it into errors of their own."""
    return _presses > 0


def _press(number: int, frame: FrameType | None) -> NoReturn:
    global _presses
    _presses += 1
    raise KeyboardInterrupt
