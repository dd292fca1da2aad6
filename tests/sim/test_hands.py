"""Laws of the motions: smooth, bounded, the same at the same time."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from arguide_sim.hands.bump import Bump
from arguide_sim.hands.insert import ADVANCE_MM_S, Insert, Skill
from arguide_sim.hands.motion import Hold, Move, Track, aim, minimum_jerk, steady, swung, turned
from arguide_sim.hands.pivot import CONE_RAD, Pivot
from arguide_sim.hands.touch import Touch
from arguide_sim.hands.tremor import SmoothNoise, Tremor
from arguide_sim.hands.wave import Wave
from hypothesis import given
from hypothesis import strategies as st

from arguide.geometry.transforms import angle_between, is_rigid, pose_along

ENTRY, TARGET = np.array([39.0, -72.0, 43.0]), np.array([23.0, -22.5, 43.5])
FACE = np.array([0.1, -0.9, 0.4])
START, END = pose_along((0, 0, 0), (0, 0, -1)), pose_along((80, -20, 30), (1, 2, -2))
MOTIONS: dict[str, Any] = {
    "hold": Hold(START, 1.0),
    "move": Move(START, END, 1.5, (0, 0, 1), 20.0),
    "touch": Touch(START, END, np.array([0.0, 0.0, 1.0])),
    "pivot": Pivot(START, 7.0, seed=3),
    "insert": Insert(ENTRY, TARGET, FACE, seed=3),
    "wave": Wave(START),
}
vectors = st.tuples(*[st.floats(-100, 100)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1)


@pytest.mark.parametrize("name", MOTIONS)
def test_every_motion_is_rigid_smooth_and_repeatable(name: str) -> None:
    motion = MOTIONS[name]
    times = np.linspace(0, min(motion.duration_s, 40.0), 4001)
    poses = np.array([motion.at(t) for t in times])
    assert all(is_rigid(pose) for pose in poses[::40])
    steps = np.linalg.norm(np.diff(poses[:, :3, 3], axis=0), axis=1)
    assert steps.max() <= 400 * (times[1] - times[0])
    assert max(angle_between(a, b) for a, b in pairwise(poses)) < 4.0 * (times[1] - times[0])
    assert all(np.array_equal(motion.at(t), pose) for t, pose in zip(times[::400], poses[::400], strict=True))


@pytest.mark.parametrize("name", ["hold", "move", "touch", "pivot", "insert"])
def test_a_motion_holds_still_before_and_after(name: str) -> None:
    motion = MOTIONS[name]
    assert np.array_equal(motion.at(-1.0), motion.at(0.0))
    assert np.allclose(motion.at(motion.duration_s + 5), motion.at(motion.duration_s), atol=1e-12)


def test_a_move_ends_where_it_should() -> None:
    move = MOTIONS["move"]
    assert np.allclose(move.at(0.0), START)
    assert np.allclose(move.at(1.5), END)
    assert move.at(0.75)[2, 3] == pytest.approx(15.0 + 20.0)


@given(st.floats(-1, 2), st.floats(0.05, 0.5))
def test_ways_rise_from_0_to_1(share: float, ramp: float) -> None:
    for way in (minimum_jerk, lambda u: steady(u, ramp)):
        assert way(0) == 0 and way(1) == 1
        assert 0 <= way(share) <= 1 + 1e-12
        assert way(share + 0.01) >= way(share) - 1e-12
        assert way(share) + way(1 - share) == pytest.approx(1)


def test_minimum_jerk_has_the_published_peak_speed() -> None:
    u = np.linspace(0, 1, 10001)
    assert np.gradient([minimum_jerk(x) for x in u], u).max() == pytest.approx(1.875, rel=1e-4)


def test_a_steady_push_has_one_speed_between_its_ramps() -> None:
    u = np.linspace(0.2, 0.8, 101)
    speed = np.gradient([steady(x, 0.1) for x in u], u)
    assert speed == pytest.approx(1 / 0.9)


@given(vectors, vectors, vectors)
def test_aim_points_where_it_is_told(point: Any, direction: Any, face: Any) -> None:
    pose = aim(point, direction, face)
    z = np.array(direction) / np.linalg.norm(direction)
    assert is_rigid(pose)
    assert np.allclose(pose[:3, 2], z) and np.allclose(pose[:3, 3], point)
    assert pose[:3, 0] @ face >= -1e-6 * np.linalg.norm(face)
    assert abs(pose[:3, 1] @ face) <= 1e-5 * np.linalg.norm(face)


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_a_swing_tilts_by_its_length_without_twist(x: float, y: float) -> None:
    z = swung((x, y))[:3, 2]
    size = np.hypot(x, y)
    assert np.arccos(np.clip(z[2], -1, 1)) == pytest.approx(size, abs=1e-6)
    assert np.allclose(z[:2], np.array([x, y]) * np.sinc(size / np.pi), atol=1e-9)
    assert np.allclose(turned(-y, x, 0.0) @ turned(y, -x, 0.0), np.eye(4))


def test_a_track_is_written_leg_by_leg() -> None:
    track = Track(1.0, 0.0)
    track.reach(3.0, 2.0, duration_s=2.0)
    track.hold(1.0)
    track.push(3.0, 0.0, duration_s=4.0, ramp_s=0.5)
    assert track.duration_s == 7.0
    for time, values in ((-1, (1, 0)), (0, (1, 0)), (1, (2, 1)), (2.5, (3, 2)), (5, (3, 1)), (7, (3, 0)), (99, (3, 0))):
        assert track.at(time) == pytest.approx(values)


@pytest.mark.parametrize("seed", range(5))
def test_tremor_has_its_size_and_its_frequency(seed: int) -> None:
    times = np.arange(0, 30, 1 / 50)
    signal = np.array([SmoothNoise(seed, 2, 8.0, 12.0).at(t) for t in times])
    assert np.sqrt((signal**2).mean(axis=0)) == pytest.approx([1, 1], rel=0.15)
    spectrum = np.abs(np.fft.rfft(signal[:, 0])) ** 2
    hertz = np.fft.rfftfreq(len(times), 1 / 50)
    assert spectrum[(hertz > 7.9) & (hertz < 12.1)].sum() > 0.95 * spectrum.sum()
    moved = np.array([Tremor(seed, drift_mm=0, drift_rad=0).at(t, 1.0)[:3, 3] for t in times])
    assert 0.1 < np.sqrt((moved**2).sum(axis=1).mean()) < 0.2
    assert np.array_equal(Tremor(seed).at(1.23, 0.0), np.eye(4))


@pytest.mark.parametrize("seed", range(5))
def test_pivoting_keeps_the_tip_in_the_divot_and_sweeps_the_cone(seed: int) -> None:
    pivot = Pivot(START, 7.5, seed)
    poses = np.array([pivot.at(t) for t in np.arange(0, 7.5, 0.01)])
    assert np.linalg.norm(poses[:, :3, 3] - START[:3, 3], axis=1).max() < 0.3
    shafts = poses[:, :3, 2]
    assert np.radians(50) < np.arccos((shafts @ shafts.T).clip(-1, 1)).max() <= CONE_RAD + 1e-6


@pytest.mark.parametrize("seed", range(10))
def test_an_insertion_errs_once_and_then_hits_the_target(seed: int) -> None:
    skill = Skill()
    insert = Insert(ENTRY, TARGET, FACE, seed, skill)
    plan = (TARGET - ENTRY) / np.linalg.norm(TARGET - ENTRY)
    length = np.linalg.norm(TARGET - ENTRY)

    def tip(stage: str, share: float) -> Any:
        start, end = insert.stage(stage)
        return insert.at(start + share * (end - start))

    def off_deg(pose: Any) -> float:
        return float(np.degrees(np.arccos(pose[:3, 2] @ plan)))

    assert np.linalg.norm(tip("align", 0.5)[:3, 3] - ENTRY) == pytest.approx(skill.entry_off_mm, abs=1e-6)
    wrong = tip("notice the error", 0.5)
    assert off_deg(wrong) == pytest.approx(np.degrees(skill.wrong_tilt_rad), abs=0.01)
    assert (wrong[:3, 3] - ENTRY) @ plan / length == pytest.approx(skill.notices_at, abs=0.02)
    back = tip("correct the angle", 0.0)
    assert np.linalg.norm(wrong[:3, 3] - back[:3, 3]) == pytest.approx(15.0, abs=0.5)
    assert off_deg(tip("advance to the target", 0.5)) < 2.5
    assert np.linalg.norm(tip("hold at the target", 0.5)[:3, 3] - TARGET) < 1.2
    assert (insert.at(insert.duration_s)[:3, 3] - ENTRY) @ plan < -20


def test_the_needle_advances_at_a_careful_speed() -> None:
    insert = Insert(ENTRY, TARGET, FACE)
    for stage in ("insert, off the path", "advance to the target"):
        start, end = insert.stage(stage)
        a, b = (insert.at(start + share * (end - start))[:3, 3] for share in (0.4, 0.6))
        assert 2.0 < np.linalg.norm(b - a) / (0.2 * (end - start)) <= ADVANCE_MM_S + 1e-6


def test_a_short_path_still_makes_sense() -> None:
    insert = Insert(ENTRY, ENTRY + (TARGET - ENTRY) * 0.15, FACE)
    depths = [
        (insert.at(t)[:3, 3] - ENTRY) @ (TARGET - ENTRY) for t in np.linspace(*insert.stage("correct the angle"), 5)
    ]
    assert min(depths) > 0


def test_a_bump_grows_to_its_size_and_stays() -> None:
    bump = Bump(2.0, np.array([5.0, 6.0, -1200.0]), np.array([12.0, 0.0, 0.0]), np.array([0.0, 0.0, np.radians(3)]))
    assert np.array_equal(bump.at(2.0), np.eye(4))
    there = bump.at(2.4)
    assert np.degrees(angle_between(there, np.eye(4))) == pytest.approx(3.0)
    assert (there @ [5.0, 6.0, -1200.0, 1.0])[:3] == pytest.approx([17.0, 6.0, -1200.0])
    assert np.allclose(bump.at(99.0), there, atol=1e-12)
