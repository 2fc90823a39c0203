"""``sequencer diff``: what differs between two instances or runs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from sequencer.cli.common import PATH, Command, examples, json_option, load_instance, load_run, output_options
from sequencer.cli.render import echo, echo_json, echo_table

if TYPE_CHECKING:
    from sequencer.instance.differences import Differences, FieldChange
    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Plan


@click.command(
    cls=Command,
    epilog=examples("sequencer diff instances/medium my-copy", "sequencer diff run run-with-less-budget --json"),
)
@click.argument("first", type=PATH)
@click.argument("second", type=PATH)
@json_option
@output_options
def diff(first: Path, second: Path, as_json: bool) -> None:
    """Show what differs between two instances or runs, FIRST and SECOND.

    Settings that changed, and the rows added, removed or changed in each table with what they say; of two runs also
    what their plans do otherwise. The exit code is 0 whether or not something differs.
    """
    from sequencer.instance.differences import differences

    one, one_plan = _load(first)
    two, two_plan = _load(second)
    found = differences(one, two)
    moves = None if one_plan is None or two_plan is None else _moves((one, one_plan), (two, two_plan))
    if as_json:
        echo_json(_content(found, moves))
    else:
        _print(found, moves, two)


def _load(path: Path) -> tuple[Instance, Plan | None]:
    from sequencer.run.folder import is_run

    if is_run(path):
        run = load_run(path)
        return run.instance, run.plan
    return load_instance(path), None


def _moves(one: tuple[Instance, Plan], two: tuple[Instance, Plan]) -> list[dict[str, Any]]:
    """Adoptions that differ, by id, as (wave, mode) before and after."""
    found = {i: (_taken(*one, i), _taken(*two, i)) for i in sorted({*_adopted(*one), *_adopted(*two)})}
    return [
        {"id": i, "wave_before": a[0], "wave_after": b[0], "mode_before": a[1], "mode_after": b[1]}
        for i, (a, b) in found.items()
        if a != b
    ]


def _adopted(instance: Instance, plan: Plan) -> list[str]:
    """What a plan adopts, and what had started before wave 1."""
    return [*plan.by_id, *(instance.adoptables.keys() - instance.decided.keys())]


def _taken(instance: Instance, plan: Plan, item_id: str) -> tuple[int | None, str | None]:
    """Start wave and mode; wave 0 where it had started before wave 1."""
    item = instance.adoptables.get(item_id)
    if item is not None and item.history is not None:
        return 0, item.history.mode or None
    return plan.wave(item_id), plan.mode(item_id)


def _content(found: Differences, moves: list[dict[str, Any]] | None) -> dict[str, Any]:
    tables: dict[str, dict[str, list[Any]]] = {}
    for row in found.rows:
        entry = tables.setdefault(row.table, {"added": [], "removed": [], "changed": []})
        entry[row.change].append({"id": row.id, "fields": [asdict(f) for f in row.fields]})
    return {
        "same": not found and not moves,
        "same_results": found.same_results,
        "settings": [asdict(f) for f in found.settings],
        "tables": tables,
        "plan": moves,
    }


def _print(found: Differences, moves: list[dict[str, Any]] | None, instance: Instance) -> None:
    if not found:
        echo("The instances do not differ.")
    elif found.same_results:
        echo("Names, notes or sources differ; nothing that a result depends on does.")
    if found.settings:
        rows = [(f.field, _text(f.before), _text(f.after)) for f in found.settings]
        echo_table(("setting", "before", "after"), rows, title="Settings")
    for table in dict.fromkeys(row.table for row in found.rows):
        lines: list[tuple[str, ...]] = []
        for row in (r for r in found.rows if r.table == table):
            lines += [(row.change, row.id, *_cells(f)) for f in row.fields] or [(row.change, row.id, "", "", "")]
        echo_table(("", "row", "column", "before", "after"), lines, title=table)
    if moves is not None:
        _print_moves(moves, instance)


def _print_moves(moves: list[dict[str, Any]], instance: Instance) -> None:
    if not moves:
        echo("The plans do not differ.")
        return
    rows = [
        (
            m["id"],
            instance.label(m["id"]),
            _start(m["wave_before"], m["mode_before"]),
            _start(m["wave_after"], m["mode_after"]),
        )
        for m in moves
    ]
    echo_table(("id", "name", "before", "after"), rows, title="Plan")


def _start(wave: int | None, mode: str | None) -> str:
    if wave is None:
        return "not adopted"
    return f"{f'wave {wave}' if wave else 'before wave 1'}{f', {mode}' if mode else ''}"


def _cells(change: FieldChange) -> tuple[str, str, str]:
    return change.field, _text(change.before), _text(change.after)


def _text(value: object) -> str:
    if value is None or value in ("", []):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(_text, value))
    return f"{value:,.10g}" if isinstance(value, float) else str(value)
