"""What the panels remember of the last seconds, against streams that are known."""

from dataclasses import replace

import numpy as np
import pytest

from arguide.guidance.state import SessionState
from arguide.scene.watch import COLUMNS, ROWS, SPAN_S, Ring, Watch
from arguide.trackers.reading import Reading, Sample, Visibility
from tests.scene.conftest import PoseMaker, StateMaker


def at(state: SessionState, time_s: float, lateral_mm: float | None, seen: bool = True) -> SessionState:
    reading = Reading("needle", np.eye(4) if seen else None, Visibility.VISIBLE if seen else Visibility.HIDDEN)
    assert state.needle.deviation is not None
    found = replace(state.needle.deviation, lateral_mm=lateral_mm) if lateral_mm is not None else None
    sample = Sample(int(60 * time_s), time_s, {"needle": reading})
    return replace(state, sample=sample, needle=replace(state.needle, deviation=found))


@pytest.fixture
def state(state_of: StateMaker, pose_at: PoseMaker) -> SessionState:
    return state_of(pose_at(30.0))


def test_the_last_twenty_seconds_and_no_more(state: SessionState) -> None:
    watch = Watch()
    for k in range(3000):
        watch.take(at(state, 100 + k / 60, float(k)))
    rows = watch.deviations()
    assert rows[-1, 0] == 0 and rows[0, 0] == pytest.approx(-SPAN_S, abs=1 / 60)
    assert rows[-1, COLUMNS.index("lateral_mm")] == 2999
    assert len(rows) == pytest.approx(60 * SPAN_S + 1, abs=1)


def test_what_was_not_known_is_a_gap(state: SessionState) -> None:
    watch = Watch()
    for k, value in enumerate((1.0, None, np.inf, 4.0)):
        watch.take(at(state, k / 60, value))
    lateral = watch.deviations()[:, COLUMNS.index("lateral_mm")]
    assert np.isfinite(lateral).tolist() == [True, False, False, True]


def test_a_state_seen_twice_counts_once(state: SessionState) -> None:
    watch = Watch()
    for k in range(10):
        watch.take(at(state, k / 60, 1.0))
        watch((), at(state, k / 60, 1.0))
    assert len(watch.deviations()) == 10


def test_a_recording_that_begins_again_starts_afresh(state: SessionState) -> None:
    watch = Watch()
    for time_s in (100.0, 100.1, 5.0, 5.1):
        watch.take(at(state, time_s, time_s))
    assert watch.deviations()[:, 2].tolist() == [5.0, 5.1]


@pytest.mark.parametrize(("every", "hz"), [(1, 60.0), (2, 30.0), (3, 20.0)])
def test_a_tools_rate_counts_its_poses(state: SessionState, every: int, hz: float) -> None:
    watch = Watch()
    for k in range(300):
        watch.take(at(state, k / 60, 1.0, seen=k % every == 0))
    (tool,) = watch.tools()
    assert tool.rate_hz == pytest.approx(hz, abs=0.6)
    assert tool.seen == pytest.approx(1 / every, abs=0.02)


def test_nothing_is_known_at_first() -> None:
    assert len(Watch().deviations()) == 0 and Watch().tools() == ()


def test_a_ring_forgets_the_oldest() -> None:
    ring = Ring(2, rows=4)
    for k in range(10):
        ring.add((float(k), float(-k)))
    assert ring.since(-1.0)[:, 0].tolist() == [6, 7, 8, 9]
    assert ring.since(8.0)[:, 1].tolist() == [-8, -9]
    assert ROWS >= 400 * SPAN_S
