"""Generated programmes: shaped like the reference case, of any size, the same for the same seed on every machine.

``instances/global`` is one of them, and benchmarks make families that grow in one direction. Every entity draws from a
stream of its own, named by seed and id, so that a programme of 20 affiliates holds the first 20 of one of 60 and only
what is scaled to the whole (potentials, budgets, capacities, what a mandate grants) differs between them.

Nothing else of the package imports this module: ``python -m sequencer.instance.generator FOLDER`` writes an instance.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields

from sequencer.errors import SequencerError
from sequencer.instance import generator_tables as tables
from sequencer.instance.generator_names import AFFILIATES, BRANDS, CUSTOMER_TYPES
from sequencer.instance.instance import Instance
from sequencer.instance.rows import RawInstance, RawRow
from sequencer.instance.settings import MOST_WAVES
from sequencer.instance.validate import build
from sequencer.instance.writer import write

MOST_DRIVERS = 120


@dataclass(frozen=True, slots=True)
class Size:
    """How large a generated programme is, and what it is drawn from.

    Attributes
    ----------
    affiliates, brands, customer_types, drivers, waves : int
        How many of each.
    seed : int
        Another seed draws another programme of the same size.

    Raises
    ------
    sequencer.errors.SequencerError
        If there cannot be so many.
    """

    affiliates: int = 60
    brands: int = 10
    customer_types: int = 4
    drivers: int = 12
    waves: int = 8
    seed: int = 1

    def __post_init__(self) -> None:
        most = {
            "affiliates": len(AFFILIATES),
            "brands": len(BRANDS),
            "customer_types": len(CUSTOMER_TYPES),
            "drivers": MOST_DRIVERS,
            "waves": MOST_WAVES,
        }
        for name, limit in most.items():
            if not 1 <= getattr(self, name) <= limit:
                message = f"a generated programme has 1 to {limit} {name.replace('_', ' ')}, not {getattr(self, name)}"
                raise SequencerError(message)


def generate(size: Size | None = None) -> Instance:
    """Generate a programme.

    Parameters
    ----------
    size
        Its size and seed; by default that of ``instances/global``.

    Returns
    -------
    Instance
        Validated like one that is read. Doing nothing keeps every rule of it.
    """
    made = tables.programme(**{f.name: getattr(size or Size(), f.name) for f in fields(Size)})
    raw = RawInstance(made.settings, {table: [] for table in Instance.tables()})
    for table, rows in made.tables.items():
        raw.tables[table] = [RawRow({k: v for k, v in row.items() if v is not None}) for row in rows]
    return build(raw)


def main(words: Sequence[str] | None = None) -> int:
    """Write a generated instance to a folder."""
    parser = argparse.ArgumentParser(
        prog="python -m sequencer.instance.generator",
        description="Write a generated programme, shaped like the reference case, as an instance folder.",
    )
    parser.add_argument("folder", help="where to write it; made where it does not exist")
    for f in fields(Size):
        what = "another one draws another programme" if f.name == "seed" else f"number of {f.name.replace('_', ' ')}"
        shown = f"{what} (default: %(default)s)"
        parser.add_argument(f"--{f.name.replace('_', '-')}", type=int, default=f.default, metavar="N", help=shown)
    given = vars(parser.parse_args(words))
    folder = given.pop("folder")
    try:
        instance = generate(Size(**given))
        write(instance, folder)
    except (SequencerError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{folder}: {len(instance.adoptables)} adoptables, fingerprint {instance.fingerprint}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
