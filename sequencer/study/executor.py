"""Mapping a function over many items: one after the other here, or on processes of a Dask cluster.

An analysis takes a :class:`Mapper`, which is called as the built-in ``map`` is. :func:`serial` is one, and so is every
:class:`Executor`; :class:`~sequencer.study.cluster.Cluster` works in other processes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import islice
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Mapper(Protocol):
    """Whatever applies a function to items and gives the results in their order, as the built-in ``map`` does.

    The function has to be a top-level one of a module, and items and results have to be picklable: they may travel to
    other processes and machines.
    """

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Iterable[R]:
        """Apply the function to every item."""
        ...


def serial(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
    """Apply a function to items here, one after the other: the mapper where none is given."""
    return map(function, items)


class Done(NamedTuple):
    """A task that ended.

    Attributes
    ----------
    key : Hashable
        What it was submitted as.
    value : object
        What the function returned; None where it failed.
    error : Exception or None
        What it raised.
    """

    key: Hashable
    value: Any
    error: Exception | None = None


class Executor(ABC):
    """Something that works on tasks; a context manager, and itself a :class:`Mapper`.

    Attributes
    ----------
    workers : int
        Tasks worked on at the same time.
    """

    workers: int = 1
    _mapping = False

    @abstractmethod
    def submit(self, key: Hashable, function: Callable[[T], Any], item: T) -> None:
        """Take on a task; a key may be used again once its task has ended."""

    @abstractmethod
    def next_done(self) -> Done:
        """Wait for a task to end and tell of it, whichever is first.

        Raises
        ------
        LookupError
            If nothing was submitted that is not yet told of.
        sequencer.errors.RunError
            If the workers are out of reach; what was submitted is lost.
        """

    @abstractmethod
    def drop(self) -> None:
        """Forget what was submitted and is not yet told of."""

    def close(self) -> None:
        """Let go of the workers; tasks that did not end are dropped."""
        self.drop()

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Apply a function to items, in any order, and give the results in the order of the items.

        Items are taken as workers become free, so there may be very many of them. One map at a time.

        Raises
        ------
        Exception
            What the function raised for the first item that failed.
        """
        if self._mapping:
            message = "an executor works on one map at a time: use up the results of the other one first"
            raise RuntimeError(message)
        self._mapping = True
        tasks = enumerate(items)
        ended: dict[Hashable, Done] = {}
        flying = told = 0
        try:
            while True:
                for key, item in islice(tasks, 2 * self.workers - flying):
                    self.submit(key, function, item)
                    flying += 1
                if told in ended:
                    done = ended.pop(told)
                    told += 1
                    if done.error is not None:
                        raise done.error
                    yield done.value
                elif flying:
                    done = self.next_done()
                    flying -= 1
                    ended[done.key] = done
                else:
                    return
        finally:
            self._mapping = False
            self.drop()

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        """Apply a function to items; see :meth:`map`."""
        return self.map(function, items)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class SerialExecutor(Executor):
    """Works on tasks in this process, each when its turn to be told of comes."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Hashable, Callable[[Any], Any], Any]] = deque()

    def submit(self, key: Hashable, function: Callable[[T], Any], item: T) -> None:
        """Put a task at the end of the queue."""
        self._waiting.append((key, function, item))

    def next_done(self) -> Done:
        """Work on the first task of the queue."""
        if not self._waiting:
            message = "nothing was submitted"
            raise LookupError(message)
        key, function, item = self._waiting.popleft()
        try:
            return Done(key, function(item))
        except Exception as error:
            return Done(key, None, error)

    def drop(self) -> None:
        """Forget what is waiting."""
        self._waiting.clear()
