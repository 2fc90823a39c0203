"""What the cross-check finds, instance by instance, and its page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.oracle.features import FEATURES
from tests.oracle.lively import AT_ONCE, ATTEMPTS, DRAWS, FAMILIES
from tests.oracle.techniques import COARSE, TECHNIQUES, TURNS, VARIANTS

LEAST, LEAST_SHARE = 20, 0.04
"""A family is covered where it matters in at least so many instances, or in this share of less than 500."""


def least(instances: int) -> int:
    """In how many of so many instances a family has to matter."""
    return max(1, min(LEAST, round(LEAST_SHARE * instances)))


BY_CONSTRUCTION = "start_once"
"""The oracle's plans start everything once, in one mode; so this family is judged by the model without it."""

OTHERWISE = {BY_CONSTRUCTION, "windows", "mandate"}
"""Families without which model and evaluator need not agree: what their rows forbid has no meaning to agree on (a
second start, a start too late to be live, a level without the one below)."""


@dataclass(frozen=True)
class Finding:
    """What an instance showed.

    Attributes
    ----------
    seed, plans : int
        The instance, and how many plans it has.
    infeasible, empty : bool
        Whether no plan is allowed, or the best one adopts nothing.
    in_oracle : tuple of str
        Families that matter to the oracle.
    used, features : tuple of str
        Features that the instance has, and those that matter to the oracle, see :mod:`tests.oracle.features`.
    in_model : tuple of str
        Families without whose rows the model gives another answer.
    checked, refused : tuple of str
        Variants that gave an answer, and those that refused the instance.
    disagreements : tuple of str
        What went wrong, in words.
    """

    seed: int
    plans: int
    infeasible: bool
    empty: bool
    in_oracle: tuple[str, ...]
    used: tuple[str, ...]
    features: tuple[str, ...]
    in_model: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    disagreements: tuple[str, ...] = ()


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
        return least(self.instances)

    @property
    def uncovered(self) -> list[str]:
        """Families that matter in too few instances."""
        return [f for f in FAMILIES if self.matters(f) < self.least]

    @property
    def seldom(self) -> list[str]:
        """Features that matter in less than half as many instances as a family has to."""
        return [f for f in FEATURES if 2 * self.features[f] < self.least]


def coverage(summary: Summary) -> str:
    """What the oracle alone says of families and features, and which of them matter too seldom."""
    missing = [name for name in summary.uncovered if name != BY_CONSTRUCTION]
    told = [f"Not covered: {', '.join(missing) or 'none'}.", f"Seldom: {', '.join(summary.seldom) or 'none'}."]
    parts = (_families(summary), _features(summary), told)
    return "\n".join(line for part in parts for line in (*part, ""))


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
    yield "tried: `tests/oracle/enumerate.py`. As many rules at once hide one another, a seed is about"
    yield f"{AT_ONCE} families or features: of {DRAWS} draws those that have them are looked at, up to {ATTEMPTS}, and"
    yield "the one is taken in which the most of them matter (`tests/oracle/lively.py`)."
    yield ""
    yield "```"
    yield f"make crosscheck CROSSCHECK_COUNT={summary.instances} CROSSCHECK_SEED={first}"
    yield "```"
    yield ""
    yield f"- {summary.instances} instances with {summary.plans} plans. No plan keeps all rules in"
    yield f"  {summary.infeasible} of them, to adopt nothing is best in {summary.empty}."
    yield f"- Disagreements: {len(summary.disagreements)}."
    yield f"- Not covered by so many instances: {', '.join(summary.uncovered) or 'none'}."
    yield f"- Features that seldom matter, in less than {summary.least / 2:g}: {', '.join(summary.seldom) or 'none'}."


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
    yield "are."
    yield ""
    rows = [(f, str(summary.used[f]), str(summary.features[f])) for f in FEATURES]
    yield from _table(("Feature", "Instances", "Oracle changes"), rows)


def _techniques(summary: Summary) -> Iterator[str]:
    yield "## Techniques and formulations"
    yield ""
    yield "Each is a whole solve, the plan evaluated: every goal must be the oracle's, and where the optimum is proven"
    yield "(always at gap 0) so must the ties of equal plans. Where no plan keeps all rules, the rules that are said to"
    yield "clash are held against the oracle, too: every plan must break one of them."
    yield f"`{COARSE}` refuses what it cannot state."
    yield f"Techniques: {', '.join(_plain(t) for t in TECHNIQUES)}. With all and with none of them every instance is"
    yield "solved; with one only, and with all but one, so that any two meet in all four ways,"
    yield f"one instance in {TURNS}."
    yield ""
    rows = [(_plain(v), str(summary.checked[v]), str(summary.refused[v])) for v in VARIANTS]
    yield from _table(("Solved with", "Instances", "Refused"), rows)


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| --- |{' ---: |' * (len(head) - 1)}"
    for first, *rest in rows:
        yield f"| {first} | {' | '.join(rest)} |"
