"""What may turn out otherwise: scenarios, what each changes, and how surely an affiliate goes live in a mode."""

from __future__ import annotations

from typing import ClassVar

from sequencer.instance.records import Id, Named, Record, Word, amount, field


class AffiliateSuccess(Record):
    """Probability that an affiliate succeeds in a mode, in place of that of its archetype and touch."""

    table: ClassVar[str] = "affiliate_success"
    key: ClassVar[tuple[str, ...]] = ("affiliate", "mode")

    affiliate: Id = field("affiliate", ref="affiliates")
    mode: Word = field("archetype, with its touch where there are any: adapted/high")
    success: float = amount("probability of success", unit="share", le=1)


class Scenario(Named):
    """One way in which things may turn out; what it changes is in the table scenario_changes."""

    table: ClassVar[str] = "scenarios"

    probability: float = field("probability; those of all scenarios sum to 1", ge=0, le=1, unit="share")
    best_npv: float | None = field(
        "largest net present value that a plan made for this scenario alone can have, for the measure regret",
        None,
        unit="money",
        allow_inf_nan=False,
    )


class ScenarioChange(Record):
    """An amount that is another one in a scenario; rules keep the base value."""

    table: ClassVar[str] = "scenario_changes"
    key: ClassVar[tuple[str, ...]] = ("scenario", "of", "row", "column")

    scenario: Id = field("scenario", ref="scenarios")
    of: Word = field("table that is changed, or settings")
    row: str = field("business id of the row, such as r1, crm:2 or large:adapted; empty: every row", "")
    column: Word = field("column that is changed, such as potential")
    value: float | None = field("the amount there; or give factor", None, allow_inf_nan=False)
    factor: float | None = field("what the base amount is multiplied by; or give value", None, allow_inf_nan=False)
