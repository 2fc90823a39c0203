"""Cross-check of everything against the oracle, on many more instances than the tests take time for.

Run by ``make crosscheck``. Every technique and formulation is switched on and off; every family is taken out of the
oracle and out of the model in turn. It fails where anything disagrees, and where a family matters in too few instances
to call it covered.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sequencer.errors import UnsupportedError
from sequencer.instance.instance import Instance
from sequencer.model import build
from sequencer.solver import search
from sequencer.solver import solve as solving
from sequencer.solver.conflict import conflict_of
from sequencer.solver.result import Level
from tests.model.tools import optimum
from tests.oracle.enumerate import Optimum, count, figures_of_ties, same, unavoidable
from tests.oracle.features import FEATURES, mattering, used
from tests.oracle.lively import ATTEMPTS, telling

ROOT = Path(__file__).parents[2]
FAMILIES = tuple(f.name for f in build.FAMILIES)

LEAST_SHARE = 0.04
"""A family is covered where it matters in at least this share of the instances (20 of 500), a feature where it is there
in as many and matters in half of them."""

BY_CONSTRUCTION = "start_once"
"""The oracle's plans start everything once, in one mode; so this family is judged by the model without it."""

OTHERWISE = {BY_CONSTRUCTION, "windows", "mandate"}
"""Families without which model and evaluator need not agree: what their rows forbid has no meaning to agree on (a
second start, a start too late to be live, a level without the one below)."""

BOUND = 1e-5
"""How near a proven bound has to be: the solver lets rows be missed by 1e-6, which large amounts multiply."""

COARSE = "aggregated"
"""Formulation that may refuse an instance."""

Options = Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """What an instance showed.

    Attributes
    ----------
    seed, plans : int
        The instance, and how many plans it has.
    infeasible, empty : bool
        Whether no plan is allowed, or the best one adopts nothing.
    checked, refused : tuple of str
        Variants that gave an answer, and those that refused the instance.
    disagreements : tuple of str
        What went wrong, in words.
    in_oracle, in_model : tuple of str
        Families that matter to the oracle, and without whose rows the model gives another answer.
    used, features : tuple of str
        Features that the instance has, and those that matter to the oracle, see :mod:`tests.oracle.features`.
    """

    seed: int
    plans: int
    infeasible: bool
    empty: bool
    checked: tuple[str, ...]
    refused: tuple[str, ...]
    disagreements: tuple[str, ...]
    in_oracle: tuple[str, ...]
    in_model: tuple[str, ...]
    used: tuple[str, ...]
    features: tuple[str, ...]


def variants() -> dict[str, Options]:
    """Options of a solve by name: formulation × reductions × start plan, and the other techniques one by one."""
    made: dict[str, Options] = {}
    for formulation, reduce, start_plan in product(build.FORMULATIONS, (True, False), (True, False)):
        name = f"{formulation}{', reduced' if reduce else ''}{', start plan' if start_plan else ''}"
        plain = {"tighten": False, "staged": False}
        made[name] = {"formulation": formulation, "reduce": reduce, "start_plan": start_plan} | plain
    for formulation in build.FORMULATIONS:
        made[f"{formulation}, tightened"] = {"formulation": formulation, "tighten": True, "staged": False}
        made[f"{formulation}, tightened, in stages"] = {"formulation": formulation, "tighten": True, "staged": True}
    default = next(iter(build.FORMULATIONS))
    made[f"{default}, everything, two threads"] = {"formulation": default, "staged": True, "threads": 2}
    made[f"{default}, everything, deterministic"] = {"formulation": default, "deterministic": True}
    return made


