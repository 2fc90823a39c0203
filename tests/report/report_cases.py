"""A small programme whose figures can be worked out by hand, and one as large as a slide must hold."""

from sequencer.plan.plan import Adoption, Plan


def small_content():
    """Three waves of six months and a tail of a year; discount rate 0.

    d1 earns 10 a year: three quarters in de (revenue 300 of 400), a quarter in jp.
    """
    return {
        "settings": {
            "schema_version": 1,
            "name": "Acme",
            "currency": "EUR",
            "unit": 1e6,
            "start": "2027-01-01",
            "waves": 3,
            "wave_months": 6,
            "tail_months": 12,
            "carry_share": 0.5,
        },
        "drivers": [
            {"id": "d1", "name": "Faster content", "category": "revenue_uplift", "potential": 10},
            {"id": "d2", "name": "Safer data", "category": "risk", "potential": 4},
        ],
        "capabilities": [{"id": "crm", "name": "CRM", "layer": "technological", "as_is": 1}],
        "capability_steps": [
            {"capability": "crm", "level": 2, "one_off_cost": 2, "use": {"fte": 6}},
            {"capability": "crm", "level": 3, "one_off_cost": 2, "use": {"fte": 6}},
        ],
        "affiliates": [
            {"id": "jp", "name": "Japan", "affiliate_class": "far", "revenue": 100},
            {"id": "de", "name": "Germany", "affiliate_class": "near", "revenue": 300},
        ],
        "archetypes": [
            {"id": "lean", "name": "Lean", "duration": 1, "one_off_cost": 1, "hq_share": 0.5, "parallel": 1},
            {"id": "full", "name": "Full", "duration": 2, "one_off_cost": 2, "hq_share": 0.5, "use": {"fte": 4}},
        ],
        "mandate": [
            {"level": 0, "name": "Pilot", "released_share": 0.5, "live_drivers": 1},
            {"level": 1, "name": "Programme", "one_off_cost": 0.6, "live_drivers": 2},
        ],
        "requirements": [{"item": "d1", "requires": "crm:2"}, {"item": "full", "requires": "mandate:1"}],
        "budgets": [
            *({"pot": "hq", "wave": w, "amount": a} for w, a in ((1, 4), (2, 2), (3, 2))),
            *({"pot": a, "wave": w, "amount": 0.5} for a in ("jp", "de") for w in (1, 2, 3)),
        ],
        "resources": [{"id": "fte", "name": "Delivery team", "unit": "FTE"}],
        "capacities": [{"resource": "fte", "wave": w, "capacity": 8} for w in (1, 2, 3)],
        "pace": [{"items": "drivers", "limit": 2}],
    }


SMALL_PLAN = Plan(
    (
        Adoption("crm:2", 1),
        Adoption("mandate:1", 2),
        Adoption("d1", 2),
        Adoption("de", 2, "lean"),
        Adoption("jp", 2, "full"),
    )
)


def slide_content(waves=6, affiliates=16, months=6, start="2027-01-01"):
    """As many of everything as the largest programme that must fit a slide."""
    drivers = [
        {
            "id": f"d{n}",
            "name": f"Value driver with a longer name {n}",
            "category": ("revenue_uplift", "cost_of_sales", "risk")[n % 3],
            "potential": 5 + n,
        }
        for n in range(12)
    ]
    layers = ("technological", "commercial", "transformational")
    capabilities = [{"id": f"c{n}", "name": f"Capability number {n}", "layer": layers[n % 3]} for n in range(32)]
    return {
        "settings": {
            "schema_version": 1,
            "name": "Large programme",
            "unit": 1e6,
            "start": start,
            "waves": waves,
            "wave_months": months,
            "tail_months": 48,
            "discount_rate": 0.08,
        },
        "drivers": drivers,
        "capabilities": capabilities,
        "capability_steps": [
            {"capability": c["id"], "level": level, "one_off_cost": 0.3} for c in capabilities for level in (1, 2)
        ],
        "affiliates": [
            {"id": f"a{n}", "name": f"Market {n}", "affiliate_class": "any", "revenue": 10 + n}
            for n in range(affiliates)
        ],
        "archetypes": [
            {"id": "standardized", "duration": 1, "one_off_cost": 0.3, "running_cost": 0.1},
            {"id": "adapted", "duration": 2, "one_off_cost": 0.5, "running_cost": 0.1},
            {"id": "customized", "duration": 3, "one_off_cost": 0.7, "running_cost": 0.1},
        ],
        "brands": [{"id": f"b{n}", "name": f"Brand {n}"} for n in range(4)],
        "customer_types": [{"id": f"k{n}", "name": f"Customers {n}"} for n in range(3)],
        "functions": [{"id": f"f{n}", "name": f"Function {n}"} for n in range(3)],
        "mandate": [{"level": n, "name": f"Mandate of level {n}"} for n in range(5)],
        "budgets": [{"pot": "hq", "wave": w, "amount": 12} for w in range(1, waves + 1)],
    }


def slide_plan(instance):
    """Adopt everything, spread over the waves in the order of the instance."""
    last = instance.n_waves
    made = []
    for number, item in enumerate(instance.adoptables.values()):
        mode = item.modes[number % len(item.modes)]
        latest = last + 1 - mode.duration
        wave = number % min(latest, last) + 1
        if item.level is not None:
            wave = 2 * item.level - 1 if item.kind == "step" else item.level
            if wave > latest:
                continue
        made.append(Adoption(item.id, min(wave, latest, last), mode.id or None))
    return Plan(tuple(made))
