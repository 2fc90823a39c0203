"""Studies as they are read from a folder, made by hand."""

from pathlib import Path

from sequencer.study.case import Case
from sequencer.study.reading import Planned, Study
from sequencer.study.results import StudyResults


def study_of(instance, results, *, name="A study", block="cases", parameters=None, measures=()):
    """A study with a result, or None where it is still to do, for each case by its id."""
    given = parameters or {}
    cases = tuple(
        Planned(Case(id_, instance, parameters=given.get(id_, {})), block, id_, instance.fingerprint) for id_ in results
    )
    done = {id_: result for id_, result in results.items() if result is not None}
    return StudyResults(Path("study"), Study(name, instance, cases, measures), done)
