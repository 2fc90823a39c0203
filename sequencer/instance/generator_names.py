"""What generated programmes are made of: names, shapes and the interdependencies of drivers and capabilities."""

from __future__ import annotations

from typing import NamedTuple

EXCEPTIONAL = ["us", "cn", "jp", "in", "kr", "sa"]
LARGE = ["de", "fr", "it", "uk", "es", "ca", "br", "mx", "au", "tr", "pl", "nl", "tw", "ch", "be", "se", "ar", "th"]
SMALL = [
    "at",
    "dk",
    "no",
    "fi",
    "ie",
    "pt",
    "gr",
    "cz",
    "hu",
    "ro",
    "bg",
    "hr",
    "si",
    "sk",
    "ee",
    "lv",
    "lt",
    "rs",
    "ua",
    "il",
    "ae",
    "eg",
    "ma",
    "za",
    "ng",
    "ke",
    "co",
    "cl",
    "pe",
    "ec",
    "vn",
    "ph",
    "id",
    "my",
    "sg",
    "nz",
]

AFFILIATES: tuple[tuple[str, str], ...] = tuple(
    pair
    for k in range(6)
    for pair in (
        (EXCEPTIONAL[k], "exceptional"),
        *((a, "large") for a in LARGE[3 * k : 3 * k + 3]),
        *((a, "small") for a in SMALL[6 * k : 6 * k + 6]),
    )
)
"""Affiliates with their classes; every ten of them are one exceptional, three large and six small ones."""

REVENUE = {"exceptional": (220.0, 700.0), "large": (80.0, 240.0), "small": (15.0, 70.0)}
"""Least and most yearly revenue by class."""

BRANDS = ["cardia", "vasca", "pulmora", "dermis", "onkora", "neuris", "ophta", "hepara", "rhema", "endra"]
"""Brands, invented."""

COURSES: tuple[tuple[str, ...], ...] = (
    ("growth", "mature", "mature"),
    ("pre_launch", "launch", "growth"),
    ("mature", "mature", "loe"),
    ("launch", "growth", "growth"),
    ("mature", "loe", "loe"),
)
"""Courses of a brand's life: stages at first, after a drawn wave, and in the tail."""

CUSTOMER_TYPES: tuple[tuple[str, str, float, float | None], ...] = (
    ("hcp", "Healthcare professionals", 0.55, 9.0),
    ("hco", "Organisations and payers", 0.2, None),
    ("pharmacist", "Pharmacists", 0.15, 6.0),
    ("patient", "Patients", 0.1, None),
)
"""Customer types with share and contact cap."""

CAPABILITIES: tuple[tuple[str, str, str, int], ...] = (
    ("crm", "technological", "platforms", 1),
    ("automation", "technological", "platforms", 1),
    ("remote", "technological", "platforms", 0),
    ("content_platform", "technological", "platforms", 0),
    ("decisioning", "technological", "platforms", 0),
    ("data", "technological", "data", 1),
    ("consent", "technological", "data", 0),
    ("identity", "technological", "data", 0),
    ("analytics", "technological", "data", 0),
    ("integration", "technological", "architecture", 0),
    ("segmentation", "commercial", "insight", 1),
    ("measurement", "commercial", "insight", 0),
    ("cs_people", "commercial", "customer_strategy", 0),
    ("cs_process", "commercial", "customer_strategy", 0),
    ("brand_strategy", "commercial", "strategy", 0),
    ("campaign_strategy", "commercial", "strategy", 0),
    ("framework", "commercial", "strategy", 0),
    ("journey_design", "commercial", "journeys", 0),
    ("journey_programming", "commercial", "journeys", 0),
    ("content_production", "commercial", "content", 0),
    ("review", "commercial", "content", 0),
    ("campaign_execution", "commercial", "execution", 1),
    ("field_skills", "commercial", "execution", 0),
    ("programme_office", "transformational", "change", 1),
    ("tactical_training", "transformational", "people", 0),
    ("strategic_learning", "transformational", "people", 0),
    ("support", "transformational", "people", 0),
    ("communication", "transformational", "change", 0),
    ("kpi", "transformational", "change", 0),
    ("exceptions_governance", "transformational", "change", 0),
)
"""Leaf capabilities with layer, branch and today's maturity."""

STEP_COST = {"technological": 1.4, "commercial": 0.6, "transformational": 0.4}
"""One-off cost of a first step by layer; each further one costs half as much again."""

BETWEEN: tuple[tuple[str, str], ...] = (
    *(
        (f"{c}:2", "integration:1")
        for c in ["crm", "automation", "content_platform", "decisioning", "consent", "analytics"]
    ),
    ("decisioning:1", "analytics:1"),
    ("decisioning:2", "identity:1"),
    ("campaign_strategy:1", "segmentation:1"),
    ("journey_design:1", "campaign_strategy:1"),
    ("journey_programming:1", "journey_design:1"),
    ("measurement:1", "campaign_execution:1"),
    ("journey_design:2", "segmentation:2"),
    ("campaign_execution:2", "campaign_strategy:1"),
    ("content_production:2", "content_platform:1"),
    ("review:2", "content_platform:1"),
    ("mandate:1", "programme_office:1"),
    ("mandate:2", "kpi:1"),
    ("mandate:3", "exceptions_governance:1"),
    ("adapted", "mandate:1"),
    ("customized", "mandate:2"),
)
"""Requirements beside those of drivers and customer types."""


