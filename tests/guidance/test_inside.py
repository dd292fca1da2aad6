"""The largest variance and the chance of being inside a ball, against the slow ways."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from arguide.geometry.transforms import Array
from arguide.guidance.inside import largest_variance, probability_in_ball

numbers = st.lists(st.floats(-3, 3), min_size=9, max_size=9)


@given(numbers)
def test_the_largest_variance_is_the_largest_eigenvalue(values: list[float]) -> None:
    root = np.reshape(values, (3, 3))
    covariance = root @ root.T
    assert largest_variance(covariance) == pytest.approx(np.linalg.eigvalsh(covariance)[-1], rel=1e-7, abs=1e-9)


def test_a_variance_too_small_to_cube_is_still_found() -> None:
    assert largest_variance(np.diag([1e-120, 0.0, 0.0])) == pytest.approx(0.0, abs=1e-100)


def scattered(seed: int) -> tuple[Array, Array, float]:
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((3, 3)) * rng.uniform(0.05, 1.5, 3)
    return rng.standard_normal(3) * rng.uniform(0, 3), root @ root.T, rng.uniform(0.5, 5)


@pytest.mark.parametrize("seed", range(40))
def test_the_chance_is_the_share_of_many(seed: int) -> None:
    middle, covariance, radius = scattered(seed)
    root = np.linalg.cholesky(covariance + 1e-15 * np.eye(3))
    many = middle + np.random.default_rng(1000 + seed).standard_normal((40_000, 3)) @ root.T
    share = float(((many**2).sum(axis=1) <= radius**2).mean())
    assert probability_in_ball(middle, covariance, radius) == pytest.approx(share, abs=0.012)


def test_known_chances() -> None:
    one = np.eye(3)
    assert probability_in_ball(np.zeros(3), one, 2.0) == pytest.approx(stats.chi2.cdf(4.0, 3), abs=1e-3)
    away = np.array([1.0, -2.0, 0.5])
    assert probability_in_ball(away, one, 2.5) == pytest.approx(stats.ncx2.cdf(6.25, 3, 5.25), abs=1e-3)
    assert probability_in_ball(np.zeros(3), np.zeros((3, 3)), 1.0) == 1.0
    assert probability_in_ball(np.array([2.0, 0, 0]), np.zeros((3, 3)), 1.0) == 0.0
    assert probability_in_ball(np.array([100.0, 0, 0]), one, 3.0) == 0.0
