"""Cuts of meshes: known areas, closed loops, in the plane."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.geometry.mesh import Mesh
from arguide.geometry.section import Sections, area_mm2
from arguide.scene.shapes import ball

RADIUS = 20.0
BALL = ball(RADIUS, 64)
BALL_MESH = Mesh(BALL.vertices, BALL.faces.astype(np.int32))
SECTIONS = Sections([BALL_MESH])
CUBE = Mesh(
    np.array([(x, y, z) for x in (-5.0, 5) for y in (-5.0, 5) for z in (-5.0, 5)]),
    np.array(
        [(0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1), (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4)]
        + [(1, 5, 7), (1, 7, 3)],
        dtype=np.int32,
    ),
)
units = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1).map(lambda v: np.array(v))


@given(units, st.floats(-0.95, 0.95))
def test_a_ball_is_cut_in_circles(way: np.ndarray, part: float) -> None:
    normal = way / np.linalg.norm(way)
    segments, _ = SECTIONS.cut(part * RADIUS * normal, normal)
    truth = np.pi * RADIUS**2 * (1 - part**2)
    assert area_mm2(segments, normal) == pytest.approx(truth, rel=0.05, abs=8.0)
    assert np.abs(segments @ normal.astype(np.float32) - part * RADIUS).max() < 1e-3


@given(units, st.floats(-0.95, 0.95))
def test_loops_are_closed(way: np.ndarray, part: float) -> None:
    normal = way / np.linalg.norm(way)
    segments, _ = SECTIONS.cut(part * RADIUS * normal, normal)
    nearest = np.linalg.norm(segments[:, None, 1] - segments[None, :, 0], axis=2).min(axis=1)
    assert len(segments) > 20 and nearest.max() < 1e-3  # where one ends, one begins


def test_a_cube_is_cut_in_a_square_and_in_a_hexagon() -> None:
    sections = Sections([CUBE])
    assert area_mm2(sections.cut((0, 0, 1), (0, 0, 1))[0], (0, 0, 1)) == pytest.approx(100.0)
    diagonal = np.ones(3) / np.sqrt(3)
    assert area_mm2(sections.cut((0, 0, 0), diagonal)[0], diagonal) == pytest.approx(75 * np.sqrt(3))


@pytest.mark.parametrize("height", [-30.0, 30.0, 20.001])
def test_a_plane_beside_the_mesh_cuts_nothing(height: float) -> None:
    assert SECTIONS.cut((0, 0, height), (0, 0, 1))[0].shape == (0, 2, 3)


def test_a_plane_through_corners_still_gives_closed_loops() -> None:
    segments, _ = Sections([CUBE]).cut((5, 5, 5), np.array([1.0, -1.0, 0.0]) / np.sqrt(2))
    assert area_mm2(segments, np.array([1.0, -1.0, 0.0]) / np.sqrt(2)) == pytest.approx(100 * np.sqrt(2), rel=1e-5)


def test_each_segment_knows_its_mesh() -> None:
    away = Mesh(CUBE.vertices + (100, 0, 0), CUBE.faces)
    segments, owners = Sections([BALL_MESH, away, CUBE]).cut((0, 0, 1), (0, 0, 1))
    assert set(owners.tolist()) == {0, 1, 2}
    assert area_mm2(segments[owners == 1], (0, 0, 1)) == pytest.approx(100.0)
    assert segments[owners == 1][..., 0].min() > 90
    assert set(Sections([BALL_MESH, away]).cut((100, 0, 0), (1, 0, 0))[1].tolist()) == {1}