def examine(seed: int) -> Finding:
    """Hold everything against the oracle on one instance."""
    instance, oracle, expected = telling(seed)
    without = oracle.best_without(FAMILIES)
    ties = figures_of_ties(instance, oracle.tied()) if expected else ()
    checked, refused, wrong = [], [], []
    # Techniques for large instances are used on these small ones, too.
    with patch.object(search, "SMALL", 0), patch.object(solving, "SMALL", 0):
        for name, options in variants().items():
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
        if _means_something(instance, family) and not same(found, without[family]):
            wrong.append(f"model without {family}: {found} instead of {_goals(without[family])}")
    return Finding(
        seed=seed,
        plans=count(instance),
        infeasible=expected is None,
        empty=expected is not None and not expected.plan.adoptions,
        checked=tuple(checked),
        refused=tuple(refused),
        disagreements=tuple(wrong),
        in_oracle=tuple(f for f in FAMILIES if not same(without[f], expected)),
        in_model=tuple(in_model),
        used=tuple(used(instance)),
        features=tuple(mattering(instance, expected)),
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
        if not same(
            told := figures_of_ties(instance, [Optimum(result.evaluation.goals, result.evaluation.plan)]), ties
        ):
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


# -- summary ----------------------------------------------------------------------------------------------------------


@dataclass
class Summary:
    """Counts over all instances."""

    instances: int = 0
    plans: int = 0
    infeasible: int = 0
    empty: int = 0
    checked: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    in_oracle: Counter[str] = field(default_factory=Counter)
    in_model: Counter[str] = field(default_factory=Counter)
    used: Counter[str] = field(default_factory=Counter)
    features: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Count one instance."""
        self.instances += 1
        self.plans += finding.plans
        self.infeasible += finding.infeasible
        self.empty += finding.empty
        self.checked.update(finding.checked)
        self.refused.update(finding.refused)
        self.in_oracle.update(finding.in_oracle)
        self.in_model.update(finding.in_model)
        self.used.update(finding.used)
        self.features.update(finding.features)
        self.disagreements += [f"seed {finding.seed}, {what}" for what in finding.disagreements]

    def matters(self, name: str) -> int:
        """In how many instances a family or feature matters."""
        if name in FEATURES:
            return self.features[name]
        return (self.in_model if name == BY_CONSTRUCTION else self.in_oracle)[name]

    @property
    def least(self) -> int:
        """Instances in which a family has to matter."""
        return max(1, round(LEAST_SHARE * self.instances))

    @property
    def uncovered(self) -> list[str]:
        """Families and features that matter in too few instances, and features that too few have."""
        missing = [f for f in FAMILIES if self.matters(f) < self.least]
        return missing + [f for f in FEATURES if self.used[f] < self.least or 2 * self.features[f] < self.least]


def page(summary: Summary, first: int) -> str:
    """Text of ``docs/crosscheck.md``: the same for the same instances and answers."""
    parts = (_head(summary, first), _families(summary), _features(summary), _techniques(summary))
    return "\n".join(line for part in parts for line in (*part, ""))


def _head(summary: Summary, first: int) -> Iterator[str]:
    yield "# Cross-check"
    yield ""
    yield "Generated; do not edit. The solver is held against an oracle that knows nothing of it: on random small"
    yield "instances over all families, every plan there is goes through the evaluator, and the best one that keeps"
    yield "all rules must be what the solver finds. How instances are drawn: `tests/oracle/draw.py`; how plans are"
    yield f"tried: `tests/oracle/enumerate.py`. Of up to {ATTEMPTS} draws a seed takes the first in which the two"
    yield "families or features that it is about matter, as many rules at once hide one another"
    yield "(`tests/oracle/lively.py`)."
    yield ""
    yield "```"
    yield f"make crosscheck CROSSCHECK_COUNT={summary.instances} CROSSCHECK_SEED={first}"
    yield "```"
    yield ""
    yield f"- {summary.instances} instances with {summary.plans} plans. No plan keeps all rules in"
    yield f"  {summary.infeasible} of them, to adopt nothing is best in {summary.empty}."
    yield f"- Disagreements: {len(summary.disagreements)}."
    yield f"- Not covered by so many instances: {', '.join(summary.uncovered) or 'none'}."


def _families(summary: Summary) -> Iterator[str]:
    yield "## Families"
    yield ""
    yield "In how many instances the best answer changes where a family's rules are left out: for the oracle, where"
    yield "the evaluator's rules are; for the model, where its rows are. Without a family both must agree, unless"
    yield f"what its rows forbid has no meaning (`{'`, `'.join(sorted(OTHERWISE))}`, and `capability_steps` where"
    yield "maturity is compared). A family is covered where it matters to the oracle in at least"
    yield f"{summary.least} instances. The oracle's plans start everything once and in one mode, so `{BY_CONSTRUCTION}`"
    yield "is judged by the model."
    yield ""
    rows = [
        (f, "by construction" if f == BY_CONSTRUCTION else str(summary.in_oracle[f]), str(summary.in_model[f]))
        for f in FAMILIES
    ]
    yield from _table(("Family", "Oracle changes", "Model changes"), rows)


def _features(summary: Summary) -> Iterator[str]:
    yield "## Features"
    yield ""
    yield "In how many instances there is what else instances can say, and in how many it changes the oracle's answer"
    yield "to take its rows or amounts out, or plans that use it. Goals, ties, paths and policies count where they"
    yield f"are. A feature is covered where at least {summary.least} instances have it and half as many answers change."
    yield ""
    rows = [(f, str(summary.used[f]), str(summary.features[f])) for f in FEATURES]
    yield from _table(("Feature", "Instances", "Oracle changes"), rows)


def _techniques(summary: Summary) -> Iterator[str]:
    yield "## Techniques and formulations"
    yield ""
    yield "Each is a whole solve to a proven optimum, the plan evaluated: every goal, and the ties of equal plans,"
    yield f"must be the oracle's. `{COARSE}` refuses what it cannot state. Where no plan keeps all rules, the rules"
    yield "that are said to clash are held against the oracle, too: every plan must break one of them."
    yield ""
    rows = [(v, str(summary.checked[v]), str(summary.refused[v])) for v in variants()]
    yield from _table(("Solved with", "Instances", "Refused"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| --- |{' ---: |' * (len(head) - 1)}"
    for first, *rest in rows:
        yield f"| {first} | {' | '.join(rest)} |"


def main() -> int:
    """Run the cross-check; 1 where something disagrees or a family is not covered."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=500, help="instances (500)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first; the others follow (0)")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="processes (one a core)")
    parser.add_argument("--output", type=Path, help="Markdown page to write")
    given = parser.parse_args()
    began, summary = time.monotonic(), Summary()
    # A process forked after a solve would inherit the solver's threads in an undefined state.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(given.jobs, mp_context=context) as pool:
        for finding in pool.map(examine, range(given.seed, given.seed + given.count)):
            summary.add(finding)
            for what in finding.disagreements:
                print(f"seed {finding.seed}, {what}", flush=True)
            if summary.instances % 25 == 0:
                seconds = time.monotonic() - began
                print(f"{summary.instances} of {given.count} instances, {seconds:.0f} s", file=sys.stderr, flush=True)
    text = page(summary, given.seed)
    print(text)
    if given.output:
        given.output.write_text(text, encoding="utf-8")
    for family in summary.uncovered:
        print(f"{family} matters in {summary.matters(family)} instances only, {summary.least} are needed")
    return int(bool(summary.disagreements or summary.uncovered))


if __name__ == "__main__":
    sys.exit(main())
