"""From the blocks of a study file to its cases, in the order of the table."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sequencer.errors import InputError, InputProblem, SequencerError
from sequencer.instance.changes import Change, Sourced, lock_source, overlay_changes
from sequencer.solver.options import SolveOptions
from sequencer.study.form import (
    MOST_CASES,
    Axis,
    Block,
    CaseBlock,
    Changing,
    GridBlock,
    Level,
    ListBlock,
    SampleBlock,
    StressBlock,
    StudyForm,
)

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

Parameters = dict[str, Any]


@dataclass(frozen=True)
class Draft:
    """A case before it is known whether its instance can be made.

    Attributes
    ----------
    id, block : str
        Id of the case, and of the block it is from.
    parameters : dict of str to value
        What distinguishes it.
    changes : tuple of Sourced
        All its changes, in order.
    options : SolveOptions
        How it is solved.
    parent : str or None
        Case whose plan it starts from.
    """

    id: str
    block: str
    parameters: Mapping[str, Any]
    changes: tuple[Sourced, ...]
    options: SolveOptions
    parent: str | None


class Expander:
    """Makes the cases of a study file; what is wrong is gathered in ``problems``.

    Parameters
    ----------
    form
        Content of the file.
    file
        The file; paths in it start from its folder.
    """

    def __init__(self, form: StudyForm, file: Path) -> None:
        self.form = form
        self.file = file
        self.problems: list[InputProblem] = []
        self._overlay = cache(self._read_overlay)

    def problem(self, rule: str, message: str, remedy: str) -> None:
        """Report something wrong with the study file itself."""
        self.problems.append(InputProblem(rule, message, remedy, file=self.file.name))

    def shared(self) -> list[Sourced]:
        """Changes that all cases share."""
        return self._changes(self.form, self.file.name)

    def drafts(self, base: Instance) -> Iterator[Draft]:
        """Cases of all blocks."""
        usual = self._options({}, self.file.name)
        for kind, block in self.form.blocks:
            place = f"{self.file.name}, {kind} {block.id}"
            common = self._changes(block, place)
            own = block.solve.given()
            options = self._options(own, place) if own else usual
            for id_, parameters, changes in self._of_block(block, place, base):
                yield Draft(id_, block.id, parameters, (*common, *changes), options, block.parent)

    # -- what all blocks have ---------------------------------------------------------------------------------------

    def _changes(self, block: Changing, place: str) -> list[Sourced]:
        made = [sourced for name in block.overlays for sourced in self._overlay(name)]
        made += [Sourced(change, place, number) for number, change in enumerate(block.change, start=1)]
        for text in block.locks:
            try:
                made.append(lock_source(text))
            except InputError as error:
                self.problems += (replace(problem, file=place) for problem in error.problems)
        return made

    def _read_overlay(self, name: str) -> list[Sourced]:
        found, wrong = overlay_changes(self.file.parent / name)
        self.problems += wrong
        return found

    def _options(self, own: Mapping[str, Any], place: str) -> SolveOptions:
        try:
            return SolveOptions(**{**self.form.solve.given(), **own, "threads": 1})
        except SequencerError as error:
            self.problems.append(InputProblem("bad-option", str(error), "Correct the solve options.", file=place))
            return SolveOptions(threads=1)

    # -- the kinds of blocks ------------------------------------------------------------------------------------------

    def _of_block(
        self, block: Block, place: str, base: Instance
    ) -> Iterator[tuple[str, Parameters, Sequence[Sourced]]]:
        if isinstance(block, GridBlock):
            yield from self._of_axes(block, place)
        elif isinstance(block, StressBlock):
            yield from self._of_stress(block)
        elif isinstance(block, SampleBlock):
            from sequencer.study.sampling import sampled

            try:
                for number, (parameters, changes) in enumerate(sampled(block, base), start=1):
                    made = [Sourced(change, place, n) for n, change in enumerate(changes, start=1)]
                    yield f"{block.id}/{number:04d}", parameters, made
            except SequencerError as error:
                self.problems.append(InputProblem("bad-sample", str(error), "Correct the block.", file=place))
        elif isinstance(block, CaseBlock):
            yield block.id, {}, ()

    def _of_axes(self, block: GridBlock, place: str) -> Iterator[tuple[str, Parameters, Sequence[Sourced]]]:
        axes = [self._steps(axis, f"{place}, axis {axis.name}") for axis in block.axis]
        count = math.prod(len(steps) for steps in axes)
        if count > MOST_CASES:
            self.problems.append(_too_many(count, place))
            return
        combined = zip(*axes, strict=True) if isinstance(block, ListBlock) else itertools.product(*axes)
        for steps in combined:
            names = [f"{axis.name}={word(value)}" for axis, (value, _) in zip(block.axis, steps, strict=True)]
            parameters = {axis.name: value for axis, (value, _) in zip(block.axis, steps, strict=True)}
            yield f"{block.id}/{','.join(names)}", parameters, [c for _, changes in steps for c in changes]

    def _steps(self, axis: Axis, place: str) -> list[tuple[Any, list[Sourced]]]:
        """Values of an axis, each with its changes."""
        made: list[tuple[Any, list[Sourced]]] = []
        for number, value in enumerate(axis.values, start=1):
            if isinstance(value, Level):
                made.append((value.name, self._changes(value, f"{place}, level {value.name}")))
                continue
            change = Change.model_validate(
                {"table": axis.table, "where": axis.where, "field": axis.field, axis.action: value}
            )
            told = " ".join(map(str, value)) if isinstance(value, list) else value
            made.append((told, [Sourced(change, place, number)]))
        return made

    def _of_stress(self, block: StressBlock) -> Iterator[tuple[str, Parameters, Sequence[Sourced]]]:
        every: list[Sourced] = []
        for name in block.each:
            stem = Path(name).stem
            changes = self._overlay(name)
            every += changes
            yield f"{block.id}/{stem}", {block.id: stem}, changes
        if block.together:
            yield f"{block.id}/together", {block.id: "together"}, every


def _too_many(count: int, place: str) -> InputProblem:
    message = f"{count:,} cases are more than a study takes ({MOST_CASES:,})"
    return InputProblem("too-many-cases", message, "Use fewer values, or a sample in place of a grid.", file=place)


def word(value: object) -> str:
    """Value of a parameter as part of an id."""
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return str(value)
