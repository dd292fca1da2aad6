"""Painted points on bone: right where the patch tells, refused where it does not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import trimesh.creation

from arguide.errors import RegistrationError
from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array, angle_between, apply, identity, inverse, translation
from arguide.geometry.uncertainty import inside_region
from arguide.registration.icp import TUKEY, Landmarks
from arguide.registration.surface import SurfaceTarget
from arguide.registration.surface_fit import refine_surface, register_surface

Starting = Callable[..., Array]
Bone = Any  # the dataclass beside the fixtures


def errors(found: Array, truth: Array, middle: Array) -> tuple[float, float]:
    """Error at the patch's middle in mm, and in degrees."""
    return (
        float(np.linalg.norm(apply(found, middle) - apply(truth, middle))),
        float(np.degrees(angle_between(found, truth))),
    )


def target_of(solid: trimesh.Trimesh) -> SurfaceTarget:
    return SurfaceTarget(Mesh(np.asarray(solid.vertices, float), np.asarray(solid.faces, np.int32)))


def test_200_starts_off_by_20_degrees_and_20_mm_end_within_half_a_mm(vertebrae: Bone, off_by: Starting) -> None:
    right = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        points = vertebrae.painted(rng)
        middle = points.mean(axis=0)
        found = register_surface(vertebrae.target, points, off_by(rng, 20, 20, middle))
        mm, deg = errors(found.fixed_from_moving, identity(), middle)
        right += mm <= 0.5 and deg <= 0.3
    assert right >= 198


def test_exact_points_end_exactly(vertebra: Bone, off_by: Starting) -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        points = vertebra.painted(rng, noise_mm=0.0)
        found = register_surface(vertebra.target, points, off_by(rng, 15, 10, points.mean(axis=0)))
        np.testing.assert_allclose(apply(found.fixed_from_moving, points), points, atol=1e-9)
        assert found.rms_mm < 1e-9 and found.used.all()


def test_no_start_at_all_is_enough_for_one_bone(vertebra: Bone, off_by: Starting) -> None:
    for seed in range(2):
        rng = np.random.default_rng(seed)
        there = off_by(rng, 180, 800, np.zeros(3))
        points = vertebra.painted(rng)
        found = register_surface(vertebra.target, apply(there, points))
        mm, deg = errors(found.fixed_from_moving, inverse(there), apply(there, points.mean(axis=0)))
        assert mm < 0.5 and deg < 0.5


def test_strays_do_no_harm(vertebra: Bone, off_by: Starting) -> None:
    rng = np.random.default_rng(1)
    points = vertebra.painted(rng)
    points[::10] += [0, -8.0, 0]  # lifted off the bone; a few land on another part of it and are no strays
    off_mm = np.linalg.norm(points - vertebra.target.nearest(points)[0], axis=1)
    # Weights end at so many times the noise, 0.31 mm here: what lies nearer is noise that has some small weight.
    stray = off_mm > TUKEY * 0.32
    assert stray[::10].sum() >= 45 and not np.delete(stray, np.s_[::10]).any()
    start = off_by(rng, 10, 8, points.mean(axis=0))
    for keep in (1.0, 0.85):
        found = register_surface(vertebra.target, points, start, keep=keep)
        mm, deg = errors(found.fixed_from_moving, identity(), points.mean(axis=0))
        assert mm < 0.3 and deg < 0.4
        assert not found.used[stray].any() and found.used[::10].sum() <= 2
        assert found.used.sum() > 0.7 * len(points)


def test_the_95_percent_region_contains_the_target_in_95_percent(vertebrae: Bone) -> None:
    targets = np.array([[0.0, -20, 58], [30, 10, 40]])
    inside, noises = [], []
    for seed in range(300):
        points = vertebrae.painted(np.random.default_rng(seed), 300)
        found = refine_surface(vertebrae.target, points, identity())
        off = apply(found.fixed_from_moving, targets) - targets
        inside.append(inside_region(off, found.tre_covariances(targets), found.region_scale))
        noises.append(found.noise_mm)
    share = np.mean(inside, axis=0)
    assert (share >= 0.92).all() and (share <= 0.98).all()
    assert np.mean(noises) == pytest.approx(0.3, rel=0.05)


