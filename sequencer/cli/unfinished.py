"""The end of an analysis that comes to no result: what it has finished is told and kept all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sequencer.cli.common import json_asked, no_plan_content, report_interrupt, report_no_plan
from sequencer.cli.keeping import Keeping, made_for
from sequencer.cli.render import echo_json, echo_report, json_file
from sequencer.cli.state import Exit
from sequencer.study.no_plan import NoPlanError
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.study.finished import Finished


class SoFar:
    """What an analysis has finished so far; a listener of it, that has each plan stored at once.

    Parameters
    ----------
    instance
        As it was read: plans are kept as plans for it.
    kept
        Where plans are stored.
    """

    def __init__(self, instance: Instance, kept: Keeping) -> None:
        self.instance = instance
        self.kept = kept
        self.finished: list[Finished] = []

    def __call__(self, finished: Finished) -> None:
        """Take a solve that has ended."""
        self.finished.append(finished)
        self.kept.plan(made_for(finished.plan, self.instance), f"plan-{finished.name}.json")

    def end(self, why: KeyboardInterrupt | NoPlanError) -> Exit:
        """Tell and keep what is finished, marked as incomplete, and choose the exit code."""
        code = Exit.OK

        def tell() -> None:
            nonlocal code
            if self.finished and not json_asked():
                from sequencer.report.unfinished import finished_table

                echo_report(finished_table(self.instance, self.finished))
            code = told(why, self._content())

        if not self.finished:
            tell()
            return code
        said = no_plan_content(*_of(why)) | self._content()
        whole = self.kept.end(tell, lambda: {"unfinished.json": json_file(said)})
        return code if whole else Exit.CHECK_FAILED

    def _content(self) -> dict[str, Any]:
        return {"fingerprint": self.instance.fingerprint, "finished": [one.to_dict() for one in self.finished]}


def told(why: KeyboardInterrupt | NoPlanError, known: dict[str, Any]) -> Exit:
    """Say why an analysis ended, print its JSON object where it is asked for, and choose the exit code.

    Parameters
    ----------
    why
        What ended it.
    known
        What it came to until then, for the JSON object.
    """
    if isinstance(why, NoPlanError):
        return report_no_plan(why, known)
    if json_asked():
        echo_json(no_plan_content(*_of(why)) | known)
    return report_interrupt()


def _of(why: KeyboardInterrupt | NoPlanError) -> tuple[Termination, str]:
    if isinstance(why, NoPlanError):
        return why.termination, str(why)
    return Termination.INTERRUPTED, "interrupted"
