"""Pose history: laws of interpolation, and what must not be guessed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.geometry.history import PoseHistory, interpolate
from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import (
    Array,
    angle_between,
    from_parts,
    identity,
    is_rigid,
    rotation_about,
    translation,
)

numbers = st.floats(-3, 3)
poses = st.builds(lambda *v: from_parts(rotations_from(v[:3]), [100 * x for x in v[3:]]), *[numbers] * 6)


@given(poses, poses, st.floats(0, 1))
def test_between_two_poses(first: Array, second: Array, share: float) -> None:
    between = interpolate(first, second, share)
    assert is_rigid(between)
    assert np.allclose(between[:3, 3], (1 - share) * first[:3, 3] + share * second[:3, 3])
    whole = angle_between(first, second)
    assert angle_between(first, between) == pytest.approx(share * whole, abs=1e-6)
    assert angle_between(between, second) == pytest.approx((1 - share) * whole, abs=1e-6)


@given(poses, poses)
def test_ends_are_the_poses(first: Array, second: Array) -> None:
    assert np.allclose(interpolate(first, second, 0.0), first, atol=1e-9)
    assert np.allclose(interpolate(first, second, 1.0), second, atol=1e-9)


@given(poses, poses, st.floats(0, 1))
def test_backwards_is_the_same_way(first: Array, second: Array, share: float) -> None:
    if angle_between(first, second) < 3.1:  # half a turn has no short way
        assert np.allclose(interpolate(first, second, share), interpolate(second, first, 1 - share), atol=1e-6)


def spinning(history: PoseHistory, times: Array) -> None:
    for t in times:
        history.add(float(t), pose_at(t))


def pose_at(t: float) -> Array:
    return translation([50 * t, 0, -20 * t]) @ rotation_about([1, 2, 3], 0.8 * t)


def test_uniform_motion_is_met_exactly_at_any_time() -> None:
    history = PoseHistory(reach_s=0.02)
    spinning(history, np.linspace(0, 1, 61))
    for t in (0.0, 0.0083, 0.4999, 1.0, 1.015):
        found = history.at(t)
        assert found is not None
        assert np.allclose(found, pose_at(t), atol=1e-9)


def test_never_guesses_the_future_beyond_its_reach() -> None:
    history, careful = PoseHistory(reach_s=0.02), PoseHistory()
    for one in (history, careful):
        spinning(one, np.linspace(0, 1, 61))
    assert history.at(1.021) is None
    assert careful.at(1.0) is not None and careful.at(1.0001) is None


def test_knows_nothing_of_before() -> None:
    history = PoseHistory()
    assert history.at(0.0) is None and history.span() is None
    spinning(history, np.array([1.0, 1.1]))
    assert history.at(0.99) is None and history.span() == (1.0, 1.1)


def test_does_not_join_what_is_far_apart() -> None:
    history = PoseHistory(longest_gap_s=0.1, reach_s=0.1)
    spinning(history, np.array([0.0, 0.05, 0.5]))
    assert history.at(0.03) is not None
    assert history.at(0.3) is None and history.at(0.55) is None


def test_a_hidden_tool_leaves_a_hole() -> None:
    history = PoseHistory(reach_s=0.1)
    history.add(0.0, identity())
    history.add(0.02, None)
    history.add(0.04, identity())
    assert history.at(0.0) is not None and history.at(0.04) is not None
    assert [history.at(t) for t in (0.01, 0.02, 0.03, 0.05)] == [None] * 4


def test_a_clock_that_jumps_back_begins_anew() -> None:
    history = PoseHistory()
    spinning(history, np.array([5.0, 5.05]))
    spinning(history, np.array([1.0, 1.05]))
    assert history.at(5.02) is None and history.at(1.02) is not None


def test_keeps_the_newest_only() -> None:
    history = PoseHistory(capacity=10)
    spinning(history, np.arange(1000) / 60)
    span = history.span()
    assert span is not None
    assert span[1] == pytest.approx(999 / 60) and 9 <= round(60 * (span[1] - span[0])) < 20
    assert [timed.time_s for timed in history.since(998 / 60)] == [999 / 60]
