"""Leave-one-out and the named suspect, layouts judged beforehand, and where the next fiducial helps."""

import numpy as np
import pytest

from arguide.errors import RegistrationError
from arguide.geometry.transforms import Array, apply, rotation_about
from arguide.registration.fiducials import judge_fiducials
from arguide.registration.layout import distance_to_hull, layout_cautions, next_fiducial
from arguide.registration.rigid import register_points
from arguide.registration.tre import fitzpatrick_tre

THERE = rotation_about([1, 2, 3], 1.0)


def touched(points: Array, seed: int, mm: float = 0.2) -> Array:
    return apply(THERE, points) + np.random.default_rng(seed).normal(0, mm, points.shape)


@pytest.mark.parametrize("wrong", range(6))
@pytest.mark.parametrize("fle_mm", [None, 0.35])
def test_the_wrong_fiducial_is_named(skin: Array, wrong: int, fle_mm: float | None) -> None:
    fixed = touched(skin, wrong)
    fixed[wrong] += [3.0, -4, 2]
    found = judge_fiducials(skin, fixed, fle_mm)
    assert found.suspect == wrong and found.chance[wrong] < 0.01
    assert found.left_out_mm[wrong] > 4 and found.fre_without_mm[wrong] < 0.6


@pytest.mark.parametrize("fle_mm", [None, 0.2 * np.sqrt(3)])
def test_good_fiducials_are_seldom_suspected(skin: Array, fle_mm: float | None) -> None:
    suspected = [judge_fiducials(skin, touched(skin, seed), fle_mm).suspect is not None for seed in range(600)]
    assert np.mean(suspected) < 0.025


def test_leaving_out_is_what_it_says(skin: Array) -> None:
    fixed = touched(skin, 1)
    found = judge_fiducials(skin, fixed)
    for k in range(6):
        rest = register_points(np.delete(skin, k, 0), np.delete(fixed, k, 0))
        assert found.fre_without_mm[k] == pytest.approx(rest.fre_mm)
        assert found.left_out_mm[k] == pytest.approx(np.linalg.norm(apply(rest.fixed_from_moving, skin[k]) - fixed[k]))


def test_exact_fiducials_have_no_suspect(skin: Array) -> None:
    assert judge_fiducials(skin, apply(THERE, skin)).suspect is None


def test_fiducials_that_the_others_cannot_judge_are_not_judged() -> None:
    """Without the fourth, the other three lie on a line."""
    points = np.array([[0.0, 0, 0], [50, 0, 0], [100, 0, 0], [50, 60, 0]])
    found = judge_fiducials(points, points)
    assert np.isnan(found.chance).tolist() == [False, False, False, True]
    with pytest.raises(RegistrationError, match="at least 4"):
        judge_fiducials(points[[0, 1, 3]], points[[0, 1, 3]])


def test_a_good_layout_raises_no_word(skin: Array) -> None:
    assert layout_cautions(skin, skin.mean(axis=0)) == ()


@pytest.mark.parametrize(
    ("points", "target", "code"),
    [
        ([[0.0, 0, -80], [9, 0, -30], [-9, 0, 30], [0, 9, 80]], [0, 0, 0], "collinear"),
        ([[0.0, 0, 0], [80, 0, 0], [0, 80, 0], [4, 0, 0]], [20, 20, 0], "repeated"),
        ([[0.0, 0, 0], [80, 0, 0], [0, 80, 0], [0, 0, 80]], [150, 150, 0], "outside"),
    ],
)
def test_weak_layouts_are_named(points: list[list[float]], target: list[float], code: str) -> None:
    found = layout_cautions(points, target)
    assert [caution.code for caution in found] == [code]
    assert "; " in found[0].message or ": " in found[0].message


def test_a_layout_that_determines_nothing_is_refused() -> None:
    with pytest.raises(RegistrationError, match="on one line"):
        layout_cautions([[0.0, 0, 0], [50, 0, 0], [100, 0, 1]])


@pytest.mark.parametrize(
    ("target", "distance"), [([0.2, 0.2, 0.2], 0), ([0, 0, 0], 0), ([-3, 0, 0], 3), ([1, 1, 1], 2 / np.sqrt(3))]
)
def test_distance_to_a_hull_by_hand(target: list[float], distance: float) -> None:
    corner = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    assert distance_to_hull(corner, target) == pytest.approx(distance, abs=1e-6)
    assert distance_to_hull(corner[:3], [0.2, 0.2, 5.0]) == pytest.approx(5.0, abs=1e-6)  # a flat hull


def test_the_next_fiducial_is_the_best_of_all_tried_by_hand(skin: Array, targets: Array) -> None:
    candidates = np.random.default_rng(3).uniform(-100, 100, (40, 3))
    found = next_fiducial(skin, candidates, targets, 0.35)
    by_hand = [np.sqrt(np.mean(fitzpatrick_tre(np.vstack([skin, one]), targets, 0.35) ** 2)) for one in candidates]
    np.testing.assert_allclose(found.all_tre_mm, by_hand, rtol=1e-9)
    assert found.candidate == int(np.argmin(by_hand)) and found.tre_mm == pytest.approx(min(by_hand))
    np.testing.assert_array_equal(found.point, candidates[found.candidate])
    assert found.tre_now_mm == pytest.approx(np.sqrt(np.mean(fitzpatrick_tre(skin, targets, 0.35) ** 2)))
    assert (found.all_tre_mm < found.tre_now_mm).all()  # one more never harms


def test_no_candidate_or_no_target_is_refused(skin: Array) -> None:
    with pytest.raises(RegistrationError, match="0 candidates"):
        next_fiducial(skin, np.empty((0, 3)), skin, 0.35)
