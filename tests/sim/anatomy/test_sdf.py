"""Shapes with known distances, and laws that hold for all of them."""

import numpy as np
import pytest
from arguide_sim.anatomy.outlines import outline_of, polygon, smooth_outline, tabled
from arguide_sim.anatomy.sdf import (
    Column,
    common,
    curved,
    cut,
    ellipsoid,
    half_space,
    mirrored,
    placed,
    plate,
    sheet,
    smooth_max,
    smooth_min,
    tube,
    union,
)
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

points = arrays(np.float64, (5, 3), elements=st.floats(-50, 50))
distances = arrays(np.float64, 7, elements=st.floats(-20, 20))
SQUARE = [(-10.0, -10.0), (10.0, -10.0), (10.0, 10.0), (-10.0, 10.0)]


@given(points)
def test_a_round_ellipsoid_is_a_sphere(p: np.ndarray) -> None:
    center = np.array([1.0, 2.0, 3.0])
    expected = np.linalg.norm(p - center, axis=1) - 7.0
    np.testing.assert_allclose(ellipsoid(center, (7, 7, 7))(p), expected, atol=1e-6)


@given(points)
def test_a_round_tube_is_a_capsule(p: np.ndarray) -> None:
    on_axis = np.column_stack([np.zeros(5), np.zeros(5), np.clip(p[:, 2], -8, 8)])
    d = tube([(0, 0, -8), (0, 0, 8)], (4, 4), up=(0, 1, 0))(p)
    expected = np.linalg.norm(p - on_axis, axis=1) - 4
    near = expected < 9.9
    np.testing.assert_allclose(d[near], expected[near], atol=1e-6)
    assert np.all(d[~near] > 0)


def test_an_elliptic_tube_is_as_wide_and_high_as_told() -> None:
    shape = tube([(0, 0, 0), (0, 20, 0)], (3, 6))
    np.testing.assert_allclose(shape(np.array([[3.0, 10, 0], [-3, 10, 0], [0, 10, 6], [0, 10, -6]])), 0, atol=1e-9)


def test_all_pieces_of_a_long_tube_asked_at_once_are_the_union_of_each_alone() -> None:
    nodes = np.cumsum([(3, 0, 4), (-2, 1, 5), (0, 3, 6), (4, -2, 3)] * 3, axis=0).astype(float)
    sizes = np.linspace((3, 2), (1, 4), len(nodes))
    p = np.random.default_rng(2).uniform(nodes.min(axis=0) - 6, nodes.max(axis=0) + 6, (4000, 3))
    alone = union([tube(nodes[k : k + 2], sizes[k : k + 2]) for k in range(len(nodes) - 1)])(p)
    near = alone < 6.0
    np.testing.assert_allclose(tube(nodes, sizes)(p)[near], alone[near], atol=1e-9)
    assert near.sum() > 1000


def test_a_column_is_what_is_cut_out_of_one_another() -> None:
    below, middle, above = (ellipsoid((0, 0, z), (10, 9, 8)) for z in (0, 13, 26))
    column = Column(below, 1.0, 0.5)
    left = [below, column.add(middle), column.add(above)]
    p = np.random.default_rng(3).uniform(-14, 40, (3000, 3))
    upper = cut(middle, below, 1.0, 0.5)
    expected = [below(p), upper(p), cut(above, upper, 1.0, 0.5)(p)]
    for one, each, what in zip(left, column.each(p), expected, strict=True):
        assert np.array_equal(one(p), what) and np.array_equal(each, what)
    assert np.array_equal(column(p), np.min(expected, axis=0))
    together = (expected[0] < 0) & (expected[1] < 0) | (expected[1] < 0) & (expected[2] < 0)
    assert not together.any() and (middle(p) < 0).sum() > (expected[1] < 0).sum() > 0


def test_a_curved_tube_passes_its_nodes() -> None:
    nodes = np.array([(0, 0, 0), (10, 5, 20), (0, 20, 40), (-5, 20, 70)], float)
    np.testing.assert_allclose(curved(nodes, (2, 2), up=(0, 1, 0))(nodes), -2.0, atol=1e-6)


@given(arrays(np.float64, (5, 2), elements=st.floats(-30, 30)))
def test_a_square_outline_is_a_square(p: np.ndarray) -> None:
    q = np.abs(p) - 10
    expected = np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(axis=1), 0)
    np.testing.assert_allclose(polygon(SQUARE)(p[:, 0], p[:, 1]), expected, atol=1e-9)


