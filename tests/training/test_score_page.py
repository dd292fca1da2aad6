"""docs/score.md says what the code does."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from arguide.settings.scenario import Band
from arguide.training.criteria import CRITERIA, Criterion, Rules
from arguide.training.metrics import Metrics
from arguide.training.score import ScoreLine

PAGE = (Path(__file__).parents[2] / "docs" / "score.md").read_text("utf-8")


def test_every_metric_is_on_the_page():
    assert [field.name for field in fields(Metrics) if f"`{field.name}`" not in PAGE] == []


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.key)
def test_every_line_of_the_score_is_on_the_page(criterion: Criterion):
    row = re.search(
        rf"^\| {re.escape(criterion.label)} \| `{criterion.key}` \| (\d+) \| (.*) \| (.*) ?\|$", PAGE, re.MULTILINE
    )
    assert row is not None
    weight, within, near = row.groups()
    assert float(weight) == criterion.weight
    if criterion.band is None:
        assert f"`{criterion.tolerance}`" in within
    else:
        asked = [text(criterion, criterion.band.within), text(criterion, criterion.band.near)]
        assert [within.strip(), near.strip()] == asked


def text(criterion: Criterion, value: float) -> str:
    return ScoreLine(criterion, value, Band(within=value, near=value), None, 0.0).value_text


def test_caps_are_on_the_page():
    assert f"to {Rules().hit_cap:g}" in PAGE
    assert f"to {Rules().missed_cap:g}" in PAGE
    assert all(f"from {least:g}" in PAGE for least, _ in Rules().verdicts if least)
