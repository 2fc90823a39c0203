"""What is made in a thread of its own while the caller's goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

POLL_SECONDS = 0.05

Made = TypeVar("Made")


def in_thread(make: Callable[[], Made]) -> Future[Made]:
    """Make something in a thread that no program waits for at its end."""
    made: Future[Made] = Future()

    def run() -> None:
        try:
            made.set_result(make())
        except BaseException as error:  # raised again where what was made is taken up
            made.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return made


def attended(made: Future[Made], tell: Callable[[], None], stop: threading.Event) -> Made:
    """Wait for what is being made.

    Parameters
    ----------
    made
        What :func:`in_thread` returned.
    tell
        Called again and again meanwhile.
    stop
        Ends the making; set where ``tell`` raises or Ctrl-C is pressed, which is raised once the making has ended.
    """
    try:
        while not wait([made], POLL_SECONDS).done:
            tell()
    except BaseException:
        stop.set()
        wait([made])
        raise
    return made.result()
