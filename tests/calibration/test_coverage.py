"""The coverage gauge: equal cells, nothing for dwelling, less for a narrow or lopsided swing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.calibration.coverage import cap_coverage
from arguide.geometry.rotations import rotations_from

UP = np.array([0.0, 0.0, 1.0])


def cone(half_deg: float, n: int, seed: int = 0, sector: float = 2 * np.pi) -> np.ndarray:
    """Directions spread evenly over a cap about +z."""
    rng = np.random.default_rng(seed)
    height = 1 - rng.uniform(size=n) * (1 - np.cos(np.radians(half_deg)))
    turn = rng.uniform(0, sector, n)
    radius = np.sqrt(1 - height**2)
    return np.column_stack([radius * np.cos(turn), radius * np.sin(turn), height])


def test_cells_have_equal_area() -> None:
    counts = cap_coverage(cone(30, 190_000), UP).counts
    assert len(counts) == 19 and counts.sum() == 190_000
    np.testing.assert_allclose(counts, 10_000, rtol=0.05)


def test_a_full_cone_is_one_and_nothing_is_zero() -> None:
    assert cap_coverage(cone(30, 2000)).fraction == 1
    assert cap_coverage(cone(30, 2000)).missing.shape == (0, 3)
    assert cap_coverage(np.empty((0, 3))).fraction == 0
    assert cap_coverage(UP[None]).fraction == pytest.approx(1 / 19)


def test_dwelling_adds_nothing_and_half_a_cone_is_half() -> None:
    assert cap_coverage(np.repeat(UP[None], 5000, axis=0)).fraction == pytest.approx(1 / 19)
    half = cap_coverage(cone(30, 5000, sector=np.pi), UP)
    assert half.fraction == pytest.approx(10 / 19, abs=1.1 / 19)
    assert (half.missing[:, 1] < 0.1).all()


def test_a_narrow_cone_stays_low_wherever_it_points() -> None:
    assert cap_coverage(cone(10, 5000)).fraction < 0.5
    tilted = cone(10, 5000) @ rotations_from([0.8, 0.3, 0]).T
    assert cap_coverage(tilted).fraction < 0.5


def test_a_swing_in_one_plane_stays_low() -> None:
    tilt = np.radians(np.linspace(-30, 30, 500))
    assert cap_coverage(np.column_stack([np.sin(tilt), 0 * tilt, np.cos(tilt)])).fraction < 0.4


@given(st.integers(0, 50), st.tuples(*[st.floats(-3, 3)] * 3), st.floats(12, 40))
def test_coverage_about_a_given_axis_turns_with_the_frame(seed: int, turn: tuple[float, ...], half: float) -> None:
    seen, rotation = cone(half, 400, seed), rotations_from(turn)
    assert cap_coverage(seen @ rotation.T).fraction == pytest.approx(cap_coverage(seen).fraction, abs=0.16)
    assert 0 < cap_coverage(seen @ rotation.T, rotation @ UP).fraction <= 1


def test_the_middle_is_not_pulled_by_dwelling() -> None:
    swung = np.vstack([cone(30, 500), np.repeat(cone(30, 1, 7), 5000, axis=0)])
    assert np.degrees(np.arccos(cap_coverage(swung).axis @ UP)) < 3


def test_visiting_what_is_missing_fills_the_gauge() -> None:
    first = cap_coverage(cone(30, 40), UP)
    assert 0 < len(first.missing) < 19
    assert cap_coverage(np.vstack([cone(30, 40), first.missing]), UP).fraction == 1
