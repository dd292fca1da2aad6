import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import trimesh
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from arguide.errors import MeshError
from arguide.geometry import distance_field
from arguide.geometry.distance_field import DistanceField, build, cached
from arguide.geometry.mesh import Mesh, joined, moved
from arguide.geometry.transforms import Array, from_parts, rotation_about

AXIS = st.floats(-60, 60)


def exact(mesh: Mesh, points: Array) -> Array:
    """Second witness: trimesh's closest points by brute force, and the solid angle for the sign."""
    corners = mesh.vertices[mesh.faces]
    found = np.empty(len(points))
    for number, point in enumerate(points):
        closest = trimesh.triangles.closest_point(corners, np.tile(point, (len(corners), 1)))
        a, b, c = (corners - point).transpose(1, 0, 2)
        la, lb, lc = (np.linalg.norm(v, axis=1) for v in (a, b, c))
        dot = [np.einsum("ij,ij->i", u, v) for u, v in ((a, b), (b, c), (c, a))]
        solid = 2 * np.arctan2(
            np.einsum("ij,ij->i", a, np.cross(b, c)), la * lb * lc + dot[0] * lc + dot[1] * la + dot[2] * lb
        )
        sign = -1 if solid.sum() > 2 * np.pi else 1
        found[number] = sign * np.linalg.norm(closest - point, axis=1).min()
    return found


@pytest.fixture(scope="module")
def ball_field(ball: Mesh) -> DistanceField:
    return build(ball)


def near_surface(mesh: Mesh, count: int, spread: float) -> Array:
    rng = np.random.default_rng(7)
    centres = mesh.vertices[mesh.faces].mean(axis=1)
    return centres[rng.integers(len(centres), size=count)] + rng.normal(scale=spread, size=(count, 3))


def test_ball_near_and_far(ball: Mesh, ball_field: DistanceField) -> None:
    near = near_surface(ball, 2000, 1.0)
    error = ball_field.distance(near) - (np.linalg.norm(near, axis=1) - 20)
    assert np.sqrt(np.mean(error**2)) < 0.08
    far = np.random.default_rng(1).uniform(-49, 49, (2000, 3))
    assert np.abs(ball_field.distance(far) - (np.linalg.norm(far, axis=1) - 20)).max() < 0.4


def test_thin_tube(as_mesh: Callable[..., Mesh]) -> None:
    """A nerve root's size: radius 2 mm at a grid of 1 mm."""
    tube = as_mesh(trimesh.creation.capsule(40, 2.0, count=[32, 32]))
    tube = Mesh(tube.vertices - tube.bounds.mean(axis=0), tube.faces)
    points = near_surface(tube, 2000, 1.0)
    axis = points.copy()
    axis[:, 2] -= np.clip(axis[:, 2], -20, 20)
    error = build(tube).distance(points) - (np.linalg.norm(axis, axis=1) - 2)
    assert np.sqrt(np.mean(error**2)) < 0.15


@pytest.mark.parametrize("margin", [8.0, 8.5, 8.25])
def test_box_has_the_right_sign_on_every_grid_point(box: Mesh, margin: float) -> None:
    """Faces, edges and corners on, half way between and off the grid's columns."""
    field = build(box, 0.5, margin)
    grid = np.stack(np.meshgrid(*(np.arange(n) for n in field.values.shape), indexing="ij"), axis=-1)
    beyond = np.abs(field.origin + 0.5 * grid) - np.array([5, 10, 15])
    want = np.linalg.norm(np.maximum(beyond, 0), axis=-1) + np.minimum(beyond.max(axis=-1), 0)
    assert np.all((field.values < 0) == (want < 0), where=np.abs(want) > 1e-6)
    np.testing.assert_allclose(field.values, want, atol=0.2)
    near = np.abs(want) < 0.7
    np.testing.assert_allclose(field.values[near], want[near], atol=1e-5)


def test_against_brute_force_on_a_crooked_solid() -> None:
    solid = trimesh.creation.torus(14, 5, major_sections=24, minor_sections=12)
    mesh = moved(Mesh(np.asarray(solid.vertices), np.asarray(solid.faces, np.int32)), rotation_about([1, 1, 0], 0.7))
    points = np.concatenate([near_surface(mesh, 150, 1.5), np.random.default_rng(3).uniform(-22, 22, (100, 3))])
    error = build(mesh, margin_mm=10).distance(points) - exact(mesh, points)
    assert np.abs(error).max() < 0.45
    assert np.sqrt(np.mean(error[:150] ** 2)) < 0.1


@given(st.tuples(AXIS, AXIS, AXIS), st.tuples(AXIS, AXIS, AXIS))
@settings(max_examples=150, deadline=None)
def test_no_distance_changes_faster_than_the_way_walked(ball_field: DistanceField, one, two) -> None:  # type: ignore[no-untyped-def]
    first, second = ball_field.distance([one, two])
    assert abs(first - second) <= 1.0 * np.linalg.norm(np.subtract(one, two)) + 0.4


