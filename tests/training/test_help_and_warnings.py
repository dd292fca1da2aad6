"""The help a trainee had and the warnings that were given, counted from the recorded states."""

from dataclasses import replace

import numpy as np
import pytest

from arguide.guidance.breach import RiskWatch
from arguide.guidance.state import Aid, Level, SessionState
from arguide.training.metrics import measure
from arguide.training.score import card_lines, score_of
from tests.training.made_attempts import PLAN, SCENARIO, Attempt, straight


def dipping(*depths_mm: float) -> list[SessionState]:
    """Under the skin, the root (margin 3 mm) comes so near, once for each depth; warned of as guidance does."""
    attempt = Attempt(tip=np.array([0.0, 0.0, 30.0]), been_inside=True).hold(0.5)
    for depth in depths_mm:
        for part in np.sin(np.linspace(0, np.pi, 120)):
            attempt.clearances = (float(8.0 - (8.0 - depth) * part), 40.0)
            attempt.add()
        attempt.clearances = (8.0, 40.0)
        attempt.hold(1)
    watch = RiskWatch([risk.risk_margin_mm or 0.0 for risk in SCENARIO.risks])
    return [
        replace(
            state,
            needle=replace(
                state.needle, risks=watch.take(state.sample.host_time_s, state.needle.deviation.clearances_mm)
            ),
        )
        for state in attempt.states
    ]


def test_breaches_and_warnings_are_counted_for_each_structure() -> None:
    root, aorta = measure(dipping(1.0, 2.0, 4.5), SCENARIO, PLAN).clearances
    assert (root.breaches, root.warnings) == (2, 3)
    assert (aorta.breaches, aorta.warnings) == (0, 0)
    assert root.least_mm == pytest.approx(1.0, abs=0.01)


def test_noise_at_the_margin_is_one_breach_and_not_many() -> None:
    attempt = Attempt(tip=np.array([0.0, 0.0, 30.0]), been_inside=True)
    for noise in np.random.default_rng(3).normal(0, 0.1, 300):
        attempt.clearances = (float(3.0 + np.clip(noise, -0.24, 0.24)), 40.0)
        attempt.add()
    watch = RiskWatch([3.0, 10.0])
    states = [
        replace(s, needle=replace(s.needle, risks=watch.take(s.sample.host_time_s, s.needle.deviation.clearances_mm)))
        for s in attempt.states
    ]
    assert measure(states, SCENARIO, PLAN).clearances[0].breaches == 1


def test_a_recording_made_before_there_were_warnings_does_not_pretend() -> None:
    for clearance in measure(straight().states, SCENARIO, PLAN).clearances:
        assert clearance.breaches is None and clearance.warnings is None


def test_levels_and_glances_are_told_with_their_times() -> None:
    states = straight().states
    aided = [
        replace(s, aid=Aid(Level.INTERMITTENT if n >= 60 else Level.FULL, 120 <= n < 240 or 300 <= n < 420))
        for n, s in enumerate(states)
    ]
    metrics = measure(aided, SCENARIO, PLAN)
    assert metrics.levels == ((0.0, Level.FULL), (pytest.approx(1.0), Level.INTERMITTENT))
    assert metrics.glances_s == pytest.approx((2.0, 5.0))
    assert metrics.guidance == "full › intermittent, 2 glances"
    assert ("Guidance", metrics.guidance, None) in card_lines(score_of(metrics, PLAN))


def test_full_help_all_the_time_is_not_worth_a_word_and_the_score_is_the_same_at_every_level() -> None:
    full = measure(straight().states, SCENARIO, PLAN)
    assert full.guidance == "" and "Guidance" not in {label for label, _, _ in card_lines(score_of(full, PLAN))}
    for level in Level:
        metrics = measure([replace(s, aid=Aid(level)) for s in straight().states], SCENARIO, PLAN)
        assert score_of(metrics, PLAN).total == score_of(full, PLAN).total
        assert level.value in metrics.guidance or level is Level.FULL
