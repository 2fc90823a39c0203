"""The folder of a study: what is to be solved, and one file for each result; whole at every moment.

========================  ===============================================================================
``.lock``                 while a process works on it
``study.json``            its cases: changes, options, parameters, and the key of each result
``instance/``             the base instance
``cases/KEY.json``        what came of a case, with its plan; written in one step when it ended
``results.parquet``       the table, with ``results.csv`` the same for other programs
========================  ===============================================================================
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sequencer.errors import InputError, RunError
from sequencer.instance.change import Change
from sequencer.instance.instance import Instance
from sequencer.instance.reader import read as read_instance
from sequencer.instance.writer import write as write_instance
from sequencer.plan.plan import Plan
from sequencer.run import atomic
from sequencer.run.lock import LOCK_NAME, Lock, holder
from sequencer.solver.options import SolveOptions
from sequencer.study.case import Case, CaseResult
from sequencer.study.reading import Planned, Study, dumped
from sequencer.types import RuleRef, Termination

MARK = "sequencer study"
FOLDER_SCHEMA = 1
STUDY_NAME = "study.json"
CASES = "cases"


class StudyFolder:
    """A study folder that is being worked on; a context manager that holds its lock.

    Parameters
    ----------
    path
        Folder, made where there is none.

    Raises
    ------
    sequencer.errors.RunError
        If it is something else than a study folder, or another process works on it.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            _refuse_foreign(self.path)
            self._lock = Lock(self.path)
            (self.path / CASES).mkdir(exist_ok=True)
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    def begin(self, study: Study) -> None:
        """Store what is to be solved; results that are there stay, whether or not the study still asks for them."""
        try:
            # First what marks the folder as that of a study: nothing in any other one is replaced.
            atomic.write_json(self.path / STUDY_NAME, _content(study))
            self._store_base(study.base)
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def _store_base(self, base: Instance) -> None:
        """Put the base instance in place; one that a stopped process left half replaced is made again."""
        inner, old = self.path / "instance", self.path / f"{atomic.TEMP_PREFIX}old"
        shutil.rmtree(old, ignore_errors=True)
        if _holds(inner, base):
            return
        if inner.exists():
            if not _is_instance(inner):
                message = f"{inner} holds what no study wrote. Move it away, or give another folder with -o."
                raise RunError(message)
            inner.rename(old)
        atomic.write_folder(inner, lambda temp: write_instance(base, temp))
        shutil.rmtree(old, ignore_errors=True)

    def store(self, key: str, result: CaseResult) -> None:
        """Write the result of a case, in one step.

        Raises
        ------
        sequencer.errors.RunError
            If it cannot be written.
        """
        try:
            atomic.write_json(self._file(key), _result_content(key, result))
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def result(self, key: str) -> CaseResult | None:
        """Result of a case; None where there is none, or none that can be read."""
        return read_result(self.path, key)

    def forget(self, key: str) -> None:
        """Remove the result of a case."""
        self._file(key).unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self.path / CASES / f"{key}.json"


# -- reading ----------------------------------------------------------------------------------------------------------


def is_study(path: str | Path) -> bool:
    """Whether a folder is a study folder."""
    try:
        return bool(json.loads((Path(path) / STUDY_NAME).read_text(encoding="utf-8")).get("kind") == MARK)
    except (OSError, ValueError, AttributeError):
        return False


def read_stored(path: str | Path) -> Study:
    """Read back the study of a folder.

    Raises
    ------
    sequencer.errors.RunError
        If it is not a study folder, or damaged; the message says what to do.
    """
    folder = Path(path)
    if not is_study(folder):
        message = f"{folder} is not a study folder. `sequencer study run STUDY -o {folder}` makes one."
        raise RunError(message)
    try:
        content = json.loads((folder / STUDY_NAME).read_text(encoding="utf-8"))
        base = read_instance(folder / "instance")
        if base.fingerprint != content["instance"]:
            message = "its instance is another one"
            raise ValueError(message)
        cases = tuple(_planned(base, case) for case in content["cases"])
        return Study(content["name"], base, cases, tuple(content["measures"]))
    except (OSError, ValueError, KeyError, TypeError, InputError) as error:
        message = f"{folder.name} is damaged ({error}). The command that made it puts it right; results stay."
        raise RunError(message) from error


def working(path: str | Path) -> bool:
    """Whether a process works on a study folder."""
    return holder(Path(path)) is not None


def read_result(path: str | Path, key: str) -> CaseResult | None:
    """Result of a case in a folder; None where there is none, or none that can be read."""
    try:
        content = json.loads((Path(path) / CASES / f"{key}.json").read_text(encoding="utf-8"))
        return _result(content) if content["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError, InputError):
        return None


# -- content ----------------------------------------------------------------------------------------------------------


def _content(study: Study) -> dict[str, Any]:
    return {
        "kind": MARK,
        "schema": FOLDER_SCHEMA,
        "name": study.name,
        "instance": study.base.fingerprint,
        "measures": list(study.measures),
        "cases": [
            {
                "id": planned.id,
                "block": planned.block,
                "parameters": dict(planned.case.parameters),
                "changes": [dumped(change) for change in planned.case.changes],
                "options": planned.case.options.to_dict(),
                "parent": planned.case.parent,
                "key": planned.key,
                "fingerprint": planned.fingerprint,
                "problem": planned.problem,
            }
            for planned in study.cases
        ],
    }


def _planned(base: Instance, content: Mapping[str, Any]) -> Planned:
    case = Case(
        id=content["id"],
        base=base,
        changes=tuple(Change.model_validate(change) for change in content["changes"]),
        options=SolveOptions(**content["options"]),
        parent=content["parent"],
        parameters=content["parameters"],
    )
    return Planned(case, content["block"], content["key"], content["fingerprint"], content["problem"])


def _result_content(key: str, result: CaseResult) -> dict[str, Any]:
    plain = {field.name: getattr(result, field.name) for field in fields(result)}
    return plain | {
        "key": key,
        "termination": str(result.termination),
        "plan": None if result.plan is None else json.loads(result.plan.to_json()),
        "measures": dict(result.measures),
        "conflict": [asdict(ref) for ref in result.conflict],
        "versions": dict(result.versions),
    }


def _result(content: dict[str, Any]) -> CaseResult:
    plan = content["plan"]
    known = {field.name: content[field.name] for field in fields(CaseResult)}
    return CaseResult(
        **known
        | {
            "termination": Termination(content["termination"]),
            "plan": None if plan is None else Plan.from_json(json.dumps(plan)),
            "conflict": tuple(RuleRef(r["family"], tuple(r["members"]), r["wave"]) for r in content["conflict"]),
        }
    )


# -- the folder -------------------------------------------------------------------------------------------------------


def _refuse_foreign(path: Path) -> None:
    names = {p.name for p in path.iterdir() if not p.name.startswith(atomic.TEMP_PREFIX)} - {LOCK_NAME}
    if names - {CASES} and not is_study(path):
        message = f"{path} is not a study folder and is left alone. Give another folder with -o."
        raise RunError(message)


def _is_instance(path: Path) -> bool:
    return path.is_dir() and all(p.name == "instance.toml" or p.suffix == ".csv" for p in path.iterdir())


def _holds(path: Path, base: Instance) -> bool:
    """Whether a folder holds an instance, to the label."""
    try:
        return read_instance(path) == base
    except (OSError, InputError):
        return False


def _unwritable(path: Path, error: OSError) -> RunError:
    return RunError(f"{path} cannot be written ({error.strerror or error}). Make room, or give another folder with -o.")
