"""Running a study: every case that has no result yet is solved, and each result is kept the moment it is there."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sequencer.errors import RunError
from sequencer.study import cluster
from sequencer.study.case import Case, CaseResult, solve_case
from sequencer.study.executor import Done, Executor, SerialExecutor
from sequencer.study.folder import StudyFolder
from sequencer.study.reading import RESULT_VERSIONS, Planned, Study, case_key
from sequencer.study.results import FAILED, StudyResults, read, write_tables
from sequencer.types import RuleRef, Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

SHORT = 2.0
"""Seconds of a solve below which handing cases to other processes costs more than it gains."""

Words = Callable[["Instance", Sequence[RuleRef]], Iterable[str]]
"""Names rules that clash in words."""


@dataclass(frozen=True)
class Told:
    """How cases are worked on, said when that begins.

    Attributes
    ----------
    workers : int
        Cases solved at the same time.
    message : str
        Where, and why so.
    """

    workers: int
    message: str


@dataclass(frozen=True)
class StudyProgress:
    """How far a study is.

    Attributes
    ----------
    case : str
        Case that just ended; empty at the beginning.
    done, total : int
        Results there are, and cases in all; equal cases count once.
    failed : int
        How many of the results are failures.
    seconds : float
        Wall clock since the start.
    left : float or None
        Estimate of the seconds that it still takes; None while nothing is known.
    """

    case: str
    done: int
    total: int
    failed: int
    seconds: float
    left: float | None


StudyListener = Callable[[Told | StudyProgress], None]


def run(
    study: Study,
    folder: str | Path,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    tls: cluster.Tls | None = None,
    retry: bool = False,
    listeners: Iterable[StudyListener] = (),
    words: Words | None = None,
) -> StudyResults:
    """Solve all cases of a study that have no result in a folder yet.

    Parameters
    ----------
    study
        What to solve.
    folder
        Folder of the study, made where there is none.
    workers
        Processes on this machine. By default cases are solved here one after the other as long as they take less than
        2 s, and else by as many processes as cores and memory allow.
    scheduler
        Address of the scheduler of a Dask cluster, which takes the place of processes here.
    tls
        Certificates for it.
    retry
        Whether cases that failed are solved again.
    listeners
        Called with each :class:`Told` and :class:`StudyProgress`.
    words
        Names rules that clash, for the reason of an infeasible case.

    Returns
    -------
    StudyResults
        All there is now.

    Raises
    ------
    sequencer.errors.RunError
        If the folder cannot be used, or the cluster goes out of reach. What has ended is kept.
    KeyboardInterrupt
        If Ctrl-C ends it; what has ended is kept.
    """
    with StudyFolder(folder) as held:
        held.begin(study)
        running = _Running(study, held, tuple(listeners), words, retry)
        try:
            running.work(workers, scheduler, tls)
        finally:
            _tables(held.path)
    return read(folder)


def _tables(path: Path) -> None:
    try:
        write_tables(read(path))
    except OSError as error:
        message = f"the table cannot be written into {path} ({error.strerror or error}). Make room; results are kept."
        raise RunError(message) from error


class _Running:
    """One run of a study."""

    def __init__(
        self,
        study: Study,
        folder: StudyFolder,
        listeners: tuple[StudyListener, ...],
        words: Words | None,
        retry: bool,
    ) -> None:
        self.folder = folder
        self.listeners = listeners
        self.words = words
        self.began = time.monotonic()
        self.took: list[float] = []
        self.results: dict[str, CaseResult] = {}
        by_id = {planned.id: planned for planned in study.cases}
        self.cases = {p.key: p for p in reversed(study.cases) if not p.problem}
        self.parent_key = {key: by_id[p.case.parent].key for key, p in self.cases.items() if p.case.parent is not None}
        self.children: dict[str, list[str]] = {}
        for key in reversed(self.cases):
            self.children.setdefault(self.parent_key.get(key, ""), []).append(key)
        self.waiting = deque(self._to_do(study, retry))
        self.flying: set[str] = set()

    def _to_do(self, study: Study, retry: bool) -> list[str]:
        """Cases without a result whose parent has one, in the order of the study."""
        keys = [planned.key for planned in study.cases if not planned.problem]
        for key in dict.fromkeys(keys):
            found = self.folder.result(key)
            if found is not None and retry and found.termination in FAILED:
                self.folder.forget(key)
            elif found is not None:
                self.results[key] = found
        return [key for key in dict.fromkeys(keys) if key not in self.results and self._may_start(key)]

    def _may_start(self, key: str) -> bool:
        """Whether a case has no parent, or one with a result that is no failure."""
        parent = self.parent_key.get(key)
        if parent is None:
            return True
        found = self.results.get(parent)
        return found is not None and found.termination not in FAILED

    # -- the work -----------------------------------------------------------------------------------------------------

    def work(self, workers: int | None, scheduler: str | None, tls: cluster.Tls | None) -> None:
        """Solve all there is to do."""
        self._tell("")
        if not self.waiting:
            return
        if scheduler is not None:
            with cluster.Cluster(address=scheduler, tls=tls) as executor:
                self._say(executor.workers, f"by {_workers(executor.workers)} of the cluster at {scheduler}")
                self._through(executor)
        elif workers is None:
            self._as_pays()
        else:
            self._with(workers, "as asked for")

    def _with(self, workers: int, why: str) -> None:
        workers = min(workers, self._left())
        if workers == 1:
            self._say(1, f"one after the other, {why}")
            self._through(SerialExecutor())
            return
        with cluster.Cluster(workers) as executor:
            self._say(workers, f"by {workers} processes, {why}")
            self._through(executor)

    def _as_pays(self) -> None:
        """Begin here; go over to several processes once cases turn out to be long."""
        workers = cluster.usual_workers()
        mean = self._mean([result.seconds for result in self.results.values()])
        if mean is None or mean < SHORT or not self._pays(workers):
            self._through(SerialExecutor(), lambda: self._long() and self._pays(workers))
        if self._left() == 0:
            return
        mean = self._mean(self.took) or mean
        self._with(workers, f"as a case takes {mean:.1f} s")

    def _long(self) -> bool:
        """Whether cases take long here; said once either way, where there is something left to say it of."""
        mean = self._mean(self.took) or 0.0
        if len(self.took) == 1 and self._left():
            if mean < SHORT:
                why = f"a case takes {mean:.1f} s, and below {SHORT:g} s other processes do not pay"
                self._say(1, f"one after the other: {why}")
            elif not cluster.installed():
                hint = "pip install 'sequencer[study]' lets several processes share the work"
                self._say(1, f"one after the other, as 'distributed' is not installed: {hint}")
            elif not self._pays(cluster.usual_workers()):
                self._say(1, "one after the other: this machine, or what is left, suits one process only")
        return mean >= SHORT

    def _pays(self, workers: int) -> bool:
        return workers > 1 and self._left() > 1 and cluster.installed()

    def _through(self, executor: Executor, enough: Callable[[], bool] = lambda: False) -> None:
        """Hand cases to an executor until all are done, or it is enough."""
        while True:
            window = 1 if isinstance(executor, SerialExecutor) else 2 * executor.workers
            while self.waiting and len(self.flying) < window:
                key = self.waiting.popleft()
                self.flying.add(key)
                executor.submit(key, solve_case, self._started(key))
            if not self.flying:
                return
            self._take(executor.next_done(), executor.workers)
            if not self.flying and enough():
                return

    def _started(self, key: str) -> Case:
        """Case with the plan it starts from."""
        case, parent = self.cases[key].case, self.parent_key.get(key)
        return case if parent is None else replace(case, start=self.results[parent].plan)

    def _take(self, done: Done, workers: int) -> None:
        """Keep what came of a case."""
        key = str(done.key)
        result = self._checked(self.cases[key], done)
        self.flying.remove(key)
        self.folder.store(key, result)
        self.results[key] = result
        self.took.append(result.seconds)
        self.waiting.extend(child for child in self.children.get(key, ()) if self._opened(child))
        self._tell(self.cases[key].id, workers)

    def _opened(self, key: str) -> bool:
        return key not in self.results and self._may_start(key)

    def _checked(self, planned: Planned, done: Done) -> CaseResult:
        from sequencer.solver.versions import versions

        if done.error is not None:
            return CaseResult(planned.id, Termination.ERROR, str(done.error), versions=versions())
        result: CaseResult = done.value
        if result.termination is Termination.INTERRUPTED:
            raise KeyboardInterrupt
        mine = versions()
        other = [f"{n} {result.versions.get(n)}" for n in RESULT_VERSIONS if result.versions.get(n) != mine[n]]
        if other:
            message = f"a worker solved it with {', '.join(other)}, unlike here. Install the same versions there."
            return CaseResult(planned.id, Termination.ERROR, message, versions=versions())
        if result.conflict and self.words is not None:
            named = "; ".join(self.words(planned.case.instance, result.conflict))
            return replace(result, message=f"no plan keeps all rules: {named}")
        return result

    # -- what is told -------------------------------------------------------------------------------------------------

    def _say(self, workers: int, message: str) -> None:
        self._emit(Told(workers, message))

    def _tell(self, case: str, workers: int = 1) -> None:
        mean = self._mean(self.took)
        left = None if mean is None else mean * self._left() / workers
        failed = sum(result.termination in FAILED for result in self.results.values())
        seconds = time.monotonic() - self.began
        self._emit(StudyProgress(case, len(self.results), len(self.cases), failed, seconds, left))

    def _emit(self, event: Told | StudyProgress) -> None:
        for listener in self.listeners:
            listener(event)

    def _left(self) -> int:
        """Cases that wait, are worked on, or wait for a parent; those of a failed parent never come."""
        return len(self.cases) - len(self.results) - self._stuck()

    def _stuck(self) -> int:
        failed = [key for key, result in self.results.items() if result.termination in FAILED]
        stuck = {child for key in failed for child in self.children.get(key, ()) if child not in self.results}
        pending = list(stuck)
        while pending:
            more = [c for c in self.children.get(pending.pop(), ()) if c not in self.results and c not in stuck]
            stuck.update(more)
            pending += more
        return len(stuck)

    @staticmethod
    def _mean(seconds: Sequence[float]) -> float | None:
        return sum(seconds) / len(seconds) if seconds else None


def _workers(count: int) -> str:
    return "1 worker" if count == 1 else f"{count} workers"


def again(folder: str | Path, **how: object) -> StudyResults:
    """Solve again what failed in a study folder, and what is left to do.

    Parameters
    ----------
    folder
        Folder of the study.
    **how
        See :func:`run`.
    """
    study = read(folder).study
    # Of a case whose changes make no valid instance, the key says nothing of versions.
    telling = next((planned for planned in study.cases if planned.fingerprint is not None), None)
    if telling is not None and telling.key != _key_now(study, telling):
        message = f"{folder} was solved with other versions than these. Run its study file again; it solves all anew."
        raise RunError(message)
    return run(study, folder, retry=True, **how)  # type: ignore[arg-type]


def _key_now(study: Study, planned: Planned) -> str:
    """Key of a case with the versions there are now."""
    parents = {p.id: p.key for p in study.cases}
    start = None if planned.case.parent is None else parents[planned.case.parent]
    assert planned.fingerprint is not None
    return case_key(planned.fingerprint, planned.case.options.to_dict(), start)
