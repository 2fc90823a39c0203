"""Selection problems stated as initiatives: worth as the source discounts it, and a public format read right."""

from pathlib import Path

import pytest
from selection import TIERS, generate, load, read_cpit, read_solution, to_instance, to_plan

from sequencer.plan.evaluate import evaluate
from sequencer.solver.solve import solve

CPIT = """\
NAME: Two pits
TYPE: CPIT
NBLOCKS: 3
NPERIODS: 2
NRESOURCE_SIDE_CONSTRAINTS: 1
DISCOUNT_RATE: 0.25
RESOURCE_CONSTRAINT_LIMITS:
0 0 L 5
0 1 L 4
OBJECTIVE_FUNCTION:
0 -2
1 10
2 4
RESOURCE_CONSTRAINT_COEFFICIENTS:
0 0 4
1 0 3
2 0 1.5
EOF
"""


@pytest.fixture
def pits(tmp_path: Path) -> Path:
    """Item 1 needs item 0."""
    (tmp_path / "two.cpit").write_text(CPIT, encoding="utf-8")
    (tmp_path / "two.prec").write_text("0 0\n1 1 0\n2 0\n", encoding="utf-8")
    return tmp_path


def test_a_public_problem_is_read_and_solved(pits: Path) -> None:
    """Item 0 leaves room for nothing in period 0 (4 of 5), item 1 for nothing in period 1 (3 of 4).

    So either 0, then 1, which is worth −2 + 10 / 1.25 = 6, or 2 and at most 0, which costs: 4.
    """
    instance = to_instance(read_cpit(pits, "two"))
    result = solve(instance, gap=0, threads=1)
    assert result.objective == pytest.approx(6.0)
    assert result.plan is not None
    assert [(a.id, a.wave) for a in result.plan.adoptions] == [("i0", 1), ("i1", 2)]
    assert evaluate(instance, to_plan({2: 0})).npv == pytest.approx(4.0)
    assert evaluate(instance, to_plan({2: 1})).npv == pytest.approx(4.0 / 1.25)


def test_what_breaks_the_problem_breaks_the_instance(pits: Path) -> None:
    instance = to_instance(read_cpit(pits, "two"))
    for when, family in (({1: 0}, "requirements"), ({0: 0, 2: 0}, "capacities"), ({0: 1, 1: 0}, "requirements")):
        assert {v.ref.family for v in evaluate(instance, to_plan(when)).violations} == {family}, when


def test_solutions_are_read_and_other_limits_refused(pits: Path) -> None:
    (pits / "two.sol").write_text("0 0 0 1.0\n1 0 1 1.0\n2 0 1 0.25\n", encoding="utf-8")
    assert read_solution(pits / "two.sol") == {0: 0, 1: 1}
    (pits / "two.cpit").write_text(CPIT.replace("0 1 L 4", "0 1 G 4"), encoding="utf-8")
    with pytest.raises(ValueError, match="kind 'G' cannot be stated"):
        read_cpit(pits, "two")


@pytest.mark.parametrize("clustered", [True, False])
def test_generated_items_are_worth_what_is_said(clustered: bool) -> None:
    """Yearly benefit goes on for five years after the last period, cost falls once, all discounted to period 0."""
    selection = generate(60, 4, 3, clustered=clustered)
    instance = to_instance(selection)
    for item, period in ((0, 0), (25, 1), (59, 3)):
        years = sum(1.1**-t for t in range(period, 9))
        said = selection.yearly[item] * years - selection.cost[item] / 1.1**period
        assert selection.worth(item, period) == pytest.approx(said)
        assert evaluate(instance, to_plan({item: period})).npv == pytest.approx(said)


def test_generated_problems_have_the_shape_said() -> None:
    one, two = load("clustered-400x5-1"), load("clustered-400x5-2")
    assert load("clustered-400x5-1") == one
    assert one != two
    assert len(one.cost) == 400
    ends = [round(400 * sum(0.6 + 0.16 * k for k in range(n + 1)) / 6) for n in range(TIERS)]
    starts = [0, *ends]
    tier = [next(k for k, end in enumerate(ends) if i < end) for i in range(400)]
    assert all(tier[needed] < tier[item] for item, needed in one.arcs)
    assert {item for item, _ in one.arcs} == set(range(ends[0], 400))
    # What is not of the first tier is in the item's own stream: at about the same share of its tier.
    at = [(i - starts[tier[i]]) / (ends[tier[i]] - starts[tier[i]]) for i in range(400)]
    near = [abs(at[item] - at[needed]) for item, needed in one.arcs if tier[needed] > 0]
    assert near
    assert max(near) < 0.15
    for use, amounts in zip(one.uses, one.capacity, strict=True):
        assert sum(amounts) == pytest.approx(0.6 * sum(use.values()), rel=0.01)
    with pytest.raises(ValueError, match="no generated problem 'grouped-3x3-1'"):
        load("grouped-3x3-1")
