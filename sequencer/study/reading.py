"""Reading a study file: every problem at once, then its cases, each with what it is known by."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sequencer.errors import InputError, InputProblem
from sequencer.instance.applying import apply
from sequencer.instance.change import Change
from sequencer.instance.goals import measures
from sequencer.instance.instance import Instance
from sequencer.instance.nearest import suggest
from sequencer.instance.reader import read
from sequencer.instance.rows import rows_of
from sequencer.instance.validate import build
from sequencer.study.case import Case
from sequencer.study.expanding import Draft, Expander
from sequencer.study.form import FIGURES, PROVENANCE, WHO, StudyForm

KEY_SCHEMA = 1
RESULT_VERSIONS = ("sequencer", "highs", "pyomo")
"""Packages whose version a result depends on."""


@dataclass(frozen=True)
class Planned:
    """A case of a study, and what its result is known by.

    Attributes
    ----------
    case : Case
        What is solved.
    block : str
        Block of the study file that it is from.
    key : str
        SHA-256 of all that its result depends on: the resolved instance, the options, the key of its parent, and the
        versions that solve it. Cases with one key have one result.
    fingerprint : str or None
        Its resolved instance; None where there is none.
    problem : str
        Why its instance cannot be made; empty where it can.
    """

    case: Case
    block: str
    key: str
    fingerprint: str | None
    problem: str = ""

    @property
    def id(self) -> str:
        """Id of the case."""
        return self.case.id


@dataclass(frozen=True)
class Study:
    """A study: cases of one base instance.

    Attributes
    ----------
    name : str
        Its name.
    base : Instance
        The instance with the changes that all cases share.
    cases : tuple of Planned
        In the order of the table.
    measures : tuple of str
        Measures that the table shows.
    """

    name: str
    base: Instance
    cases: tuple[Planned, ...]
    measures: tuple[str, ...]


def read_study(path: str | Path, tell: Callable[[int, int], None] = lambda done, total: None) -> Study:
    """Read a study file and everything it names.

    Parameters
    ----------
    path
        TOML file; paths in it start from its folder.
    tell
        Called with how many cases are made and how many there are, as making the instances of many takes a while.

    Raises
    ------
    sequencer.errors.InputError
        Carrying every problem found: in the file, its overlays, the instance, and changes that meet nothing.
    """
    file = Path(path)
    form = _form(file)
    expander = Expander(form, file)
    shared = expander.shared()
    problems = expander.problems
    try:
        base = read(file.parent / form.instance, overlays=(shared,))
    except InputError as error:
        raise InputError([*problems, *error.problems]) from error
    drafts = _distinct(expander, list(expander.drafts(base)))
    _check_parents(expander, drafts)
    _check_measures(expander, form, base)
    _check_parameters(expander, drafts, base)
    made = []
    for draft in drafts:
        made.append(_resolved(base, draft))
        tell(len(made), len(drafts))
    problems += dict.fromkeys(problem for resolved in made for problem in resolved.misfits)
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    return Study(form.name or file.stem, base, tuple(_planned(base, drafts, made)), form.measures or _all(base))


def _all(base: Instance) -> tuple[str, ...]:
    return tuple(name for name in measures(base) if name != "npv")


# -- the file ---------------------------------------------------------------------------------------------------------


def _form(file: Path) -> StudyForm:
    shape = (
        "A study is a TOML file: instance = 'FOLDER', and blocks [[case]], [[grid]], [[list]], [[sample]], [[stress]]."
    )
    try:
        content = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        problem = InputProblem("bad-study", f"the study cannot be read: {reason}", shape, file=file.name)
        raise InputError([problem]) from error
    try:
        form = StudyForm.model_validate(content)
    except ValidationError as error:
        every = error.errors(include_url=False)
        # Blocks of which some are wrong would be counted as too few besides.
        told = [e for e in every if not (e["type"] == "too_short" and e["input"])]
        raise InputError(list(dict.fromkeys(_worded(e, content, file.name) for e in told))) from error
    if not form.blocks:
        raise InputError([InputProblem("no-cases", "the study has no cases", shape, file=file.name)])
    return form


def _worded(details: ErrorDetails, content: Mapping[str, Any], file: str) -> InputProblem:
    """Problem of the file in words, with the block it is in."""
    loc = tuple(part for part in details["loc"] if part not in ("[key]",))
    place, names = _place(content, loc)
    name = str(loc[-1]) if loc and isinstance(loc[-1], str) else ""
    text = details["msg"].removeprefix("Value error, ").replace("Input should be", "it must be")
    kind = details["type"]
    if kind == "extra_forbidden":
        return InputProblem("unknown-key", f"{place}'{name}' is not known", suggest(name, names), file=file)
    if kind == "missing":
        return InputProblem("missing-key", f"{place}{name} is missing", "Give it.", file=file)
    if kind == "string_pattern_mismatch":
        message = f"{place}{name} '{details['input']}' is not an id"
        return InputProblem("bad-id", message, "Ids are made of the signs a-z, 0-9, _ and - only.", file=file)
    told = f"{name}: " if name and kind != "value_error" else ""
    found = "" if kind == "value_error" else f", found {_shown(details['input'])}"
    return InputProblem("bad-value", f"{place}{told}{text}{found}", "Correct the block.", file=file)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}…"


def _place(content: Any, loc: Sequence[int | str]) -> tuple[str, list[str]]:  # noqa: ANN401
    """Where a problem is, in words, and the keys that are known there."""
    model: Any = StudyForm
    node, said = content, []
    for at, part in enumerate(loc):
        if isinstance(part, int) and isinstance(node, list) and part < len(node):
            node = node[part]
            if isinstance(node, dict):
                label = node.get("id", node.get("name"))
                said.append(f"{loc[at - 1]} {part + 1}{f' ({label})' if label is not None else ''}")
        elif isinstance(part, str):
            node = node.get(part) if isinstance(node, dict) else None
            if at < len(loc) - 1:
                model = _model_below(model, part)
                if isinstance(node, dict):
                    said.append(f"[{part}]")
    fields = getattr(model, "model_fields", {})
    return "".join(f"{part}: " for part in [", ".join(said)] if part), list(fields)


def _model_below(model: Any, key: str) -> Any:  # noqa: ANN401
    """Class of the blocks under a key, as far as there is one."""
    info = getattr(model, "model_fields", {}).get(key)
    pending = [info.annotation] if info is not None else []
    while pending:
        found = pending.pop()
        if isinstance(found, type) and hasattr(found, "model_fields"):
            return found
        pending += getattr(found, "__args__", ())
    return None


# -- checks -----------------------------------------------------------------------------------------------------------


def _distinct(expander: Expander, drafts: list[Draft]) -> list[Draft]:
    """Cases, each id once; the same id twice is reported."""
    for id_, count in Counter(draft.id for draft in drafts).items():
        if count > 1:
            message = f"the case {id_} is there {count} times"
            expander.problem("duplicate-case", message, "Give blocks, levels and overlays names of their own.")
    return list({draft.id: draft for draft in reversed(drafts)}.values())[::-1]


def _check_parents(expander: Expander, drafts: Iterable[Draft]) -> None:
    parents = {draft.id: draft.parent for draft in drafts}
    for block in dict.fromkeys(draft.block for draft in drafts):
        parent = next(draft.parent for draft in drafts if draft.block == block)
        if parent is not None and parent not in parents:
            message = f"{block}: there is no case '{parent}' to start from"
            expander.problem("unknown-parent", message, suggest(parent, parents))
    for start in parents:
        seen, at = [start], parents[start]
        while at is not None and at in parents and at not in seen:
            seen.append(at)
            at = parents[at]
        if at == start:
            message = f"the case {start} starts from itself: {' ← '.join([*seen, start])}"
            expander.problem("circular-parents", message, "Take a parent out.")


def _check_measures(expander: Expander, form: StudyForm, base: Instance) -> None:
    known = measures(base)
    for name in form.measures:
        if name not in known:
            expander.problem("unknown-measure", f"measures: there is no measure '{name}'", suggest(name, known))


def _check_parameters(expander: Expander, drafts: Iterable[Draft], base: Instance) -> None:
    """Every column of the table has a name of its own."""
    taken = {*WHO, *FIGURES, *PROVENANCE, *measures(base)}
    for name in dict.fromkeys(name for draft in drafts for name in draft.parameters):
        if name in taken:
            message = f"the parameter '{name}' has the name of another column of the table"
            expander.problem("taken-name", message, "Give the axis, factor or block another name.")


# -- cases ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Resolved:
    """What became of a draft: its fingerprint, or why its instance is not valid, and changes that met nothing."""

    fingerprint: str | None
    problem: str
    misfits: tuple[InputProblem, ...]


def _resolved(base: Instance, draft: Draft) -> _Resolved:
    raw = rows_of(base)
    for sourced in draft.changes:
        apply(raw, sourced)
    if raw.problems:
        return _Resolved(None, "", tuple(raw.problems))
    try:
        return _Resolved(build(raw).fingerprint, "", ())
    except InputError as error:
        return _Resolved(None, "; ".join(f"{p.message}. {p.remedy}" for p in error.problems), ())


def _planned(base: Instance, drafts: Sequence[Draft], made: Sequence[_Resolved]) -> Iterator[Planned]:
    resolved = {draft.id: one for draft, one in zip(drafts, made, strict=True)}
    by_id = {draft.id: draft for draft in drafts}
    keys: dict[str, str] = {}

    def key_of(draft: Draft) -> str:
        if draft.id not in keys:
            start = key_of(by_id[draft.parent]) if draft.parent is not None else None
            one = resolved[draft.id]
            keys[draft.id] = case_key(one.fingerprint or _stand_in(base, draft), draft.options.to_dict(), start)
        return keys[draft.id]

    for draft in drafts:
        one = resolved[draft.id]
        changes = tuple(sourced.change for sourced in draft.changes)
        case = Case(draft.id, base, changes, draft.options, parent=draft.parent, parameters=draft.parameters)
        yield Planned(case, draft.block, key_of(draft), one.fingerprint, one.problem)


def case_key(fingerprint: str, options: Mapping[str, Any], start: str | None) -> str:
    """SHA-256 of all that the result of a case depends on.

    Parameters
    ----------
    fingerprint
        Resolved instance.
    options
        Options of the solve; the number of threads, always one, is left out.
    start
        Key of the case whose plan it starts from.
    """
    content = {
        "schema": KEY_SCHEMA,
        "instance": fingerprint,
        "options": {name: value for name, value in options.items() if name != "threads"},
        "start": start,
        "versions": _versions(),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@cache
def _versions() -> dict[str, str]:
    from sequencer.solver.versions import versions

    found = versions()
    return {name: found[name] for name in RESULT_VERSIONS}


def _stand_in(base: Instance, draft: Draft) -> str:
    """What stands for the fingerprint of an instance that cannot be made."""
    changes = [dumped(sourced.change) for sourced in draft.changes]
    return f"{base.fingerprint} {json.dumps(changes, sort_keys=True)}"


def dumped(change: Change) -> dict[str, Any]:
    """JSON values of a change, from which it can be made again."""
    return change.model_dump(mode="json", exclude_unset=True)
