"""A case and what comes of it: solved, infeasible, invalid; both travel between processes."""

import pickle

import pytest

import sequencer as sq
from sequencer.instance.change import Change
from sequencer.solver.options import SolveOptions
from sequencer.study.case import Case, solve_case
from sequencer.types import Termination

EXACT = SolveOptions(gap=0, threads=1)


@pytest.fixture(scope="module")
def base():
    return sq.read("instances/tiny/two-steps")


def test_a_case_is_solved_as_its_changes_say(base):
    # A driver that earns nothing cannot pay for its steps: nothing is adopted, worth 0.
    nothing = Change(table="drivers", field="potential", set=0)
    case = Case("poor", base, (nothing,), EXACT, parameters={"potential": 0})
    done = solve_case(pickle.loads(pickle.dumps(case)))
    assert (done.id, done.termination, done.message) == ("poor", Termination.GAP_REACHED, "")
    assert (done.objective, done.npv, done.measures["adoptions"], done.plan.adoptions) == (0, 0, 0, ())
    assert done.fingerprint == case.instance.fingerprint != base.fingerprint
    assert pickle.loads(pickle.dumps(done)) == done


def test_what_travels_leaves_the_resolved_instance_behind(base):
    case = Case("same", base, (Change(table="drivers", field="potential", scale=2),))
    before = len(pickle.dumps(case))
    assert case.instance.drivers[0].potential == 2 * base.drivers[0].potential
    assert len(pickle.dumps(case)) == before


def test_an_infeasible_case_names_what_clashes():
    base = sq.read("instances/infeasible/must-against-budget")
    done = solve_case(Case("clash", base, options=EXACT))
    assert (done.termination, done.plan, done.objective) == (Termination.INFEASIBLE, None, None)
    assert {ref.family for ref in done.conflict} >= {"budgets", "locks"}
    assert done.message.startswith("no plan keeps all rules: ")


def test_a_case_that_cannot_be_made_is_told_not_raised(base):
    done = solve_case(Case("odd", base, (Change(table="drivers", where={"id": "no"}, field="potential", set=1),)))
    assert (done.termination, done.plan) == (Termination.ERROR, None)
    assert "no row of drivers is meant" in done.message
    assert done.versions["sequencer"] == sq.__version__


def test_a_defect_in_one_case_is_told_not_raised(base, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("sequencer.solver.solve.build", fail)
    done = solve_case(Case("bad", base))
    assert (done.termination, done.message) == (Termination.ERROR, "internal error: ZeroDivisionError: planted")
