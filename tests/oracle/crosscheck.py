"""Cross-check of everything against the oracle, on many more instances than the tests take time for.

Run by ``make crosscheck``. Every technique and formulation is switched on and off; every family is taken out of the
oracle and out of the model in turn. It fails where anything disagrees, and where a family matters in too few instances
to call it covered. With ``--coverage`` the oracle alone says which families and features matter; nothing is solved.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from sequencer.errors import UnsupportedError
from sequencer.instance.instance import Instance
from sequencer.model import build
from sequencer.solver import search, stage
from sequencer.solver import solve as solving
from sequencer.solver.conflict import conflict_of
from sequencer.solver.result import Level
from tests.model.tools import optimum
from tests.oracle.enumerate import Optimum, count, figures_of_ties, same, unavoidable
from tests.oracle.features import FEATURES
from tests.oracle.lively import FAMILIES, Lively, telling
from tests.oracle.summary import OTHERWISE, Finding, Summary, coverage, page
from tests.oracle.techniques import COARSE, Options, variants

BOUND = 1e-5
"""How near a proven bound has to be: the solver lets rows be missed by 1e-6, which large amounts multiply."""


def observe(seed: int) -> Finding:
    """What the oracle alone says of an instance: which families and features matter."""
    return _finding(seed, telling(seed))


def examine(seed: int) -> Finding:
    """Hold everything against the oracle on one instance."""
    one = telling(seed)
    instance, expected = one.instance, one.best
    ties = figures_of_ties(instance, one.oracle.tied()) if expected else ()
    checked, refused, wrong = [], [], []
    # Techniques for large instances are used on these small ones, too.
    with ExitStack() as patched:
        for where, name, value in ((search, "SMALL", 0), (solving, "SMALL", 0), (stage, "SMALLER", math.inf)):
            patched.enter_context(patch.object(where, name, value))
        for name, options in variants(seed).items():
            try:
                wrong += [f"{name}: {what}" for what in _solved(instance, options, expected, ties)]
                checked.append(name)
            except UnsupportedError as error:
                refused.append(name)
                if options["formulation"] != COARSE:
                    wrong.append(f"{name}: refuses the instance: {error}")
    if expected is None and not unavoidable(instance, conflict := conflict_of(instance, formulation="cells")):
        wrong.append(f"a plan keeps all rules that are said to conflict: {[str(ref) for ref in conflict]}")
    in_model = []
    for family in FAMILIES:
        found = _without(instance, family)
        if not same(found, expected):
            in_model.append(family)
        if _means_something(instance, family) and not same(found, one.without[family]):
            wrong.append(f"model without {family}: {found} instead of {_goals(one.without[family])}")
    solved = {"checked": tuple(checked), "refused": tuple(refused), "disagreements": tuple(wrong)}
    return replace(_finding(seed, one), **solved, in_model=tuple(in_model))


def _finding(seed: int, one: Lively) -> Finding:
    """What the oracle says, before anything is solved."""
    return Finding(
        seed=seed,
        plans=count(one.instance),
        infeasible=one.best is None,
        empty=one.best is not None and not one.best.plan.adoptions,
        in_oracle=one.families,
        used=one.used,
        features=tuple(f for f in FEATURES if one.shows(f)),
    )


def _solved(instance: Instance, options: Options, expected: Optimum | None, ties: tuple[float, ...]) -> Iterator[str]:
    """What is wrong with the answer of a whole solve."""
    # Stages are only used where a gap is left to close.
    gap = 1e-9 if options.get("staged") else 0.0
    try:
        result = solving.solve(instance, **{"gap": gap, "threads": 1, **options})
    except UnsupportedError:
        raise
    except Exception as error:  # whatever goes wrong is a finding that needs its seed
        yield f"{type(error).__name__}: {error}"
        return
    found = None if result.evaluation is None else result.evaluation.goals
    if not same(found, expected):
        yield f"{found} instead of {_goals(expected)}"
    elif result.evaluation is not None:
        for level in result.levels:
            if not _closed(level):
                yield f"{level.measure} is not proven: {level.objective}, bound {level.bound}"
        if not result.evaluation.feasible:
            yield f"a plan that breaks {[str(v.ref) for v in result.evaluation.violations]}"
        told = figures_of_ties(instance, [Optimum(result.evaluation.goals, result.evaluation.plan)])
        # Ties are broken where the optimum is proven; with a gap, however small, a search may end just short of that.
        if (gap == 0 or result.proven_optimal) and not same(told, ties):
            yield f"a tie broken to {told} instead of {ties}"


def _closed(level: Level) -> bool:
    """Whether nothing to speak of is left between a figure and its bound."""
    found, bound = level.objective, level.bound
    return found is not None and bound is not None and abs(bound - found) <= BOUND * max(1.0, abs(bound))


def _without(instance: Instance, family: str) -> float | None:
    """Optimum of the textbook model without a family's rows."""
    rest = tuple(f for f in build.FAMILIES if f.name != family)
    with patch.object(build, "FAMILIES", rest):
        return optimum(instance, "cells", reduce=False)[0]


def _means_something(instance: Instance, family: str) -> bool:
    """Whether model and evaluator must agree without a family; maturity is a matter of steps one after the other."""
    return family not in OTHERWISE and not (family == "capability_steps" and instance.maturity_gaps)


def _goals(optimum: Optimum | None) -> tuple[float, ...] | None:
    return None if optimum is None else optimum.goals


def main() -> int:
    """Run the cross-check; 1 where something disagrees or a family is not covered."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=500, help="instances (500)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first; the others follow (0)")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="processes (one a core)")
    parser.add_argument("--output", type=Path, help="Markdown page to write")
    parser.add_argument("--coverage", action="store_true", help="count what matters to the oracle, solve nothing")
    given = parser.parse_args()
    began, summary = time.monotonic(), Summary()
    # A process forked after a solve would inherit the solver's threads in an undefined state.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(given.jobs, mp_context=context) as pool:
        for finding in pool.map(observe if given.coverage else examine, range(given.seed, given.seed + given.count)):
            summary.add(finding)
            for what in finding.disagreements:
                print(f"seed {finding.seed}, {what}", flush=True)
            if summary.instances % 25 == 0:
                seconds = time.monotonic() - began
                print(f"{summary.instances} of {given.count} instances, {seconds:.0f} s", file=sys.stderr, flush=True)
    if given.coverage:
        print(coverage(summary))
        return 0
    text = page(summary, given.seed)
    print(text)
    if given.output:
        given.output.write_text(text, encoding="utf-8")
    for family in summary.uncovered:
        print(f"{family} matters in {summary.matters(family)} instances only, {summary.least} are needed")
    return int(bool(summary.disagreements or summary.uncovered))


if __name__ == "__main__":
    sys.exit(main())
