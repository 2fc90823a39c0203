"""``sequencer rules``: the families of rules, or the rules of one instance."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from sequencer.cli.common import (
    PATH,
    Command,
    examples,
    instance_options,
    json_option,
    load_instance,
    output_options,
)
from sequencer.cli.render import echo, echo_json, echo_report, echo_table


@click.command(
    cls=Command,
    epilog=examples("sequencer rules", "sequencer rules instances/medium", "sequencer rules --markdown > rules.md"),
)
@click.argument("instance", type=PATH, required=False)
@instance_options
@click.option("--markdown", is_flag=True, help="Print the reference of all families as Markdown, with formulas.")
@json_option
@output_options
def rules(
    instance: Path | None, overlays: tuple[Path, ...], locks: tuple[str, ...], markdown: bool, as_json: bool
) -> None:
    """List the families of rules; with an INSTANCE, the rules that hold in it."""
    if markdown and (as_json or instance is not None):
        message = "--markdown prints the reference of all families: leave out INSTANCE and --json."
        raise click.UsageError(message)
    if instance is None:
        if overlays or locks:
            message = "--overlay and --lock change an INSTANCE: name it."
            raise click.UsageError(message)
        _families(as_json, markdown)
        return
    from sequencer.report.rules import instance_rules

    table = instance_rules(load_instance(instance, overlays, locks))
    if as_json:
        echo_json({"rules": table.records(), "notes": list(table.notes)})
    else:
        echo_report(table)


def _families(as_json: bool, markdown: bool) -> None:
    from sequencer.model.build import FAMILIES
    from sequencer.report.rules import rule_reference

    if markdown:
        click.echo(rule_reference(FAMILIES), nl=False)
        return
    if as_json:
        keys = ("name", "title", "priority", "latex", "doc")
        echo_json({"families": [{key: getattr(family, key) for key in keys} for family in FAMILIES]})
        return
    rows = [(f.title, f.name, str(f.priority), f.doc.split("\n\n")[0].replace("\n", " ")) for f in FAMILIES]
    echo_table(("Rule", "short name", "relaxed", "what it says"), rows, right=(False, False, True))
    echo("Relaxed: how readily a rule is given up when rules clash, 0 never to 9 first.")