@given(arrays(np.float64, (5, 2), elements=st.floats(-30, 30)))
def test_an_outline_from_a_table_is_near_the_exact_one(p: np.ndarray) -> None:
    smooth, (x, y) = smooth_outline(SQUARE), p.T
    exact, quick = polygon(smooth)(x, y), outline_of(smooth)(x, y)
    near = np.abs(exact) < 2.0
    np.testing.assert_allclose(quick[near], exact[near], atol=0.1)
    assert np.array_equal(quick < -0.1, exact < -0.1) and np.all(quick > np.minimum(0.7 * exact, exact) - 0.1)


@given(arrays(np.float64, (5, 2), elements=st.floats(-10, 10)))
def test_a_table_of_a_plane_is_the_plane(p: np.ndarray) -> None:
    plane = lambda x, y: 3.0 + 2.0 * x - y
    np.testing.assert_allclose(tabled(plane, (-10, -10), (10.3, 10.1))(*p.T), plane(*p.T), atol=1e-9)


@given(distances, distances, st.floats(0.1, 8))
def test_a_blend_adds_at_most_a_quarter_of_its_width(a: np.ndarray, b: np.ndarray, blend: float) -> None:
    excess = smooth_max(a, b, blend) - np.maximum(a, b)
    assert np.all((excess >= 0) & (excess <= blend / 4 + 1e-12))
    np.testing.assert_allclose(smooth_min(a, b, blend), -smooth_max(-a, -b, blend))
    np.testing.assert_array_equal(smooth_max(a, b, 0.0), np.maximum(a, b))


@given(points)
def test_what_is_cut_off_and_what_is_common_make_the_whole(p: np.ndarray) -> None:
    a, b = ellipsoid((0, 0, 0), (20, 20, 20)), half_space((0, 0, 0), (0, 0, 1))
    parts = union([cut(a, b), common(a, b)])(p)
    assert np.array_equal(parts < 0, (a(p) < 0) & (p[:, 2] != 0))


def test_cutting_keeps_the_gap() -> None:
    shape = cut(half_space((0, 0, 50), (0, 0, 1)), half_space((0, 0, 0), (0, 0, 1)), gap=2.5)
    np.testing.assert_allclose(shape(np.array([[0, 0, 2.5], [0, 0, 2.4], [0, 0, 2.6]])), [0, 0.1, -0.1], atol=1e-12)


@given(points)
def test_a_mirrored_shape_is_the_same_on_both_sides(p: np.ndarray) -> None:
    shape = mirrored(ellipsoid((12, 3, 4), (5, 6, 7)))
    np.testing.assert_array_equal(shape(p), shape(p * (-1, 1, 1)))


@given(points)
def test_placing_moves_the_shape_and_not_the_points(p: np.ndarray) -> None:
    pose = np.array([[0, -1, 0, 10], [1, 0, 0, -5], [0, 0, 1, 2], [0, 0, 0, 1]], float)
    before = p.copy()
    there = placed(ellipsoid((3, 0, 0), (2, 4, 6)), pose)(p @ pose[:3, :3].T + pose[:3, 3])
    np.testing.assert_allclose(there, ellipsoid((3, 0, 0), (2, 4, 6))(p), atol=1e-9)
    np.testing.assert_array_equal(p, before)


def test_a_plate_is_as_thick_as_told() -> None:
    shape = plate(SQUARE, lambda p: 2 + p[:, 2] / 10, edge=0)
    np.testing.assert_allclose(shape(np.array([[2.0, 0, 0], [-3, 0, 10], [2.5, 0, 5], [0, 10, 0]])), 0, atol=1e-9)


def test_a_sheet_passes_through_its_landmarks() -> None:
    border = [(30 * np.cos(a), 30 * np.sin(a), 3 * np.cos(2 * a), 3.0) for a in np.linspace(0, 2 * np.pi, 12, False)]
    inner = [(0.0, 0.0, 5.0, 2.0)]
    d = sheet(border, inner)(np.array([(0, 0, 5), (0, 0, 9), (0, 0, 1), (60, 0, 0)], float))
    assert d[0] < -1 and np.all(d[1:] > 0)


@pytest.mark.parametrize("rounds", [1, 3])
def test_smoothing_an_outline_keeps_it_inside(rounds: int) -> None:
    smooth = smooth_outline(SQUARE, rounds)
    assert len(smooth) == 4 * 2**rounds
    assert np.all(polygon(SQUARE)(*smooth.T) <= 1e-9)
