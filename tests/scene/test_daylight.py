"""Light worked out at loading."""

import numpy as np

from arguide.geometry.transforms import Array
from arguide.scene import daylight
from arguide.scene.shapes import ball

UP = np.array([0.0, 0.0, 1.0])


def _sheet(half: float, z: float, step: float = 1.0) -> Array:
    x, y = np.meshgrid(np.arange(-half, half, step), np.arange(-half, half, step))
    return np.stack([x.ravel(), y.ravel(), np.full(x.size, z)], -1)


def test_directions_are_unit_and_balanced() -> None:
    found = daylight.directions(64)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0)
    np.testing.assert_allclose(found.mean(axis=0), 0.0, atol=0.02)


def test_a_cone_stays_in_its_angle() -> None:
    axis = np.array([0.6, 0.0, 0.8])
    assert (daylight.cone(axis, 0.3, 40) @ axis >= np.cos(0.3) - 1e-12).all()


def test_a_free_ball_sees_all_of_its_sky_and_lamp_on_the_lit_side() -> None:
    sphere = ball(20.0, 40)
    points = daylight.scatter(sphere.vertices, sphere.faces)
    sky, lamp = daylight.light(sphere.vertices, sphere.normals, points, UP)
    assert sky.mean() > 0.93
    assert lamp[sphere.normals[:, 2] > 0.5].min() > 0.9
    assert lamp[sphere.normals[:, 2] < -0.5].max() < 0.2


def test_a_roof_takes_sky_and_lamp_from_what_is_under_it() -> None:
    floor, roof = _sheet(30, 0), _sheet(12, 12)
    normals = np.broadcast_to(UP, floor.shape)
    sky, lamp = daylight.light(floor, normals, np.concatenate([floor, roof]), UP)
    middle = np.hypot(*floor[:, :2].T) < 4
    corner = np.hypot(*floor[:, :2].T) > 36
    assert lamp[middle].max() == 0.0 and lamp[corner].min() > 0.9
    assert sky[middle].mean() < 0.5 * sky[corner].mean()


def test_scattered_points_lie_on_the_surface_and_are_the_same_every_time() -> None:
    sphere = ball(30.0, 60)
    points = daylight.scatter(sphere.vertices, sphere.faces)
    assert np.abs(np.linalg.norm(points, axis=1) - 30).max() < 0.2
    np.testing.assert_array_equal(points, daylight.scatter(sphere.vertices, sphere.faces))


def test_mottling_stays_between_its_limits() -> None:
    values = daylight.mottling(_sheet(50, 3))
    assert values.min() >= 0 and values.max() <= 1 and values.std() > 0.05


def test_few_points_see_what_they_would_among_many() -> None:
    """What lies beside a few points is left out first; that must change none of them."""
    random = np.random.default_rng(4)
    occluders, few = random.uniform(-60, 60, (4000, 3)), random.uniform(-20, 20, (30, 3))
    many = np.concatenate([few, np.repeat(few, 40, axis=0)])
    for direction in daylight.directions(20):
        alone = daylight.visible_from(direction, few, occluders)
        assert 0 < alone.sum() < len(few)
        np.testing.assert_array_equal(alone, daylight.visible_from(direction, many, occluders)[: len(few)])
