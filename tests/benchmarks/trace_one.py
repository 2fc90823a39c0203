"""Solve one instance with one set of options, in this process, and print its trace as JSON.

Arguments: a JSON object with ``instance``, ``overlays``, ``seconds``, ``gap`` and ``options`` of ``sequencer.solve``.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from sequencer.errors import SequencerError
from sequencer.instance.reader import read
from sequencer.solver.events import Event, Improved, Progress
from sequencer.solver.result import relative_gap
from sequencer.solver.solve import solve


class Recorder:
    """Listener that keeps what changes: seconds, phase, incumbent, bound, gap."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self._phase = ""
        self._incumbent: float | None = None
        self._bound: float | None = None

    def __call__(self, event: Event) -> None:
        before = (self._phase, self._incumbent, self._bound)
        if isinstance(event, Progress):
            self._phase, self._incumbent, self._bound = event.phase, event.objective, event.bound
        elif isinstance(event, Improved):
            self._incumbent = event.objective
        if (self._phase, self._incumbent, self._bound) != before:
            self.add(event.seconds, self._phase, self._incumbent, self._bound)

    def add(self, seconds: float, phase: str, incumbent: float | None, bound: float | None) -> None:
        """Keep one row."""
        shown = bound if bound is None or incumbent is None else max(bound, incumbent)
        gap = relative_gap(incumbent, shown)
        self.rows.append({"seconds": seconds, "phase": phase, "incumbent": incumbent, "bound": shown, "gap": gap})


def trace(request: dict[str, Any]) -> dict[str, Any]:
    """Solve; the last row is the result itself, whose bound is proven and not only heard of."""
    instance = read(request["instance"], request["overlays"])
    recorder = Recorder()
    processor = time.process_time()
    result = solve(
        instance,
        gap=request["gap"],
        time_limit=request["seconds"],
        listeners=[recorder],
        **request["options"],
    )
    recorder.add(result.seconds, "result", result.objective, result.bound)
    return {
        "rows": recorder.rows,
        "termination": str(result.termination),
        "processor_seconds": time.process_time() - processor,
        "fingerprint": result.fingerprint,
        "money": f"{result.currency} {result.unit:,.0f}",
        "versions": result.versions,
    }


if __name__ == "__main__":
    try:
        json.dump(trace(json.loads(sys.argv[1])), sys.stdout)
    except SequencerError as error:
        sys.exit(f"{type(error).__name__}: {error}")