ROUND = {
    "ball": (trimesh.creation.icosphere(4, 40.0), "turning about"),
    "pipe": (trimesh.creation.cylinder(20, 150, sections=120), "turning about the head–foot axis"),
}


@pytest.mark.parametrize("name", ROUND)
def test_what_a_patch_does_not_hold_is_named_and_refused(name: str) -> None:
    solid, reason = ROUND[name]
    points, _ = trimesh.sample.sample_surface(solid, 400, seed=1)
    with pytest.raises(RegistrationError, match=f"does not hold against {reason}"):
        register_surface(target_of(solid), points, identity())


def test_a_flat_patch_slides_in_two_directions_and_turns_in_one() -> None:
    plate = target_of(trimesh.creation.box((400, 400, 10)).subdivide().subdivide().subdivide())
    rng = np.random.default_rng(2)
    points = np.column_stack([rng.uniform(-40, 40, (300, 2)), 5 + rng.normal(0, 0.2, 300)])
    seen = refine_surface(plate, points, identity()).observability
    assert seen.unseen == (0, 1, 2) and (seen.hold[3:] > 0.1).all()
    assert all(np.isinf(sd) or sd > 100 for sd in seen.sd_mm[:3])
    assert {seen.describe(k).split()[0] for k in range(3)} == {"sliding", "turning"}


def test_landmarks_hold_what_the_patch_does_not() -> None:
    solid = trimesh.creation.cylinder(20, 150, sections=120)
    points, _ = trimesh.sample.sample_surface(solid, 400, seed=3)
    marks = np.array([[20.0, 0, 30], [0, 20, -40], [-20, 0, 60]])
    shift = translation([5.0, -3, 8])
    landmarks = Landmarks(apply(inverse(shift), marks), marks, 0.3)
    found = register_surface(target_of(solid), apply(inverse(shift), points), None, landmarks)
    np.testing.assert_allclose(found.fixed_from_moving, shift, atol=1e-6)
    assert found.observability.unseen == () and found.landmark_residuals_mm.max() < 1e-6


def test_landmarks_and_surface_share_the_error_by_their_noise(vertebra: Bone) -> None:
    """Landmarks all off by 2 mm: trusted they pull, doubted they do not."""
    points = vertebra.painted(np.random.default_rng(4))
    marks = points[[10, 200, 350, 480]]
    moved = {}
    for sd in (0.001, 100.0):
        found = refine_surface(vertebra.target, points, identity(), Landmarks(marks - [2.0, 0, 0], marks, sd))
        moved[sd] = errors(found.fixed_from_moving, identity(), points.mean(axis=0))[0]
    assert moved[0.001] == pytest.approx(2.0, abs=0.2) and moved[100.0] < 0.2


def test_two_places_that_fit_alike_are_refused(vertebra: Bone) -> None:
    corners = vertebra.target.corners.reshape(-1, 3)
    twice = np.vstack([corners, corners + [150.0, 0, 0]])
    twins = SurfaceTarget(Mesh(twice, np.arange(len(twice), dtype=np.int32).reshape(-1, 3)))
    points = vertebra.painted(np.random.default_rng(5))
    with pytest.raises(RegistrationError, match="fits nearly as well 150 mm"):
        register_surface(twins, points)


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (np.zeros((10, 3)), "at least 20 painted"),
        (np.zeros((50, 2)), "3-D points"),
        (np.full((50, 3), np.nan), "point 1 is not finite"),
        (np.random.default_rng(6).uniform(-60, 60, (100, 3)), "best fit leaves"),
    ],
)
def test_points_that_are_no_painting_are_refused(vertebra: Bone, points: Array, reason: str) -> None:
    with pytest.raises(RegistrationError, match=reason):
        register_surface(vertebra.target, points, identity())
