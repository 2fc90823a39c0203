"""Assembly: the tuple of families, in the order they are added, and the value formulations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyomo.common.gc_manager import PauseGC

from sequencer.errors import SequencerError
from sequencer.instance.goals import goals, scenarios_used
from sequencer.instance.reach import unreduced
from sequencer.model.constraints.affiliate_gains import affiliate_gains
from sequencer.model.constraints.archetype_limits import archetype_limits
from sequencer.model.constraints.balance import balance
from sequencer.model.constraints.budgets import budgets
from sequencer.model.constraints.capability_steps import capability_steps
from sequencer.model.constraints.capacities import capacities
from sequencer.model.constraints.continuous_return import continuous_return
from sequencer.model.constraints.earned_mandate import earned_mandate
from sequencer.model.constraints.inhouse import inhouse
from sequencer.model.constraints.learning import learning
from sequencer.model.constraints.locks import locks
from sequencer.model.constraints.mandate import mandate
from sequencer.model.constraints.mandate_grants import mandate_grants
from sequencer.model.constraints.maturity_gaps import maturity_gaps
from sequencer.model.constraints.measure_limits import measure_limits
from sequencer.model.constraints.minimum_values import minimum_values
from sequencer.model.constraints.pace import pace
from sequencer.model.constraints.parallel import parallel
from sequencer.model.constraints.pilots import pilots
from sequencer.model.constraints.prices import prices
from sequencer.model.constraints.quick_wins import quick_wins
from sequencer.model.constraints.relations import relations
from sequencer.model.constraints.requirements import requirements
from sequencer.model.constraints.start_once import start_once
from sequencer.model.constraints.start_small import start_small
from sequencer.model.constraints.transfers import transfers
from sequencer.model.constraints.windows import windows
from sequencer.model.measures import own_affiliates, set_goals
from sequencer.model.payments import payment_columns
from sequencer.model.pyomo_model import stated
from sequencer.model.reduce import reduced
from sequencer.model.sequencing import SequencingModel
from sequencer.model.usage import usage_columns
from sequencer.model.value.aggregated import Aggregated
from sequencer.model.value.cells import Cells
from sequencer.model.value.compact import Compact
from sequencer.model.value.merged import Merged

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.model.family import Family
    from sequencer.model.value.base import ValueModel

FAMILIES: tuple[Family, ...] = (
    start_once,
    windows,
    capability_steps,
    requirements,
    relations,
    pilots,
    parallel,
    archetype_limits,
    mandate,
    mandate_grants,
    earned_mandate,
    budgets,
    transfers,
    prices,
    affiliate_gains,
    continuous_return,
    minimum_values,
    capacities,
    pace,
    start_small,
    inhouse,
    balance,
    learning,
    maturity_gaps,
    quick_wins,
    measure_limits,
    locks,
)
"""Every constraint family; adding a rule adds a line here."""

FORMULATIONS: dict[str, type[ValueModel]] = {f.name: f for f in (Compact, Aggregated, Cells)}
"""Value formulations by name; the first is the default."""

_MADE_OF: dict[str, type[ValueModel]] = {**FORMULATIONS, Merged.name: Merged}


def build(instance: Instance, *, formulation: str = "compact", reduce: bool = True) -> SequencingModel:
    """Build the model of an instance.

    Parameters
    ----------
    instance
        What is given.
    formulation
        Value formulation, a key of :data:`FORMULATIONS`; or ``"merged"``, a relaxation of them all.
    reduce
        Whether start windows are cut by what the rules imply and what no rule needs is left out, see
        :mod:`sequencer.model.reduce`; False gives the same optimum from a larger model.

    Raises
    ------
    sequencer.errors.UnsupportedError
        If the formulation cannot be exact for what the instance asks for.
    sequencer.errors.SequencerError
        If there is no such formulation.
    """
    if formulation not in _MADE_OF:
        message = f"there is no formulation '{formulation}'; choose one of {', '.join(FORMULATIONS)}"
        raise SequencerError(message)
    with PauseGC():
        used = scenarios_used(instance)
        futures = {f.id: f.instance for f in instance.futures if f.id in used} if used else {}
        windows = reduced(instance, FAMILIES, futures.values()) if reduce else unreduced(instance)
        model = SequencingModel(instance, windows, futures)
        model.value = _MADE_OF[formulation](
            model,
            own_affiliates=frozenset(a for rule in FAMILIES for a in rule.value_of(instance))
            | own_affiliates(instance, [goal.measure for goal in goals(instance)]),
            exact=any(rule.from_below(instance) for rule in FAMILIES),
        )
        model.value.build()
        payment_columns(model)
        usage_columns(model)
        for rule in FAMILIES:
            rule.build(model)
        set_goals(model)
        model.pyomo = stated(model)
    return model
