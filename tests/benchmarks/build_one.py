"""Read, build and hand over one instance in this process, and print the seconds of each as JSON: path of a folder."""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

from sequencer.instance.reader import read
from sequencer.model.build import build
from sequencer.solver.highs import Highs
from sequencer.solver.standard_form import standard_form


def measure(path: str) -> dict[str, Any]:
    """Seconds of each part; nothing is solved."""
    times = [time.monotonic()]

    def lap() -> None:
        times.append(time.monotonic())

    instance = read(path)
    _ = instance.adoptables
    lap()
    model = build(instance, reduce=False)
    lap()
    form = standard_form(model)
    lap()
    Highs(form, {})
    lap()
    names = ("read", "build", "form", "hand over")
    parts = {name: end - start for name, start, end in zip(names, times, times[1:], strict=False)}
    size = {"whole columns": int(form.integral.sum()), "columns": len(form.cost), "rows": len(form.row_lower)}
    return {"parts": parts, "size": size, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    json.dump(measure(sys.argv[1]), sys.stdout)
