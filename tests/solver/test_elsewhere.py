"""Other solvers behind Pyomo: the same optimum, and nothing that they say believed."""

import math
from types import SimpleNamespace

import pyomo.environ as pyo
import pytest
from pyomo.contrib.solver.common.results import SolutionStatus
from pyomo.contrib.solver.common.results import TerminationCondition as Modern
from pyomo.opt import TerminationCondition as Classic

from sequencer.errors import DisagreementError, SequencerError, SolverError
from sequencer.instance.reader import read
from sequencer.model.build import build
from sequencer.solver import interfaces as module
from sequencer.solver.events import Progress
from sequencer.solver.interfaces import INTERFACES, Answer, InProcess, Program, installed
from sequencer.solver.options import SOLVERS, SolveOptions
from sequencer.solver.solve import solve
from sequencer.types import Termination
from tests.model.tools import driver, make, waves

THERE = [name for name, interface in INTERFACES.items() if interface.version() is not None]
"""HiGHS at least, which this package needs itself."""

REAL = pyo.SolverFactory

TINY = ("archetypes", "carry-over", "mandate", "pace", "ramp", "two-steps", "under-way")


def two_drivers(objective="npv"):
    # One of them fits into each wave: 10 for 3 waves and 4 for 2 are 38.
    capacity = {"resource": "team", "wave": 1, "capacity": 1}
    return make(
        settings={"objective": objective},
        drivers=[driver("a", 10.0), driver("b", 4.0)],
        resources=[{"id": "team"}],
        capacities=[{**capacity, "wave": w} for w in (1, 2, 3)],
        use_profiles=[{"item": item, "resource": "team", "profile": "1"} for item in ("a", "b")],
    )


def phases_of(instance, **options):
    """Phases that a solve goes through, and its result."""
    phases = []

    def listen(event):
        if isinstance(event, Progress) and event.phase not in phases:
            phases.append(event.phase)

    return phases, solve(instance, listeners=[listen], **options)


class Fake:
    """A solver that writes values into the model and answers what it is told to."""

    remedy = "nothing"

    def __init__(self, answer, values=lambda model: None):
        self.answer, self.values, self.asked = answer, values, []

    def version(self):
        return "1.2"

    def solve(self, model, asked):
        self.asked.append(asked)
        self.values(model)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def fake(monkeypatch):
    def put(answer, values=lambda model: None):
        made = Fake(answer, values)
        monkeypatch.setitem(INTERFACES, "cbc", made)
        return made

    return put


def all_at_once(model):
    for column in model.component_data_objects(pyo.Var):
        column.value = 1.0


def nothing_at_all(model):
    for column in model.component_data_objects(pyo.Var):
        column.value = 0.0


# -- the same optimum -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", THERE)
@pytest.mark.parametrize("instance", TINY)
def test_the_optimum_is_that_of_the_own_search(name, instance):
    given = read(f"instances/tiny/{instance}")
    own = solve(given, gap=0)
    found = solve(given, gap=0, solver=name, start_plan=False)
    assert found.termination is Termination.GAP_REACHED
    assert found.objective == pytest.approx(own.objective, rel=1e-9)
    assert found.bound == pytest.approx(own.objective, rel=1e-6)
    assert found.proven_optimal
    assert found.evaluation.feasible


@pytest.mark.parametrize("name", THERE)
def test_goals_in_order_and_ties(name):
    # Cheapest is nothing, and of plans that cost nothing the one worth most: both, for they are free.
    instance = two_drivers("cost npv")
    phases, found = phases_of(instance, gap=0, solver=name, start_plan=False)
    assert phases == ["build", *(f"{p} with {name}" for p in ("search", "next goal", "ties")), "evaluate"]
    assert [(level.measure, level.objective) for level in found.levels] == [("cost", 0), ("npv", pytest.approx(38))]
    assert found.proven_optimal
    assert waves(found.plan) == {"a": 1, "b": 2}


@pytest.mark.parametrize("name", THERE)
def test_a_goal_without_decisions_is_kept_anyhow(name):
    # Nothing that is bought or paid can differ: the first goal is 0 for every plan.
    found = solve(make(settings={"objective": "cost npv"}, drivers=[driver()]), gap=0, solver=name)
    assert [level.objective for level in found.levels] == [0, pytest.approx(30)]


@pytest.mark.parametrize("name", THERE)
def test_infeasible(name):
    found = solve(read("instances/infeasible/must-against-budget"), gap=0, solver=name)
    assert (found.termination, found.plan) == (Termination.INFEASIBLE, None)
    assert {ref.family for ref in found.conflict} >= {"budgets", "locks"}


def test_nothing_to_decide():
    assert solve(make(), gap=0, solver="highs").objective == 0


def test_versions_name_the_solver(fake):
    fake(Answer(Termination.GAP_REACHED, point=True, sure=True), nothing_at_all)
    assert solve(two_drivers(), solver="cbc").versions["cbc"] == "1.2"


