"""Shapes out of arrays."""

import numpy as np
import pytest

from arguide.geometry.mesh import Mesh
from arguide.scene.canvas import arc, band, disc, filled, ring, rounded, stroke
from arguide.scene.layout import Rect
from arguide.scene.shapes import Shape, ball, circle, ellipsoid, geometry, joined, wire


def _area(drawn: Shape) -> float:
    a, b, c = (drawn.vertices[drawn.faces[:, k]] for k in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def test_a_ball_has_its_area_and_points_outwards() -> None:
    sphere = ball(10.0, 48)
    assert _area(sphere) == pytest.approx(4 * np.pi * 100, rel=0.01)
    assert Mesh(sphere.vertices, sphere.faces.astype(np.int32)).volume_mm3 == pytest.approx(4000 / 3 * np.pi, rel=0.02)
    np.testing.assert_allclose(sphere.normals * 10, sphere.vertices, atol=1e-9)


def test_an_ellipsoid_has_unit_normals() -> None:
    found = ellipsoid((1, 2, 3), (4, 5, 6))
    np.testing.assert_allclose(np.linalg.norm(found.normals, axis=1), 1.0)


def test_a_wire_lies_on_its_line_and_knows_its_length() -> None:
    found = wire([(0, 0, 0), (0, 0, 30), (0, 0, 50)], 1.5, segments=8)
    assert np.allclose(found.vertices[:, :2], 0)
    assert np.allclose(found.normals[:, 2], 0) and np.allclose(np.linalg.norm(found.normals, axis=1), 1)
    assert found.colors[:, 1].max() == pytest.approx(50) and (found.colors[:, 0] == 1.5).all()


def test_a_closed_wire_does_not_twist() -> None:
    found = wire(circle(10, 40), 1.0, closed=True, segments=8)
    tube = Mesh(found.vertices + found.normals, found.faces.astype(np.int32))
    assert tube.is_closed
    assert abs(tube.volume_mm3) == pytest.approx(2 * np.pi * 10 * np.pi, rel=0.15)


def test_joined_shapes_keep_their_triangles() -> None:
    one, other = ball(1.0, 8), ball(2.0, 8)
    both = joined(one, other)
    assert len(both.faces) == len(one.faces) + len(other.faces) and both.faces.max() == len(both.vertices) - 1


def test_geometry_holds_every_triangle() -> None:
    sphere = ball(1.0, 16)
    node = geometry("ball", sphere)
    assert node.get_geom(0).get_primitive(0).get_num_primitives() == len(sphere.faces)
    assert node.get_geom(0).get_vertex_data().get_num_rows() == len(sphere.vertices)


def test_flat_shapes_have_their_areas_but_for_the_soft_edge() -> None:
    assert _area(disc(50, 128)) == pytest.approx(np.pi * 50.6**2, rel=0.01)
    assert _area(ring(50, 10, 128)) == pytest.approx(2 * np.pi * 50 * 11.2, rel=0.02)
    assert _area(stroke([(0, 0), (100, 0)], 10)) == pytest.approx(100 * 11.2, rel=0.01)
    assert _area(rounded(Rect(10, 20, 200, 100), 0)) == pytest.approx(20_000)


def test_soft_edges_end_transparent_and_start_opaque() -> None:
    for drawn in (filled(arc(20)), band(arc(10), arc(20))):
        assert set(np.unique(drawn.colors[:, 3])) == {0.0, 1.0}
        radius = np.hypot(drawn.vertices[:, 0], drawn.vertices[:, 2])
        assert drawn.colors[int(np.argmax(radius)), 3] == 0.0
