"""The folder of an analysis: there before its first solve, filled as plans are found, in its place at the end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import rich_click as click

from sequencer.cli.analysis import check_folder
from sequencer.cli.interrupt import held
from sequencer.cli.render import clean
from sequencer.cli.state import say
from sequencer.errors import SequencerError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Plan

    Draw = Callable[[], Figure | None]

UNFINISHED = "-unfinished"
"""What the name of the folder ends in as long as the analysis is at work, and where it was killed."""

log = logging.getLogger(__name__)


def made_for(plan: Plan, instance: Instance) -> Plan:
    """A plan as one for an instance, where what was solved differed in goals, limits, scenarios or locks only."""
    return replace(plan, instance_fingerprint=instance.fingerprint)


class Keeping:
    """The folder of an analysis; a context manager, entered before the first solve.

    As long as the analysis is at work the folder has a name of its own, so that one of the name asked for is always
    whole. What is found goes into it at once: whatever ends the analysis, hours of solving are not lost. That it can be
    made proves that the place can be written.

    Parameters
    ----------
    folder
        Folder to make; None where nothing is kept.

    Raises
    ------
    sequencer.errors.SequencerError
        If it exists, or one that an analysis of that name left.
    """

    def __init__(self, folder: Path | None) -> None:
        check_folder(folder)
        self.folder = folder
        self._at: Path | None = None
        self._plans: list[str] = []
        if folder is not None and self._unfinished(folder).exists():
            message = (
                f"{self._unfinished(folder)} is what an analysis left that was stopped, or is still at work on; "
                "nothing was started. Take out what you need and remove it, or choose a new folder with -o."
            )
            raise SequencerError(message)

    @staticmethod
    def _unfinished(folder: Path) -> Path:
        return folder.with_name(f"{folder.resolve().name}{UNFINISHED}")

    def __enter__(self) -> Self:
        """Make the folder.

        Raises
        ------
        sequencer.errors.SequencerError
            If it cannot be written.
        """
        if self.folder is not None:
            try:
                self._unfinished(self.folder).mkdir()
            except OSError as error:
                message = (
                    f"{self.folder} cannot be made ({error.strerror or error}); nothing was started. "
                    "Choose another folder with -o."
                )
                raise SequencerError(message) from error
            self._at = self._unfinished(self.folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave what was found where the analysis did not come to keep its result; nothing where nothing was."""
        if self._at is None:
            return
        try:
            self._at.rmdir()
        except OSError:
            if self._at.is_dir():
                click.echo(f"What was found by then is in {self._at}.", err=True)

    def plan(self, plan: Plan, name: str = "") -> None:
        """Store a plan the moment it is found. A failure is logged and stops no analysis; the end tells of it.

        Parameters
        ----------
        plan
            The plan.
        name
            Name of its file; a number where there is none.
        """
        if self._at is None:
            return
        from sequencer.run import atomic

        file = name or f"found-{len(self._plans) + 1:03}.json"
        self._plans.append(file)
        try:
            atomic.write_text(self._at / file, plan.to_json())
        except OSError as error:
            log.warning("%s could not be written: %s", file, error.strerror or error)

    def end(
        self,
        tell: Callable[[], None],
        texts: Callable[[], Mapping[str, str]],
        picture: str = "",
        draw: Draw | None = None,
    ) -> bool:
        """Tell the result, then keep it; what cannot be kept is told at least, and what cannot be told is kept.

        Parameters
        ----------
        tell
            Prints it.
        texts
            Makes its files: content by name. They take the place of the plans stored on the way.
        picture, draw
            Name of a picture, and what draws it; None where there is nothing to draw. Without a name there is none, and
            the plans stored on the way stay: they are the result.

        Returns
        -------
        bool
            Whether all is kept that was to be; what is not was said.
        """
        with held():
            try:
                tell()
            finally:
                kept = self._keep(texts, picture, draw)
        return kept

    def _keep(self, texts: Callable[[], Mapping[str, str]], picture: str, draw: Draw | None) -> bool:
        if self._at is None or self.folder is None:
            return True
        from sequencer.run import atomic

        try:
            made = texts()
            for name, text in made.items():
                atomic.write_text(self._at / name, text)
            names, whole = [*made], True
            if draw is None:
                names += [name for name in self._plans if name not in made]
            else:
                whole = _drawn(self._at / picture, draw)
                names += [picture] if (self._at / picture).exists() else []
                for name in {*self._plans} - {*made}:
                    (self._at / name).unlink(missing_ok=True)
            self._at.rename(self.folder)
            self._at = None
            atomic.sync_folder(self.folder.resolve().parent)
        except OSError as error:
            why = error.strerror or error
            click.echo(f"Error: {self.folder} cannot be written ({why}). The result is printed, not kept.", err=True)
            return False
        say(f"Kept in {self.folder}: {', '.join(names[:4])}{' …' if len(names) > 4 else ''}", hint=True)
        return whole


def _drawn(file: Path, draw: Draw) -> bool:
    """Draw a picture where there is something to draw; a failure costs the picture and nothing else."""
    from sequencer.report.figures.style import save

    try:
        figure = draw()
        if figure is not None:
            save(figure, file)
    except Exception as error:
        file.unlink(missing_ok=True)
        log.error("traceback", exc_info=error)
        click.echo(clean(f"Error: the picture could not be drawn ({error}). All else is kept.", lines=True), err=True)
        return False
    return True
