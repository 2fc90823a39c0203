"""Structure of the reference case: technology alone earns nothing, and it is the rules that say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from sequencer.instance.instance import Instance
from sequencer.instance.reader import read
from sequencer.plan.evaluate import evaluate
from sequencer.solver.solve import solve
from sequencer.types import Layer

NORDWIND = Path(__file__).parents[2] / "instances" / "nordwind"


@pytest.fixture(scope="module")
def nordwind() -> Instance:
    return read(NORDWIND)


def technology_alone(instance: Instance, *lifted: str) -> Instance:
    """No commercial and no transformational step is ever adopted, and value is all that counts.

    ``lifted`` are requirements of the driver c4 that are taken out.
    """
    never = [{"table": "locks", "insert": {"item": i, "never": True}} for i in ("commercial", "transformational")]
    value = {"table": "settings", "field": "objective", "set": "value"}
    out = [{"table": "requirements", "where": {"item": "c4", "requires": word}, "delete": True} for word in lifted]
    return instance.replace(*never, value, *out)


def other_layers(instance: Instance, driver: str) -> set[str]:
    """Commercial and transformational steps that a driver requires by itself and that are not there today."""
    layers = {c.id: c.layer for c in instance.capabilities}
    rows = [word for row in instance.requirements if row.item == driver for word in row.requires]
    steps = {m.id for word in rows for m in instance.members(word)}
    capability = {i: item.capability for i, item in instance.adoptables.items() if item.capability}
    return {i for i in steps if i in capability and layers[capability[i]] != Layer.TECHNOLOGICAL}


def test_technology_alone_earns_nothing(nordwind):
    result = solve(technology_alone(nordwind), gap=0)
    assert (result.objective, result.bound) == (0, 0)


def test_every_driver_asks_for_more_than_technology(nordwind):
    # This is why: no driver starts without steps of the other layers, and without a driver no cell is ever active.
    assert {d.id for d in nordwind.drivers if not other_layers(nordwind, d.id)} == set()
    # The leanest: digital-only late-lifecycle brands need two such steps, the rest of what they require is technology.
    assert other_layers(nordwind, "c4") == {"journey_design:1", "communication:1"}
    assert len(other_layers(nordwind, "r2")) == 6


def test_each_of_these_requirements_is_enough(nordwind):
    assert solve(technology_alone(nordwind, "journey_design:1"), gap=0).objective == 0
    assert solve(technology_alone(nordwind, "communication:1"), gap=0).objective == 0


def test_without_them_technology_would_earn(nordwind):
    # Neither time, money, people nor mandate stand in the way: with its two requirements lifted, c4 earns, and the plan
    # breaks nothing of the reference case but them.
    result = solve(technology_alone(nordwind, "journey_design:1", "communication:1"), gap=0.9, time_limit=60)
    assert result.plan is not None
    assert result.objective > 1
    found = {(v.ref.family, v.ref.members) for v in evaluate(nordwind, result.plan).violations}
    assert found == {("requirements", ("c4", "journey_design:1")), ("requirements", ("c4", "communication:1"))}