# -- what is handed over ----------------------------------------------------------------------------------------------


def test_gap_time_and_threads_are_handed_over(fake):
    solver = fake(Answer(Termination.TIME_LIMIT))
    result = solve(two_drivers(), gap=0.05, time_limit=50, threads=3, solver="cbc")
    (asked,) = solver.asked
    assert (asked.gap, asked.threads) == (0.05, 3)
    assert 0 < asked.seconds < 50
    # The start plan is what is left.
    assert (result.termination, result.objective) == (Termination.TIME_LIMIT, pytest.approx(38))
    assert result.bound > 38


def test_no_time_limit_is_none(fake):
    solver = fake(Answer(Termination.WORK_LIMIT))
    assert solve(two_drivers(), solver="cbc").termination is Termination.WORK_LIMIT
    assert solver.asked[0].seconds is None


def test_where_time_is_up_nobody_is_asked(fake):
    solver = fake(Answer(Termination.GAP_REACHED))
    result = solve(two_drivers(), time_limit=1e-3, solver="cbc")
    assert result.termination is Termination.TIME_LIMIT
    assert result.plan is not None
    assert not solver.asked


def test_ctrl_c_keeps_the_start_plan(fake):
    def press(model):
        raise KeyboardInterrupt

    fake(Answer(Termination.GAP_REACHED), press)
    result = solve(two_drivers(), solver="cbc")
    assert (result.termination, result.objective) == (Termination.INTERRUPTED, pytest.approx(38))


# -- nothing is believed ----------------------------------------------------------------------------------------------


def test_a_plan_that_breaks_a_rule_is_not_taken(fake):
    fake(Answer(Termination.GAP_REACHED, point=True, sure=True), all_at_once)
    with pytest.raises(DisagreementError, match=r"cbc: .*breaks rules.*leave it out"):
        solve(two_drivers(), solver="cbc")
    fake(Answer(Termination.TIME_LIMIT, point=True), all_at_once)
    result = solve(two_drivers(), solver="cbc", start_plan=False)
    assert (result.termination, result.plan) == (Termination.TIME_LIMIT, None)


def test_a_worse_plan_is_no_answer_but_the_start_plan_is(fake):
    fake(Answer(Termination.TIME_LIMIT, point=True, sure=True), nothing_at_all)
    assert solve(two_drivers(), solver="cbc").objective == pytest.approx(38)


def test_a_bound_that_a_plan_betters_is_found_out(fake):
    fake(Answer(Termination.GAP_REACHED, bound=1e-3))
    with pytest.raises(DisagreementError, match="better than the proven bound"):
        solve(two_drivers(), solver="cbc")


def test_a_bound_that_proves_the_plan_ends_the_search(fake):
    # The plan is worth 38; what is told is in the amounts of the model.
    fake(Answer(Termination.TIME_LIMIT, bound=38 * 1.005 * build(two_drivers()).money_scale))
    result = solve(two_drivers(), gap=0.01, solver="cbc")
    assert result.termination is Termination.GAP_REACHED
    assert result.bound == pytest.approx(38 * 1.005)


def test_infeasible_is_not_believed_where_there_is_a_plan(fake):
    fake(Answer(Termination.INFEASIBLE))
    with pytest.raises(SolverError, match="but there is one"):
        solve(two_drivers(), solver="cbc")


def test_a_failure_names_the_solver(fake):
    fake(ZeroDivisionError("planted"))
    with pytest.raises(SolverError, match=r"'cbc' failed: planted\. Choose another one"):
        solve(two_drivers(), solver="cbc")


# -- which solvers, and what does not go with them --------------------------------------------------------------------


def test_every_solver_has_its_interface():
    assert tuple(INTERFACES) == SOLVERS
    assert "highs" in THERE


def test_one_that_is_not_installed(monkeypatch):
    monkeypatch.setitem(INTERFACES, "gurobi", SimpleNamespace(remedy="buy it", version=lambda: None))
    with pytest.raises(SequencerError, match=r"'gurobi' is not installed \(buy it\); there are: highs"):
        solve(make(), solver="gurobi")


def test_one_that_is_not_known():
    with pytest.raises(SequencerError, match=r"solver 'excel' cannot be used; it must be one of highs, gurobi"):
        solve(make(), solver="excel")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"deterministic": True}, "is not known"),
        ({"max_nodes": 5}, "counts them in its own way"),
        ({"memory": "1GB"}, "cannot be stopped in between"),
    ],
)
def test_what_does_not_apply_is_refused(more, reason):
    with pytest.raises(SequencerError, match=reason):
        SolveOptions(solver="highs", **more)


# -- what the interfaces make of what solvers say ---------------------------------------------------------------------