@given(st.tuples(AXIS, AXIS, AXIS), st.floats(1, 20))
@settings(max_examples=150, deadline=None)
def test_outside_the_box_it_is_a_lower_bound_that_grows(ball_field: DistanceField, point, factor) -> None:  # type: ignore[no-untyped-def]
    assume(np.abs(point).max() > 1)
    away = np.array(point) / np.abs(point).max() * 51  # 51 mm: just outside the box
    near, far = ball_field.distance([away, away * factor])
    assert near <= far + 1e-6
    assert far <= np.linalg.norm(away * factor) - 20 + 0.4
    assert far >= 29


@given(angle=st.floats(-3, 3), shift=st.tuples(AXIS, AXIS, AXIS))
@settings(max_examples=6, deadline=None)
def test_a_moved_mesh_has_the_moved_field(angle: float, shift: tuple[float, float, float]) -> None:
    solid = trimesh.creation.cone(8, 20, sections=16)
    mesh = Mesh(np.asarray(solid.vertices), np.asarray(solid.faces, np.int32))
    pose = from_parts(rotation_about([3, 1, 2], angle)[:3, :3], shift)
    points = near_surface(mesh, 200, 2.0)
    there = build(moved(mesh, pose), margin_mm=8).distance(points @ pose[:3, :3].T + pose[:3, 3])
    assert np.sqrt(np.mean((there - build(mesh, margin_mm=8).distance(points)) ** 2)) < 0.1


def test_overlapping_parts_are_a_union(ball: Mesh) -> None:
    field = build(joined([ball, Mesh(ball.vertices + [10.0, 0, 0], ball.faces)]), margin_mm=5)
    assert np.all(field.distance([[5, 0, 0], [0, 0, 0], [10, 0, 0], [28, 0, 0]]) < 0)
    assert np.all(field.distance([[-21, 0, 0], [31, 0, 0], [5, 21, 0]]) > 0)


def test_building_again_gives_the_same_bits(ball: Mesh, ball_field: DistanceField) -> None:
    np.testing.assert_array_equal(build(ball).values, ball_field.values)


def test_a_huge_box_gets_a_coarser_grid_instead_of_all_memory(ball: Mesh) -> None:
    field = build(Mesh(ball.vertices * 50, ball.faces), margin_mm=10)
    assert field.values.size < 1.1 * distance_field.MAX_POINTS and field.spacing_mm > 5


def test_open_and_inverted_meshes_have_no_inside(box: Mesh) -> None:
    with pytest.raises(MeshError, match="not closed"):
        build(Mesh(box.vertices, box.faces[1:]))
    with pytest.raises(MeshError, match="inside out"):
        build(Mesh(box.vertices, box.faces[:, ::-1]))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ARGUIDE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def forbid(*_: object) -> DistanceField:
    raise AssertionError("built again")


def test_the_second_time_it_comes_from_the_cache(cache: Path, box: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
    first = cached(box, margin_mm=4)
    assert len(list(cache.iterdir())) == 1
    monkeypatch.setattr(distance_field, "build", forbid)
    second = cached(box, margin_mm=4)
    np.testing.assert_array_equal(first.values, second.values)
    np.testing.assert_array_equal(first.origin, second.origin)
    assert (first.spacing_mm, first.margin_mm) == (second.spacing_mm, second.margin_mm)


@pytest.mark.parametrize("change", ["mesh", "spacing", "margin"])
def test_another_question_is_another_file(cache: Path, box: Mesh, change: str) -> None:
    cached(box, 1.0, 4)
    cached(
        Mesh(box.vertices + 0.001, box.faces) if change == "mesh" else box,
        2.0 if change == "spacing" else 1.0,
        5 if change == "margin" else 4,
    )
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut", b"\x93NUMPY junk"])
def test_a_damaged_cache_is_made_again(cache: Path, box: Mesh, damage: bytes) -> None:
    first = cached(box, margin_mm=4)
    (file,) = cache.iterdir()
    file.write_bytes(damage or file.read_bytes()[:-500])
    np.testing.assert_array_equal(cached(box, margin_mm=4).values, first.values)
    assert file.stat().st_size > first.values.nbytes


def test_a_cache_that_cannot_be_written_is_survived(tmp_path: Path, box: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("ARGUIDE_CACHE", os.fspath(tmp_path / "file" / "cache"))
    assert cached(box, margin_mm=4).distance([[0, 0, 0]])[0] == pytest.approx(-5, abs=0.01)


@given(st.tuples(*[st.floats(-80, 80)] * 3))
def test_one_point_is_answered_as_many(point: tuple[float, float, float]) -> None:
    values = np.random.default_rng(1).uniform(-5, 40, (9, 8, 7)).astype(np.float32)
    field = DistanceField(values, np.array([-20.0, -10, -15]), 4.0, 30.0)
    assert field.distance_at(np.array(point)) == pytest.approx(field.distance([point])[0], rel=1e-6, abs=1e-6)
