"""Reading a run folder, whole, unfinished or damaged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sequencer.errors import InputError, RunError
from sequencer.instance.goals import goals
from sequencer.plan.plan import Plan, read_plan
from sequencer.run import manifest
from sequencer.run.atomic import TEMP_PREFIX
from sequencer.run.lock import LOCK_NAME, holder
from sequencer.run.trace import read_trace

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

MARK = "sequencer run"
"""What ``options.json`` says it belongs to."""

RESULT_KEYS = (
    "termination", "plan", "proven_optimal", "objective", "bound", "gap", "npv", "measure", "goals", "currency",
    "unit", "seconds", "run", "fingerprint", "versions",
)  # fmt: skip
"""Keys of ``result.json``, all always there."""


@dataclass(frozen=True)
class Run:
    """A run as read from its folder.

    Attributes
    ----------
    path : Path
        The folder.
    instance : Instance
        Instance solved, as resolved then.
    plan : Plan or None
        Best plan; of an unfinished run the last checkpoint.
    result : dict
        Content of ``result.json``. Of an unfinished run the same keys, null where not known (``termination`` is).
    complete : bool
        Whether the solve came to its end.
    options : dict
        What was asked for.
    active : bool
        Whether a process is working on it now.
    differences : tuple of str
        How files differ from the manifest; empty for a sound run.
    """

    path: Path
    instance: Instance
    plan: Plan | None
    result: dict[str, Any]
    complete: bool
    options: dict[str, Any] = field(default_factory=dict)
    active: bool = False
    differences: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.path.resolve().name


def is_run(path: str | Path) -> bool:
    """Whether a folder is a run folder, complete or not."""
    try:
        return bool(_json(Path(path), "options.json").get("kind") == MARK)
    except RunError:
        return False


def read_run(path: str | Path, *, verify: bool = True) -> Run:
    """Read a run folder, also one whose solve is still going on or was stopped.

    Parameters
    ----------
    path
        The folder.
    verify
        Whether files that differ from the manifest are an error; else they are listed in :attr:`Run.differences`.

    Raises
    ------
    sequencer.errors.RunError
        If it is not a run folder, holds nothing yet, or is damaged; the message says what to do.
    """
    path = Path(path)
    options = _options(path)
    marked = manifest.read(path)
    differences = manifest.differences(path, marked) if marked else ()
    if verify:
        _refuse(path, differences)
    instance = _instance(path)
    plan = _plan(path)
    result = _json(path, "result.json") if marked else _so_far(path, instance, plan)
    _check_result(path, result)
    differences += tuple(_strangers(instance, plan, result))
    if verify:
        _refuse(path, differences)
    active = not marked and holder(path) is not None
    return Run(path, instance, plan, result, marked is not None, options, active, differences)


def _refuse(path: Path, differences: tuple[str, ...]) -> None:
    if differences:
        message = (
            f"{path.name} is not as its solve left it: {'; '.join(differences)}. "
            f"Restore the files, or solve again with -o {path.name} --force."
        )
        raise RunError(message)


def _strangers(instance: Instance, plan: Plan | None, result: Mapping[str, Any]) -> Iterator[str]:
    """Parts that belong to another instance than the one stored."""
    if plan is not None and plan.instance_fingerprint != instance.fingerprint:
        yield "plan.json belongs to another instance"
    if result["fingerprint"] != instance.fingerprint:
        yield "result.json belongs to another instance"


def _options(path: Path) -> dict[str, Any]:
    if not path.is_dir():
        message = f"there is no run folder {path}. `sequencer solve INSTANCE -o {path}` makes one."
        raise RunError(message)
    if all(p.name == LOCK_NAME or p.name.startswith(TEMP_PREFIX) for p in path.iterdir()):
        raise _nothing_yet(path)
    if not (path / "options.json").exists():
        hint = " It looks like an instance: give a run made by solve -o." if (path / "instance.toml").exists() else ""
        message = f"{path} is not a run folder: it has no options.json.{hint or ' Give the folder of solve -o.'}"
        raise RunError(message)
    content = _json(path, "options.json")
    if content.get("kind") != MARK or not isinstance(content.get("options"), dict):
        message = f"{path} is not a run folder of this version: its options.json is not one of a run."
        raise RunError(message)
    return dict(content["options"])


def _json(path: Path, name: str) -> dict[str, Any]:
    try:
        content = json.loads((path / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(path, name) from error
    if not isinstance(content, dict):
        raise _damaged(path, name)
    return content


def _damaged(path: Path, name: str, why: str = "") -> RunError:
    reason = f" ({why})" if why else ""
    return RunError(f"{path.name}/{name} is missing or damaged{reason}. Solve again with -o {path.name} --force.")


def _nothing_yet(path: Path) -> RunError:
    if holder(path) is not None:
        return RunError(f"{path.name} is a run that has only just begun; there is nothing to show yet. Try again soon.")
    message = f"{path.name} is an unfinished run that stopped before its instance was stored; there is nothing to show."
    return RunError(f"{message} Solve again with -o {path.name} --force.")


def _instance(path: Path) -> Instance:
    from sequencer.instance.reader import read

    if not (path / "instance").is_dir():
        raise _nothing_yet(path)
    try:
        return read(path / "instance")
    except InputError as error:
        raise _damaged(path, "instance", str(error)) from error


def _plan(path: Path) -> Plan | None:
    if not (path / "plan.json").exists():
        return None
    try:
        return read_plan(path / "plan.json")
    except InputError as error:
        raise _damaged(path, "plan.json") from error


def _so_far(path: Path, instance: Instance, plan: Plan | None) -> dict[str, Any]:
    """Make the result of an unfinished run: what its trace knows, null for the rest."""
    from sequencer.solver.result import relative_gap

    rows = read_trace(path / "trace.csv")
    content = blank_result(instance)
    for row in rows:
        content |= {k: row[k] for k in ("objective", "bound") if row[k] is not None}
    return content | {
        "gap": relative_gap(content["objective"], content["bound"]),
        "plan": plan is not None,
        "seconds": rows[-1]["seconds"] if rows else None,
        "run": path.resolve().name,
    }


def blank_result(instance: Instance | None) -> dict[str, Any]:
    """Make the content of ``result.json`` where nothing is known but, perhaps, the instance; the rest is null.

    Parameters
    ----------
    instance
        None where it could not be read either.
    """
    content: dict[str, Any] = dict.fromkeys(RESULT_KEYS)
    content |= {"plan": False, "proven_optimal": False}
    if instance is not None:
        content["measure"] = goals(instance)[0].measure
        content["currency"] = instance.settings.currency
        content["unit"] = instance.settings.unit
        content["fingerprint"] = instance.fingerprint
    return content


def _check_result(path: Path, result: dict[str, Any]) -> None:
    missing = [key for key in RESULT_KEYS if key not in result]
    if missing:
        raise _damaged(path, "result.json", f"without {', '.join(missing)}")
    for key in ("objective", "bound", "gap", "npv", "seconds"):
        if result[key] is not None and (isinstance(result[key], bool) or not isinstance(result[key], int | float)):
            raise _damaged(path, "result.json", f"{key} is not a number")
