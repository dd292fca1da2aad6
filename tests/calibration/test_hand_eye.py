"""Hand-eye calibration: exact, each solver by itself, honest on noise, refused where the motion tells nothing."""

import numpy as np
import pytest

from arguide.calibration.hand_eye import SOLVERS, _motions, hand_eye_calibration
from arguide.errors import CalibrationError
from arguide.geometry.rotations import rotation_vectors, rotations_from
from arguide.geometry.transforms import Array, from_parts, inverse, rotation_about
from arguide.geometry.uncertainty import inside_region, point_covariances, region_scale

X = from_parts(rotations_from([0.4, -1.2, 2.0]), [40.0, -25, 60])
WORLD = from_parts(rotations_from([-0.6, 0.2, 0.9]), [100.0, -200, -1500])


def views(seed: int, n: int = 20, mm: float = 0.0, rad: float = 0.0, spread: float = 0.5) -> tuple[Array, Array]:
    """Poses of the body in the tracker's frame and of the board in the camera's."""
    rng = np.random.default_rng(seed)
    boards = np.tile(np.eye(4), (n, 1, 1))
    boards[:, :3, :3] = rotations_from(rng.normal(0, spread, (n, 3)))
    boards[:, :3, 3] = rng.normal(0, 60, (n, 3)) + [0, 0, 400]
    bodies = WORLD @ np.linalg.inv(boards) @ inverse(X)
    boards[:, :3, :3] = rotations_from(rng.normal(0, rad, (n, 3))) @ boards[:, :3, :3]
    boards[:, :3, 3] += rng.normal(0, mm, (n, 3))
    return np.asarray(bodies), boards


@pytest.mark.parametrize("name", SOLVERS)
def test_each_solver_is_exact_on_exact_data(name: str) -> None:
    for seed in range(5):
        np.testing.assert_allclose(SOLVERS[name](*_motions(*views(seed))), X, atol=1e-8)


def test_exact_data_give_the_exact_camera_and_board() -> None:
    found = hand_eye_calibration(*views(1))
    np.testing.assert_allclose(found.body_from_camera, X, atol=1e-9)
    np.testing.assert_allclose(found.tracker_from_board, WORLD, atol=1e-9)
    assert found.error_mm < 1e-8 and found.error_rad < 1e-9


def test_the_error_on_poses_left_out_is_that_of_the_noise() -> None:
    found = hand_eye_calibration(*views(2, 40, mm=0.5, rad=0.003))
    assert 0.5 * np.sqrt(3) * 0.8 < found.error_mm < 0.5 * np.sqrt(3) * 1.6
    assert 0.003 * np.sqrt(3) * 0.8 < found.error_rad < 0.003 * np.sqrt(3) * 1.6
    assert np.linalg.norm(found.body_from_camera[:3, 3] - X[:3, 3]) < 1.5
    assert np.linalg.norm(rotation_vectors(found.body_from_camera[:3, :3] @ X[:3, :3].T)) < 0.004
    assert found.method in SOLVERS and found.residuals_mm.shape == (40,)


def test_the_camera_lies_in_its_95_percent_region() -> None:
    inside = []
    for seed in range(16):
        found = hand_eye_calibration(*views(seed, 15, mm=0.3, rad=0.3 / 400))
        off = found.body_from_camera[:3, 3] - X[:3, 3]
        covariance = point_covariances(found.covariance, found.body_from_camera[:3, 3])
        inside.append(inside_region(off, covariance, region_scale(degrees_of_freedom=78)))
    assert np.mean(inside) >= 0.8


def test_motions_that_tell_nothing_are_refused() -> None:
    with pytest.raises(CalibrationError, match="at least 10°"):
        hand_eye_calibration(*views(3, spread=0.01))
    bodies, boards = views(4)
    for k in range(len(bodies)):
        boards[k] = from_parts(rotation_about([0, 1, 0], 0.1 * k)[:3, :3], boards[k, :3, 3])
    bodies = WORLD @ np.linalg.inv(boards) @ inverse(X)
    with pytest.raises(CalibrationError, match="one axis only"):
        hand_eye_calibration(bodies, boards)
    with pytest.raises(CalibrationError, match="at least 6"):
        hand_eye_calibration(bodies[:5], boards[:5])
    with pytest.raises(CalibrationError, match="20 poses of the body and 10"):
        hand_eye_calibration(bodies, boards[:10])
