"""``sequencer init``: a small example instance to start from, as a folder or a workbook."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import rich_click as click

from sequencer.cli.common import PATH, Command, examples, load_instance, output_options
from sequencer.cli.state import say
from sequencer.errors import SequencerError


@click.command(
    cls=Command,
    epilog=examples(
        "sequencer init my-programme",
        "sequencer init my-programme.xlsx --xlsx",
        "sequencer init template.xlsx --xlsx --blank",
        "sequencer init nordwind.xlsx --from instances/nordwind",
    ),
)
@click.argument("target", type=PATH)
@click.option("--xlsx", is_flag=True, help="Write an Excel workbook; implied where TARGET ends in .xlsx.")
@click.option("--blank", is_flag=True, help="Leave the tables of the workbook empty, without the example.")
@click.option("--from", "source", type=PATH, metavar="INSTANCE", help="Write this instance in place of the example.")
@output_options
def init(target: Path, xlsx: bool, blank: bool, source: Path | None) -> None:
    """Write a small, commented example instance to TARGET: a new or empty folder, or a workbook.

    It is valid and can be solved as it is: change its figures and add rows. The workbook has a sheet for every table,
    with the meaning of each column in a note on its header, and a read-me sheet to start from. --from turns an
    instance from one form into the other.
    """
    if xlsx or target.suffix.lower() == ".xlsx":
        _write_book(target, source, blank=blank)
    elif blank:
        message = "--blank goes with a workbook. Name a file that ends in .xlsx."
        raise SequencerError(message)
    else:
        _write_folder(target, source)
    first = "Fill it in, then" if blank else "Next"
    say(f"Written: {target}. {first}: sequencer validate {target}", hint=True)
    say(f"         sequencer solve {target} -o run", hint=True)


def _write_book(file: Path, source: Path | None, *, blank: bool) -> None:
    """Write a workbook; an existing file is left alone."""
    from sequencer.instance.instance import Instance
    from sequencer.instance.settings import Settings
    from sequencer.instance.template import write_workbook

    if file.suffix.lower() != ".xlsx":
        message = f"{file} would not be recognised as a workbook; nothing was written. Let its name end in .xlsx."
        raise SequencerError(message)
    if file.exists():
        message = f"{file} exists; nothing was written. Choose a new name."
        raise SequencerError(message)
    if blank and source is not None:
        message = "--blank and --from exclude each other. Give one of them."
        raise SequencerError(message)
    if blank:
        instance = Instance(settings=Settings(schema_version=1))
    elif source is not None:
        instance = load_instance(source)
    else:
        with as_file(files("sequencer.cli").joinpath("example")) as example:
            instance = load_instance(example)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_workbook(instance, file)


def _write_folder(folder: Path, source: Path | None) -> None:
    """Write a folder; one that holds anything is left alone."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = f"{folder} exists and is not empty; nothing was written. Choose a new folder."
        raise SequencerError(message)
    if source is not None:
        from sequencer.instance.writer import write

        write(load_instance(source), folder)
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(files("sequencer.cli").joinpath("example").iterdir(), key=lambda f: f.name):
            if file.is_file():
                (folder / file.name).write_bytes(file.read_bytes())
    except OSError as error:
        message = f"{folder} cannot be written ({error.strerror or error}). Choose another folder."
        raise SequencerError(message) from error
