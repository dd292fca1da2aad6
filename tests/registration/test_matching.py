"""Points in no order, some missing, some that do not belong."""

import numpy as np
import pytest

from arguide.errors import RegistrationError
from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import Array, apply, from_parts
from arguide.registration.matching import match_points

BOX = np.array([120.0, 60.0, 120.0])


def shuffled(
    seed: int, n: int = 12, missing: int = 2, spurious: int = 2, fle_mm: float = 0.35
) -> tuple[Array, Array, dict[int, int]]:
    """Touched points, planned points, and which touched one is which planned one."""
    rng = np.random.default_rng(seed)
    planned = rng.uniform(-0.5, 0.5, (n, 3)) * BOX
    kept = rng.permutation(n)[missing:]
    touched = planned[kept] + rng.normal(0, fle_mm / np.sqrt(3), (len(kept), 3))
    touched = np.vstack([touched, rng.uniform(-0.5, 0.5, (spurious, 3)) * BOX])
    order = rng.permutation(len(touched))
    truth = {int(np.flatnonzero(order == k)[0]): int(partner) for k, partner in enumerate(kept)}
    there = from_parts(rotations_from(rng.normal(0, 2, 3)), rng.normal(0, 300, 3))
    return apply(there, touched[order]), planned, truth


def is_right(seed: int, **how: float) -> bool:
    touched, planned, truth = shuffled(seed, **how)  # type: ignore[arg-type]
    try:
        return dict(match_points(touched, planned).pairs.tolist()) == truth
    except RegistrationError:
        return False


def test_twelve_points_two_missing_two_spurious_are_right_in_99_percent_of_1000() -> None:
    assert np.mean([is_right(seed) for seed in range(1000)]) >= 0.99


@pytest.mark.parametrize(("n", "missing", "spurious"), [(30, 5, 5), (30, 22, 0), (6, 1, 1), (5, 0, 0)])
def test_other_numbers_are_right_too(n: int, missing: int, spurious: int) -> None:
    assert np.mean([is_right(seed, n=n, missing=missing, spurious=spurious) for seed in range(40)]) >= 0.95


def test_exact_points_give_the_exact_transform_and_name_the_rest() -> None:
    touched, planned, truth = shuffled(3, fle_mm=0.0)
    found = match_points(touched, planned)
    assert found.registration.fre_mm < 1e-9 and dict(found.pairs.tolist()) == truth
    assert set(found.spurious) == set(range(12)) - set(truth)
    assert set(found.missing) == set(range(12)) - set(truth.values())


def test_a_wrong_answer_is_never_given_for_a_symmetric_layout() -> None:
    square = np.array([[0.0, 0, 0], [60, 0, 0], [60, 60, 0], [0, 60, 0]])
    cube = np.vstack([square, square + [0, 0, 60]])
    for points in (square, cube):
        with pytest.raises(RegistrationError, match="symmetric"):
            match_points(points[::-1], points)
    # One point that breaks the symmetry is enough.
    broken = np.vstack([cube, [20.0, 10, 75]])
    assert dict(match_points(broken[::-1], broken).pairs.tolist()) == {k: 8 - k for k in range(9)}


def test_points_of_another_plan_are_refused() -> None:
    rng = np.random.default_rng(4)
    refused = 0
    for _ in range(20):
        with pytest.raises(RegistrationError, match="points fit"):
            match_points(rng.uniform(-60, 60, (8, 3)), rng.uniform(-60, 60, (8, 3)))
        refused += 1
    assert refused == 20


def test_a_mirrored_list_is_recognised() -> None:
    touched, planned, _ = shuffled(5)
    with pytest.raises(RegistrationError, match="left-handed"):
        match_points(touched * [1, -1, 1], planned)


def test_metres_too_many_and_too_few_are_refused() -> None:
    touched, planned, _ = shuffled(6, missing=0, spurious=0)
    with pytest.raises(RegistrationError, match="metres"):
        match_points(touched, planned * 1e-3)
    with pytest.raises(RegistrationError, match="at most 30"):
        match_points(np.repeat(touched, 3, axis=0), planned)
    with pytest.raises(RegistrationError, match="at least 3"):
        match_points(touched[:2], planned)
