"""Instances of the benchmark as folders: those of the project, generated ones, and public data that is never kept here.

Generated and converted instances are written once below the folder of results.
"""

from __future__ import annotations

from pathlib import Path

import selection

from sequencer.instance.generator import Size, generate
from sequencer.instance.writer import write

PUBLIC = {"newman1": "newman1"}
"""Public problems by name, and the folder of ``BENCH_DATA`` they are in where they are not in it itself."""


class MissingError(Exception):
    """Public data that is not there."""


def folder_of(source: str, made: Path, data: str | None) -> Path:
    """Folder of an instance, see :class:`bench_rows.Case`.

    Parameters
    ----------
    source
        Where it comes from.
    made
        Folder in which instances are written.
    data
        Folder of public data.

    Raises
    ------
    MissingError
        If it is public and not in ``data``.
    """
    kind, _, name = source.partition(":")
    if kind == "folder":
        return Path(name)
    folder = made / source.translate(str.maketrans(":,=", "---"))
    if (folder / "instance.toml").exists():
        return folder
    if kind == "generated":
        sizes = dict(word.split("=") for word in name.split(","))
        instance = generate(Size(**{key: int(number) for key, number in sizes.items()}))
    elif kind == "selection":
        instance = selection.to_instance(selection.load(name))
    else:
        instance = selection.to_instance(selection.read_cpit(_public(name, data), name))
    write(instance, folder)
    return folder


def _public(name: str, data: str | None) -> Path:
    if not data:
        message = f"{name} is public data; set BENCH_DATA to a folder with {name}.cpit and {name}.prec"
        raise MissingError(message)
    for folder in (Path(data), Path(data) / PUBLIC[name]):
        if all((folder / f"{name}.{suffix}").exists() for suffix in ("cpit", "prec")):
            return folder
    message = f"{name}.cpit and {name}.prec are not in {data} (the public repository rpakdel/bz-st has them)"
    raise MissingError(message)
