"""The noise of a tracker is measured while the tool is in a trembling, moving hand."""

import numpy as np
import pytest

from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import Array, rotation_about, translation
from arguide.guidance.jitter import Jitter

KINDS = {
    "optical, worse in depth": ([0.0008, 0.0008, 0.0003], [0.06, 0.06, 0.15]),
    "electromagnetic, far above the nominal": ([0.005, 0.005, 0.005], [0.5, 0.5, 0.5]),
    "far below the nominal": ([0.0001, 0.0001, 0.0001], [0.01, 0.01, 0.01]),
}


def hand(time_s: float) -> Array:
    """A tool that is carried about with a tremor of 0.3 mm and 0.2° at 8 Hz."""
    shake = np.sin(2 * np.pi * 8 * time_s)
    place = translation([50 * np.sin(time_s), 40 * np.cos(1.3 * time_s) + 0.3 * shake, -1200])
    return place @ rotation_about([1, 2, 0.3], 0.5 * np.sin(time_s) + 0.0035 * shake)


def seen(time_s: float, turn: Array, shift: Array, rng: np.random.Generator) -> Array:
    pose = hand(time_s)
    pose[:3, :3] = rotations_from(turn * rng.standard_normal(3)) @ pose[:3, :3]
    pose[:3, 3] += shift * rng.standard_normal(3)
    return pose


@pytest.mark.parametrize("kind", KINDS)
def test_the_noise_is_found_under_the_motion(kind: str) -> None:
    turn, shift = (np.array(values) for values in KINDS[kind])
    rng = np.random.default_rng(len(kind))
    jitter, found = Jitter(0.1, 0.001), []
    for frame in range(2700):
        jitter.take(frame, seen(frame / 60, turn, shift, rng))
        if frame > 1700:
            found.append(np.sqrt(np.diag(jitter.covariance)))
    noise = np.concatenate([turn, shift])
    left_of_tremor = np.array([0.0035] * 3 + [0.3] * 3) / 19 / np.sqrt(2)
    measured = np.mean(found, axis=0)
    assert (measured > 0.8 * noise).all() and (measured < 1.2 * np.hypot(noise, left_of_tremor)).all()
    assert np.linalg.eigvalsh(jitter.covariance).min() > 0


def test_a_knock_hardly_counts() -> None:
    rng = np.random.default_rng(1)
    calm, knocked = Jitter(0.1, 0.001), Jitter(0.1, 0.001)
    for frame in range(600):
        pose = seen(frame / 60, np.full(3, 5e-4), np.full(3, 0.05), rng)
        calm.take(frame, pose)
        knocked.take(frame, pose if frame < 500 else translation([15, 5, 0]) @ pose)
    assert np.trace(knocked.covariance[3:, 3:]) < 3 * np.trace(calm.covariance[3:, 3:])


def test_gaps_and_lost_frames_are_no_noise() -> None:
    jitter = Jitter(0.1, 0.001)
    for frame in range(300):
        if frame % 10 == 7:
            continue  # the device's counter says that a frame was lost
        jitter.take(frame, None if frame % 10 == 3 else translation([3.0 * frame, 0, 0]))
    assert 0 < jitter.frames < 40
    assert (np.diag(jitter.covariance) <= [1e-6] * 3 + [1e-2] * 3).all()


def test_every_second_frame_is_as_good() -> None:
    rng = np.random.default_rng(2)
    jitter = Jitter(1.0, 0.01)
    for frame in range(0, 4000, 2):
        pose = translation(0.05 * rng.standard_normal(3))
        jitter.take(frame, pose)
    np.testing.assert_allclose(np.sqrt(np.diag(jitter.covariance))[3:], 0.05, rtol=0.25)


def test_what_cannot_be_measured_is_added() -> None:
    jitter = Jitter(0.1, 0.001, bias_mm=0.2)
    np.testing.assert_allclose(np.diag(jitter.covariance), [1e-6] * 3 + [0.05] * 3)
    for frame in range(2000):
        jitter.take(frame, np.eye(4))
    np.testing.assert_allclose(np.diag(jitter.covariance)[3:], 0.04, rtol=0.01)