class Pattern(NamedTuple):
    """What a driver is like.

    Attributes
    ----------
    id, name, category, potential
        Potential a year, in a programme of :data:`REFERENCE_REVENUE`.
    functions, needs : str
        Functions and requirements, separated by spaces; every driver needs something of each layer.
    load : float
        Contact load on healthcare professionals and pharmacists.
    lifecycle : tuple of float
        Factors in pre_launch, launch, growth, mature and loe.
    """

    id: str
    name: str
    category: str
    potential: float
    functions: str
    needs: str
    load: float
    lifecycle: tuple[float, float, float, float, float]


REFERENCE_REVENUE = 2400.0
"""Revenue that potentials of the patterns refer to."""

STAGES = ("pre_launch", "launch", "growth", "mature", "loe")

_USUAL, _SAVING, _LATE = (0.0, 1.0, 1.0, 1.0, 0.4), (0.0, 1.0, 1.0, 1.0, 1.0), (0.0, 0.0, 0.2, 0.5, 1.0)

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "coverage",
        "Hybrid coverage of low-access customers",
        "revenue_uplift",
        11.0,
        "sales marketing",
        "crm:2 remote:1 analytics:1 segmentation:2 field_skills:1 support:1 mandate:1",
        2.0,
        _USUAL,
    ),
    Pattern(
        "orchestration",
        "Orchestrated sequences",
        "revenue_uplift",
        17.0,
        "marketing sales",
        "decisioning:2 data:2 commercial.customer_strategy:2 journey_programming:1 measurement:1 kpi:1 mandate:2",
        3.0,
        _USUAL,
    ),
    Pattern(
        "journeys",
        "Personalised content and journeys",
        "revenue_uplift",
        18.0,
        "marketing",
        "content_platform:2 identity:1 commercial.customer_strategy:1 journey_design:2 content_production:1 "
        "strategic_learning:1 mandate:2",
        2.0,
        _USUAL,
    ),
    Pattern(
        "launch",
        "Launch acceleration",
        "revenue_uplift",
        14.0,
        "medical marketing",
        "remote:1 brand_strategy:2 campaign_execution:2 framework:1 communication:1 mandate:1",
        2.0,
        (0.2, 1.0, 0.6, 0.0, 0.0),
    ),
    Pattern(
        "advocacy",
        "Scientific advocacy across the portfolio",
        "revenue_uplift",
        10.0,
        "medical",
        "data:2 analytics:1 framework:2 brand_strategy:1 strategic_learning:1 mandate:1",
        1.0,
        (0.3, 1.0, 1.0, 1.0, 0.4),
    ),
    Pattern(
        "callmix",
        "Field call-mix substitution",
        "cost_of_sales",
        14.0,
        "sales",
        "remote:2 analytics:2 field_skills:2 tactical_training:2 mandate:1",
        1.0,
        (0.0, 1.0, 0.8, 1.0, 1.0),
    ),
    Pattern(
        "reuse",
        "Content reuse and review speed",
        "cost_of_sales",
        8.0,
        "medical marketing",
        "content_platform:1 integration:1 review:2 content_production:2 support:1 mandate:1",
        0.0,
        _SAVING,
    ),
    Pattern(
        "campaigns",
        "Campaign automation",
        "cost_of_sales",
        6.0,
        "marketing",
        "automation:2 campaign_strategy:1 campaign_execution:2 tactical_training:1",
        1.0,
        _SAVING,
    ),
    Pattern(
        "digital",
        "Digital-only late brands",
        "cost_of_sales",
        4.0,
        "sales marketing",
        "remote:1 automation:2 journey_design:1 communication:1",
        1.0,
        _LATE,
    ),
    Pattern(
        "compliance",
        "Consent and compliance",
        "risk",
        2.5,
        "medical marketing",
        "consent:2 data:2 review:1 exceptions_governance:1",
        0.0,
        _SAVING,
    ),
    Pattern(
        "overcontact",
        "Over-contact and channel conflict",
        "risk",
        2.0,
        "marketing sales",
        "identity:1 consent:1 journey_programming:1 kpi:2",
        -3.0,
        _SAVING,
    ),
    Pattern(
        "access",
        "Access-shock resilience",
        "risk",
        1.5,
        "sales",
        "remote:1 crm:2 field_skills:1 support:1",
        0.0,
        _SAVING,
    ),
)
"""Drivers of a programme; more than these repeat the patterns with further needs and other figures."""
