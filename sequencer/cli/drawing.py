"""Options of draws, shared by the commands that plan for scenarios."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

F = TypeVar("F", bound=Callable[..., Any])

DRAWING = ("--draws", "--draw-seed", "--shape", "--latin", "--together", "--failures")
NAMES = ("draws", "draw_seed", "shape", "latin", "together", "failures")


def draw_options(command: F) -> F:
    """Add the options that make scenarios of draws."""
    for option in reversed(_options()):
        command = option(command)
    return command


def _options() -> list[Callable[[F], F]]:
    return [
        click.option(
            "--draws",
            type=click.IntRange(1, 1000),
            metavar="N",
            help="Draw N scenarios from low and high values and probabilities of success.  [default: the scenarios of "
            "the instance]",
        ),
        click.option(
            "--draw-seed",
            type=click.IntRange(min=0),
            default=0,
            show_default=True,
            metavar="N",
            help="Same seed, same draws.",
        ),
        shape_option,
        click.option("--latin", is_flag=True, help="Latin hypercube: spread every source evenly."),
        together_option,
        failures_option,
    ]


shape_option = click.option(
    "--shape",
    type=click.Choice(["triangular", "lognormal"]),
    default="triangular",
    show_default=True,
    help="Distribution of amounts with a low or high value. Triangular: from low to high, base the most likely. "
    "Lognormal: low, base and high are its 5 %, 50 % and 95 % quantiles; shares stay triangular.",
)
together_option = click.option(
    "--together",
    multiple=True,
    metavar="NAMES",
    help="Sources that are high or low together, by patterns such as 'drivers.*.potential' (several in one text, "
    "separated by spaces). Repeatable: a group each; all else is independent.",
)
failures_option = click.option(
    "--failures/--no-failures", default=True, help="Whether adoptions succeed or fail, or count on average."
)


def with_draws(instance: Instance, given: dict[str, Any]) -> Instance:
    """Take the options of draws out of what a command was given; the instance with draws where some were asked for."""
    from sequencer.study.draws import DrawOptions
    from sequencer.study.scenarios import drawn

    draws, seed, shape, latin, together, failures = (given.pop(name) for name in NAMES)
    if draws is None:
        return instance
    groups = tuple(tuple(names.split()) for names in together)
    return drawn(instance, DrawOptions(draws, seed, shape, latin, failures, groups))
