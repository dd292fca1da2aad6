"""Target errors: Fitzpatrick's closed form, the propagated covariance and brute force tell the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import Array, apply, from_parts
from arguide.geometry.uncertainty import inside_region, point_covariances, region_scale
from arguide.registration.anisotropic import register_anisotropic
from arguide.registration.rigid import register_points
from arguide.registration.tre import fitzpatrick_tre, propagated_covariance, simulated_errors

FLE_MM = 0.35
DEPTH = np.diag([0.05, 0.05, 0.5])


def isotropic(fle_mm: float = FLE_MM) -> Array:
    return np.eye(3) * fle_mm**2 / 3


def test_mean_tre_is_fitzpatricks_within_3_percent_over_20_000_trials(layout: Array, targets: Array) -> None:
    errors = simulated_errors(layout, targets, isotropic(), 20_000, np.random.default_rng(1))
    rms = np.sqrt((errors**2).sum(axis=2).mean(axis=0))
    np.testing.assert_allclose(rms, fitzpatrick_tre(layout, targets, FLE_MM), rtol=0.03)


def test_the_closed_form_is_the_trace_of_the_covariance(layout: Array, targets: Array) -> None:
    found = register_points(layout, layout, fle_mm=FLE_MM)
    np.testing.assert_allclose(found.tre_mm(targets), fitzpatrick_tre(layout, targets, FLE_MM), rtol=1e-9)
    propagated = propagated_covariance(layout, isotropic())
    np.testing.assert_allclose(point_covariances(propagated, targets), found.tre_covariances(targets), atol=1e-12)


def test_the_closed_form_by_hand() -> None:
    """A cube: f² = 2 in each axis; at the middle 1/8 of FLE², one side away 1/8 (1 + 1/3 (0 + ½ + ½))."""
    cube = np.array([[x, y, z] for x in (-1.0, 1) for y in (-1, 1) for z in (-1, 1)])
    np.testing.assert_allclose(fitzpatrick_tre(cube, [[0, 0, 0], [1, 0, 0]], 1.0) ** 2, [1 / 8, 1 / 6])


@given(st.integers(0, 100), st.tuples(*[st.floats(-3, 3)] * 3), st.tuples(*[st.floats(-2000, 2000)] * 3))
def test_predictions_do_not_depend_on_the_frame(seed: int, turn: tuple[float, ...], shift: tuple[float, ...]) -> None:
    points = np.random.default_rng(seed).normal(0, 50, (6, 3))
    there = from_parts(rotations_from(turn), shift)
    here = fitzpatrick_tre(points, points[:2], 1.0)
    np.testing.assert_allclose(fitzpatrick_tre(apply(there, points), apply(there, points[:2]), 1.0), here, rtol=1e-6)


@pytest.mark.parametrize("fle", [isotropic(), DEPTH, np.stack([isotropic(0.2)] * 3 + [DEPTH] * 3)], ids=str)
def test_95_percent_regions_contain_the_truth_in_95_percent(targets: Array, skin: Array, fle: Array) -> None:
    errors = simulated_errors(skin, targets, fle, 10_000, np.random.default_rng(2))
    covariances = point_covariances(propagated_covariance(skin, fle), targets)
    for k in range(len(targets)):
        assert 0.93 <= inside_region(errors[:, k], covariances[k], region_scale()).mean() <= 0.97


def test_95_percent_regions_hold_for_all_layouts(layout: Array, targets: Array) -> None:
    errors = simulated_errors(layout, targets, isotropic(), 10_000, np.random.default_rng(3))
    covariances = register_points(layout, layout, fle_mm=FLE_MM).tre_covariances(targets)
    for k in range(len(targets)):
        assert 0.93 <= inside_region(errors[:, k], covariances[k], region_scale()).mean() <= 0.97


def test_regions_hold_when_the_residuals_must_tell_the_fle(layout: Array, targets: Array) -> None:
    """With four fiducials six degrees of freedom are left: the region must be wider, and then it is right."""
    rng = np.random.default_rng(4)
    inside = []
    for _ in range(1500):
        found = register_points(layout + rng.normal(0, 0.2, layout.shape), layout)
        error = apply(found.fixed_from_moving, targets[0]) - targets[0]
        inside.append(inside_region(error, found.tre_covariances(targets[0]), found.region_scale))
    assert 0.93 <= np.mean(inside) <= 0.97


def test_uneven_weights_are_propagated(skin: Array, targets: Array) -> None:
    weights = np.array([3.0, 1, 1, 0.2, 1, 2])
    fle = isotropic()
    errors = simulated_errors(skin, targets, fle, 10_000, np.random.default_rng(5), weights)
    covariances = point_covariances(propagated_covariance(skin, fle, weights), targets)
    for k in range(len(targets)):
        assert inside_region(errors[:, k], covariances[k], region_scale()).mean() == pytest.approx(0.95, abs=0.02)


def test_knowing_the_direction_of_the_error_makes_it_smaller_and_its_region_is_right(
    skin: Array, targets: Array
) -> None:
    rng, inside, off, off_plain = np.random.default_rng(6), [], [], []
    root = np.linalg.cholesky(DEPTH)
    for _ in range(1000):
        touched = skin + rng.normal(size=skin.shape) @ root.T
        found = register_anisotropic(touched, skin, DEPTH)
        error = apply(found.fixed_from_moving, targets[0]) - targets[0]
        inside.append(inside_region(error, found.tre_covariances(targets[0]), found.region_scale))
        off.append(error)
        off_plain.append(apply(register_points(touched, skin).fixed_from_moving, targets[0]) - targets[0])
    assert 0.93 <= np.mean(inside) <= 0.97
    assert np.square(off).sum() <= 1.02 * np.square(off_plain).sum()
