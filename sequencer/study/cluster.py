"""Working on processes of a Dask cluster: one made here for the occasion, or one that is reached by its address.

The only module that imports ``distributed``. A cluster made here listens on the loopback interface only, has no
dashboard, and ends with the process that made it. A cluster reached by its address is trusted: whoever can reach its
scheduler can run code on it; use TLS, or a network of your own.

A script that makes a local cluster has to be importable, as for :mod:`multiprocessing`: what it does stands below
``if __name__ == "__main__":``.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import queue
import signal
import time
import warnings
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sequencer.errors import RunError, SequencerError
from sequencer.study.executor import Done, Executor

T = TypeVar("T")
log = logging.getLogger(__name__)

SOLVE_MEMORY = 2 * 2**30
"""Memory set aside for each worker, in bytes: more than a solve of the reference case takes."""

LOST_TIMES = 3
"""How often a task may lose its worker before it is given up: machines come and go, but a task too large stays so."""

CONNECT_SECONDS = 20
"""How long to wait for a scheduler to answer, and for its first worker."""

CLOSE_SECONDS = 20
"""How long to wait for workers made here to end, which takes a moment, and for the scheduler to be left."""

POLL_SECONDS = 5.0
"""How often to look whether the scheduler and some worker are still there."""

CONFIG: dict[str, Any] = {
    # A worker that dies takes its task with it at once: this module decides what is tried again.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # A worker that pauses for memory would never go on: a solve gives memory back to its process, not to the system.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    "distributed.comm.timeouts.connect": CONNECT_SECONDS,
}


@dataclass(frozen=True)
class Tls:
    """Certificates for a scheduler at ``tls://…``; paths of PEM files.

    Attributes
    ----------
    ca : Path
        Certificate of the authority that signed those of the cluster.
    cert, key : Path
        Certificate and key of this process.
    """

    ca: Path
    cert: Path
    key: Path


def usual_workers() -> int:
    """Workers that suit this machine: one for each core, and no more than its memory holds."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return cores
    return max(1, min(cores, memory // SOLVE_MEMORY))


def installed() -> bool:
    """Whether ``distributed`` is installed."""
    return importlib.util.find_spec("distributed") is not None


class Cluster(Executor):
    """Works on tasks in processes that have one thread each; a context manager.

    Parameters
    ----------
    workers
        Processes to start on this machine; where ``address`` is given it is of no account.
    address
        Scheduler of a cluster that is there already, such as ``tcp://10.0.0.5:8786`` or ``tls://…``.
    tls
        Certificates, for ``tls://…``.

    Raises
    ------
    sequencer.errors.SequencerError
        If ``distributed`` is not installed, or the workers of the cluster are not fit for the purpose.
    sequencer.errors.RunError
        If there is no scheduler at that address, or it has no worker.
    """

    def __init__(self, workers: int = 1, address: str | None = None, tls: Tls | None = None) -> None:
        if not installed():
            message = (
                "other processes need the package 'distributed', which is not installed. "
                "Install it with `pip install 'sequencer[study]'`, or use one worker."
            )
            raise SequencerError(message)
        self._ended: queue.SimpleQueue[tuple[Hashable, _Task]] = queue.SimpleQueue()
        self._tasks: dict[Hashable, _Task] = {}
        self._address = address
        self._counted = 0.0
        self._nannies: Mapping[Any, Any] = {}
        self._sent = 0
        self._stack = ExitStack()
        try:
            self._stack.enter_context(_quiet())
            self.workers = self._start(workers) if address is None else self._reach(address, tls)
        except BaseException:
            self._stack.close()
            raise

    # -- the cluster --------------------------------------------------------------------------------------------------

    def _start(self, workers: int) -> int:
        import distributed

        with _deaf():
            cluster = distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
                scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
                silence_logs=logging.CRITICAL,
            )
        self._stack.callback(cluster.close, timeout=CLOSE_SECONDS)
        self._nannies = cluster.workers
        self._client = self._connected(cluster)
        return workers

    def _reach(self, address: str, tls: Tls | None) -> int:
        import distributed

        security = None
        if tls is not None:
            security = distributed.Security(
                require_encryption=True,
                tls_ca_file=str(tls.ca),
                tls_client_cert=str(tls.cert),
                tls_client_key=str(tls.key),
            )
        try:
            self._client = self._connected(address, security=security, timeout=CONNECT_SECONDS)
        except (OSError, ValueError, TypeError) as error:
            message = f"no scheduler answers at {address} ({_short(error)}). Check the address, and that it runs."
            raise RunError(message) from error
        try:
            self._client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            message = f"the scheduler at {address} has no worker. Start some: dask worker {address} --nthreads 1"
            raise RunError(message) from error
        return self._fit(address)

    def _connected(self, target: Any, **options: Any) -> Any:  # noqa: ANN401
        import distributed

        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            client = distributed.Client(target, set_as_default=False, **options)
        for warning in told:
            log.info("the cluster says: %s", warning.message)
        self._stack.callback(client.close, timeout=CLOSE_SECONDS)
        return client

    def _fit(self, address: str) -> int:
        """Number of workers, all of which have one thread and the same versions as this process."""
        from sequencer.solver.versions import versions

        count = self._count(address)
        try:
            found: dict[str, dict[str, str]] = self._client.run(versions)
        except ImportError as error:
            message = f"the workers at {address} lack a package ({error}). Install there what is installed here."
            raise SequencerError(message) from error
        mine = versions()
        for worker, other in found.items():
            differing = ", ".join(f"{k} {v} there, {mine[k]} here" for k, v in other.items() if mine[k] != v)
            if differing:
                message = f"the worker {worker} is not like this process: {differing}. Install the same versions."
                raise SequencerError(message)
        return count

    def _count(self, address: str) -> int:
        """Number of workers there are now; they come and go, and each has to have one thread."""
        self._counted = time.monotonic()
        threads = self._threads()
        if any(n != 1 for n in threads.values()):
            message = (
                f"workers at {address} have more than one thread, which solves in one process must not share. "
                "Start them with --nthreads 1, and as many as there are cores with --nworkers."
            )
            raise SequencerError(message)
        return len(threads)

    # -- tasks --------------------------------------------------------------------------------------------------------

    def submit(self, key: Hashable, function: Callable[[T], Any], item: T) -> None:
        """Hand a task to the scheduler."""
        self._tasks[key] = task = _Task(function, item)
        self._send(key, task)

    def _send(self, key: Hashable, task: _Task) -> None:
        if self._client.status != "running":
            raise self._out_of_reach()
        self._sent += 1
        with warnings.catch_warnings():
            # Items hold what they need, an instance for one.
            warnings.filterwarnings("ignore", message="Sending large graph")
            name = f"{task.function.__name__}-{id(self)}-{self._sent}"
            task.future = self._client.submit(task.function, task.item, key=name, pure=False)
        task.future.add_done_callback(lambda _: self._ended.put((key, task)))

    def next_done(self) -> Done:
        """Wait for a task to end; one whose worker was lost is tried again before it is given up."""
        if self._address is not None and time.monotonic() - self._counted > POLL_SECONDS:
            self.workers = max(1, self._count(self._address))
        while True:
            if not self._tasks:
                message = "nothing was submitted"
                raise LookupError(message)
            key, task = self._next()
            if self._tasks.get(key) is not task:
                continue
            done = self._outcome(key, task)
            if done is not None:
                del self._tasks[key]
                return done

    def _next(self) -> tuple[Hashable, _Task]:
        alone = False
        while True:
            try:
                return self._ended.get(timeout=POLL_SECONDS)
            except queue.Empty:
                now_alone = not self._threads()
                if now_alone and not alone:
                    log.warning("no worker is connected to the scheduler any more; waiting for one")
                alone = now_alone

    def _threads(self) -> dict[str, int]:
        """Threads of each worker there is now."""
        if self._client.status != "running":
            raise self._out_of_reach()
        try:
            return dict(self._client.nthreads())
        except OSError as error:
            raise self._out_of_reach() from error

    def _outcome(self, key: Hashable, task: _Task) -> Done | None:
        """What came of a task whose future is done; None where it is tried again."""
        from distributed.scheduler import KilledWorker

        future = task.future
        if future.status == "finished":
            try:
                return Done(key, future.result(timeout=CONNECT_SECONDS))
            except (OSError, TimeoutError):
                # The worker went between ending the task and handing over what it found.
                error: BaseException | None = None
        elif future.status == "error":
            error = future.exception(timeout=CONNECT_SECONDS)
        else:
            raise self._out_of_reach()
        if isinstance(error, Exception) and not isinstance(error, KilledWorker):
            return Done(key, None, error)
        task.lost += 1
        if task.lost < LOST_TIMES:
            self._send(key, task)
            return None
        message = (
            f"the process that worked on it ended {LOST_TIMES} times before it was done; most often memory did not "
            "suffice. Use fewer workers, or machines with more memory."
        )
        return Done(key, None, RunError(message))

    def _out_of_reach(self) -> RunError:
        message = "the scheduler is out of reach. What is finished is kept; the same command goes on once it is back."
        return RunError(message)

    def drop(self) -> None:
        """Forget what was submitted; what is being worked on goes on until its worker ends or is done with it."""
        tasks, self._tasks = self._tasks, {}
        if tasks and self._client.status == "running":
            self._client.cancel([task.future for task in tasks.values()], force=True)

    def close(self) -> None:
        """End the workers made here, or leave the cluster."""
        try:
            if self._tasks:
                self._kill()
            self.drop()
        finally:
            self._stack.close()

    def _kill(self) -> None:
        """End workers made here at once: they would be waited for until what they work on is done."""
        for nanny in self._nannies.values():
            nanny.close_gracefully()
            pid = nanny.pid
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


class _Task:
    """A task and how often its worker was lost."""

    def __init__(self, function: Callable[[Any], Any], item: Any) -> None:  # noqa: ANN401
        self.function = function
        self.item = item
        self.future: Any = None
        self.lost = 0


def _short(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


@contextmanager
def _quiet() -> Iterator[None]:
    """Set up what ``distributed`` does as :data:`CONFIG` says, and keep its log, which speaks of its own matters."""
    import dask
    import distributed  # noqa: F401  (makes its loggers)

    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "distributed"]
    levels = {name: logging.getLogger(name).level for name in names}
    with dask.config.set(CONFIG):
        try:
            for name in names:
                logging.getLogger(name).setLevel(logging.CRITICAL)
            yield
        finally:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)


@contextmanager
def _deaf() -> Iterator[None]:
    """Let threads and processes started meanwhile not hear of Ctrl-C: it ends the study here, which then ends them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
