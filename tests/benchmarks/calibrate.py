"""Print the seconds of a calibration solve: the linear relaxation of ``instances/medium``, always the same work.

It says how fast the machine was just then, so that numbers of another machine, or of a busy hour, can be compared.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from sequencer.instance.reader import read
from sequencer.model.build import build
from sequencer.solver.highs import Highs
from sequencer.solver.standard_form import standard_form

MEDIUM = Path(__file__).parents[2] / "instances" / "medium"
REPEATS = 5


def seconds() -> float:
    """Median wall clock of the relaxation of the ``cells`` formulation, on one thread."""
    form = standard_form(build(read(MEDIUM), formulation="cells", reduce=False))
    taken = []
    for _ in range(REPEATS):
        began = time.monotonic()
        Highs(form, {"threads": 1}, relax=True).run()
        taken.append(time.monotonic() - began)
    return statistics.median(taken)


if __name__ == "__main__":
    print(seconds())
