"""Check the coverage of each package against its floor; run by ``make test`` after pytest."""

import json
import sys
from collections import defaultdict
from pathlib import Path

FLOORS = {"instance": 95.0, "model": 95.0, "plan": 95.0}
DEFAULT = 80.0


def main(report: str) -> int:
    """Print one line a package and return 1 if any is below its floor."""
    covered: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for file, content in json.loads(Path(report).read_text())["files"].items():
        parts = Path(file).parts
        package = parts[1] if len(parts) > 2 else "sequencer"
        covered[package][0] += content["summary"]["covered_lines"]
        covered[package][1] += content["summary"]["num_statements"]
    failed = False
    for package, (hit, lines) in sorted(covered.items()):
        share, floor = 100.0 * hit / max(lines, 1), FLOORS.get(package, DEFAULT)
        below = share < floor
        failed |= below
        print(f"coverage {package:10s} {share:5.1f} % (floor {floor:.0f} %){'  TOO LOW' if below else ''}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
