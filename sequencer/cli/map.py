"""``sequencer map``: what a value driver needs."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from sequencer.cli.common import (
    PATH,
    Command,
    check_picture,
    examples,
    instance_options,
    json_option,
    load_instance,
    output_options,
    write_picture,
)
from sequencer.cli.render import echo_json, echo_report


@click.command(
    "map",
    cls=Command,
    epilog=examples(
        "sequencer map instances/nordwind --driver r2",
        "sequencer map instances/nordwind --driver 'Launch acceleration' -o launch.png",
    ),
)
@click.argument("instance", type=PATH)
@click.option("--driver", required=True, metavar="ID", help="Value driver (or anything adoptable), by id or name.")
@instance_options
@click.option("-o", "--output", type=PATH, metavar="FILE", help="Also draw the map: .png, .svg or .pdf.")
@json_option
@output_options
def map_(
    instance: Path,
    driver: str,
    overlays: tuple[Path, ...],
    locks: tuple[str, ...],
    output: Path | None,
    as_json: bool,
) -> None:
    """Map what a value driver of an INSTANCE needs: capabilities, functions and mandate, all the way down.

    Shown are the gap from as-is, the effort to close it, the earliest wave each part can be live, and the critical
    chain: what keeps the driver from being earlier.
    """
    check_picture(output)
    from sequencer.instance.needs import needs
    from sequencer.report import needs as report

    given = load_instance(instance, overlays, locks)
    found = needs(given, given.find(driver))
    if output is not None:
        from sequencer.report.figures.needs import needs_figure

        write_picture(needs_figure(given, found), output)
    if as_json:
        echo_json(report.content(given, found))
    else:
        for table in report.tables(given, found):
            echo_report(table)
