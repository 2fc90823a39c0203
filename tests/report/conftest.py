"""Programmes that reports are tested on."""

import pytest
from report_cases import SMALL_PLAN, slide_content, slide_plan, small_content

from sequencer.instance.instance import Instance
from sequencer.plan.evaluate import evaluate


@pytest.fixture
def small():
    return Instance.model_validate(small_content())


@pytest.fixture
def small_plan():
    return SMALL_PLAN


@pytest.fixture
def evaluation(small):
    return evaluate(small, SMALL_PLAN)


@pytest.fixture
def make_slide():
    def make(**options):
        instance = Instance.model_validate(slide_content(**options))
        return instance, slide_plan(instance)

    return make
