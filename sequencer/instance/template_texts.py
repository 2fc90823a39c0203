"""Texts of the workbook form: groups of sheets in the order in which they are filled in, and the read-me sheet."""

from __future__ import annotations

from typing import NamedTuple


class Group(NamedTuple):
    """Sheets that belong together.

    Attributes
    ----------
    title, purpose : str
        What the group is and what it is for.
    color : str
        Of the tabs.
    tables : tuple of str
        Tables in the order of their sheets.
    """

    title: str
    purpose: str
    color: str
    tables: tuple[str, ...]


GROUPS = (
    Group(
        "What to pursue",
        "Value drivers and the customers, brands and functions they work through.",
        "#2E7D32",
        (
            "drivers",
            "brands",
            "customer_types",
            "functions",
            "brand_stages",
            "lifecycle",
            "reach",
            "scopes",
            "synergies",
            "fatigue",
        ),
    ),
    Group(
        "What to build",
        "Capabilities, their steps from level to level, and how they may be sourced.",
        "#1F4E9E",
        ("capabilities", "capability_steps", "sourcing_modes", "local_capabilities", "initiatives"),
    ),
    Group(
        "Where to go live",
        "Affiliates and the operating models in which they go live.",
        "#00838F",
        (
            "affiliates",
            "archetypes",
            "touches",
            "affiliate_success",
            "fit",
            "ramps",
            "archetype_limits",
            "driver_affiliates",
            "brand_affiliates",
            "modes",
        ),
    ),
    Group(
        "Time, money and people",
        "Waves, budgets and capacities.",
        "#EF6C00",
        (
            "waves",
            "pots",
            "budgets",
            "cost_splits",
            "cost_factors",
            "resources",
            "capacities",
            "use_profiles",
            "pair_uses",
        ),
    ),
    Group(
        "Governance",
        "What leadership grants, and what it may waive.",
        "#6A1B9A",
        ("mandate", "exceptions"),
    ),
    Group(
        "Rules",
        "What comes before what, how much may start at a time, and what has to be reached when.",
        "#AD1457",
        (
            "requirements",
            "relations",
            "pilots",
            "pace",
            "maturity_gaps",
            "minimum_values",
            "quick_wins",
            "category_weights",
            "measure_limits",
            "locks",
        ),
    ),
    Group(
        "What may turn out otherwise",
        "Scenarios with their probability, and the amounts that are others there; for plans that bear risk.",
        "#455A64",
        ("scenarios", "scenario_changes"),
    ),
    Group(
        "History",
        "What is live or under way already, and the plan there is; empty for a fresh programme.",
        "#616161",
        ("initial_state", "reference_plan"),
    ),
)

READ_ME = (
    (
        "In short",
        (
            "Fill in the sheets, save, then run:  sequencer validate FILE.xlsx  and  sequencer solve FILE.xlsx -o run",
            "Needed are: settings, drivers, what they need (capability_steps, requirements) and budgets or capacities. "
            "Every other sheet may stay empty.",
            "Rows that stand here already may be overwritten; delete what you do not need.",
            "All mistakes are listed at once, with their cell:  sequencer validate FILE.xlsx --annotate CHECKED.xlsx  "
            "marks them in a copy.",
        ),
    ),
    (
        "How sheets work",
        (
            "One sheet is one table, one row one record; the first row holds the names of the columns. Point at a name "
            "to read what the column means.",
            "Dark columns identify the row, blue ones must be filled, pale ones may stay empty.",
            "The order of rows and columns does not matter. Columns you do not need may be deleted, empty rows are "
            "skipped.",
            "Sheets of your own are left alone if their name starts with '_'; the columns source and note take free "
            "text.",
        ),
    ),
    (
        "How to write",
        (
            "Ids are short, unique over all sheets, and made of a-z, 0-9, '-' and '_'. Names are free.",
            "A capability step is capability:level (crm:2), a mandate level mandate:2, something of one affiliate "
            "r1@jp, a mode jp/customized.",
            "Several ids in a cell are separated by spaces: medical marketing sales.",
            "Shares are fractions: 0.12, or 12 % where the cell has the percent format.",
            "Amounts are in the unit of the settings (currency and unit), rates are per year.",
            "An amount x may have columns x_low and x_high beside it for what-if studies.",
            "use_… is use of a resource while something is in progress, upkeep_… while it is live: one column for each "
            "resource, such as use_fte.",
            "Waves are numbered from 1. An empty cell means the default that the note of the column tells.",
        ),
    ),
)
