"""The run folder: everything a solve was given and found, readable at every moment of its life.

========================  ===============================================================================
``.lock``                 while the solve is running
``options.json``          what was asked for; written first, it marks the folder as a run folder
``instance/``             the resolved instance (overlays and locks applied)
``plan.json``             the best plan so far, replaced whenever a better one is found
``trace.csv``             where the solve stood when
``result.json``           how it ended
``manifest.json``         written last: the run is complete; checksums of all the other files
========================  ===============================================================================
"""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sequencer.errors import RunError
from sequencer.plan.plan import Plan
from sequencer.run import atomic, manifest
from sequencer.run.lock import LOCK_NAME, Lock
from sequencer.run.reading import MARK, Run, is_run, read_run
from sequencer.run.trace import Trace
from sequencer.solver.events import Event, Improved
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.solver.result import Result

__all__ = ["Run", "RunFolder", "is_run", "read_run"]

TRACE_EVERY = 2.0
"""Seconds between two writings of the trace."""

log = logging.getLogger(__name__)


class RunFolder:
    """A run folder being written; a context manager that holds its lock. Made by :meth:`create`."""

    def __init__(self, path: Path, lock: Lock, instance: Instance, options: Mapping[str, Any]) -> None:
        self.path = path
        self._lock = lock
        self._instance = instance
        self._options = options
        self._begun = False
        self._trace = Trace()
        self._trace_written = 0.0

    @classmethod
    def create(cls, path: str | Path, instance: Instance, options: Mapping[str, Any], force: bool = False) -> RunFolder:
        """Make and lock a run folder and store the instance in it; a plan that is there stays until there is another.

        Parameters
        ----------
        path
            Folder to make, parents included.
        instance
            Instance that is solved.
        options
            What was asked for, JSON values without absolute paths.
        force
            Whether a run folder that exists may be replaced. A folder that is anything else is never touched.

        Raises
        ------
        sequencer.errors.RunError
            If the folder exists (without ``force``), is not a run folder, is in use, or cannot be written.
        """
        path = Path(path)
        try:
            _make(path, force)
            lock = Lock(path)
            folder = cls(path, lock, instance, options)
            try:
                if not folder.replaces:
                    folder._begin()
            except BaseException:
                lock.release()
                raise
        except OSError as error:
            message = f"{path} cannot be written ({error.strerror or error}). Give another folder with -o."
            raise RunError(message) from error
        return folder

    @property
    def replaces(self) -> bool:
        """Whether the folder still holds the plan of another run."""
        return not self._begun and any((self.path / name).exists() for name in ("plan.json", manifest.MANIFEST_NAME))

    def _begin(self) -> None:
        """Clear what another run left, and store what this one was given."""
        _clear(self.path)
        content = {"schema": manifest.RUN_SCHEMA, "kind": MARK, "options": dict(self._options)}
        atomic.write_json(self.path / "options.json", content)
        _store(self._instance, self.path / "instance")
        self._begun = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Write the trace of a run that did not finish, and unlock."""
        if self._begun and not (self.path / manifest.MANIFEST_NAME).exists():
            self._write("trace.csv", self._trace.text())
        self._lock.release()

    def __call__(self, event: Event) -> None:
        """Listen to a solve: checkpoint better plans and keep the trace."""
        self.trace(event)

    def checkpoint(self, plan: Plan) -> None:
        """Replace ``plan.json``. A failure is logged and never stops a solve; :meth:`finish` tries again and tells."""
        self._write("plan.json", self._marked(plan).to_json())

    def trace(self, event: Event) -> None:
        """Take an event: add it to the trace, and checkpoint its plan if it brings one."""
        self._trace.add(event)
        better = isinstance(event, Improved)
        if isinstance(event, Improved):
            self.checkpoint(event.plan)
        if self._begun and (better or time.monotonic() - self._trace_written >= TRACE_EVERY):
            self._write("trace.csv", self._trace.text())
            self._trace_written = time.monotonic()

    def finish(self, result: Result) -> None:
        """Write plan, result and trace, then the manifest that marks the run as complete.

        What was interrupted before it had a plan does not replace a run that has one.

        Raises
        ------
        sequencer.errors.RunError
            If they cannot be written.
        """
        if self.replaces and result.plan is None and result.termination is Termination.INTERRUPTED:
            return
        try:
            if not self._begun:
                self._begin()
            if result.plan is None:
                (self.path / "plan.json").unlink(missing_ok=True)
            else:
                atomic.write_text(self.path / "plan.json", self._marked(result.plan).to_json())
            atomic.write_json(self.path / "result.json", result.to_dict(self.path.resolve().name))
            atomic.write_text(self.path / "trace.csv", self._trace.text())
            manifest.write(self.path, result.versions)
        except OSError as error:
            message = (
                f"the result could not be stored in {self.path} ({error.strerror or error}). "
                "Make room or give another folder with -o, and solve again."
            )
            raise RunError(message) from error

    def _marked(self, plan: Plan) -> Plan:
        return dataclasses.replace(plan, instance_fingerprint=self._instance.fingerprint)

    def _write(self, name: str, text: str) -> None:
        try:
            if not self._begun:
                self._begin()
            atomic.write_text(self.path / name, text)
        except OSError as error:
            log.warning("%s could not be written: %s", name, error.strerror or error)


def _make(path: Path, force: bool) -> None:
    """Make the folder, or see whether the one that is there may be used again."""
    try:
        path.mkdir(parents=True)
    except FileExistsError:
        if not path.is_dir():
            message = f"{path} is a file. Give the name of a folder with -o."
            raise RunError(message) from None
        if not force:
            message = f"{path} exists already. Give another folder with -o, or --force to replace the run in it."
            raise RunError(message) from None
        _refuse_foreign(path)


def _refuse_foreign(path: Path) -> None:
    """Stop unless the folder is empty or a run folder whose ``instance`` holds nothing but tables."""
    names = {p.name for p in path.iterdir() if not p.name.startswith(atomic.TEMP_PREFIX)} - {LOCK_NAME}
    if names and not is_run(path):
        message = f"{path} is not a run folder and is left alone. Give another folder with -o."
        raise RunError(message)
    inner = path / "instance"
    extra = [p.name for p in inner.iterdir() if not _is_table(p)] if inner.is_dir() and not inner.is_symlink() else []
    if extra:
        names_text = ", ".join(sorted(extra))
        message = f"{path}/instance holds what no run wrote ({names_text}). Move it away, or give another -o."
        raise RunError(message)


def _is_table(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and (path.name == "instance.toml" or path.suffix == ".csv")


def _clear(path: Path) -> None:
    """Remove what a run wrote, the manifest first and the mark of a run folder last; leave anything else."""
    for name in (manifest.MANIFEST_NAME, "result.json", "trace.csv", "plan.json"):
        (path / name).unlink(missing_ok=True)
    for inner in (path / "instance", path / f"{atomic.TEMP_PREFIX}instance"):
        if inner.is_symlink():
            inner.unlink()
        elif inner.is_dir():
            for file in inner.iterdir():
                file.unlink()
            inner.rmdir()
    for name in (*manifest.FILES, manifest.MANIFEST_NAME):
        (path / f"{atomic.TEMP_PREFIX}{name}").unlink(missing_ok=True)
    (path / "options.json").unlink(missing_ok=True)


def _store(instance: Instance, folder: Path) -> None:
    from sequencer.instance.writer import write

    atomic.write_folder(folder, lambda temp: write(instance, temp))
