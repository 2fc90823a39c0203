"""A case: one solve of a study, and what came of it. Both travel between processes."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sequencer.errors import InputError, SequencerError
from sequencer.instance.change import Change
from sequencer.instance.instance import Instance
from sequencer.plan.plan import Plan
from sequencer.solver.options import SolveOptions
from sequencer.solver.result import Result, relative_gap
from sequencer.types import RuleRef, Termination


@dataclass(frozen=True)
class Case:
    """One solve: an instance with changes, options, and perhaps a plan to start from.

    Attributes
    ----------
    id : str
        Id of the case within its study.
    base : Instance
        Instance that the changes apply to.
    changes : tuple of Change
        Changes, in order; none where ``base`` is what is solved.
    options : SolveOptions
        How to solve. A study gives one thread to each solve.
    start : Plan or None
        Plan to start from; what does not fit is repaired.
    parent : str or None
        Case whose plan is the start, where a study declares one.
    parameters : dict of str to value
        What distinguishes the case, as columns of a table.
    """

    id: str
    base: Instance
    changes: tuple[Change, ...] = ()
    options: SolveOptions = field(default_factory=lambda: SolveOptions(threads=1))
    start: Plan | None = None
    parent: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def instance(self) -> Instance:
        """The instance that is solved: the base with all changes applied and validated.

        Raises
        ------
        sequencer.errors.InputError
            If a change meets nothing or its result is not valid.
        """
        return self.base.replace(*self.changes) if self.changes else self.base

    def __getstate__(self) -> dict[str, Any]:
        """What travels: the resolved instance is made again where it is needed."""
        return {name: value for name, value in self.__dict__.items() if name != "instance"}


@dataclass(frozen=True)
class CaseResult:
    """What came of a case; a case that failed is a result as well.

    Attributes
    ----------
    id : str
        Id of the case.
    termination : Termination
        Why it ended; ``error`` where it could not be solved.
    message : str
        Reason where there is no plan; empty otherwise.
    plan : Plan or None
        Best plan found.
    measure : str or None
        What was optimised first.
    objective, bound : float or None
        Its figure for the plan and its proven bound, in the declared unit.
    npv : float or None
        Net present value of the plan.
    measures : dict of str to float or None
        Every measure of the plan.
    conflict : tuple of RuleRef
        Where infeasible: rules that cannot hold together.
    fingerprint : str or None
        Instance solved.
    seconds : float
        Wall clock.
    nodes : int
        Nodes of the search trees.
    host : str
        Machine that solved it.
    versions : dict of str to str
        Versions that the result depends on.
    """

    id: str
    termination: Termination
    message: str = ""
    plan: Plan | None = None
    measure: str | None = None
    objective: float | None = None
    bound: float | None = None
    npv: float | None = None
    measures: Mapping[str, float | None] = field(default_factory=dict)
    conflict: tuple[RuleRef, ...] = ()
    fingerprint: str | None = None
    seconds: float = 0.0
    nodes: int = 0
    host: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def gap(self) -> float | None:
        """Relative gap between objective and bound."""
        return relative_gap(self.objective, self.bound)


def solve_case(case: Case) -> CaseResult:
    """Solve a case; whatever goes wrong with it is told in the result, never raised.

    A case that is interrupted ends with :attr:`~sequencer.types.Termination.INTERRUPTED`, which is no result of it.
    """
    from sequencer.solver.solve import solve
    from sequencer.solver.versions import versions

    began = time.monotonic()
    known: dict[str, Any] = {"host": platform.node()}
    try:
        instance = case.instance
        known["fingerprint"] = instance.fingerprint
        result = solve(instance, start=case.start, **case.options.to_dict())
        return _of_result(case, instance, result, known["host"])
    except InputError as error:
        found, message = Termination.ERROR, "; ".join(str(problem) for problem in error.problems)
    except MemoryError:
        found, message = Termination.MEMORY, "the memory of the machine does not suffice for this case"
    except SequencerError as error:
        found, message = Termination.ERROR, str(error)
    except KeyboardInterrupt:
        found, message = Termination.INTERRUPTED, "interrupted"
    except Exception as error:
        # One case must not end a study of hundreds: a defect is told in its row.
        found, message = Termination.ERROR, f"internal error: {type(error).__name__}: {error}"
    return CaseResult(case.id, found, message, versions=versions(), seconds=time.monotonic() - began, **known)


def _of_result(case: Case, instance: Instance, result: Result, host: str) -> CaseResult:
    evaluation = result.evaluation
    return CaseResult(
        id=case.id,
        termination=result.termination,
        message=_reason(instance, result),
        plan=replace(result.plan, instance_fingerprint=result.fingerprint) if result.plan else None,
        measure=result.measure,
        objective=result.objective,
        bound=result.bound,
        npv=evaluation.npv if evaluation else None,
        measures=dict(evaluation.measures) if evaluation else {},
        conflict=result.conflict,
        fingerprint=result.fingerprint,
        seconds=result.seconds,
        nodes=result.nodes,
        host=host,
        versions=result.versions,
    )


def _reason(instance: Instance, result: Result) -> str:
    """Why there is no plan; an infeasible case names the rules that clash."""
    if result.plan is not None:
        return ""
    if result.termination is not Termination.INFEASIBLE:
        return "no plan was found in the work or time allowed"
    named = "; ".join(str(ref) for ref in result.conflict)
    return f"no plan keeps all rules{': ' if named else ''}{named}"
