"""Where the slices lie: radiologists' sides, the shaft in its planes, no mirrored picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.geometry.transforms import is_rigid, rotation_about
from arguide.scene.bullseye import side_letters
from arguide.scene.layouts import ViewKind
from arguide.scene.slice_plane import in_plane, round_length, slice_pose

OBLIQUE = (ViewKind.IN_PLANE, ViewKind.IN_PLANE_90)
SLICES = (ViewKind.AXIAL, ViewKind.SAGITTAL, ViewKind.CORONAL, *OBLIQUE)
FROM_BEHIND = np.array([-0.3, 0.95, 0.05]) / np.linalg.norm([-0.3, 0.95, 0.05])
TIP = np.array([10.0, -20, 30])
ways = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1).map(np.array)


@pytest.mark.parametrize(
    ("kind", "letters"),
    [(ViewKind.AXIAL, "RLAP"), (ViewKind.CORONAL, "RLSI"), (ViewKind.SAGITTAL, "APSI")],
)
def test_left_right_top_and_bottom_are_as_radiologists_have_them(kind: ViewKind, letters: str) -> None:
    axes = slice_pose(kind, TIP, FROM_BEHIND)[:3, :3]
    assert "".join(side_letters(way) for way in (-axes[:, 0], axes[:, 0], -axes[:, 1], axes[:, 1])) == letters


@pytest.mark.parametrize(("kind", "like"), [(OBLIQUE[0], ViewKind.AXIAL), (OBLIQUE[1], ViewKind.SAGITTAL)])
def test_a_shaft_from_behind_has_planes_like_axial_and_sagittal(kind: ViewKind, like: ViewKind) -> None:
    axes, square = (slice_pose(k, TIP, FROM_BEHIND)[:3, :3] for k in (kind, like))
    assert (np.sum(axes * square, axis=0) > 0.9).all()


@given(ways)
def test_oblique_planes_contain_the_shaft_and_cross_at_right_angles(way: np.ndarray) -> None:
    shaft = way / np.linalg.norm(way)
    poses = [slice_pose(kind, TIP, shaft) for kind in OBLIQUE]
    assert all(is_rigid(pose) for pose in poses)
    assert all(abs(pose[:3, 2] @ shaft) < 1e-9 for pose in poses)
    assert abs(poses[0][:3, 2] @ poses[1][:3, 2]) < 1e-9


@pytest.mark.parametrize("kind", SLICES)
def test_every_plane_goes_through_the_tip(kind: ViewKind) -> None:
    pose = slice_pose(kind, TIP, FROM_BEHIND)
    assert is_rigid(pose)
    np.testing.assert_allclose(in_plane(pose, TIP[None]), 0, atol=1e-12)


@given(ways, st.floats(0.0, 0.05), ways)
def test_a_picture_is_never_mirrored_from_frame_to_frame(way: np.ndarray, angle: float, about: np.ndarray) -> None:
    shaft = way / np.linalg.norm(way)
    before = slice_pose(ViewKind.IN_PLANE_90, TIP, shaft)
    turned = rotation_about(about / np.linalg.norm(about), angle)[:3, :3] @ shaft
    after = slice_pose(ViewKind.IN_PLANE_90, TIP, turned, before)
    if (abs(shaft[2]) < 0.95) == (abs(turned[2]) < 0.95):
        assert before[:3, 2] @ after[:3, 2] > 0.5


@given(st.floats(0.5, 5000))
def test_scale_bars_are_round(longest: float) -> None:
    length = round_length(longest)
    assert longest / 2.5 <= length <= longest
    assert f"{length:e}"[0] in "125"
