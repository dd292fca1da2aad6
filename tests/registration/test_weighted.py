"""Weights and directed errors: exact on exact data, SciPy and a general optimiser as witnesses."""

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from arguide.errors import RegistrationError
from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import Array, apply, from_parts
from arguide.registration.alignment import align, moved
from arguide.registration.anisotropic import register_anisotropic
from arguide.registration.rigid import register_points

TRUTH = from_parts(rotations_from([0.4, -0.8, 1.1]), [100.0, -900, 40])
FLE = np.diag([0.01, 0.02, 0.4])


def noisy(points: Array, seed: int, mm: float = 0.5) -> Array:
    return apply(TRUTH, points) + np.random.default_rng(seed).normal(0, mm, points.shape)


def test_exact_points_give_the_exact_transform_whatever_the_weights(layout: Array) -> None:
    weights = np.arange(1.0, len(layout) + 1)
    fixed = apply(TRUTH, layout)
    for found in (register_points(layout, fixed, weights=weights), register_anisotropic(layout, fixed, FLE)):
        np.testing.assert_allclose(found.fixed_from_moving, TRUTH, atol=1e-9)
        assert found.fre_mm < 1e-9


def test_weights_agree_with_scipy(skin: Array) -> None:
    fixed, weights = noisy(skin, 1), np.array([1.0, 2, 3, 0.5, 1, 4])
    found = register_points(skin, fixed, weights=weights).fixed_from_moving
    w = weights / weights.sum()
    witness, _ = Rotation.align_vectors(fixed - w @ fixed, skin - w @ skin, weights=weights)
    np.testing.assert_allclose(found[:3, :3], witness.as_matrix(), atol=1e-9)


def test_a_weight_of_zero_leaves_a_point_out_and_keeps_its_residual(skin: Array) -> None:
    fixed = noisy(skin, 2)
    fixed[3] += 40
    without = register_points(np.delete(skin, 3, 0), np.delete(fixed, 3, 0))
    zero = register_points(skin, fixed, weights=[1, 1, 1, 0, 1, 1])
    np.testing.assert_allclose(zero.fixed_from_moving, without.fixed_from_moving, atol=1e-12)
    np.testing.assert_allclose(zero.covariance, without.covariance, rtol=1e-6, atol=1e-12)
    assert zero.fre_mm == pytest.approx(without.fre_mm) and zero.residuals_mm[3] > 50


def test_only_the_ratio_of_weights_matters(skin: Array) -> None:
    fixed = noisy(skin, 3)
    one, ten = (register_points(skin, fixed, weights=np.full(6, w)) for w in (1.0, 10.0))
    np.testing.assert_allclose(one.covariance, ten.covariance, rtol=1e-9, atol=1e-15)
    assert one.fle_mm == pytest.approx(ten.fle_mm)


def test_equal_errors_in_all_directions_are_the_plain_registration(skin: Array) -> None:
    fixed = noisy(skin, 4)
    plain = register_points(skin, fixed, fle_mm=0.3)
    directed = register_anisotropic(skin, fixed, np.eye(3) * 0.01, np.eye(3) * 0.02)
    np.testing.assert_allclose(directed.fixed_from_moving, plain.fixed_from_moving, atol=1e-9)
    np.testing.assert_allclose(directed.covariance, plain.covariance, rtol=1e-6, atol=1e-10)
    assert directed.fle_mm == pytest.approx(0.3)


def test_directed_errors_agree_with_a_general_optimiser(skin: Array) -> None:
    """The witness keeps the weights that belong to the answer and minimises with SciPy from elsewhere."""
    fixed = noisy(skin, 5)
    found = register_anisotropic(skin, fixed, FLE).fixed_from_moving
    root = np.linalg.cholesky(np.linalg.inv(found[:3, :3] @ FLE @ found[:3, :3].T)).T

    def residuals(x: Array) -> Array:
        return np.asarray(((skin @ rotations_from(x[:3]).T + x[3:] - fixed) @ root.T).ravel())

    witness = least_squares(residuals, [0.3, -0.7, 1.0, 90, -880, 50], xtol=1e-15, ftol=1e-15, gtol=1e-15)
    np.testing.assert_allclose(rotations_from(witness.x[:3]), found[:3, :3], atol=1e-6)
    np.testing.assert_allclose(witness.x[3:], found[:3, 3], atol=1e-4)


def test_many_registrations_at_once_are_the_single_ones(skin: Array) -> None:
    fixed = np.stack([noisy(skin, seed) for seed in range(20)])
    batch = align(skin, fixed)
    for one, points in zip(batch, fixed, strict=True):
        np.testing.assert_allclose(one, register_points(skin, points).fixed_from_moving, atol=1e-9)
    np.testing.assert_allclose(moved(batch, skin)[3], apply(batch[3], skin), atol=1e-12)


@pytest.mark.parametrize("weights", [[1.0, 1], [1, 1, 1, 1, 1, -1], [0] * 6, [1, 1, 1, 1, 1, np.nan]])
def test_weights_that_are_none_are_refused(skin: Array, weights: list[float]) -> None:
    with pytest.raises(RegistrationError, match="expected 6 weights"):
        register_points(skin, skin, weights=weights)


def test_too_few_points_left_by_the_weights_are_refused(skin: Array) -> None:
    with pytest.raises(RegistrationError, match="2 touched points, at least 3"):
        register_points(skin, skin, weights=[1, 1, 0, 0, 0, 0])


@pytest.mark.parametrize(
    ("fle", "reason"),
    [(np.eye(2), "have shape"), (np.diag([1.0, 1, 0]), "not symmetric and positive"), (np.ones((3, 3)), "positive")],
)
def test_covariances_that_are_none_are_refused(skin: Array, fle: Array, reason: str) -> None:
    with pytest.raises(RegistrationError, match=reason):
        register_anisotropic(skin, skin, fle)
