"""Every view, read from its picture: where things are drawn, what is filled, what is gone when the needle is hidden."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from arguide.errors import DisplayError
from arguide.guidance.state import SessionState
from arguide.scene import style
from arguide.scene.layouts import ARRANGEMENTS, ViewKind
from arguide.scene.slice_content import fill_color
from arguide.scene.stage import Stage
from arguide.settings.scenario import Plan, Scenario

Maker = Callable[..., SessionState]
Picture = NDArray[np.int64]
SLICES = (ViewKind.AXIAL, ViewKind.SAGITTAL, ViewKind.CORONAL, ViewKind.IN_PLANE, ViewKind.IN_PLANE_90)
CUBE_LOW, CUBE_HIGH = np.array([-20.0, -20, -20]), np.array([-6.0, -6, -6])
"""Of the only thing in the CT of `with_ct`, RAS mm."""


@pytest.fixture(scope="module")
def ct_stage(with_ct: Scenario, plan: Plan) -> Iterator[Stage]:
    try:
        with Stage(with_ct, plan, size=(800, 450)) as made:
            yield made
    except DisplayError as error:
        pytest.skip(f"no OpenGL here: {error}")


def _filled(stage: Stage, kind: ViewKind, state: SessionState) -> Picture:
    """The picture of one view that fills the window."""
    stage.choose(ARRANGEMENTS[0])
    stage.fill(kind)
    stage.show(state, 0.0)
    stage.render()
    return stage.picture().astype(int)


def _count(picture: Picture, spot: NDArray[np.float64], color: style.Rgb, radius: int = 12, apart: float = 40.0) -> int:
    x, y = (round(v) for v in spot.tolist())
    patch = picture[max(0, y - radius) : y + radius, max(0, x - radius) : x + radius]
    return int((np.linalg.norm(patch - 255 * np.array(color), axis=2) < apart).sum())


@pytest.mark.parametrize("kind", [ViewKind.SPACE, *SLICES])
def test_the_target_is_where_projection_says(
    stage: Stage, state_of: Maker, pose_at: Maker, plan: Plan, kind: ViewKind
) -> None:
    picture = _filled(stage, kind, state_of(pose_at(40.0, 6.0)))
    spot = stage.pixels_of(np.array([plan.target]), kind)[0]
    assert _count(picture, spot, style.TARGET) > 20
    assert _count(picture, spot + (60, 60), style.TARGET) == 0


@pytest.mark.parametrize("aside", [0.0, 2.5, 5.0])
def test_down_the_needle_the_full_dot_is_the_target(
    stage: Stage, state_of: Maker, pose_at: Maker, plan: Plan, aside: float
) -> None:
    picture = _filled(stage, ViewKind.NEEDLE_EYE, state_of(pose_at(30.0, aside)))
    spot = stage.pixels_of(np.array([plan.target]), ViewKind.NEEDLE_EYE)[0]
    within, near = plan.tolerance.miss_mm.within, style.PICTURE_GRADES
    color = list(near.values())[0 if aside <= within else 1]
    assert _count(picture, spot, color, radius=5) > 60
    apart = np.hypot(*(spot - stage.pixels_of(pose_at(30.0, aside)[None, :3, 3], ViewKind.NEEDLE_EYE)[0]))
    assert bool(apart > 20) is (aside > 0)


@pytest.mark.parametrize("kind", SLICES)
def test_a_known_needle_is_a_bright_line_and_a_hidden_one_is_gone(
    stage: Stage, state_of: Maker, pose_at: Maker, kind: ViewKind
) -> None:
    pose = pose_at(25.0, 8.0, 0.2)
    points = pose[:3, 3] - np.linspace(8, 30, 12)[:, None] * pose[:3, 2]
    seen = _filled(stage, kind, state_of(pose))
    spots = stage.pixels_of(points, kind)
    assert sum(_count(seen, spot, style.STEEL, radius=4) > 2 for spot in spots) >= 6
    gone = _filled(stage, kind, state_of(trouble="needle hidden"))
    assert sum(_count(gone, spot, style.STEEL, radius=4) > 2 for spot in spots) == 0


def test_without_a_volume_a_slice_is_filled_with_the_tissues(
    stage: Stage, state_of: Maker, pose_at: Maker, scenario: Scenario, plan: Plan
) -> None:
    pose = pose_at(10.0)
    picture = _filled(stage, ViewKind.AXIAL, state_of(pose))
    height = float(pose[2, 3])
    inside = {"left": (-30.0, 10.0), "right": (34.0, 14.0), "nerve": (4.5, 15.0), "skin": (60.0, 20.0)}
    for structure in scenario.structures:
        if structure.name in inside:
            spot = stage.pixels_of(np.array([(*inside[structure.name], height)]), ViewKind.AXIAL)[0]
            assert _count(picture, spot, fill_color(structure), radius=3, apart=6.0) > 25, structure.name
    outside = stage.pixels_of(np.array([(-30.0, -75.0, height)]), ViewKind.AXIAL)[0]
    assert _count(picture, outside, style.BULLSEYE, radius=3, apart=6.0) > 25


@pytest.mark.parametrize(("kind", "axis"), [(ViewKind.AXIAL, 2), (ViewKind.SAGITTAL, 0), (ViewKind.CORONAL, 1)])
def test_the_ct_is_bright_where_the_voxels_are(
    ct_stage: Stage, state_of: Maker, pose_at: Maker, kind: ViewKind, axis: int
) -> None:
    """Seen with the tip in the middle of the cube: its corners just inside are white, just outside black."""
    pose = pose_at(10.0)
    middle = (CUBE_LOW + CUBE_HIGH) / 2
    pose[:3, 3] = middle
    picture = _filled(ct_stage, kind, state_of(pose))
    corners = np.array(np.meshgrid(*zip(CUBE_LOW, CUBE_HIGH, strict=True))).reshape(3, -1).T
    corners[:, axis] = middle[axis]
    for corner in np.unique(corners, axis=0):
        out = np.sign(corner - middle)
        for step, bright in ((-2.0, True), (3.0, False)):
            spot = ct_stage.pixels_of((corner + step * out)[None], kind)[0].round().astype(int)
            assert bool(picture[spot[1], spot[0]].mean() > 200) is bright, (corner, step)


def test_keys_change_the_window_of_the_ct(ct_stage: Stage, state_of: Maker, pose_at: Maker) -> None:
    state = state_of(pose_at(10.0))
    first = _filled(ct_stage, ViewKind.AXIAL, state)
    words = {label.text for label in ct_stage.labels if label.bounds()}
    assert "Bone  L 400  W 1800" in words
    ct_stage.heed("w")
    ct_stage.render()
    assert "Soft tissue  L 50  W 400" in {label.text for label in ct_stage.labels}
    for key in "[-":
        ct_stage.heed(key)
    ct_stage.render()
    assert "Own  L 25  W 348" in {label.text for label in ct_stage.labels}
    ct_stage.heed("w")
    np.testing.assert_array_equal(_filled(ct_stage, ViewKind.AXIAL, state), first)


def test_the_wheel_zooms_the_slice_under_the_mouse(stage: Stage, state_of: Maker, pose_at: Maker, plan: Plan) -> None:
    _filled(stage, ViewKind.CORONAL, state_of(pose_at(20.0)))
    points = np.array([plan.entry, plan.target])
    before = np.linalg.norm(np.diff(stage.pixels_of(points, ViewKind.CORONAL), axis=0))
    stage.heed("wheel_up", (400.0, 300.0))
    stage.render()
    after = np.linalg.norm(np.diff(stage.pixels_of(points, ViewKind.CORONAL), axis=0))
    assert after == pytest.approx(before / 0.85)
    stage.heed("wheel_down", (400.0, 300.0))


def test_slices_name_the_sides(stage: Stage, state_of: Maker, pose_at: Maker) -> None:
    for kind, letters in ((ViewKind.AXIAL, "RLAP"), (ViewKind.SAGITTAL, "APSI"), (ViewKind.CORONAL, "RLSI")):
        picture = _filled(stage, kind, state_of(pose_at(20.0)))
        middle = [picture.shape[1] / 2, picture.shape[0] / 2]
        found = {label.text: label.bounds() for label in stage.labels if label.text in letters and label.bounds()}
        left, right, top, bottom = (found[letter] for letter in letters)
        assert left and right and top and bottom
        assert left.x < 40 < middle[0] < right.x and top.y < middle[1] - 100 < bottom.y


@pytest.mark.parametrize("size", [(1024, 600), (1280, 720), (1920, 1080), (2560, 1440), (3840, 2160)])
def test_no_word_leaves_its_window_in_any_layout(
    with_ct: Scenario, plan: Plan, state_of: Maker, pose_at: Maker, size: tuple[int, int]
) -> None:
    try:
        stage = Stage(with_ct, plan, size=size)
    except DisplayError as error:
        pytest.skip(f"no OpenGL here: {error}")
    with stage:
        stage.show(state_of(pose_at(20.0, 3.0, 0.1)), 0.0)
        for arrangement in ARRANGEMENTS:
            stage.choose(arrangement)
            stage._panes.look()
            _check_words(stage, size)
        for kind in ViewKind:
            stage.fill(kind)
            stage._panes.look()
            _check_words(stage, size)
            stage.fill(kind)


def _check_words(stage: Stage, size: tuple[int, int]) -> None:
    boxes = {label.text: box for label in stage.labels if (box := label.bounds())}
    assert len(boxes) > 5
    assert [
        text for text, box in boxes.items() if box.x < 0 or box.y < 0 or box.right > size[0] or box.bottom > size[1]
    ] == []


def test_a_damaged_ct_is_told_and_the_slices_go_on(with_ct: Scenario, plan: Plan, tmp_path: Path) -> None:
    broken = tmp_path / "broken.nii.gz"
    broken.write_bytes(b"nothing")
    try:
        stage = Stage(replace(with_ct, volume=broken), plan, size=(640, 360))
    except DisplayError as error:
        pytest.skip(f"no OpenGL here: {error}")
    with stage:
        stage.choose(ARRANGEMENTS[3])
        stage.render()
        told = [label for label in stage.labels if label.text.startswith("No CT: ") and "broken.nii.gz" in label.text]
        assert len(told) == 3 and all(label.bounds() for label in told)
        assert (stage.picture()[40:280, :440] == np.round(255 * np.array(style.SOFT_TISSUE))).all(axis=2).sum() > 2000
