"""What every command shares: exit codes, verbosity, log file, and when the process began."""

from __future__ import annotations

import enum
import logging
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import click


class Exit(enum.IntEnum):
    """Exit codes."""

    OK = 0
    CHECK_FAILED = 1
    BAD_INPUT = 2
    INFEASIBLE = 3
    NO_PLAN = 4
    INTERRUPTED = 130


@dataclass
class State:
    """State of one invocation.

    Attributes
    ----------
    began : float
        Value of ``time.monotonic()`` when the process started.
    quiet : bool
        Whether progress, warnings and hints are left out.
    verbose : int
        How often ``-v`` was given.
    log_file : Path or None
        Where the log goes as well.
    """

    began: float = field(default_factory=time.monotonic)
    quiet: bool = False
    verbose: int = 0
    log_file: Path | None = None

    @property
    def seconds(self) -> float:
        """Wall clock since the process started."""
        return time.monotonic() - self.began


def state() -> State:
    """State of the running invocation."""
    return click.get_current_context().ensure_object(State)


def end(code: Exit) -> NoReturn:
    """End the command with an exit code."""
    click.get_current_context().exit(code)


def process_began() -> float:
    """``time.monotonic()`` at the start of this process, as far as the system tells; else now."""
    now = time.monotonic()
    try:
        fields = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return now
    return now - max(age, 0.0)


def say(text: str, *, hint: bool = False) -> None:
    """Write a line of progress, warning or hint to stderr; nothing with ``-q``."""
    if not state().quiet:
        click.secho(text, err=True, dim=hint)


def start_logging(shared: State) -> None:
    """Send the library's log to stderr (warnings; with ``-v`` more) and to the log file while the command runs.

    Raises
    ------
    click.UsageError
        If the log file cannot be written.
    """
    logger = logging.getLogger("sequencer")
    levels = (logging.WARNING, logging.INFO, logging.DEBUG)
    stream = _Stderr(logging.ERROR if shared.quiet else levels[min(shared.verbose, 2)])
    _attach(logger, stream)
    if shared.log_file is not None:
        try:
            file = logging.FileHandler(shared.log_file, encoding="utf-8")
        except OSError as error:
            message = f"The log file {shared.log_file} cannot be written ({error.strerror}); give another --log-file."
            raise click.UsageError(message) from error
        file.setLevel(logging.DEBUG if shared.verbose else logging.INFO)
        file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        _attach(logger, file)


def _attach(logger: logging.Logger, handler: logging.Handler) -> None:
    """Add a handler until the command ends."""
    before = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)

    def detach() -> None:
        logger.removeHandler(handler)
        logger.setLevel(before)
        handler.close()

    click.get_current_context().find_root().call_on_close(detach)


class _Stderr(logging.Handler):
    """Messages on stderr as it is now, without tracebacks, which belong in the log file."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info is None:
            click.echo(f"{record.levelname.lower()}: {record.getMessage()}", err=True)
