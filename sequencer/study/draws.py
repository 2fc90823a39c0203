"""Seeded draws of uncertain amounts: which there are, how each is distributed, and which move together.

An amount is uncertain where a table gives it a low or a high value beside the base. Rules always use base values, so
budgets, earned mandates and minimum values are never drawn. Adoptions succeed or fail besides: one draw for each
driver, each affiliate (in the archetype and touch of the plan), each brand and initiative whose success is not
certain, and one for the roll-out approach.

Every source has a stream of random numbers of its own, made from the seed and its name: a further assumption leaves
the draws of the others as they are.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sequencer.errors import SequencerError
from sequencer.instance.columns import extra
from sequencer.instance.nearest import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sequencer.instance.instance import Instance

Floats = NDArray[np.float64]
Shape = Literal["triangular", "lognormal"]
SHAPES: tuple[Shape, ...] = ("triangular", "lognormal")

RULES_ONLY = frozenset({("budgets", "amount"), ("mandate", "earned_value"), ("minimum_values", "amount")})
"""Amounts that only rules read; rules use base values."""

TAIL_SHARE = 0.05
"""What lies below low, and above high, of a lognormal amount."""

MOST_DRAWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Assumption:
    """An amount of the instance that may turn out otherwise.

    Attributes
    ----------
    table, id, field : str
        Where it stands: table, business id of the row, column.
    low, base, high : float
        What is given, in the unit of the column; a value that is not given is the base.
    most : float
        Largest value there can be: 1 for a share.
    """

    table: str
    id: str
    field: str
    low: float
    base: float
    high: float
    most: float = math.inf

    @property
    def name(self) -> str:
        """``drivers.r1.potential``."""
        return f"{self.table}.{self.id}.{self.field}"

    def quantiles(self, share: Floats, shape: Shape) -> Floats:
        """Values below which the given shares of all draws lie.

        ``triangular`` runs from low to high with its peak at base. ``lognormal`` has low, base and high as its 5 %,
        50 % and 95 % quantiles; where base is not the geometric mean of the others, each side has a spread of its own.
        Shares, which cannot exceed 1, are always triangular.

        Raises
        ------
        sequencer.errors.SequencerError
            If the amount is, or may be, 0 or changes its sign, and ``shape`` is lognormal.
        """
        if shape == "triangular" or self.most <= 1:
            return self._triangular(share)
        sign = -1.0 if self.high < 0 else 1.0
        down, up = self._spreads()
        z = ndtri(share) * sign
        made: Floats = self.base * np.exp(np.where(z < 0, down * z, up * z))
        return made

    def mean(self, shape: Shape) -> float:
        """Mean of the distribution."""
        if shape == "triangular" or self.most <= 1:
            return (self.low + self.base + self.high) / 3
        down, up = self._spreads()
        below, above = (math.exp(s * s / 2) for s in (down, up))
        return float(self.base * (below * ndtr(-down) + above * ndtr(up)))

    def _triangular(self, share: Floats) -> Floats:
        width, left = self.high - self.low, self.base - self.low
        rising = self.low + np.sqrt(share * width * left)
        falling = self.high - np.sqrt((1 - share) * width * (self.high - self.base))
        made: Floats = np.where(share < left / width, rising, falling)
        return made

    def _spreads(self) -> tuple[float, float]:
        """Standard deviations of the logarithm towards 0 and away from it."""
        if self.low <= 0 <= self.high:
            message = (
                f"{self.name} runs from {self.low:g} to {self.high:g}, and a lognormal amount is never 0. Draw "
                "triangular, or give it a low and a high value on one side of 0."
            )
            raise SequencerError(message)
        near, far = sorted((abs(self.low), abs(self.high)))
        width = float(ndtri(1 - TAIL_SHARE))
        return math.log(abs(self.base) / near) / width, math.log(far / abs(self.base)) / width


@dataclass(frozen=True)
class DrawOptions:
    """How to draw.

    Attributes
    ----------
    draws : int
        How many.
    seed : int
        Same seed, same draws.
    shape : {"triangular", "lognormal"}
        Distribution of amounts, see :meth:`Assumption.quantiles`.
    latin : bool
        Whether each source is spread evenly over its distribution (Latin hypercube): steadier figures from few draws.
    failures : bool
        Whether adoptions succeed or fail; where not, value is counted at its probability of success.
    together : tuple of tuple of str
        Groups of sources that are high, or low, together (comonotone); each is named by patterns such as
        ``drivers.*.potential`` or ``outcome.*``. All others are independent.
    """

    draws: int = 10_000
    seed: int = 0
    shape: Shape = "triangular"
    latin: bool = False
    failures: bool = True
    together: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.draws <= MOST_DRAWS:
            message = f"{self.draws} draws cannot be made; ask for 1 to {MOST_DRAWS:,}"
            raise SequencerError(message)
        if self.shape not in SHAPES:
            message = f"there is no distribution '{self.shape}'; choose one of {', '.join(SHAPES)}"
            raise SequencerError(message)
        if self.seed < 0:
            message = f"seed {self.seed} cannot be used; it must be a whole number from 0"
            raise SequencerError(message)


def assumptions(instance: Instance) -> tuple[Assumption, ...]:
    """Every uncertain amount that something other than a rule reads, in table order."""
    made = []
    for table, record in instance.tables().items():
        ranged = [n for n, info in record.model_fields.items() if extra(info).get("ranged")]
        for name in (n for n in ranged if (table, n) not in RULES_ONLY):
            most = _most(record.model_fields[name].metadata)
            for row in instance.rows(table):
                base = float(getattr(row, name))
                low, high = row.low.get(name, base), row.high.get(name, base)
                if low < high:
                    made.append(Assumption(table, row.record_id, name, low, base, high, most))
    return tuple(made)


def _most(limits: Iterable[Any]) -> float:
    """Upper limit of a column."""
    return min((float(limit.le) for limit in limits if getattr(limit, "le", None) is not None), default=math.inf)


class Draws:
    """Draws of an instance.

    Parameters
    ----------
    instance
        What is given.
    options
        How to draw.
    outcomes
        Sources of success or failure, such as ``outcome.r1``; which there are depends on the plan.

    Attributes
    ----------
    assumptions : dict of str to Assumption
        Uncertain amounts by name.
    values : dict of str to array
        Their draws, in the order of the tables.

    Raises
    ------
    sequencer.errors.SequencerError
        If a pattern of ``together`` means nothing, or a source is in two groups.
    """

    def __init__(self, instance: Instance, options: DrawOptions, outcomes: Iterable[str] = ()) -> None:
        self.options = options
        self.assumptions = {a.name: a for a in assumptions(instance)}
        self.outcomes = tuple(dict.fromkeys(outcomes)) if options.failures else ()
        self.groups = grouped((*self.assumptions, *self.outcomes), options.together)

    @cached_property
    def values(self) -> dict[str, Floats]:
        """Draws of every uncertain amount."""
        shape = self.options.shape
        return {name: a.quantiles(self.uniform(name), shape) for name, a in self.assumptions.items()}

    def success(self, name: str, probability: Floats | float) -> Floats:
        """1 where something succeeds, else 0."""
        made: Floats = (self.uniform(name) >= 1 - np.asarray(probability)).astype(float)
        return made

    def uniform(self, name: str) -> Floats:
        """Uniform draws of a source, the same for all that move together."""
        stream = self.groups.get(name, name)
        digest = hashlib.sha256(stream.encode()).digest()
        words = [int.from_bytes(digest[k : k + 4], "little") for k in range(0, 16, 4)]
        random = np.random.default_rng([self.options.seed, *words])
        made: Floats = random.random(self.options.draws)
        if self.options.latin:
            made = (random.permutation(self.options.draws) + made) / self.options.draws
        return made


def grouped(names: Iterable[str], together: Iterable[Iterable[str]]) -> dict[str, str]:
    """Group of every source that moves with others, named by its patterns."""
    known = list(names)
    made: dict[str, str] = {}
    for patterns in together:
        group = " ".join(patterns)
        for pattern in patterns:
            found = [name for name in known if fnmatchcase(name, pattern)]
            if not found:
                message = f"'{pattern}' names nothing that is drawn. {suggest(pattern, known)}"
                raise SequencerError(message)
            for name in found:
                if made.setdefault(name, group) != group:
                    message = f"{name} is in two groups ('{made[name]}' and '{group}'). Name it in one of them."
                    raise SequencerError(message)
    return made
