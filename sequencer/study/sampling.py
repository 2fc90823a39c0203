"""Cases drawn at random: seeded, by the same distributions as the draws of a fixed plan."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from sequencer.errors import SequencerError
from sequencer.instance.change import Change
from sequencer.instance.nearest import suggest
from sequencer.study.draws import Assumption, DrawOptions, Draws
from sequencer.study.form import Factor, SampleBlock

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance


def sampled(block: SampleBlock, base: Instance) -> Iterator[tuple[dict[str, float], list[Change]]]:
    """Parameters and changes of each case of a sample.

    Every parameter has a stream of its own, made from the seed and its name: without ``latin``, a larger count leaves
    the first cases as they are, and a further parameter leaves the others.

    Raises
    ------
    sequencer.errors.SequencerError
        If what was asked for cannot be drawn.
    """
    options = DrawOptions(block.count, block.seed, block.shape, block.latin, together=block.together)
    factors = {factor.name: factor for factor in block.factor}
    draws = Draws(base, options, factors)
    chosen = _chosen(block, draws)
    values = {
        name: (factors[name], _drawn(factors[name], draws, options)) if name in factors else (None, draws.values[name])
        for name in (*chosen, *factors)
    }
    for number in range(block.count):
        parameters = {name: float(drawn[number]) for name, (_, drawn) in values.items()}
        changes = [change for name in chosen for change in _fixed(draws.assumptions[name], parameters[name])]
        changes += [_done(factor, parameters[name]) for name, factor in factors.items()]
        yield parameters, changes


def _chosen(block: SampleBlock, draws: Draws) -> list[str]:
    """Uncertain amounts that are drawn, in the order of the tables."""
    for pattern in block.amounts:
        if not any(fnmatchcase(name, pattern) for name in draws.assumptions):
            message = f"'{pattern}' names no amount with a low or high value. {suggest(pattern, draws.assumptions)}"
            raise SequencerError(message)
    return [name for name in draws.assumptions if any(fnmatchcase(name, p) for p in block.amounts)]


def _drawn(factor: Factor, draws: Draws, options: DrawOptions) -> Any:  # noqa: ANN401
    assumption = Assumption(factor.table, factor.name, factor.field, factor.low, factor.base, factor.high)
    return assumption.quantiles(draws.uniform(factor.name), options.shape)


def _fixed(amount: Assumption, value: float) -> list[Change]:
    """Changes that give an amount a value, which is then certain."""
    where = {"id": amount.id}
    made = [Change(table=amount.table, where=where, field=f"{amount.field}_{end}", set="") for end in ("low", "high")]
    return [*made, Change(table=amount.table, where=where, field=amount.field, set=value)]


def _done(factor: Factor, value: float) -> Change:
    return Change.model_validate(
        {"table": factor.table, "where": factor.where, "field": factor.field, factor.by: value}
    )
