"""Risk in words and as a picture."""

from dataclasses import replace

import numpy as np
import pytest
from report_cases import SMALL_PLAN

from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Adoption, Plan
from sequencer.report.figures.risk import distribution, risk_figure, save, sources
from sequencer.report.risk import content, draws_csv, source_text, tables
from sequencer.report.scenarios import scenarios
from sequencer.study.draws import DrawOptions
from sequencer.study.monte_carlo import simulate


def drawn(small, **options):
    wide = small.drivers[0].model_copy(update={"low": {"potential": 0.0}, "success": 0.5})
    given = small.model_copy(update={"drivers": (wide, *small.drivers[1:])})
    return simulate(given, SMALL_PLAN, DrawOptions(draws=400, latin=True, **options))


def test_tables_say_what_the_draws_do(small):
    found = drawn(small)
    head, quantiles, sources = tables(found, 0.95)
    assert head.title == "Net present value in 400 draws"
    assert head.rows[3][0] == "Mean of the worst 5 %"
    assert quantiles.rows[0][0] == "Net present value"
    first = small.drivers[0]
    assert sources.rows[0][0] in (f"success of {first.label}", f"potential of {first.label}")
    assert content(found, 0.95)["npv"]["loss_probability"] == found.loss_probability
    assert len(draws_csv(found).splitlines()) == 401


def test_sources_in_words(small):
    driver = small.drivers[0]
    assert source_text(small, f"drivers.{driver.id}.potential") == f"potential of {driver.label}"
    assert source_text(small, "outcome.approach") == "success of the roll-out approach"
    assert source_text(small, "drivers.*.potential") == "together: drivers.*.potential"
    step = small.capability_steps[0]
    words = source_text(small, f"capability_steps.{step.record_id}.one_off_cost")
    assert words == f"one-off cost of {small.label(step.capability)} {step.level}"


def test_the_bars_of_the_picture_are_all_draws(small):
    found = drawn(small)
    axes = distribution(found)
    assert abs(sum(bar.get_height() for bar in axes.patches) - 1) < 0.01
    losses = sum(bar.get_height() for bar in axes.patches if bar.get_x() + bar.get_width() <= 1e-9)
    assert abs(losses - found.loss_probability) < 0.01
    assert len(risk_figure(found).axes) == 2


def test_a_plan_without_risk_is_drawn_as_well(small):
    certain = small.model_copy(
        update={t: tuple(r.model_copy(update={"low": {}, "high": {}}) for r in small.rows(t)) for t in small.tables()}
    )
    found = simulate(certain, SMALL_PLAN, DrawOptions(draws=3, failures=False))
    risk_figure(found)
    assert "No amount has a low or a high value" in " ".join(tables(found, 0.95)[0].notes)


def notes_of(tables_made):
    return [" ".join(table.notes) for table in tables_made]


def test_an_empty_plan_has_nothing_to_compare(small):
    found = simulate(small, Plan(), DrawOptions(draws=20))
    head, quantiles, sources_table = tables(found, 0.95)
    rows = {row[0]: row[1:] for row in quantiles.rows}
    assert rows["Benefit to cost"] == ("–",) * 6
    assert rows["Net present value"] == ("0.00",) * 6
    assert quantiles.notes[1] == "Benefit to cost: nothing to compare, as the plan costs nothing."
    assert "No amount has a low or a high value, so all draws are the same." in head.notes
    assert sources_table.rows == ()
    assert sources_table.notes == ("Nothing is uncertain in these draws, so there is no spread to explain.",)


def test_a_plan_that_costs_nothing_in_some_draws_is_compared_in_the_others(small):
    found = drawn(small)
    some = np.where(np.arange(400) < 200, np.nan, 3.0)
    partly = replace(found, measures={**found.measures, "benefit_to_cost": some})
    rows = {row[0]: row[1:] for row in tables(partly, 0.95)[1].rows}
    assert rows["Benefit to cost"] == ("3.00",) * 6


def test_what_is_uncertain_elsewhere_does_not_act_jointly(small):
    """The driver whose potential is open is not adopted, so that nothing is explained by anything."""
    found = simulate(drawn(small).instance, Plan((Adoption("crm:2", 1),)), DrawOptions(draws=50))
    assert found.values
    (_, _, said) = notes_of(tables(found, 0.95))
    assert said == "Nothing that is uncertain changes what this plan is worth, so there is no spread to explain."
    (_, _, said) = notes_of(tables(drawn(small), 0.95))
    assert "what only acts jointly" in said
    one = simulate(drawn(small).instance, SMALL_PLAN, DrawOptions(draws=1))
    assert notes_of(tables(one, 0.95))[2] == "One draw has no spread to explain."


def test_the_picture_without_spread_says_so(small, tmp_path):
    found = simulate(small, SMALL_PLAN, DrawOptions(draws=20))
    assert [t.get_text() for t in sources(found).texts] == [
        "Nothing is uncertain in these draws,\nso there is no spread to explain."
    ]
    axes = distribution(found)
    assert [t.get_text() for t in axes.texts] == ["as planned 8.15", "every draw\n8.15"]
    # The only bar stands on the figure, narrow in a wide frame, not beside it.
    (bar,) = [p for p in axes.patches if p.get_height()]
    low, high = axes.get_xlim()
    assert bar.get_x() + bar.get_width() / 2 == pytest.approx(8.15)
    assert bar.get_width() < 0.05 * (high - low)
    save(risk_figure(simulate(small, Plan(), DrawOptions(draws=20))), tmp_path / "empty.svg")


def test_scenarios_as_a_table(small):
    assert scenarios(evaluate(small, SMALL_PLAN)).rows == ()
    given = small.replace(
        {"table": "scenarios", "insert": {"id": "as_planned", "probability": 0.75, "best_npv": 100}},
        {"table": "scenarios", "insert": {"id": "bad", "name": "Bad", "probability": 0.25}},
        {"table": "scenario_changes", "insert": {"scenario": "bad", "of": "drivers", "column": "success", "value": 0}},
    )
    found = evaluate(given, SMALL_PLAN)
    npv, bad = found.npv, found.measures["scenario_npv:bad"]
    assert bad == pytest.approx(npv - sum(discounted_cells(found)))
    table = scenarios(found)
    assert [row[0] for row in table.rows] == ["as_planned", "Bad", "All, on average", "The worst 10 %, on average"]
    assert table.rows[0][1:] == ("75.0 %", f"{npv:,.2f}", "100.00", f"{100 - npv:,.2f}")
    assert table.rows[1][2:] == (f"{bad:,.2f}", "–", "–")
    assert table.rows[3][2] == f"{bad:,.2f}"


def discounted_cells(found):
    """Present value of what cells earn, which is nothing where every driver fails."""
    rate = found.instance.settings.discount_rate
    drivers = found.instance.by_id("drivers")
    for row in found.value_rows:
        if row.source in drivers:
            yield row.value * (1 + rate) ** -found.instance.periods[row.period - 1].mid_year
