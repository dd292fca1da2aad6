"""The drawn ellipsoid is the 95 % region of the covariance it is drawn for."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from arguide.geometry.uncertainty import region_scale
from arguide.scene.error_region import LEAST_MM, image_from_region


@given(st.lists(st.floats(-2, 2), min_size=9, max_size=9))
def test_the_unit_sphere_becomes_the_border_of_the_region(values: list[float]) -> None:
    root = np.reshape(values, (3, 3)) + 0.1 * np.eye(3)
    covariance = root @ root.T + 0.01 * np.eye(3)
    middle = np.array([10.0, -20.0, 30.0])
    made = image_from_region(middle, covariance)
    directions = np.random.default_rng(1).standard_normal((50, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    border = directions @ made[:3, :3].T
    distance2 = np.einsum("ni,ij,nj->n", border, np.linalg.inv(covariance), border)
    np.testing.assert_allclose(np.sqrt(distance2), region_scale(), rtol=1e-6)
    np.testing.assert_array_equal(made[:3, 3], middle)
    assert np.linalg.det(made[:3, :3]) > 0


def test_no_error_is_still_drawn() -> None:
    made = image_from_region(np.zeros(3), np.zeros((3, 3)))
    np.testing.assert_allclose(np.linalg.norm(made[:3, :3], axis=0), LEAST_MM)
