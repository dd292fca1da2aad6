"""Poses from points: exact without noise, honest with it, not fooled by the mirrored pose of a plane."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arguide.asset_files import hardware
from arguide.geometry.camera_model import CameraModel
from arguide.geometry.rotations import rotation_vectors, rotations_from
from arguide.geometry.transforms import Array, angle_between, apply, from_parts
from arguide.settings.body_file import read_body
from arguide.trackers.camera.fit import fit_pose

CAMERA = CameraModel(1280, 720, 1002.0, 998.0, 652.0, 355.0, 0.11, -0.24, 0.0012, -0.0007, 0.09)
CUBE = np.array(list(read_body(hardware() / "sheets" / "needle-cube.toml").markers.values()))[:2].reshape(-1, 3)
SQUARE = np.array([[-20.0, 20, 0], [20, 20, 0], [20, -20, 0], [-20, -20, 0]])
small = st.floats(-0.6, 0.6)


def before_camera(turn: tuple[float, float, float], x: float = 0.0, y: float = 0.0, z: float = 600.0) -> Array:
    """A pose whose body's z axis looks at the camera when `turn` is nothing."""
    return from_parts(rotations_from(turn) @ np.diag([1.0, -1.0, -1.0]), [x, y, z])


@settings(deadline=None, max_examples=40)
@given(small, small, small, st.floats(-150, 150), st.floats(-100, 100), st.floats(300, 900))
def test_without_noise_the_pose_is_exact(a: float, b: float, c: float, x: float, y: float, z: float) -> None:
    true = before_camera((a, b, c), x, y, z)
    fit = fit_pose(CUBE, CAMERA.project(apply(true, CUBE)), CAMERA)
    assert fit is not None
    assert np.abs(fit.view_from_body - true).max() < 1e-3 and fit.rms_px < 1e-5


def test_too_few_points_make_no_pose() -> None:
    assert fit_pose(SQUARE[:3], np.zeros((3, 2)), CAMERA) is None


def test_the_mirrored_pose_of_a_small_plane_is_told_by_the_last_pose() -> None:
    """A marker seen from afar, 14° aslant, with noise: alone a toss-up, with the last pose always right."""
    true = before_camera((0.25, 0.0, 0.2), z=900.0)
    random = np.random.default_rng(3)
    wrong = {"alone": 0, "followed": 0}
    for _ in range(200):
        pixels = CAMERA.project(apply(true, SQUARE)) + 0.2 * random.standard_normal((4, 2))
        for name, last in (("alone", None), ("followed", true)):
            fit = fit_pose(SQUARE, pixels, CAMERA, last)
            assert fit is not None
            wrong[name] += angle_between(true, fit.view_from_body) > 0.4
    assert wrong["alone"] >= 5, "the trap is there"
    assert wrong["followed"] == 0


def test_the_last_pose_does_not_overrule_a_clear_picture() -> None:
    true = before_camera((0.6, 0.0, 0.0), z=400.0)
    mirrored = before_camera((-0.6, 0.0, 0.0), z=400.0)
    fit = fit_pose(SQUARE, CAMERA.project(apply(true, SQUARE)), CAMERA, last=mirrored)
    assert fit is not None
    assert angle_between(true, fit.view_from_body) < 1e-3 and not fit.ambiguous


def test_jitter_is_what_happens() -> None:
    """The stated standard deviations against those of 300 noisy pictures."""
    true = before_camera((0.3, 0.2, 0.1))
    random = np.random.default_rng(1)
    fits = []
    for _ in range(300):
        fit = fit_pose(CUBE, CAMERA.project(apply(true, CUBE)) + 0.1 * random.standard_normal((8, 2)), CAMERA)
        assert fit is not None
        fits.append(fit)
    places = np.array([fit.view_from_body[:3, 3] for fit in fits])
    turns = rotation_vectors(np.array([fit.view_from_body[:3, :3] @ true[:3, :3].T for fit in fits]))
    happened_mm = np.sqrt(places.var(axis=0).mean())
    happened_rad = np.sqrt(np.linalg.eigvalsh(np.cov(turns.T))[-1])
    assert np.sqrt(np.mean([fit.jitter_mm**2 for fit in fits])) == pytest.approx(happened_mm, rel=0.2)
    assert np.sqrt(np.mean([fit.jitter_rad**2 for fit in fits])) == pytest.approx(happened_rad, rel=0.2)


def test_error_mm_is_the_reprojection_error_at_the_body() -> None:
    true = before_camera((0.3, 0.2, 0.1), z=500.0)
    pixels = CAMERA.project(apply(true, CUBE)) + 0.2 * np.random.default_rng(1).standard_normal((8, 2))
    fit = fit_pose(CUBE, pixels, CAMERA)
    assert fit is not None
    assert fit.error_mm == pytest.approx(fit.rms_px * 0.5, rel=0.02)
