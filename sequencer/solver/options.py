"""Options of a solve."""

from __future__ import annotations

import math
import numbers
import os
from dataclasses import asdict, dataclass
from typing import Any

from sequencer.errors import SequencerError
from sequencer.solver.memory import bytes_of

SOLVERS = ("highs", "gurobi", "scip", "cbc", "glpk")
"""Other solvers that the Pyomo model may be handed to, see :mod:`sequencer.solver.elsewhere`."""

EXACT = 1e-8
"""Tolerance of the solver where the optimum is to be proven: with its usual 1e-6, many rows that each give way by that
are worth more than what counts as equal."""


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """How to solve.

    Attributes
    ----------
    gap : float
        Relative gap at which to stop (0.01 is 1 %).
    time_limit : float or None
        Wall clock in seconds.
    threads : int or None
        Threads of the solver; None means the cores there are.
    seed : int
        Seed of the solver.
    formulation : str
        Value formulation.
    reduce : bool
        Whether start windows are cut by what the rules imply.
    start_plan : bool
        Whether a start plan is constructed where none is given.
    tighten : bool
        Whether rows that cut off much of the relaxation are added.
    staged : bool
        Whether the core decisions are searched first.
    ceilings : bool
        Whether rows of groups that share affiliates are replaced by common ones.
    increments : bool
        Whether relaxed decisions are stated by increments.
    rounds : bool
        Whether the core decisions are searched in rounds, each with a bound nearer to what has to be reached.
    merged : bool
        Whether affiliates with gates of their own are merged in the search over core decisions.
    walk : bool
        Whether core decisions are walked over for better plans.
    deterministic : bool
        Whether the same input gives the same plan to the byte: one thread, one search, no clock.
    max_nodes : int or None
        Work limit: nodes of the search tree; reproducible where a time limit is not.
    memory : int or None
        Bytes of memory at which the search ends; may be given as ``4GB`` or ``500MB``.
    solver : str or None
        Other solver that works on the Pyomo model, one of :data:`SOLVERS`; None for this package's own search.
    """

    gap: float = 0.01
    time_limit: float | None = None
    threads: int | None = None
    seed: int = 0
    formulation: str = "compact"
    reduce: bool = True
    start_plan: bool = True
    tighten: bool = True
    staged: bool = True
    ceilings: bool = True
    increments: bool = True
    rounds: bool = True
    merged: bool = True
    walk: bool = True
    deterministic: bool = False
    max_nodes: int | None = None
    memory: int | str | None = None
    solver: str | None = None

    def __post_init__(self) -> None:
        _check("gap", self.gap, _number(self.gap) and 0 <= self.gap < 1, "a fraction from 0 to 1; write 0.01 for 1 %")
        if self.time_limit is not None:
            good = _number(self.time_limit) and self.time_limit > 0
            _check("time limit", self.time_limit, good, "seconds, more than 0; leave it out for no limit")
        if self.threads is not None:
            good = _whole(self.threads) and self.threads >= 1
            _check("threads", self.threads, good, "a whole number from 1; leave it out for all cores")
        _check("seed", self.seed, _whole(self.seed) and 0 <= self.seed < 2**31, "a whole number from 0 to 2147483647")
        if self.max_nodes is not None:
            good = _whole(self.max_nodes) and self.max_nodes >= 0
            _check("limit of nodes", self.max_nodes, good, "a whole number from 0; leave it out for no limit")
        if self.memory is not None:
            size = bytes_of(self.memory) if isinstance(self.memory, str) else self.memory
            good = size is not None and _whole(size) and size > 0
            _check("memory", self.memory, good, "a size such as '4GB' or '500MB'; leave it out for no limit")
            object.__setattr__(self, "memory", size)
        for name, value in (("time limit", self.time_limit), ("memory limit", self.memory)):
            if self.deterministic and value is not None:
                message = f"a deterministic solve cannot have a {name}: it depends on the machine; limit nodes instead"
                raise SequencerError(message)
        self._check_solver()

    def _check_solver(self) -> None:
        """Refuse what another solver does not take."""
        if self.solver is None:
            return
        remedy = f"one of {', '.join(SOLVERS)}; leave it out for this package's own search"
        _check("solver", self.solver, self.solver in SOLVERS, remedy)
        for name, value, reason in (
            ("be deterministic", self.deterministic, "what it does on the same input twice is not known"),
            ("have a limit of nodes", self.max_nodes is not None, "each counts them in its own way; limit the time"),
            ("have a limit of memory", self.memory is not None, "it cannot be stopped in between; limit the time"),
        ):
            if value:
                message = f"a solve by another solver cannot {name}: {reason}"
                raise SequencerError(message)

    @property
    def memory_bytes(self) -> int | None:
        """Limit of memory in bytes."""
        return None if self.memory is None else int(self.memory)

    @property
    def cores(self) -> int:
        """Threads to use."""
        if self.deterministic:
            return 1
        if self.threads is not None:
            return self.threads
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def highs(self) -> dict[str, Any]:
        """Options of HiGHS for a search of everything."""
        made: dict[str, Any] = {
            "threads": self.cores,
            "random_seed": self.seed,
            "mip_rel_gap": self.gap,
            "mip_abs_gap": 1e-9,
        }
        if self.gap == 0:
            made["mip_feasibility_tolerance"] = EXACT
        if self.max_nodes is not None:
            made["mip_max_nodes"] = self.max_nodes
        return made

    def to_dict(self) -> dict[str, Any]:
        """Content of ``options.json``."""
        return asdict(self)


def _number(value: object) -> bool:
    """Whether something is a finite number."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)


def _whole(value: object) -> bool:
    """Whether something is a whole number; numpy's count as well."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _check(name: str, value: object, good: bool, remedy: str) -> None:
    if not good:
        message = f"{name} {value!r} cannot be used; it must be {remedy}"
        raise SequencerError(message)
