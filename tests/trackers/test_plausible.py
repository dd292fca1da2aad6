"""What a hand can do is believed, what it cannot is not; nothing is invented."""

from math import cos, pi, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.trackers.plausible import FORGET_S, SLACK_MM, Motion, Point, Quaternion, Verdict, turn_between

PERIOD_S = 1 / 60
UNTURNED: Quaternion = (1.0, 0.0, 0.0, 0.0)


def turned(angle_rad: float) -> Quaternion:
    return (cos(angle_rad / 2), 0.0, 0.0, sin(angle_rad / 2))


def hand(seconds: float, noise_mm: float = 0.1, seed: int = 1) -> list[tuple[Point, Quaternion, float]]:
    """A hand that sweeps and turns, seen with noise."""
    random = np.random.default_rng(seed)
    moments = []
    for k in range(int(seconds / PERIOD_S)):
        t = k * PERIOD_S
        x, y, z = np.array([80 * sin(2 * t), 40 * sin(3 * t), -1500]) + random.normal(0, noise_mm, 3)
        moments.append(((float(x), float(y), float(z)), turned(0.8 * sin(1.5 * t) + random.normal(0, 0.001)), t))
    return moments


def after(moments: list[tuple[Point, Quaternion, float]]) -> Motion:
    motion = Motion(5000.0)
    for moment in moments:
        motion.accept(*moment)
    return motion


def test_a_hand_rarely_surprises() -> None:
    motion = Motion(5000.0)
    verdicts = []
    for moment in hand(20):
        verdicts.append(motion.judge(*moment))
        motion.accept(*moment)
    assert Verdict.IMPOSSIBLE not in verdicts
    assert verdicts[60:].count(Verdict.SURPRISING) < 0.02 * len(verdicts)


def test_first_sight_and_sight_after_long_are_surprising() -> None:
    motion = Motion(5000.0)
    assert motion.judge((0, 0, 0), UNTURNED, 0.0) is Verdict.SURPRISING
    motion.accept((0, 0, 0), UNTURNED, 0.0)
    assert motion.judge((0, 0, 0), UNTURNED, 2 * FORGET_S) is Verdict.SURPRISING


@pytest.mark.parametrize(
    ("offset", "angle", "verdict"),
    [
        ((0.1, 0, 0), 0.0, Verdict.EXPECTED),
        ((0, 5.0, 0), 0.0, Verdict.SURPRISING),
        ((0, 0, 400.0), 0.0, Verdict.IMPOSSIBLE),
        ((0, 0, 0), 0.1, Verdict.SURPRISING),
        ((0, 0, 0), 3.0, Verdict.IMPOSSIBLE),
    ],
)
def test_steps_out_of_rest(offset: Point, angle: float, verdict: Verdict) -> None:
    rest = [((0.0, 0.0, -1500.0), UNTURNED, k * PERIOD_S) for k in range(60)]
    motion = after(rest)
    x, y, z = offset
    assert motion.judge((x, y, z - 1500), turned(angle), 60 * PERIOD_S) is verdict


def test_speed_limit_is_the_profiles() -> None:
    for limit, verdict in ((500.0, Verdict.IMPOSSIBLE), (50_000.0, Verdict.SURPRISING)):
        motion = Motion(limit)
        motion.accept((0, 0, 0), UNTURNED, 0.0)
        assert motion.judge((SLACK_MM + 2 * 500 * PERIOD_S, 0, 0), UNTURNED, PERIOD_S) is verdict


def test_a_second_frame_confirms_a_jump() -> None:
    motion = after(hand(1))
    there: Point = (900.0, 0.0, -1500.0)
    assert motion.judge(there, UNTURNED, 1 + PERIOD_S) is Verdict.IMPOSSIBLE
    motion.suspect(there, UNTURNED, 1 + PERIOD_S)
    assert motion.judge(there, UNTURNED, 1 + 2 * PERIOD_S) is Verdict.EXPECTED
    assert motion.judge((500.0, 0.0, -1500.0), UNTURNED, 1 + 2 * PERIOD_S) is Verdict.IMPOSSIBLE
    back = hand(1 + 4 * PERIOD_S)[-1]
    assert motion.judge(*back) is not Verdict.IMPOSSIBLE, "and where it was before stays possible"


QUATERNIONS = st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: sum(c * c for c in q) > 0.1)


def unit(q: tuple[float, ...]) -> Quaternion:
    w, x, y, z = (c / sum(d * d for d in q) ** 0.5 for c in q)
    return (w, x, y, z)


@given(QUATERNIONS, QUATERNIONS)
def test_turn_between_is_a_distance(one: tuple[float, ...], other: tuple[float, ...]) -> None:
    p, q = unit(one), unit(other)
    minus: Quaternion = (-q[0], -q[1], -q[2], -q[3])
    assert turn_between(p, q) == pytest.approx(turn_between(q, p))
    assert turn_between(p, q) == pytest.approx(turn_between(p, minus), abs=1e-7)
    assert 0 <= turn_between(p, q) <= pi + 1e-9
    assert turn_between(p, p) == 0


@pytest.mark.parametrize("angle", [1e-9, 1e-4, 0.5, 3.0, pi])
def test_turn_between_known_angles(angle: float) -> None:
    assert turn_between(UNTURNED, turned(angle)) == pytest.approx(angle)
