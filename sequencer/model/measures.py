"""Measures of a plan as linear expressions, and the goals made of them.

Amounts of money are scaled as everywhere in the model, and counts and waves are as they are. What each measure may be
used for is said in :mod:`sequencer.instance.goals`; a measure that is a column bounded from one side only is used only
where the other side does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

from sequencer.errors import UnsupportedError
from sequencer.instance.goals import goals, weights
from sequencer.model.costs import cost, discount
from sequencer.model.linear import Linear, total
from sequencer.model.moves import moves
from sequencer.model.pace_losses import pace_loss
from sequencer.model.scenarios import cvar, expected, regret, scenario_npv, worst
from sequencer.model.usage import load
from sequencer.types import Kind, RuleRef

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.model.sequencing import SequencingModel


def measure(model: SequencingModel, name: str) -> Linear:
    """Expression of a measure.

    Raises
    ------
    sequencer.errors.UnsupportedError
        If the measure has no linear expression.
    """
    word, _, of = name.partition(":")
    if word not in EXPRESSIONS:
        message = f"the measure '{name}' has no linear form; choose one of {', '.join(EXPRESSIONS)}"
        raise UnsupportedError(message)
    return EXPRESSIONS[word](model, of)


def discounted(model: SequencingModel, amount: Callable[[int], Linear]) -> Linear:
    """``Σ_t df_t · amount_t``, cash at the middle of each period."""
    made = Linear()
    for period in model.instance.periods:
        made.add(amount(period.index), discount(model.instance, period.index))
    return made


def _npv(model: SequencingModel, _: str) -> Linear:
    return _value(model, "") - _cost(model, "") - _pace_loss(model, "") - _move_cost(model)


def _weighted_npv(model: SequencingModel, _: str) -> Linear:
    return (
        discounted(model, lambda t: weighted_value(model, t))
        - _cost(model, "")
        - _pace_loss(model, "")
        - _move_cost(model)
    )


def _move_cost(model: SequencingModel) -> Linear:
    """Price of the moves against the reference plan."""
    price = model.instance.settings.move_cost * model.money_scale
    return moves(model) * price if price else Linear()


def weighted_value(model: SequencingModel, period: int) -> Linear:
    """Value of a period with every category, and every affiliate with a weight of its own, weighted."""
    given = weights(model.instance)
    made = model.value.expr(period=period)
    for (category, affiliate), weight in given.items():
        others = given.get((category, ""), 1.0) if affiliate else 1.0
        if weight != others:
            own = model.value.expr(category=category, affiliate=affiliate or None, period=period)
            made.add(own, weight - others)
    return made


def _value(model: SequencingModel, category: str) -> Linear:
    return discounted(model, lambda t: model.value.expr(category=category or None, period=t))


def _cost(model: SequencingModel, _: str) -> Linear:
    return discounted(model, lambda t: cost(model, t))


def _pace_loss(model: SequencingModel, _: str) -> Linear:
    return total(pace_loss(model, w) * discount(model.instance, w) for w in model.waves)


def _undiscounted_value(model: SequencingModel, _: str) -> Linear:
    return total(model.value.expr(period=p.index) for p in model.instance.periods)


def _undiscounted_cost(model: SequencingModel, _: str) -> Linear:
    return total(cost(model, p.index) for p in model.instance.periods)


def _drivers(model: SequencingModel, _: str) -> Linear:
    return total(model.started(i.id, model.instance.n_waves) for i in model.of_kind(Kind.DRIVER))


def _adoptions(model: SequencingModel, _: str) -> Linear:
    return total(model.started(i, model.instance.n_waves) for i in model.instance.adoptables)


# -- columns bounded from one side ------------------------------------------------------------------------------------


def _spends(model: SequencingModel, _: str) -> list[Linear]:
    """Spend of all pots together, by wave."""
    return [cost(model, w) for w in model.waves]


def _loads(model: SequencingModel, resource: str) -> list[Linear]:
    """Load of a resource, by wave."""
    return [load(model, resource, w) for w in model.waves]


PEAKS: dict[str, Callable[[SequencingModel, str], list[Linear]]] = {"peak_budget": _spends, "load_peak": _loads}
"""Measures that are the highest of some amounts, and 0 at least."""


def _peak(word: str) -> Callable[[SequencingModel, str], Linear]:
    def peak(model: SequencingModel, of: str) -> Linear:
        """A column at or above each amount: exact where less is better, and only there."""
        name = f"{word}_{of}" if of else word
        made = Linear(terms={model.new_columns(name, [(0,)], [None])[0]: 1.0})
        for w, amount in zip(model.waves, PEAKS[word](model, of), strict=True):
            model.row(RuleRef("goals", (word, of) if of else (word,), w), amount, "<=", made)
        return made

    return peak


def net_so_far(model: SequencingModel) -> list[Linear]:
    """Cumulative discounted value less cost, by period."""
    made, so_far = [], Linear()
    for period in model.instance.periods:
        flow = model.value.expr(period=period.index) - cost(model, period.index)
        so_far = so_far + flow * discount(model.instance, period.index)
        made.append(so_far)
    return made


def _payback(model: SequencingModel, _: str) -> Linear:
    """``W + 2 − Σ_{w ≤ W+1} paid[w]``; ``paid[w]`` may be 1 only where the net so far is never below zero from ``w``.

    What is paid back by the end of the tail only is paid back in W + 1, and a plan that never is counts as W + 2.
    """
    ref, last, net = RuleRef("goals", ("payback_wave",)), model.instance.n_waves, net_so_far(model)
    paid = model.new_columns("paid_back", [(w,) for w in range(1, last + 2)], [1.0] * (last + 1), whole=True)
    by = [Linear(terms={column: 1.0}) for column in paid]
    waves = [*(min(t, last) for t in range(1, len(net))), last + 1]
    for wave, amount in zip(waves, net, strict=True):
        model.row(ref, amount, ">=", (Linear(1.0) - by[wave - 1]) * model.box(amount)[0])
    for sooner, later in pairwise(by):
        model.row(ref, sooner, "<=", later)
    return Linear(float(last + 2), dict.fromkeys(paid, -1.0))


EXPRESSIONS: dict[str, Callable[[SequencingModel, str], Linear]] = {
    "npv": _npv,
    "weighted_npv": _weighted_npv,
    "value": _value,
    "cost": _cost,
    "pace_loss": _pace_loss,
    "undiscounted_value": _undiscounted_value,
    "undiscounted_cost": _undiscounted_cost,
    "drivers": _drivers,
    "adoptions": _adoptions,
    "moves": lambda model, _: moves(model),
    "payback_wave": _payback,
    "scenario_npv": scenario_npv,
    "expected_npv": lambda model, _: expected(model),
    "cvar": lambda model, _: cvar(model),
    "worst_npv": lambda model, _: worst(model),
    "regret": lambda model, _: regret(model),
    **{word: _peak(word) for word in PEAKS},
}
"""Expression of each measure by its word; what follows a colon is handed on."""


def own_affiliates(instance: Instance, used: Iterable[str]) -> frozenset[str]:
    """Affiliates whose value must be read apart for the measures ``used``: those with a weight of their own."""
    if "weighted_npv" not in used:
        return frozenset()
    return frozenset(affiliate for _, affiliate in weights(instance) if affiliate)


def set_goals(model: SequencingModel) -> None:
    """Work out the goals, and maximise the first one in its sense."""
    model.goals = tuple((goal, measure(model, goal.measure)) for goal in goals(model.instance))
    goal, expression = model.goals[0]
    set_objective(model, expression * goal.sense)


def set_objective(model: SequencingModel, objective: Linear) -> None:
    """Maximise an expression."""
    model.objective = Linear(objective.constant, {c: v for c, v in objective.terms.items() if abs(v) > 1e-12})
