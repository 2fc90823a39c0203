"""What a solve returns: two axes, why it ended and whether there is a plan; absent values are None."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sequencer.plan.evaluate import Evaluation
from sequencer.plan.plan import Plan
from sequencer.types import RuleRef, Termination


def relative_gap(objective: float | None, bound: float | None) -> float | None:
    """``|bound − objective| / max(|objective|, |bound|)``, 0 where both are 0, None where either is unknown."""
    if objective is None or bound is None:
        return None
    scale = max(abs(objective), abs(bound))
    return abs(bound - objective) / scale if scale else 0.0


class Level(NamedTuple):
    """One goal of a solve; a later one only decides among plans equal in all earlier ones.

    Attributes
    ----------
    measure : str
        What was optimised.
    objective, bound, gap : float or None
        Its figure for the plan, the proven bound on it and their relative gap; None while unknown. A bound that lies
        within 1e-6 of the figure (or of 1, where that is more) is that figure: it is proven.
    """

    measure: str
    objective: float | None
    bound: float | None
    gap: float | None

    @property
    def proven(self) -> bool:
        """Whether no plan is better, up to 1e-6 relative."""
        return self.gap is not None and self.gap <= 1e-6


@dataclass(frozen=True)
class Result:
    """Result of a solve.

    Attributes
    ----------
    termination : Termination
        Why it ended.
    plan : Plan or None
        Best plan found, evaluated without Pyomo.
    evaluation : Evaluation or None
        That evaluation.
    objective, bound, gap : float or None
        Value of ``measure``, its proven bound and their relative gap, in the declared unit.
    measure : str
        What was optimised first.
    seconds : float
        Wall clock.
    currency : str
        Currency of amounts.
    unit : float
        How many units of currency one amount is.
    fingerprint : str
        Instance solved.
    versions : dict of str to str
        Versions of this package and of what it solved with.
    conflict : tuple of RuleRef
        Where infeasible: rules that cannot hold together, as far as known.
    levels : tuple of Level
        All that was optimised, the most important first; ``objective``, ``bound`` and ``measure`` are of the first.
    nodes : int
        Nodes of the search trees that proved the bound; 0 where none was needed.
    """

    termination: Termination
    plan: Plan | None
    evaluation: Evaluation | None
    objective: float | None
    bound: float | None
    measure: str
    seconds: float
    currency: str
    unit: float
    fingerprint: str
    versions: dict[str, str] = field(default_factory=dict)
    conflict: tuple[RuleRef, ...] = ()
    levels: tuple[Level, ...] = ()
    nodes: int = 0

    @property
    def gap(self) -> float | None:
        """Relative gap between objective and bound."""
        return relative_gap(self.objective, self.bound)

    @property
    def proven_optimal(self) -> bool:
        """Whether no plan is better in any goal, up to 1e-6 relative, without being worse in an earlier one."""
        levels = self.levels or (Level(self.measure, self.objective, self.bound, self.gap),)
        return all(level.proven for level in levels)

    def to_dict(self, run: str | None = None) -> dict[str, Any]:
        """Content of ``result.json``.

        Parameters
        ----------
        run
            Name of the run folder, where there is one.
        """
        return {
            "termination": str(self.termination),
            "plan": self.plan is not None,
            "proven_optimal": self.proven_optimal,
            "objective": self.objective,
            "bound": self.bound,
            "gap": self.gap,
            "npv": self.evaluation.npv if self.evaluation else None,
            "measure": self.measure,
            "goals": [level._asdict() for level in self.levels],
            "currency": self.currency,
            "unit": self.unit,
            "seconds": round(self.seconds, 3),
            "run": run,
            "fingerprint": self.fingerprint,
            "versions": dict(self.versions),
        }
