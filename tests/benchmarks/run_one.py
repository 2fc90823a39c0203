"""Solve one instance by one method, in this process, and print what happened as JSON.

Argument: a JSON object with ``method``, ``instance``, ``overlays``, ``seconds`` and ``gap``.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from typing import Any

from bench_rows import METHODS
from peers import PEERS, DoesNotFitError

from sequencer.errors import SequencerError
from sequencer.instance.reader import read


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Solve; the last row is the result."""
    method = METHODS[request["method"]]
    if method.options is not None:
        from trace_one import trace

        said = trace({**request, "options": method.options})
        said = {k: said[k] for k in ("rows", "termination", "processor_seconds", "fingerprint")}
    else:
        instance = read(request["instance"], request["overlays"])
        processor = time.process_time()
        said = PEERS[request["method"]](instance, request["seconds"], request["gap"])
        said |= {"processor_seconds": time.process_time() - processor, "fingerprint": instance.fingerprint}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return said | {"peak_mb": peak / (1024 if sys.platform != "darwin" else 1024**2)}


if __name__ == "__main__":
    try:
        json.dump(run(json.loads(sys.argv[1])), sys.stdout)
    except DoesNotFitError as error:
        json.dump({"skipped": str(error)}, sys.stdout)
    except SequencerError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    solver = sys.modules.get("sequencer.solver.highs")
    if solver is not None and solver.busy():
        # A search left to itself would have to be waited for.
        sys.stdout.flush()
        os._exit(0)
