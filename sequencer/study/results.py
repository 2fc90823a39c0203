"""What came of a study: one tidy table, the plans, and how far it is."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sequencer.run.atomic import TEMP_PREFIX, sync_folder, write_text
from sequencer.study.case import CaseResult
from sequencer.study.folder import read_result, read_stored, working
from sequencer.study.form import FIGURES, PROVENANCE, WHO
from sequencer.types import Termination

if TYPE_CHECKING:
    import pandas as pd

    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Plan
    from sequencer.study.reading import Planned, Study

CSV_NAME = "results.csv"
PARQUET_NAME = "results.parquet"
FAILED = (Termination.ERROR, Termination.MEMORY)


@dataclass(frozen=True)
class StudyResults:
    """A study and the results there are.

    Attributes
    ----------
    path : Path
        Its folder.
    study : Study
        What was asked for.
    by_key : dict of str to CaseResult
        Results by the key of their case.
    active : bool
        Whether a process works on it.
    """

    path: Path
    study: Study
    by_key: Mapping[str, CaseResult] = field(repr=False)
    active: bool = False

    @cached_property
    def results(self) -> dict[str, CaseResult]:
        """Results by case; cases without one are not in it."""
        found = ((planned.id, self._result(planned)) for planned in self.study.cases)
        return {id_: result for id_, result in found if result is not None}

    def _result(self, planned: Planned) -> CaseResult | None:
        """Result of a case; one whose instance cannot be made, or whose parent failed, has that for its result."""
        if planned.problem:
            return CaseResult(planned.id, Termination.ERROR, planned.problem)
        found = self.by_key.get(planned.key)
        if found is None and planned.case.parent is not None:
            parent = self._result(self._planned[planned.case.parent])
            if parent is not None and parent.termination in FAILED:
                message = f"the case {planned.case.parent}, whose plan it starts from, failed"
                return CaseResult(planned.id, Termination.ERROR, message)
        return found

    @cached_property
    def _planned(self) -> dict[str, Planned]:
        return {planned.id: planned for planned in self.study.cases}

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """Best plan of each case that has one."""
        return {id_: result.plan for id_, result in self.results.items() if result.plan is not None}

    def instance(self, case: str) -> Instance:
        """Instance that a case solves."""
        return self._planned[case].case.instance

    @property
    def open(self) -> tuple[str, ...]:
        """Cases that are yet to be solved."""
        return tuple(planned.id for planned in self.study.cases if planned.id not in self.results)

    @property
    def failed(self) -> tuple[str, ...]:
        """Cases that could not be solved, for a reason that the table gives."""
        return tuple(id_ for id_, result in self.results.items() if result.termination in FAILED)

    @property
    def infeasible(self) -> tuple[str, ...]:
        """Cases of which it is proven that no plan keeps all rules."""
        return tuple(id_ for id_, r in self.results.items() if r.termination is Termination.INFEASIBLE)

    # -- frames -------------------------------------------------------------------------------------------------------

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Parameters of all cases, in the order of the file."""
        return tuple(dict.fromkeys(name for planned in self.study.cases for name in planned.case.parameters))

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a case, in the order of the study: what it is, what came of it, and how that came about.

        Amounts are in the declared unit; what is not known is missing. ``termination`` is missing where a case is yet
        to be solved.
        """
        import pandas as pd

        rows = [self._row(planned) for planned in self.study.cases]
        columns = (*WHO, *self.parameters, *FIGURES, *self.study.measures, *PROVENANCE)
        return pd.DataFrame({name: _series([row.get(name) for row in rows], name) for name in columns})

    def _row(self, planned: Planned) -> dict[str, Any]:
        settings, result = self.study.base.settings, self.results.get(planned.id)
        row: dict[str, Any] = {"case": planned.id, "block": planned.block, "parent": planned.case.parent}
        row |= dict(planned.case.parameters)
        row |= {"seed": planned.case.options.seed, "currency": settings.currency, "unit": settings.unit}
        row |= {"fingerprint": planned.fingerprint, "base": self.study.base.fingerprint, "key": planned.key}
        if result is None:
            return row
        row |= {name: result.measures.get(name) for name in self.study.measures}
        row |= {name: getattr(result, name) for name in (*FIGURES, "nodes", "seconds", "host")}
        return row | {"termination": str(result.termination)} | dict(result.versions)

    @cached_property
    def adoptions(self) -> pd.DataFrame:
        """One row for each adoption in each plan: ``case``, ``id``, ``kind``, ``wave``, ``mode``."""
        import pandas as pd

        return pd.DataFrame(list(self._adoptions()), columns=["case", "id", "kind", "wave", "mode"])

    def _adoptions(self) -> Iterator[tuple[str, str, str, int, str | None]]:
        for case, plan in self.plans.items():
            adoptables = self.instance(case).adoptables
            for adoption in plan.adoptions:
                yield case, adoption.id, str(adoptables[adoption.id].kind), adoption.wave, adoption.mode


def _series(values: list[Any], name: str) -> pd.Series[Any]:
    """Column of the table: numbers, whole numbers or text, whatever is missing."""
    import pandas as pd

    known = [value for value in values if value is not None]
    if name in ("nodes", "seed"):
        return pd.Series(values, dtype="Int64")
    if name not in (*WHO, "termination", "message") and all(_is_number(value) for value in known):
        return pd.Series([None if value is None else float(value) for value in values], dtype="float64")
    return pd.Series([None if value is None else str(value) for value in values], dtype="string")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def read(path: str | Path) -> StudyResults:
    """Read a study folder, also one that is being worked on or was stopped.

    Parameters
    ----------
    path
        Folder that ``sequencer study run`` made.

    Raises
    ------
    sequencer.errors.RunError
        If it is not a study folder, or damaged.
    """
    study = read_stored(path)
    keys = dict.fromkeys(planned.key for planned in study.cases)
    found = ((key, read_result(path, key)) for key in keys)
    return StudyResults(Path(path), study, {k: r for k, r in found if r is not None}, working(path))


def write_tables(results: StudyResults) -> bool:
    """Write the table into the folder of the study, each file in one step; whether Parquet could be written, too.

    Raises
    ------
    OSError
        If they cannot be written.
    """
    write_text(results.path / CSV_NAME, csv_text(results.table))
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        (results.path / PARQUET_NAME).unlink(missing_ok=True)
        return False
    _replace(results.path / PARQUET_NAME, lambda temp: results.table.to_parquet(temp, index=False, engine="pyarrow"))
    return True


def csv_text(table: pd.DataFrame) -> str:
    """Text of a table as CSV; numbers read back as they are."""
    out = io.StringIO(newline="")
    table.to_csv(out, index=False, lineterminator="\n")
    return out.getvalue()


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    temp = path.with_name(f"{TEMP_PREFIX}{path.name}")
    write(temp)
    temp.replace(path)
    sync_folder(path.parent)
