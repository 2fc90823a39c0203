"""Short forms to write instances and plans by hand."""

from sequencer.instance.instance import Instance
from sequencer.instance.settings import Settings
from sequencer.plan.evaluate import Evaluator
from sequencer.plan.plan import Adoption, Plan


def instance(waves=3, **tables):
    """Instance with waves of 12 months, no tail and no discounting unless said otherwise; settings by their name."""
    given = {name: tables.pop(name) for name in list(tables) if name in Settings.model_fields and name != "waves"}
    settings = {"schema_version": 1, "wave_months": 12} | given
    if isinstance(waves, int):
        settings["waves"] = waves
    else:
        tables["waves"] = [{"wave": number, "months": months} for number, months in enumerate(waves, start=1)]
    return Instance(settings=Settings(**settings), **tables)


def make_plan(adoptions):
    """Plan from a mapping of id to a wave, or to ``"wave/mode"``."""
    made = []
    for item, given in adoptions.items():
        wave, _, mode = str(given).partition("/")
        made.append(Adoption(item, int(wave), mode or None))
    return Plan(tuple(made))


def judge(given, adoptions):
    """Evaluate a plan given as a mapping."""
    return Evaluator(given).evaluate(make_plan(adoptions))


def broken(given, adoptions):
    """Rules that a plan breaks, as text."""
    return {str(v.ref) for v in judge(given, adoptions).violations}


def message(given, adoptions):
    """Message of the only rule that a plan breaks."""
    (violation,) = judge(given, adoptions).violations
    return violation.message
