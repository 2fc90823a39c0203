"""What ``robust`` and ``stages`` share: scenarios, as given or drawn, and a result that is told and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from sequencer.cli.analysis import mapped, searched
from sequencer.cli.common import load_instance
from sequencer.cli.drawing import with_draws
from sequencer.cli.keeping import Keeping
from sequencer.cli.render import echo_json, echo_report
from sequencer.cli.state import Exit, end, say
from sequencer.cli.unfinished import SoFar
from sequencer.study.no_plan import NoPlanError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sequencer.instance.instance import Instance
    from sequencer.report.table import Table


class Shown(NamedTuple):
    """How a result is shown.

    Attributes
    ----------
    picture : str
        Name of its picture.
    tables : callable
        Tables of a result.
    texts : callable
        Its files by name, with plans as those of the instance that was read.
    figure : callable
        Draws it.
    """

    picture: str
    tables: Callable[[Any], Iterable[Table]]
    texts: Callable[[Any, Instance], Mapping[str, str]]
    figure: Callable[[Any], Figure]


def over_scenarios(given: dict[str, Any], search: Callable[..., Any], asked: str, shown: Shown) -> NoReturn:
    """Search over the scenarios of a command's instance, tell and keep what is found, and end the command.

    Parameters
    ----------
    given
        What the command was given.
    search
        Takes the instance, what is asked and options of each solve.
    asked
        Name of the option that says what is asked.
    shown
        How the result is shown.
    """
    folder = Keeping(given["output"])
    from sequencer.solver.options import SolveOptions

    options = SolveOptions(**searched(given))
    read, instance = _scenarios_of(given)
    with folder as kept:
        so_far = SoFar(read, kept)
        try:
            with mapped(given["workers"]) as mapper:
                found = search(
                    instance,
                    given[asked],
                    options,
                    mapper=mapper,
                    told=lambda text: say(text, hint=True),
                    finished=so_far,
                )
        except (KeyboardInterrupt, NoPlanError) as why:
            end(so_far.end(why))
        whole = kept.end(
            lambda: _print(found, shown, as_json=given["as_json"]),
            lambda: shown.texts(found, read),
            shown.picture,
            lambda: shown.figure(found),
        )
    end(Exit.CHECK_FAILED if not whole else Exit.OK if found.complete else Exit.INTERRUPTED)


def _scenarios_of(given: dict[str, Any]) -> tuple[Instance, Instance]:
    """Instance of a command as it was read, and the same with its scenarios, or with draws in their place."""
    read = instance = load_instance(given["instance"], given["overlays"], given["locks"])
    if given.get("level") is not None:
        settings = instance.settings.model_copy(update={"cvar_level": given["level"]})
        instance = instance.model_copy(update={"settings": settings})
    return read, with_draws(instance, given)


def _print(found: Any, shown: Shown, *, as_json: bool) -> None:  # noqa: ANN401
    if as_json:
        echo_json(found.to_dict())
        return
    from sequencer.report.unfinished import stopped

    tables = shown.tables(found)
    for table in tables if found.complete else stopped(tables):
        echo_report(table)
