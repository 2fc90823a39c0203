"""Merged formulation: groups as if no affiliate had gates of its own, a relaxation for the search over core decisions.

Where every affiliate adopts drivers and brands of its own, such as ``r1@jp``, :mod:`.compact` has a group for each of
them, and a model some ten times as large. Here they stay together, and what their own gates let through of an amount is
added up:

* ``R[h,b,k,s] ≤ most · Σ_a λ_a · live[b@a, s]``,
* ``Q[d,h,b,s] ≤ most · Σ_a λ_a · live[d@a, s]``, and the same for each further gate of the cells of ``d`` in ``a``,

with 1 where an affiliate has no such gate. It is a relaxation: the amounts of a plan, added up over the affiliates of
a group, keep these rows, since each affiliate is let through whole or not at all, keep those of :mod:`.compact` for
the gates that all have in common, and earn the same. Replacing constraints by their weighted sum is row aggregation
(Rogers, Plante, Wong & Evans 1991, *Aggregation and disaggregation techniques and methodology in optimization*). What
is lost is where an affiliate is let through by the one gate and not by the other.
"""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from sequencer.errors import UnsupportedError
from sequencer.instance.instance import Cell, Instance
from sequencer.model.linear import Linear, total
from sequencer.model.value.base import Gate
from sequencer.model.value.compact import Amount, Compact, Group


class Merged(Compact):
    """Scope by groups of affiliates whatever gates each of them has; see the module."""

    name: ClassVar[str] = "merged"

    @staticmethod
    def says_less(instance: Instance) -> bool:
        """Whether affiliates of the instance have gates of their own."""
        own = any(i.place and i.parent for i in instance.adoptables.values())
        return own or any(instance.cell_gates.values())

    def build_cells(self) -> None:
        """See :meth:`Compact.build_cells`.

        Raises
        ------
        sequencer.errors.UnsupportedError
            If value is capped or minimised, so that more of it is no relaxation.
        """
        if self.exact:
            message = "value is capped or minimised, which the formulation 'merged' cannot; use 'compact'"
            raise UnsupportedError(message)
        super().build_cells()

    @cached_property
    def apart(self) -> frozenset[str]:
        """Affiliates whose value is read one by one."""
        return self.own_affiliates

    def place_of(self, group: Group) -> str:  # noqa: ARG002
        """None: only what all affiliates have in common gates a group."""
        return ""

    def let_through(self, h: int, at: Amount, most: float) -> list[Linear]:
        """What the gates of its own let through of each affiliate, added up: for their first gates, their second, …."""
        parts = self.best_of(self.groups[h], min(at.period, self.starts[-1]))
        whole = sum(parts.values())
        gates = {a: self._own_gates(a, at) for a in parts}
        return [
            total(
                (self.live(gates[a][n], at.period) if n < len(gates[a]) else Linear(1.0)) * (part * most / whole)
                for a, part in parts.items()
            )
            for n in range(max(map(len, gates.values())))
        ]

    def _own_gates(self, affiliate: str, at: Amount) -> list[Gate]:
        """Gates of an amount that an affiliate does not share with all others."""
        if at.what == "scope":
            return self.scope_gates(Cell(affiliate, at.brand, ""))
        common = self.driver_gates(at.of, Cell("", at.brand, ""))
        return [g for g in self.driver_gates(at.of, Cell(affiliate, at.brand, "")) if g not in common]
