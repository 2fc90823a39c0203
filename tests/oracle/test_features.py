"""Features: what only forbids something leaves every plan worth what it was, and is then not valued again."""

from __future__ import annotations

import math
from itertools import islice

import pytest

from sequencer.plan.evaluate import Evaluator
from tests.oracle.draw import random_instance
from tests.oracle.enumerate import count, plans
from tests.oracle.features import REMOVED, RULES_ONLY, has

INSTANCES, PLANS = 3, 150


@pytest.mark.parametrize("name", sorted(RULES_ONLY))
def test_what_only_forbids_changes_the_worth_of_no_plan(name):
    drawn = (random_instance(seed) for seed in range(2000))
    for instance in islice((i for i in drawn if has(name, i)), INSTANCES):
        before, after = Evaluator(instance), Evaluator(REMOVED[name](instance))
        for plan in islice(plans(instance), 0, None, math.ceil(count(instance) / PLANS)):
            assert before.goals(plan) == after.goals(plan)
