"""A person touched eight landmarks of a phantom with a tracked stylus; the registration that came of it is published."""

import re
from pathlib import Path

import numpy as np
import pytest

from arguide.geometry.transforms import Array, angle_between, apply, inverse
from arguide.registration.fiducials import judge_fiducials
from arguide.registration.matching import match_points

FOLDER = Path(__file__).parents[2] / ".." / "shared" / "data" / "plus-sequences"
RECORDING = FOLDER / "EightLandmarkPointsTrackedForPhantomRegistration.igs.mha"
TIP = np.array([108.565, 7.77385, 2.5389])
"""mm, from the configuration that was recorded with."""
LANDMARKS = np.array(
    [
        [104.3, 5, 20], [104.3, 45, 20], [104.3, 45, 0], [104.3, -5, 0],
        [-34.3, 45, 15], [-34.3, -5, 20], [-34.3, -5, 0], [-34.3, 45, 0],
    ]
)  # fmt: skip
PUBLISHED = np.array(
    [
        [-0.00479115, 0.00329566, -0.999983, 22.7064],
        [-0.0127965, 0.999912, 0.00335674, -39.7536],
        [0.999907, 0.0128124, -0.00474856, 25.6504],
        [0, 0, 0, 1],
    ]
)
STILL_MM_S = 8.0
FEWEST_FRAMES = 15


def field(text: str, name: str) -> Array:
    lines = re.findall(rf"^Seq_Frame\d+_{name} = (.*)$", text, re.MULTILINE)
    return np.array([[float(number) for number in line.split()] for line in lines])


@pytest.fixture(scope="module")
def rests() -> Array:
    """Where the stylus tip rested, in the reference frame, in order of time."""
    if not RECORDING.is_file():
        pytest.skip(f"no {RECORDING.name}: the shared data is not beside the checkout")
    text = RECORDING.read_text(encoding="latin-1")
    reference, stylus = (field(text, f"{name}ToTrackerTransform").reshape(-1, 4, 4) for name in ("Reference", "Stylus"))
    poses, time = np.linalg.inv(reference) @ stylus, field(text, "Timestamp")[:, 0]
    tips = poses[:, :3, :3] @ TIP + poses[:, :3, 3]
    still = np.linalg.norm(np.diff(tips, axis=0), axis=1) / np.diff(time) < STILL_MM_S
    edges = np.flatnonzero(np.diff(np.concatenate([[0], still.astype(int), [0]])))
    spans = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= FEWEST_FRAMES]
    return np.array([tips[a:b].mean(axis=0) for a, b in spans])


def test_the_touches_are_found_without_their_order_and_agree_with_what_was_published(rests: Array) -> None:
    # Before the first and after the last the stylus rests aside: these belong to no landmark.
    found = match_points(LANDMARKS, rests, tolerance_mm=2.0)
    np.testing.assert_array_equal(found.pairs, [[k, k + 1] for k in range(8)])
    assert found.missing == (0, 9) and found.spurious == ()
    result = found.registration
    assert result.fre_mm < 0.5 and result.cautions == ()
    off = apply(result.fixed_from_moving, LANDMARKS) - apply(PUBLISHED, LANDMARKS)
    assert np.linalg.norm(off, axis=1).max() < 0.5
    assert np.degrees(angle_between(result.fixed_from_moving, PUBLISHED)) < 0.2


def test_no_recorded_touch_is_suspect_and_a_spoilt_one_is(rests: Array) -> None:
    touched = rests[1:9].copy()
    assert judge_fiducials(LANDMARKS, touched).suspect is None
    touched[5] += inverse(PUBLISHED)[:3, 0] * 3.0
    assert judge_fiducials(LANDMARKS, touched).suspect == 5
