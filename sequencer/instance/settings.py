"""Key/value settings of an instance (``instance.toml``)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from sequencer.instance.records import Words, field

SCHEMA_VERSION = 1
MOST_WAVES = 60
MOST_MONTHS = 120
"""Longest wave; with the limits on waves, tail and start every date is one that calendars have."""


def _levels(value: object) -> object:
    """Read ``"free"`` as the empty path and ``"1 2 2"`` as levels."""
    if isinstance(value, str):
        return () if value.strip() == "free" else tuple(value.split())
    return value


Levels = Annotated[tuple[int, ...], BeforeValidator(_levels)]


class Settings(BaseModel):
    """Name, units, time, rates and policies of an instance.

    Fractions are plain numbers: ``0.08`` is 8 %.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    schema_version: Literal[1] = field("version of this file format")
    name: str = field("title of the programme", "")
    currency: str = field("currency of all amounts", "EUR")
    unit: float = field("how many units of currency one amount is", 1.0, gt=0, allow_inf_nan=False)
    start: dt.date | None = field("first day of wave 1; dates only label", None, le=dt.date(2999, 12, 31))
    waves: int | None = field("number of waves, where there is no table of waves", None, ge=1, le=MOST_WAVES)
    wave_months: int = field(
        "length of a wave, where there is no table of waves", 6, ge=1, le=MOST_MONTHS, unit="months"
    )
    tail_months: int = field(
        "months after the last wave in which value and running cost go on", 0, ge=0, le=1200, unit="months"
    )
    discount_rate: float = field("annual rate", 0.0, gt=-1, lt=10, allow_inf_nan=False)
    carry_share: float = field("share of unspent budget that a pot keeps in the next wave", 0.0, ge=0, le=1)
    inhouse_share: float = field("least share of adopted steps built in-house", 0.0, ge=0, le=1)
    mandate_start: int = field("mandate level before wave 1", 0, ge=0)
    mandate_path: Levels = field("'free', or the level of each wave as given from above", ())
    governance: Literal["strict", "case-by-case"] = field("exceptions: none, or what the level grants", "strict")
    rollout: Literal["free", "medical-first", "marketing-first", "shared-framework", "holistic"] = field(
        "roll-out approach between functions", "free"
    )
    rollout_lag: int = field("waves the first function is live before the others", 0, ge=0, unit="waves")
    rollout_framework: str = field("capability that is the framework of a shared or holistic approach", "framework")
    rollout_consent: str = field("capability that is the consent of a holistic approach", "consent")
    rollout_review: str = field("capability that is the review of a holistic approach", "review")
    rollout_brands: Words = field("brands the approach holds for; empty: all", (), ref="brands")
    rollout_value_factor: float = field("factor of all cell values under the approach", 1.0, ge=0)
    rollout_failure: float = field("probability that the approach fails", 0.0, ge=0, le=1)
    brands_first_wave: int | None = field("most brands started in wave 1", None, ge=0)
    brands_later_waves: int | None = field("most brands started in any later wave", None, ge=0)
    balance_gap: float | None = field("widest gap between layers' shares of target steps live", None, ge=0)
    strategic_gap: float | None = field("most tactical learning ahead of strategic", None, ge=0, unit="points")
    return_from_wave: int | None = field("first wave in which return must be continuous", None, ge=1)
    return_lag: int = field("waves by which return may trail spend", 0, ge=0, unit="waves")
    return_floor: float = field("least cumulative value per spend", 0.0, ge=0)
    reinvest_share: float = field("share of the last wave's value that returns to hq's pot", 0.0, ge=0)
    reinvest_categories: Words = field("categories whose value is reinvested; empty: all", ())
    funding: Literal["none", "budget-reallocation", "internal-pricing"] = field("how affiliates fund hq", "none")
    cut_cap: float = field("most of an affiliate's budget that may be reallocated", 0.0, ge=0, le=1)
    price_share: float = field("most of an affiliate's value that may be priced", 0.0, ge=0, le=1)
    every_affiliate_gains: bool = field("whether each affiliate must gain on its own account", False)
    move_cost: float = field(
        "price of each move against the reference plan, in npv only", 0.0, ge=0, allow_inf_nan=False, unit="money"
    )
    objective: str = field("measures to optimise, the most important first", "npv")
    cvar_level: float = field("what the measure cvar leaves out: the mean of the worst 1 − cvar_level", 0.9, ge=0, lt=1)
    exact_ties: bool = field("whether ties are broken down to the order of the instance", False)
