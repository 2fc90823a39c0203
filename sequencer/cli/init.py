"""``sequencer init``: a small example instance to start from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import rich_click as click

from sequencer.cli.common import PATH, Command, examples, output_options
from sequencer.cli.state import say
from sequencer.errors import SequencerError


@click.command(cls=Command, epilog=examples("sequencer init my-programme"))
@click.argument("folder", type=PATH)
@output_options
def init(folder: Path) -> None:
    """Write a small, commented example instance into a new or empty FOLDER.

    It is valid and can be solved as it is: change its figures and add rows.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = f"{folder} exists and is not empty; nothing was written. Choose a new folder."
        raise SequencerError(message)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for source in sorted(files("sequencer.cli").joinpath("example").iterdir(), key=lambda f: f.name):
            if source.is_file():
                (folder / source.name).write_bytes(source.read_bytes())
    except OSError as error:
        message = f"{folder} cannot be written ({error.strerror or error}). Choose another folder."
        raise SequencerError(message) from error
    say(f"Written: {folder}. Next: sequencer validate {folder}", hint=True)
    say(f"         sequencer solve {folder} -o run", hint=True)
