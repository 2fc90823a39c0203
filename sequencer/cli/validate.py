"""``sequencer validate``: whether an instance is sound, its size, and what it cannot reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from sequencer.cli.common import (
    PATH,
    Command,
    examples,
    instance_options,
    json_option,
    load_instance,
    output_options,
    problems_text,
)
from sequencer.cli.render import echo, echo_json, echo_table
from sequencer.cli.state import Exit, end, say
from sequencer.errors import InputError, InputProblem

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance


@click.command(
    cls=Command,
    epilog=examples(
        "sequencer validate instances/medium",
        "sequencer validate instances/medium --overlay less-budget.toml --json",
        "sequencer validate programme.xlsx --annotate checked.xlsx",
        "sequencer validate --schema > schema.json",
    ),
)
@click.argument("instance", type=PATH, required=False)
@instance_options
@click.option(
    "--annotate", type=PATH, metavar="FILE", help="Write a copy of the workbook with every problem marked at its cell."
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of settings and tables instead.")
@json_option
@output_options
def validate(
    instance: Path | None,
    overlays: tuple[Path, ...],
    locks: tuple[str, ...],
    annotate: Path | None,
    schema: bool,
    as_json: bool,
) -> None:
    """Check an INSTANCE: every problem at once, with file, row and remedy; of a workbook, with its cell.

    Of a sound instance it tells the size, warnings, rules that are not modelled yet, and what cannot be reached in any
    wave and why. The exit code is 0 if the instance is sound, else 2.
    """
    if schema:
        from sequencer.instance.schema import json_schema

        echo_json(json_schema())
        return
    if instance is None:
        message = "Name the INSTANCE to check, or ask for --schema."
        raise click.UsageError(message)
    if annotate is not None:
        _refuse_annotation(instance, annotate)
    try:
        found = load_instance(instance, overlays, locks)
    except InputError as error:
        if annotate is not None:
            _annotate(instance, annotate, error.problems)
        if as_json:
            echo_json(_blank() | {"problems": [_problem(p) for p in error.problems]})
        else:
            echo(problems_text(error.problems))
        end(Exit.BAD_INPUT)
    if annotate is not None:
        say(f"{instance.name} has no problem to mark; {annotate} was not written.")
    content = findings(found)
    if as_json:
        echo_json(content)
    else:
        _print(found, content)


def _refuse_annotation(instance: Path, target: Path) -> None:
    """Stop where there is no workbook to mark, or the copy would replace something."""
    from sequencer.instance.workbook import is_workbook

    if not is_workbook(instance) or not instance.is_file():
        message = f"--annotate marks the cells of a workbook; {instance} is none."
        raise click.UsageError(message)
    if target.exists() or target.suffix.lower() != instance.suffix.lower():
        what = "exists already" if target.exists() else f"does not end in {instance.suffix}"
        message = f"--annotate: {target} {what}. Choose a new name."
        raise click.UsageError(message)


def _annotate(instance: Path, target: Path, problems: Sequence[InputProblem]) -> None:
    from sequencer.instance.annotate import annotate

    if any(p.rule == "no-workbook" for p in problems):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    annotate(instance, target, problems)
    say(f"Written: {target}, a copy of {instance.name} with every problem marked.")


def _blank() -> dict[str, Any]:
    keys = ("valid", "problems", "name", "fingerprint", "size", "warnings", "unreachable")
    return dict.fromkeys(keys) | {"valid": False, "problems": []}


def _problem(problem: InputProblem) -> dict[str, Any]:
    return {key: (None if value == "" else value) for key, value in asdict(problem).items()}


def findings(instance: Instance) -> dict[str, Any]:
    """Size, warnings and what cannot be reached, of a sound instance."""
    from sequencer.cli.because import because
    from sequencer.instance.checks import warnings
    from sequencer.instance.reach import reach

    found = reach(instance)
    kinds = Counter(str(item.kind) for item in instance.adoptables.values())
    return _blank() | {
        "valid": True,
        "name": instance.settings.name or None,
        "fingerprint": instance.fingerprint,
        "size": {
            "waves": instance.n_waves,
            "tail_periods": len(instance.periods) - instance.n_waves,
            "adoptables": dict(kinds),
            "begun": len(instance.adoptables) - len(instance.decided),
            "cells": sum(len(cells) for cells in instance.scope.values()),
            "requirements": len(instance.precedences),
        },
        "warnings": list(warnings(instance)),
        "unreachable": [
            {
                "id": i,
                "name": instance.label(i),
                "rules": [str(r) for r in refs],
                "because": because(instance, found, i),
            }
            for i, refs in found.unreachable.items()
        ],
    }


def _print(instance: Instance, content: dict[str, Any]) -> None:
    from sequencer.report.words import KINDS, count
    from sequencer.types import Kind

    size = content["size"]
    echo(f"{content['name'] or 'The instance'} is sound.")
    echo()
    names = KINDS | {Kind.STEP: "Capability steps"}
    rows = [(names[Kind(kind)], f"{number:,}") for kind, number in size["adoptables"].items()]
    if size["begun"]:
        rows += [("Live or in progress already", f"{size['begun']:,}")]
    tail = f" and {count(size['tail_periods'], 'year')} after them" if size["tail_periods"] else ""
    rows += [("Waves", f"{size['waves']}{tail}"), ("Value cells", f"{size['cells']:,}")]
    rows += [("Interdependencies", f"{size['requirements']:,}")]
    echo_table(("Size", ""), rows)
    if content["warnings"]:
        echo("Warnings:")
        for warning in content["warnings"]:
            echo(f"  {warning}")
        echo()
    if content["unreachable"]:
        shown = [(u["id"], u["name"], u["because"]) for u in content["unreachable"]]
        echo_table(("id", "name", "why"), shown, title="Cannot be reached in any wave")
