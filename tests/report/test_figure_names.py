"""Names are free text: every kind of figure shows them as they are, whatever signs they hold."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from study_cases import study_of

from sequencer.instance.goals import measures
from sequencer.instance.needs import needs
from sequencer.instance.reader import read
from sequencer.instance.survey import Answer, assess
from sequencer.plan.compare import Candidate, Comparison
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Plan
from sequencer.report import figures
from sequencer.report.figures import (
    comparison,
    frontier,
    gantt,
    heat_map,
    ladder,
    risk,
    robust,
    sensitivity,
    study,
    style,
)  # fmt: skip
from sequencer.report.figures import needs as needs_figures
from sequencer.solver.options import SolveOptions
from sequencer.study.breaks import Breaks, Stretch, Tried
from sequencer.study.case import CaseResult
from sequencer.study.draws import DrawOptions
from sequencer.study.efficient import Axis, Frontier, Subproblem
from sequencer.study.information import Information, Known
from sequencer.study.information import Interval as KnownInterval
from sequencer.study.intervals import Interval
from sequencer.study.monte_carlo import simulate
from sequencer.study.parameters import parameter, ranged
from sequencer.study.robust import Robust
from sequencer.study.rungs import Ladder, Rung, Solved
from sequencer.study.sensitivity import Bar, End, Tornado
from sequencer.study.stages import two_stages
from sequencer.types import Termination
from tests.model.tools import driver, make
from tests.plan.plan_tools import make_plan

DONE = Termination.GAP_REACHED
WAIT = Path(__file__).parents[2] / "instances" / "tiny" / "wait-and-see"

PRICED = "US$ 5% / CA$ 3%"
"""Between its two ``$`` stands what is no formula: matplotlib fails to read it."""

FORMULA = r"$\alpha_1$ {x^2}"
UNDER = "_under_ & <b>"
OTHERS = "Öl ~ # ^ \\"
UNIT = "US$ or CA$"

INSTANCE = make(
    {"currency": UNIT, "name": PRICED, "tail_months": 12},
    drivers=[
        driver("a", 10, name=PRICED, one_off_cost=4, low={"potential": 5}, high={"potential": 15}, success=0.5),
        driver("b", 9, name=FORMULA, low={"potential": 1}, high={"potential": 30}),
        driver("c", 2, name=UNDER),
    ],
    capabilities=[{"id": "crm", "name": OTHERS, "layer": "technological", "as_is": 0}],
    capability_steps=[{"capability": "crm", "level": 1, "one_off_cost": 1, "use": {"fte": 1}}],
    requirements=[{"item": "a", "requires": "crm:1"}],
    resources=[{"id": "fte", "name": PRICED, "unit": FORMULA}],
    capacities=[{"resource": "fte", "wave": w, "capacity": 2} for w in (1, 2, 3)],
)
FULL, LESS = make_plan({"crm:1": 1, "a": 2, "b": 1, "c": 1}), make_plan({"crm:1": 1, "a": 3, "b": 2})


def comparison_of():
    judged = [evaluate(INSTANCE, plan) for plan in (FULL, LESS)]
    return Comparison([Candidate(n, e, e.npv + 1) for n, e in zip((PRICED, UNDER), judged, strict=True)])


def frontier_of():
    known = measures(INSTANCE)
    axes = tuple(Axis(known[name], 9, 9) for name in ("npv", "cost", "load_peak:fte"))
    points = (
        Subproblem((None, None), DONE, figures, 20, True, Plan()) for figures in ((20.0, 9.0, 2.0), (9.0, 3.0, 1.0))
    )
    return Frontier(INSTANCE, axes, tuple(points), complete=True)


def ladder_of():
    rungs = (Rung(cut, Solved(DONE, p, 9, 9), Solved(DONE, p, 9, 9)) for cut, p in ((0.0, FULL), (0.5, LESS)))
    return Ladder(INSTANCE, "full", tuple(rungs))


def tornado_of():
    bars = tuple(Bar(a, End(1, 5.0), End(2, 9.0)) for a in ranged(INSTANCE))
    return Tornado(INSTANCE, FULL, 7.0, None, None, "fixed", bars)


def information_of():
    spans = tuple(KnownInterval(v, v) for v in (1.0, 2.0, 3.0))
    known = tuple(Known(a, spans, KnownInterval(12, 13), KnownInterval(10, 11)) for a in ranged(INSTANCE))
    return Information(INSTANCE, (0.3, 0.4, 0.3), known)


def breaks_of():
    tried = (Tried(0.0, DONE, 1.0, 1.0, FULL), Tried(1.0, DONE, 2.0, 2.0, FULL))
    return Breaks(INSTANCE, parameter(INSTANCE, "drivers.a.potential"), (Stretch(0, 1, FULL, True),), (), tried)


def robust_of():
    given = INSTANCE.replace(
        {"table": "scenarios", "insert": {"id": "good", "name": PRICED, "probability": 0.5}},
        {"table": "scenarios", "insert": {"id": "bad", "name": FORMULA, "probability": 0.5}},
    )
    judged = [evaluate(given, plan) for plan in (FULL, LESS)]
    return Robust(given, "cvar", *judged, Interval(1, 1), Interval(1, 1))


def stages_of():
    given = read(WAIT).replace({"table": "settings", "field": "currency", "set": UNIT})
    return two_stages(given, options=SolveOptions(gap=0, threads=1))


def study_made():
    results = {"full": CaseResult("full", DONE, plan=FULL, measure="npv", objective=9.0, bound=9.5)}
    results["less"] = CaseResult("less", DONE, plan=LESS, measure="npv", objective=8.0, bound=8.0)
    parameters = {"full": {FORMULA: 1.0, UNDER: PRICED}, "less": {FORMULA: 0.5, UNDER: OTHERS}}
    return study_of(INSTANCE, results, name=PRICED, parameters=parameters)


def survey_of():
    return assess(INSTANCE, [Answer("p", unit, "crm", 1, unit) for unit in (FORMULA, "_b$ $^")])


FIGURES = {
    comparison.comparison_figure: (comparison_of, (PRICED, UNDER, UNIT)),
    comparison.intervals: (comparison_of, (PRICED, UNDER, UNIT)),
    comparison.course: (lambda: (comparison_of(), "cost"), (UNIT,)),
    frontier.frontier_figure: (frontier_of, (PRICED, FORMULA, UNIT)),
    frontier.frontier_plot: (frontier_of, (PRICED, UNIT)),
    gantt.gantt_figure: (lambda: (FULL, INSTANCE), (PRICED, FORMULA, UNDER, OTHERS, UNIT)),
    gantt.gantt: (lambda: (FULL, INSTANCE), (PRICED, FORMULA, UNDER, OTHERS, UNIT)),
    heat_map.heat_map_figure: (survey_of, (OTHERS, "$\\alpha_1$", "_b$", "$^")),
    heat_map.heat_map: (survey_of, (OTHERS, "$\\alpha_1$", "_b$", "$^")),
    ladder.ladder_figure: (ladder_of, (PRICED, FORMULA, UNDER)),
    ladder.ladder_worth: (ladder_of, (UNIT,)),
    ladder.ladder_changes: (ladder_of, (PRICED, FORMULA, UNDER)),
    needs_figures.needs_figure: (lambda: (INSTANCE, needs(INSTANCE, "a")), (PRICED, OTHERS)),
    needs_figures.needs_map: (lambda: (INSTANCE, needs(INSTANCE, "a")), (PRICED, OTHERS)),
    risk.risk_figure: (lambda: simulate(INSTANCE, FULL, DrawOptions(draws=200)), (PRICED, FORMULA, UNIT)),
    risk.distribution: (lambda: simulate(INSTANCE, FULL, DrawOptions(draws=200)), (UNIT,)),
    risk.sources: (lambda: simulate(INSTANCE, FULL, DrawOptions(draws=200)), (PRICED, FORMULA)),
    robust.robust_figure: (robust_of, (PRICED, FORMULA, UNIT)),
    robust.outcomes: (robust_of, (PRICED, FORMULA, UNIT)),
    robust.stages_figure: (stages_of, (UNIT,)),
    robust.stages: (stages_of, (UNIT,)),
    sensitivity.tornado_figure: (tornado_of, (PRICED, FORMULA, UNIT)),
    sensitivity.tornado_plot: (tornado_of, (PRICED, FORMULA, UNIT)),
    sensitivity.information_figure: (information_of, (PRICED, FORMULA, UNIT)),
    sensitivity.information_plot: (information_of, (PRICED, FORMULA, UNIT)),
    sensitivity.breaks_figure: (breaks_of, (UNIT,)),
    sensitivity.breaks_plot: (breaks_of, (UNIT,)),
    study.intervals_figure: (study_made, (PRICED, UNIT)),
    study.intervals: (study_made, (PRICED, UNIT)),
    study.along_figure: (lambda: (study_made(), FORMULA), (PRICED, FORMULA, UNDER, OTHERS, UNIT)),
    study.along: (lambda: (study_made(), FORMULA), (PRICED, FORMULA, UNDER, OTHERS, UNIT)),
    study.moves_figure: (study_made, (PRICED, FORMULA, UNDER)),
    study.moves: (study_made, (PRICED, FORMULA, UNDER)),
}
"""How every figure is drawn, and the names that it shows."""


def name_of(draw):
    return f"{draw.__module__.rpartition('.')[2]}.{draw.__name__}"


def figure_of(draw, **more):
    made, _ = FIGURES[draw]
    given = made()
    drawn = draw(*(given if isinstance(given, tuple) else (given,)), **more)
    return drawn if isinstance(drawn, Figure) else drawn.get_figure(root=True)


def check(figure, names, file):
    texts = figure.findobj(Text)
    shown = [text.get_text() for text in texts]
    for name in names:
        assert any(name in text for text in shown), name
    assert not any(text.get_parse_math() or text.get_usetex() for text in texts if text.get_text())
    style.save(figure, file)


def test_every_kind_of_figure_is_among_those_drawn_here():
    modules = [importlib.import_module(f"{figures.__name__}.{m.name}") for m in pkgutil.iter_modules(figures.__path__)]
    public = {getattr(module, name) for module in modules for name in getattr(module, "__all__", ()) if name != "save"}
    assert {name_of(draw) for draw in public} == {name_of(draw) for draw in FIGURES}


@pytest.mark.parametrize("draw", FIGURES, ids=name_of)
def test_names_are_shown_as_they_are(draw, tmp_path):
    check(figure_of(draw), FIGURES[draw][1], tmp_path / "a.svg")


@pytest.mark.parametrize("draw", [d for d in FIGURES if "ax" in inspect.signature(d).parameters], ids=name_of)
def test_on_axes_of_ones_own_as_well(draw, tmp_path):
    """Their titles and labels were made before, when ``$`` still meant a formula."""
    ax = Figure(figsize=(13, 7), layout="constrained").subplots()
    assert ax.title.get_parse_math()
    check(figure_of(draw, ax=ax), FIGURES[draw][1], tmp_path / "a.svg")


def test_what_a_user_sets_up_for_formulas_does_not_meet_names(tmp_path):
    with mpl.rc_context({"text.usetex": True, "axes.formatter.use_mathtext": True}):
        check(figure_of(study.intervals_figure), (PRICED,), tmp_path / "a.svg")
        assert mpl.rcParams["text.usetex"]
    assert mpl.rcParams["text.parse_math"]


def test_a_block_whose_name_begins_with_an_underscore_stands_in_the_legend():
    results = {f"c{n}": CaseResult(f"c{n}", DONE, plan=FULL, measure="npv", objective=9.0 + n) for n in range(61)}
    (legend,) = [study.intervals(study_of(INSTANCE, results, block="_all")).get_legend()]
    assert [text.get_text() for text in legend.get_texts()] == ["_all (61 cases)"]


def test_a_line_break_in_a_name_does_not_break_its_row():
    given = INSTANCE.replace({"table": "drivers", "where": {"id": "a"}, "field": "name", "set": "two\nlines"})
    results = {n: CaseResult(n, DONE, plan=plan, objective=9.0) for n, plan in (("full", FULL), ("less", LESS))}
    shown = [text.get_text() for text in study.moves(study_of(given, results, name="a\nb")).get_yticklabels()]
    assert "two lines" in shown
    assert study.intervals(study_of(given, results, name="a\nb")).get_title(loc="left").startswith("a b: plan")
