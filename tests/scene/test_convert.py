"""Panda3D's matrices say what ours say, in its own words."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from panda3d.core import LPoint3f

from arguide.geometry.transforms import Array, apply, rotation_about, translation
from arguide.scene.camera import look_at
from arguide.scene.convert import camera_matrix, panda_matrix

numbers = st.floats(-200, 200)
points = st.tuples(numbers, numbers, numbers)


@st.composite
def poses(draw: st.DrawFn) -> Array:
    axis = np.array(draw(points)) + (0.0, 0.0, 500.0)
    return translation(draw(points)) @ rotation_about(axis, draw(st.floats(-3, 3)))


@given(poses(), points)
def test_a_point_goes_where_our_transform_sends_it(a_from_b: Array, point: tuple[float, float, float]) -> None:
    there = panda_matrix(a_from_b).xform_point(LPoint3f(*point))
    np.testing.assert_allclose(tuple(there), apply(a_from_b, point), atol=1e-3)


@given(poses(), poses())
def test_products_turn_round(a_from_b: Array, b_from_c: Array) -> None:
    ours = panda_matrix(a_from_b @ b_from_c)
    theirs = panda_matrix(b_from_c) * panda_matrix(a_from_b)
    assert ours.almost_equal(theirs, 1e-2)


def test_the_camera_looks_along_y_with_z_up_where_ours_looks_along_z_with_y_down() -> None:
    pose = look_at((10, 20, 30), (10, 120, 30), up=(0, 0, 1))
    matrix = camera_matrix(pose)
    np.testing.assert_allclose(tuple(matrix.xform_vec((0, 1, 0))), (0, 1, 0), atol=1e-6)
    np.testing.assert_allclose(tuple(matrix.xform_vec((0, 0, 1))), (0, 0, 1), atol=1e-6)
    np.testing.assert_allclose(tuple(matrix.xform_point((0, 0, 0))), (10, 20, 30), atol=1e-5)
    np.testing.assert_allclose(pose[:3, 1], (0, 0, -1), atol=1e-9)
