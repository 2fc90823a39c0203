"""Aggregated formulation: groups by class of affiliates and ramp, the baseline kept for comparison.

It is :mod:`.compact` with a group for each class, but it refuses whatever sets one affiliate apart, and shares that are
no product.
"""

from __future__ import annotations

from typing import ClassVar

from sequencer.errors import UnsupportedError
from sequencer.instance.instance import Cell
from sequencer.model.value.compact import Compact


class Aggregated(Compact):
    """Scope by class and ramp of affiliates, where that says everything."""

    name: ClassVar[str] = "aggregated"

    def build_cells(self) -> None:
        """See :meth:`Compact.build_cells`.

        Raises
        ------
        sequencer.errors.UnsupportedError
            If affiliates of a class have to be told apart, or shares are no product.
        """
        apart = sorted(self.apart & {a.id for a in self.instance.affiliates})
        if apart or self.exact:
            what = f"{', '.join(apart)} must be told apart" if apart else "value is capped or minimised"
            message = f"{what}, which the formulation 'aggregated' cannot; use 'compact'"
            raise UnsupportedError(message)
        for driver, scope in self.instance.scope.items():
            _check_product(scope, driver)
        super().build_cells()

    def group_word(self, affiliate: str) -> str:
        """Class of the affiliate."""
        return self.instance.by_id("affiliates")[affiliate].affiliate_class if affiliate else ""


def _check_product(scope: dict[Cell, float], driver: str) -> None:
    """Refuse shares of a driver that are not a product of affiliate, brand and customer-type shares."""
    margins: tuple[dict[str, float], ...] = ({}, {}, {})
    for cell, share in scope.items():
        for margin, key in zip(margins, cell, strict=True):
            margin[key] = margin.get(key, 0.0) + share
    size = len(margins[0]) * len(margins[1]) * len(margins[2])
    whole = sum(scope.values())
    for cell, share in scope.items():
        made = margins[0][cell.affiliate] * margins[1][cell.brand] * margins[2][cell.customer_type] / whole**2
        if len(scope) != size or abs(made - share) > 1e-9 * max(share, made):
            message = (
                f"the shares of driver {driver} (table scopes) are not a product of affiliate, brand and customer-type "
                "shares; use the formulation 'compact'"
            )
            raise UnsupportedError(message)