def modern(monkeypatch, condition, status, bound):
    loaded = []
    results = SimpleNamespace(
        termination_condition=condition,
        solution_status=status,
        objective_bound=bound,
        solution_loader=SimpleNamespace(load_vars=lambda: loaded.append(True)),
    )
    monkeypatch.setattr(module, "ModernFactory", lambda name: SimpleNamespace(solve=lambda model, **_: results))
    return loaded


@pytest.mark.parametrize(
    ("condition", "status", "bound", "answer"),
    [
        (Modern.convergenceCriteriaSatisfied, SolutionStatus.optimal, 5.0, (Termination.GAP_REACHED, True, True, 5.0)),
        (Modern.maxTimeLimit, SolutionStatus.feasible, math.inf, (Termination.TIME_LIMIT, True, True, None)),
        (Modern.maxTimeLimit, SolutionStatus.noSolution, None, (Termination.TIME_LIMIT, False, False, None)),
        (Modern.interrupted, SolutionStatus.infeasible, 5.0, (Termination.INTERRUPTED, False, False, 5.0)),
        (Modern.provenInfeasible, SolutionStatus.noSolution, -math.inf, (Termination.INFEASIBLE, False, False, None)),
    ],
)
def test_answers_of_today(monkeypatch, condition, status, bound, answer):
    loaded = modern(monkeypatch, condition, status, bound)
    assert InProcess("any", "").solve(None, module.Asked(0, None, 1)) == answer
    assert bool(loaded) is answer[1]


def test_an_end_that_says_nothing_is_an_error(monkeypatch):
    modern(monkeypatch, Modern.unknown, SolutionStatus.noSolution, None)
    with pytest.raises(SolverError, match="ended with 'unknown'"):
        InProcess("any", "").solve(None, module.Asked(0, None, 1))


def classic(monkeypatch, condition=None, *, empty=False):
    """Pyomo's own HiGHS behind the interface of before, that says it ended in another way."""
    real = REAL("highs")
    given = SimpleNamespace(options={}, calls=[])

    def run(model, timelimit, load_solutions):
        given.calls.append((timelimit, load_solutions))
        results = real.solve(model, load_solutions=load_solutions)
        results.solver.termination_condition = condition or results.solver.termination_condition
        if empty:
            results.solution.clear()
        return results

    given.solve = run
    given.available = lambda exception_flag: True
    given.version = lambda: (2, 10)
    monkeypatch.setattr(module.pyo, "SolverFactory", lambda name: given)
    return given


def a_model():
    model = pyo.ConcreteModel()
    model.x = pyo.Var(bounds=(0, 4))
    model.row = pyo.Constraint(expr=2 * model.x <= 6)
    model.objective = pyo.Objective(expr=10 * model.x, sense=pyo.maximize)
    return model


@pytest.mark.parametrize(
    ("condition", "seconds", "termination", "sure", "bound"),
    [
        # The optimum is 30; a gap of 10 % leaves 30 + 30 · 0.1 / 0.9 open.
        (None, None, Termination.GAP_REACHED, True, 30 + 30 / 9),
        (Classic.feasible, 100, Termination.GAP_REACHED, True, 30 + 30 / 9),
        (Classic.feasible, 0, Termination.TIME_LIMIT, False, None),
        (Classic.other, 0, Termination.TIME_LIMIT, False, None),
        (Classic.maxTimeLimit, 100, Termination.TIME_LIMIT, False, None),
        (Classic.maxEvaluations, 100, Termination.WORK_LIMIT, False, None),
    ],
)
def test_answers_of_before(monkeypatch, condition, seconds, termination, sure, bound):
    given = classic(monkeypatch, condition)
    model = a_model()
    answer = Program("any", "", "ratio", "threads").solve(model, module.Asked(0.1, seconds, 2))
    assert (answer.termination, answer.point, answer.sure) == (termination, True, sure)
    assert answer.bound == (None if bound is None else pytest.approx(bound))
    assert model.x.value == pytest.approx(3)
    assert given.options == {"ratio": 0.1, "threads": 2}


def test_answers_of_before_without_a_point(monkeypatch):
    classic(monkeypatch, Classic.infeasible)
    assert Program("any", "", "gap").solve(a_model(), module.Asked(0, 9.5, 2)) == Answer(Termination.INFEASIBLE)
    given = classic(monkeypatch, empty=True)
    assert Program("any", "", "gap").solve(a_model(), module.Asked(0, 9.5, 2)) == Answer(Termination.GAP_REACHED)
    assert given.options == {"gap": 0}
    assert given.calls == [(10, False)]
    classic(monkeypatch, Classic.error)
    with pytest.raises(SolverError, match="ended with 'error'"):
        Program("any", "", "gap").solve(a_model(), module.Asked(0, 9.5, 2))


def test_versions(monkeypatch):
    assert installed("highs").count(".") == 2
    classic(monkeypatch)
    assert Program("any", "", "gap").version() == "2.10"
