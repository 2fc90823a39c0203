"""Cross-checks of an instance: what no row can say on its own.

The checks run in three rounds. First ids and plain references; rows that refer to nothing are set aside, so that the
next round stands on firm ground. Then item expressions, which need all adoptables. Then what the rules mean together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sequencer.errors import InputProblem
from sequencer.instance import (
    check_amounts,
    check_futures,
    check_goals,
    check_history,
    check_local,
    check_locks,
    check_logic,
    check_modes,
    check_references,
    check_rollout,
    check_sets,
    check_settings,
    check_tables,
)
from sequencer.instance.hints import warnings
from sequencer.instance.scene import Scene

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

__all__ = ["check", "check_scene", "warnings"]

Check = Callable[[Scene], Iterator[InputProblem]]

TABLE_CHECKS: tuple[Check, ...] = (
    check_references.unique_ids,
    check_references.unique_keys,
    check_tables.waves,
    check_tables.wave_numbers,
    check_tables.complete_over_waves,
    check_tables.step_levels,
    check_tables.ramps,
    check_tables.brand_stages,
    check_tables.fatigue,
    check_tables.pace,
    check_tables.mandate_levels,
    check_tables.mandate_path,
    check_tables.cost_splits,
    check_tables.relations,
    check_tables.categories,
    check_settings.without_effect,
    check_amounts.largest,
    check_amounts.extra_capacity,
    check_amounts.earned_mandate,
    check_modes.sourcing_layers,
    check_sets.quick_wins,
    check_sets.variants,
    check_sets.archetype_limits,
    check_sets.pair_uses,
    check_sets.functions_per_brand,
    check_goals.objective,
    check_goals.measure_limits,
)
"""Checks that need rows and plain references only."""

ITEM_CHECKS: tuple[Check, ...] = (
    check_logic.archetypes_left,
    check_modes.further_modes,
    check_settings.lacking,
    check_amounts.use_profiles,
    check_local.local_capabilities,
    check_local.drivers_on_local,
    check_rollout.approach,
    check_sets.choices,
    check_sets.relations,
    check_sets.pilots,
    check_logic.scope,
    check_logic.exceptions,
    check_logic.cycles,
    check_history.initial_state,
    check_history.reference_plan,
    check_locks.locks,
    check_futures.affiliate_success,
    check_futures.probabilities,
    check_futures.changes,
)
"""Checks that need the adoptables."""


def check(instance: Instance) -> list[InputProblem]:
    """Cross-check an instance that was made from records.

    Returns
    -------
    list of InputProblem
        Empty where the instance is sound; reading and :meth:`Instance.replace` check by themselves.
    """
    return check_scene(Scene.of_instance(instance))


def check_scene(scene: Scene) -> list[InputProblem]:
    """Cross-check what could be read; see :class:`~sequencer.instance.scene.Scene`."""
    problems = [problem for one in TABLE_CHECKS for problem in one(scene)]
    found, lost = check_references.plain_references(scene)
    problems += found
    scene = check_references.settled(scene, lost)
    found, lost = check_references.item_references(scene)
    problems += found
    scene = scene.mended(dict.fromkeys(lost))
    return problems + [problem for one in ITEM_CHECKS for problem in one(scene)]
