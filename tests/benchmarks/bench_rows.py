"""Rows of the benchmark: which instances, for how long, by which methods, and what is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench_traces import NOTHING

SHORT = 60.0
"""Runs of at most so many seconds are done three times, and medians told."""


@dataclass(frozen=True)
class Method:
    """A way to solve.

    Attributes
    ----------
    options : dict or None
        Options of ``sequencer.solve``; None for another solver, see :mod:`peers`.
    """

    name: str
    title: str
    options: dict[str, Any] | None


_METHODS = (
    Method("ours", "this package", {}),
    Method("cells", "cells, HiGHS", {"formulation": "cells", **NOTHING}),
    Method("compact", "compact, HiGHS", {"formulation": "compact", **NOTHING}),
    Method("scip", "compact, SCIP", None),
    Method("cpsat", "compact, CP-SAT", None),
)
METHODS = {method.name: method for method in _METHODS}
OURS = "ours"


@dataclass(frozen=True)
class Case:
    """An instance.

    Attributes
    ----------
    name : str
        What it is called in tables.
    source : str
        ``folder:instances/nordwind``, ``generated:affiliates=10,waves=6`` (:mod:`sequencer.instance.generator`),
        ``selection:clustered-2000x8-1`` (:mod:`selection`) or ``public:newman1``, a file of ``BENCH_DATA``.
    overlays : tuple of str
        Overlay files.
    at : float or None
        Where it stands on the axis of a family that grows.
    """

    name: str
    source: str
    overlays: tuple[str, ...] = ()
    at: float | None = None


@dataclass(frozen=True)
class Row:
    """A row of the benchmark.

    Attributes
    ----------
    seconds, gap : float
        Time limit of each solve, and the gap at which it may stop.
    moments : tuple of float
        Seconds at which the table looks.
    asked : str
        What is asked for.
    share : float or None
        Most of the best baseline's gap that ours may have, at ``share_at`` seconds.
    goals, musts : tuple of (float, float)
        Gap at most, by so many seconds.
    known : float or None
        Value of the best plan there is, where that has been proven elsewhere.
    axis : str
        What grows from case to case.
    """

    name: str
    title: str
    cases: tuple[Case, ...]
    seconds: float
    gap: float
    moments: tuple[float, ...]
    asked: str
    methods: tuple[str, ...] = tuple(METHODS)
    share: float | None = None
    share_at: float | None = None
    goals: tuple[tuple[float, float], ...] = ()
    musts: tuple[tuple[float, float], ...] = ()
    known: float | None = None
    axis: str = ""


NORDWIND = "folder:instances/nordwind"
_OVERLAYS = "instances/nordwind/overlays"
NEWMAN1 = 24_176_864.82
"""Best plan of newman1, as proven by others."""

THIRD = 1 / 3
WITHOUT_CELLS = tuple(name for name in METHODS if name != "cells")


def _nordwind(overlay: str) -> Case:
    return Case(overlay, NORDWIND, (f"{_OVERLAYS}/{overlay}.toml",))


def _family(axis: str, sizes: tuple[int, ...], **others: int) -> tuple[Case, ...]:
    fixed = "".join(f",{name}={number}" for name, number in others.items())
    return tuple(Case(f"{size} {axis}", f"generated:{axis}={size}{fixed}", at=float(size)) for size in sizes)


ROWS = {
    row.name: row
    for row in (
        Row(
            "nordwind",
            "The complete reference case",
            (Case("nordwind", NORDWIND),),
            600.0,
            0.002,
            (5.0, 60.0, 300.0, 600.0),
            "a gap of at most 1 % in 60 s and 0.2 % in 10 min; at least a third of the best baseline's gap at 60 s and "
            "5 % at 10 min",
            share=THIRD,
            share_at=60.0,
            goals=((60.0, 0.01), (600.0, 0.002)),
            musts=((600.0, 0.05),),
        ),
        Row(
            "variants",
            "Four roll-out approaches of the reference case",
            tuple(map(_nordwind, ("a-medical-first", "a-marketing-first", "b-shared-framework", "c-holistic"))),
            60.0,
            0.002,
            (5.0, 30.0, 60.0),
            "a gap of at most 1 % in 60 s; at least a third of the best baseline's",
            share=THIRD,
            share_at=60.0,
            goals=((60.0, 0.01),),
        ),
        Row(
            "global",
            "The largest programme",
            (Case("global", "folder:instances/global"),),
            1200.0,
            0.02,
            (30.0, 60.0, 300.0, 600.0, 1200.0),
            "a gap of at most 2 % in 20 min within 4 GB; at least a first plan in 30 s and a third of the best "
            "baseline's gap at 10 min",
            share=THIRD,
            share_at=600.0,
            goals=((1200.0, 0.02),),
        ),
        Row(
            "by-affiliate",
            "Drivers and brands adopted by each affiliate",
            (_nordwind("by-affiliate"),),
            300.0,
            0.01,
            (30.0, 60.0, 180.0, 300.0),
            "a gap of at most 5 % in 5 min; at least a third of the best baseline's",
            share=THIRD,
            share_at=300.0,
            goals=((300.0, 0.05),),
        ),
        Row(
            "newman1",
            "A public problem of open pit mining, stated as initiatives",
            (Case("newman1", "public:newman1"),),
            300.0,
            0.0001,
            (10.0, 60.0, 180.0, 300.0),
            "a plan at most 0.02 % below the best there is and a gap of at most 0.2 % in 300 s; at least 0.05 % and "
            "0.35 %, and a first plan in 10 s",
            methods=WITHOUT_CELLS,
            goals=((300.0, 0.002),),
            musts=((300.0, 0.0035),),
            known=NEWMAN1,
        ),
        Row(
            "clustered-2000",
            "2,000 initiatives in clusters",
            (Case("clustered-2000", "selection:clustered-2000x8-1"),),
            180.0,
            0.001,
            (10.0, 60.0, 180.0),
            "a better plan than every baseline at 60 and 180 s",
            methods=WITHOUT_CELLS,
        ),
        Row(
            "clustered-10000",
            "10,000 initiatives in clusters",
            (Case("clustered-10000", "selection:clustered-10000x10-1"),),
            180.0,
            0.001,
            (30.0, 60.0, 180.0),
            "a better plan than every baseline at 60 and 180 s",
            methods=WITHOUT_CELLS,
        ),
        Row(
            "medium",
            "A programme solved in seconds",
            (Case("medium", "folder:instances/medium"),),
            60.0,
            0.0,
            (1.0, 2.0, 5.0, 10.0),
            "proven optimal in 2 s",
            goals=((2.0, 1e-6),),
        ),
        *(
            Row(
                f"growth-{axis}",
                f"Programmes that grow by {axis}",
                _family(axis, sizes, **others),
                60.0,
                0.01,
                (10.0, 60.0),
                "how the gap after a minute grows",
                methods=("ours", "compact"),
                axis=axis,
            )
            for axis, sizes, others in (
                ("affiliates", (10, 20, 40, 60), {"waves": 6, "brands": 4, "customer_types": 3}),
                ("waves", (3, 6, 9, 12), {"affiliates": 16, "brands": 4, "customer_types": 3}),
                ("drivers", (12, 24, 48), {"affiliates": 16, "waves": 6, "brands": 4, "customer_types": 3}),
            )
        ),
    )
}
"""Rows by name; ``build`` is apart, see :mod:`bench_build`."""

GROUPS = {"growth": tuple(name for name in ROWS if name.startswith("growth-"))}
"""Names that stand for several rows."""


BESIDE = 12.0
"""Seconds of a run beside its solve at most: starting, reading, calibration."""


def repeats(seconds: float) -> int:
    """How often a run of so many seconds is done."""
    return 3 if seconds <= SHORT else 1


def budget(row: Row, methods: tuple[str, ...], seconds: float) -> float:
    """Most seconds that a row takes."""
    return len(row.cases) * len(methods) * repeats(seconds) * (seconds + BESIDE)
