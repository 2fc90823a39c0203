"""Ids, enumerations and rule references that every package shares."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

ID_PATTERN = r"^[a-z0-9_-]+$"
ID_RE = re.compile(ID_PATTERN)

HQ = "hq"
"""Pot of headquarters: it pays where nothing else is said, and gets what affiliates pay and what is reinvested."""


class Kind(enum.StrEnum):
    """What an adoptable is."""

    DRIVER = "driver"
    STEP = "step"
    AFFILIATE = "affiliate"
    BRAND = "brand"
    CUSTOMER_TYPE = "customer_type"
    FUNCTION = "function"
    MANDATE = "mandate"
    EXCEPTION = "exception"
    INITIATIVE = "initiative"
    DRIVER_AFFILIATE = "driver_affiliate"
    BRAND_AFFILIATE = "brand_affiliate"


class Layer(enum.StrEnum):
    """Layer of a capability; the three are equally important."""

    TECHNOLOGICAL = "technological"
    COMMERCIAL = "commercial"
    TRANSFORMATIONAL = "transformational"


class Termination(enum.StrEnum):
    """Why a solve ended."""

    GAP_REACHED = "gap_reached"
    TIME_LIMIT = "time_limit"
    WORK_LIMIT = "work_limit"
    MEMORY_LIMIT = "memory_limit"
    INTERRUPTED = "interrupted"
    INFEASIBLE = "infeasible"
    MEMORY = "memory"
    ERROR = "error"


@dataclass(frozen=True, slots=True, order=True)
class RuleRef:
    """Name of one instance of a rule, the same in rows, violations, reductions and reports.

    Attributes
    ----------
    family : str
        The rule family, e.g. ``requirements``.
    members : tuple of str
        Ids of what the rule binds, in the order the family declares.
    wave : int or None
        The wave it binds in (1-based), None where it spans all of them.
    """

    family: str
    members: tuple[str, ...] = ()
    wave: int | None = None

    def __str__(self) -> str:
        at = f"@{self.wave}" if self.wave is not None else ""
        return f"{self.family}({', '.join(self.members)}){at}"
