"""Risk in words and as a picture."""

from report_cases import SMALL_PLAN

from sequencer.report.figures.risk import distribution, risk_figure
from sequencer.report.risk import content, draws_csv, source_text, tables
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
