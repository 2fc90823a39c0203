"""Shared by the commands that solve more than once: options of each solve, and the folder of their results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from sequencer.cli.common import PATH
from sequencer.cli.types import DURATION, FRACTION
from sequencer.errors import SequencerError

if TYPE_CHECKING:
    from sequencer.study.executor import Mapper

F = TypeVar("F", bound=Callable[..., Any])

SEARCH = ("gap", "time_limit", "threads", "seed", "deterministic", "max_nodes")
"""Options of each solve, named as in :func:`sequencer.solve`."""

EACH_SOLVE = ("--gap", "--time-limit", "--max-nodes", "--threads", "--seed", "--deterministic", "--workers")
"""Panel of these options, with that of the processes."""

folder_option = click.option(
    "-o", "--output", type=PATH, metavar="DIR", help="Keep tables, picture and plans in this folder, made anew."
)


def search_options(gap: str) -> Callable[[F], F]:
    """Add the options of each solve; ``gap`` is the default of ``--gap``."""

    def add(command: F) -> F:
        for option in reversed(_options(gap)):
            command = option(command)
        return command

    return add


def _options(gap: str) -> list[Callable[[F], F]]:
    return [
        click.option(
            "--gap",
            type=FRACTION,
            default=gap,
            show_default=True,
            metavar="FRACTION",
            help="Stop each solve when no plan can be better by more than this share; 0 proves the optimum.",
        ),
        click.option(
            "--time-limit",
            type=DURATION,
            metavar="SECONDS",
            help="Stop each solve after this wall-clock time (120, 2m, 1h).  [default: none]",
        ),
        click.option(
            "--threads", type=click.IntRange(min=1), metavar="N", help="Threads of each solve.  [default: all cores]"
        ),
        click.option(
            "--seed",
            type=click.IntRange(0, 2**31 - 1),
            default=0,
            show_default=True,
            metavar="N",
            help="Seed of the search.",
        ),
        click.option("--deterministic", is_flag=True, help="Same input, same plans to the byte, as of solve."),
        click.option(
            "--max-nodes", type=click.IntRange(min=1), metavar="N", help="Stop each solve after so many nodes."
        ),
    ]


workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Processes that solve single scenarios beside each other, one thread each.",
)


@contextmanager
def mapped(workers: int) -> Iterator[Mapper]:
    """What maps solves over so many processes; over none but this one where it is one."""
    from sequencer.study.executor import serial

    if workers == 1:
        yield serial
        return
    from sequencer.study.cluster import Cluster

    with Cluster(workers) as cluster:
        yield cluster


def searched(given: dict[str, Any]) -> dict[str, Any]:
    """Take the options of each solve out of what a command was given."""
    return {name: given.pop(name) for name in SEARCH}


def check_folder(folder: Path | None) -> None:
    """Stop early where a folder of results could not be made; None where none is wanted.

    Raises
    ------
    sequencer.errors.SequencerError
        If it exists, or the folder it would be in does not.
    """
    if folder is None:
        return
    if folder.exists():
        message = f"{folder} exists; nothing was started. Choose a new folder with -o."
        raise SequencerError(message)
    if not folder.resolve().parent.is_dir():
        message = f"There is no folder {folder.parent}; make it first or choose another."
        raise SequencerError(message)
