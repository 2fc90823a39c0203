"""``map`` as a strategist uses it."""

import json


def test_map_of_the_example(run_cli, ex, here):
    done = run_cli("map", "ex", "--driver", "orchestration", "-o", "map.png")
    assert done.exit_code == 0, done.stderr
    assert "Critical chain" in done.stdout
    assert (here / "map.png").stat().st_size > 5_000


def test_driver_by_name_as_json(run_cli, ex):
    found = json.loads(run_cli("map", "ex", "--driver", "orchestrated campaigns", "--json").stdout)
    assert found["driver"] == "orchestration"
    assert found["critical_chain"][-1] == "orchestration"


def test_unknown_driver(run_cli, ex):
    done = run_cli("map", "ex", "--driver", "nothing")
    assert done.exit_code == 2
    assert "names nothing" in done.stderr
