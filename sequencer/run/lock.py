"""The lock of a run folder: held by the process that writes, released by the system when that process ends."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from sequencer.errors import RunError

LOCK_NAME = ".lock"
_ATTEMPTS = 4
"""A reader that looks whether a run is going on holds the lock for an instant; wait that out."""


class Lock:
    """An exclusive lock on a folder.

    The file carries the process id for messages; the lock itself is the system's, so that a process that was killed
    leaves none behind and a stale file is simply taken over.

    Parameters
    ----------
    folder
        Existing folder.

    Raises
    ------
    sequencer.errors.RunError
        If a live process holds it.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_NAME
        self._handle = self._acquire()
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def _acquire(self) -> int:
        for attempt in range(_ATTEMPTS):
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
            if _take(handle) and _is_same(self._path, handle):
                return handle
            os.close(handle)
            time.sleep(0.02 * attempt)
        who = holder(self._path.parent)
        message = (
            f"{self._path.parent.name} is being written by process {who or '?'}. "
            "Wait for it to end, stop it, or give another folder with -o."
        )
        raise RunError(message)

    def release(self) -> None:
        """Let go, and leave no lock file behind."""
        self._path.unlink(missing_ok=True)
        os.close(self._handle)


def holder(folder: Path) -> int | None:
    """Process that is writing a run folder; None where none is, also where one was killed."""
    try:
        handle = os.open(folder / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if _take(handle, shared=True):
            return None
        text = os.pread(handle, 32, 0).decode(errors="replace").strip()
        return int(text) if text.isdigit() else 0
    finally:
        os.close(handle)


def _take(handle: int, *, shared: bool = False) -> bool:
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_same(path: Path, handle: int) -> bool:
    """Whether the file locked is still the one by that name: its last owner may just have removed it."""
    try:
        now, held = path.stat(), os.fstat(handle)
    except FileNotFoundError:
        return False
    return (now.st_ino, now.st_dev) == (held.st_ino, held.st_dev)
