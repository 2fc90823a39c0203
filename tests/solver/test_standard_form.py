"""The standard form, held against what Pyomo's own compiler makes of the same Pyomo model."""

from math import inf
from pathlib import Path

import numpy as np
import pyomo.environ as pyo
import pytest
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from sequencer.instance.reach import unreduced
from sequencer.instance.reader import read
from sequencer.model.arrays import Columns, Group
from sequencer.model.build import build
from sequencer.model.linear import Linear
from sequencer.model.pyomo_model import stated
from sequencer.model.sequencing import SequencingModel
from sequencer.solver.scaling import scales
from sequencer.solver.standard_form import standard_form
from sequencer.types import RuleRef
from tests.model.tools import driver, make
from tests.oracle.draw import random_instance

INSTANCES = Path(__file__).parents[2] / "instances"


def assert_same(model: SequencingModel) -> None:
    """Same columns, rows, rules, bounds and costs, in the same order, scaled in the same way."""
    form, given = standard_form(model), model.pyomo
    info = LinearStandardFormCompiler().write(given, mixed_form=True)
    every = list(given.component_data_objects(pyo.Var))
    number = {id(v): k for k, v in enumerate(every)}
    columns = [number[id(v)] for v in info.columns]
    refs = tuple(r.constraint.parent_component().refs[r.constraint.index()] for r in info.rows)
    assert form.model_column[: len(columns)].tolist() == columns
    assert form.refs == refs
    variables = [every[k] for k in form.model_column]
    upper = np.array([np.inf if v.ub is None else v.ub for v in variables], dtype=float)
    whole = np.array([not v.is_continuous() for v in variables])
    assert all(v.lb == 0 for v in variables)
    assert form.integral.tolist() == whole.tolist()
    matrix = np.zeros((len(refs), len(variables)))
    matrix[:, : len(columns)] = info.A.toarray()
    cost = np.zeros(len(variables))
    cost[: len(columns)] = info.c.toarray()[0]
    sides, sense = np.asarray(info.rhs, dtype=float), np.array([r.bound_type for r in info.rows])
    factors, units = scales(form.matrix.__class__(matrix), sides, upper, whole, refs)
    assert form.units.tolist() == units.tolist()
    assert np.array_equal(form.matrix.toarray(), matrix * factors[:, None] * units)
    assert np.array_equal(form.cost, cost * units)
    assert np.array_equal(form.upper, upper / units)
    assert np.array_equal(form.row_lower, np.where(sense > 0, -np.inf, sides * factors))
    assert np.array_equal(form.row_upper, np.where(sense < 0, np.inf, sides * factors))
    assert form.offset == info.c_offset[0]


def _instances() -> list[str]:
    return ["medium", "nordwind", *sorted(f"tiny/{p.name}" for p in (INSTANCES / "tiny").iterdir() if p.is_dir())]


@pytest.mark.parametrize("name", _instances())
def test_it_is_what_pyomo_makes_of_instances(name: str) -> None:
    for reduce in (True, False):
        assert_same(build(read(INSTANCES / name), reduce=reduce))


@pytest.mark.parametrize("seed", range(12))
def test_it_is_what_pyomo_makes_of_random_ones(seed: int) -> None:
    for formulation in ("compact", "cells"):
        assert_same(build(random_instance(seed), formulation=formulation))


def test_a_row_that_cannot_hold_is_kept() -> None:
    """0 ≥ 1 becomes a row over a column that is fixed at 0, so that the conflict is found where conflicts are."""
    model = build(read(INSTANCES / "tiny" / "locks"))
    ref = RuleRef("locks", ("nothing",))
    model.row(ref, Linear(), ">=", 1.0)
    model.pyomo = stated(model)
    form = standard_form(model)
    row = form.matrix.tocsr()[form.refs.index(ref)]
    assert row.nnz == 1
    assert form.upper[row.indices[0]] == 0.0
    assert form.row_lower[form.refs.index(ref)] > 0.0
    assert_same(model)


def test_the_pyomo_model_says_what_it_is_made_of() -> None:
    model = build(read(INSTANCES / "tiny" / "two-steps"))
    made = model.pyomo
    assert isinstance(made, pyo.ConcreteModel)
    assert made.objective.sense == pyo.maximize
    every = list(made.component_data_objects(pyo.Var))
    (item, mode, wave), column = next(iter(model.adopt.items()))
    assert every[column] is made.adopt[item, mode, wave]
    assert every[column].name == f"adopt[{item},{mode},{wave}]"
    assert every[column].is_binary()
    assert {c.local_name: len(c) for c in made.component_objects(pyo.Constraint)} == {
        f"rule_{family}": len(rows) for family, rows in model.rows.items()
    }


def test_rows_are_constraints_as_any_other() -> None:
    """Each sense, as Pyomo reads it: name, body, bounds, and value at a point."""
    model = SequencingModel(make(drivers=[driver()]), unreduced(make(drivers=[driver()])))
    a, b = (Linear(terms={k: 1.0}) for k in model.new_columns("stock", [("a",), ("b",)], [3.0, None]))
    for sense in ("<=", ">=", "="):
        model.row(RuleRef("budgets", ("hq",), 2), a - b * 2.0, sense, 4.0)
    made = stated(model)
    rows, stock = made.rule_budgets, made.stock
    stock["a"].value, stock["b"].value = 3.0, 0.5
    assert [row.name for row in rows.values()] == ["rule_budgets[0]", "rule_budgets[1]", "rule_budgets[2]"]
    assert [(row.lb, row.ub) for row in rows.values()] == [(None, 4.0), (4.0, None), (4.0, 4.0)]
    assert [row.equality for row in rows.values()] == [False, False, True]
    assert [pyo.value(row.body) for row in rows.values()] == [2.0, 2.0, 2.0]
    assert [str(row.expr) for row in rows.values()] == [
        "stock[a] - 2.0*stock[b]  <=  4.0",
        "4.0  <=  stock[a] - 2.0*stock[b]",
        "stock[a] - 2.0*stock[b]  ==  4.0",
    ]
    assert [(row.lslack(), row.uslack()) for row in rows.values()] == [(inf, 2.0), (-2.0, inf), (-2.0, 2.0)]
    assert [row.name for row in made.clone().rule_budgets.values()] == [row.name for row in rows.values()]
    assert (stock["a"].bounds, stock["b"].bounds) == ((0, 3.0), (0, None))
    assert rows.refs == (RuleRef("budgets", ("hq",), 2),) * 3


def test_columns_need_a_bound_each() -> None:
    columns = Columns()
    assert columns.add(Group("one", [(1,), (2,)]), [3.0, None]) == range(2)
    assert columns.add(Group("two", [(1,)]), [1.0]) == range(2, 3)
    assert columns.upper == [3.0, float("inf"), 1.0]
    with pytest.raises(ValueError, match="2 columns three need as many bounds, not 1"):
        columns.add(Group("three", [(1,), (2,)]), [1.0])
