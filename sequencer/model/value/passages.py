"""Passages: what gates let through of groups of affiliates, one by one and together.

An affiliate is live in one mode at most. So groups that have it in different modes do not reach what each of them
could: with ``λ`` in the same unit for all, they are together at most ``Σ_a max λ``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from sequencer.model.linear import Linear
from sequencer.model.value.base import Ceiling

TINY = 1e-9
"""A ceiling has to be lower than those of its columns by this part to be worth a row."""

Shares = Mapping[tuple[str, str], float]
"""Part of a group by affiliate and mode id, ``λ``."""


class Passage(NamedTuple):
    """A column of a group that a gate lets through, and the most it can be in a period."""

    group: int
    period: int
    column: int
    gate: Linear
    most: float


class Passages:
    """Passages as they are found.

    Parameters
    ----------
    groups
        Size of each group, in one unit, and what it is made of.
    possible
        Whether an affiliate can be live in a mode in a period.
    """

    def __init__(self, groups: Sequence[tuple[float, Shares]], possible: Callable[[str, str, int], bool]) -> None:
        self._groups = groups
        self._possible = possible
        self._found: dict[tuple[object, ...], list[Passage]] = {}
        self._reaches: dict[tuple[int, int], dict[str, float]] = {}
        self._clusters: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
        self._most: dict[tuple[tuple[int, ...], int], float] = {}

    def add(self, what: object, passage: Passage) -> None:
        """Note a passage; those of the same amount and gate belong together."""
        gate = passage.gate
        self._found.setdefault((what, gate.constant, *sorted(gate.terms.items())), []).append(passage)

    def ceilings(self) -> Iterable[Ceiling]:
        """A ceiling for all that a gate lets through of groups that share affiliates, where it says more."""
        for passages in self._found.values():
            by_group = {p.group: p for p in passages}
            for groups in self._together(tuple(sorted(by_group))):
                unit = max(self._groups[h][0] for h in groups)
                weights = {h: self._groups[h][0] / unit for h in groups}
                alone = {h: sum(self._reach(h, by_group[h].period).values()) for h in groups}
                factor = max(by_group[h].most / alone[h] for h in groups)
                most = factor * self._reached(groups, by_group[groups[0]].period) / unit
                if most < (1.0 - TINY) * sum(weights[h] * by_group[h].most for h in groups):
                    columns = {by_group[h].column: weights[h] for h in groups}
                    yield Ceiling(columns, by_group[groups[0]].gate, most)

    def _together(self, groups: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Those that share affiliates, each with all it shares any with."""
        if groups not in self._clusters:
            clusters: list[tuple[set[str], tuple[int, ...]]] = []
            for h in groups:
                members: tuple[int, ...] = (h,)
                affiliates = {affiliate for affiliate, _ in self._groups[h][1]}
                for cluster in [c for c in clusters if c[0] & affiliates]:
                    clusters.remove(cluster)
                    affiliates, members = affiliates | cluster[0], cluster[1] + members
                clusters.append((affiliates, members))
            self._clusters[groups] = [members for _, members in clusters if len(members) > 1]
        return self._clusters[groups]

    def _reach(self, h: int, period: int) -> dict[str, float]:
        """Most that each affiliate can be of a group, in its best mode."""
        if (h, period) not in self._reaches:
            made: dict[str, float] = {}
            for (affiliate, mode), share in self._groups[h][1].items():
                if self._possible(affiliate, mode, period):
                    made[affiliate] = max(made.get(affiliate, 0.0), share)
            self._reaches[h, period] = made
        return self._reaches[h, period]

    def _reached(self, groups: tuple[int, ...], period: int) -> float:
        """Most that groups can be together: the sizes of all affiliates, each in its best mode of them all."""
        if (groups, period) not in self._most:
            best: dict[str, float] = {}
            for h in groups:
                for affiliate, share in self._reach(h, period).items():
                    best[affiliate] = max(best.get(affiliate, 0.0), self._groups[h][0] * share)
            self._most[groups, period] = sum(best.values())
        return self._most[groups, period]
