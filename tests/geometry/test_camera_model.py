"""The camera model against OpenCV, against itself there and back, and at the edges of what a lens can show."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arguide.geometry.camera_model import CameraModel
from arguide.geometry.transforms import Array

WEBCAM = CameraModel(1280, 720, 1002.0, 998.0, 652.0, 355.0, 0.11, -0.24, 0.0012, -0.0007, 0.09)
BARREL = CameraModel(1280, 720, 700.0, 702.0, 630.0, 366.0, -0.25, 0.09, -0.001, 0.0005, -0.012)
PLAIN_BARREL = CameraModel(1280, 720, 1000.0, 1000.0, 640.0, 360.0, k1=-0.3)
LENSES = pytest.mark.parametrize("model", [WEBCAM, BARREL], ids=["webcam", "barrel"])


def whole_picture(model: CameraModel, step: int = 20) -> Array:
    """A grid of pixels over the whole picture with its corners, (n, 2)."""
    across = np.append(np.arange(0, model.width, step), model.width - 1)
    down = np.append(np.arange(0, model.height, step), model.height - 1)
    return np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2).astype(float)


@LENSES
def test_projects_like_opencv_over_the_whole_picture(model: CameraModel) -> None:
    points = model.unproject(whole_picture(model)) * np.linspace(100, 900, len(whole_picture(model)))[:, None]
    by_opencv, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), model.matrix, model.distortion)
    assert np.abs(model.project(points) - by_opencv[:, 0]).max() < 1e-6


@LENSES
def test_there_and_back(model: CameraModel) -> None:
    pixels = whole_picture(model)
    assert np.abs(model.project(model.unproject(pixels)) - pixels).max() < 1e-7


@settings(deadline=None, max_examples=50)
@given(
    st.floats(-0.35, 0.35),
    st.floats(-0.2, 0.2),
    st.floats(-0.003, 0.003),
    st.floats(-0.003, 0.003),
    st.floats(-0.05, 0.05),
)
def test_there_and_back_or_nothing(k1: float, k2: float, p1: float, p2: float, k3: float) -> None:
    model = CameraModel(640, 480, 600.0, 600.0, 320.0, 240.0, k1, k2, p1, p2, k3)
    pixels = whole_picture(model, 40)
    back = model.project(model.unproject(pixels))
    known = np.isfinite(back).all(axis=1)
    assert np.abs(back[known] - pixels[known]).max() < 1e-5
    assert known[np.hypot(*(pixels - (320, 240)).T) < 200].all()


def test_without_a_lens_it_is_division() -> None:
    model = CameraModel(640, 480, 500.0, 500.0, 319.5, 239.5)
    assert model.project([[10.0, -20.0, 1000.0]]).tolist() == [[324.5, 229.5]]
    assert model.unproject([319.5, 239.5]).tolist() == [0.0, 0.0, 1.0]


def test_what_is_behind_has_no_pixel() -> None:
    pixels = WEBCAM.project([[0.0, 0.0, -500.0], [1.0, 1.0, 0.0], [0.0, 0.0, 500.0]])
    assert np.isnan(pixels[:2]).all() and np.isfinite(pixels[2]).all()


def test_what_is_far_aside_is_not_folded_into_the_picture() -> None:
    """With a barrel lens the polynomial sends steep rays back to the middle; OpenCV does so."""
    steep = np.array([[2000.0, 0.0, 1000.0]])
    by_opencv, _ = cv2.projectPoints(steep, np.zeros(3), np.zeros(3), PLAIN_BARREL.matrix, PLAIN_BARREL.distortion)
    assert PLAIN_BARREL.shows(by_opencv[0]).all(), "the trap is there"
    assert np.isnan(PLAIN_BARREL.project(steep)).all()


@LENSES
def test_straightened_picture_is_filled(model: CameraModel) -> None:
    x, y = model.undistort_maps()
    assert x.shape == (720, 1280) and x.dtype == np.float32
    assert x.min() > -0.05 and x.max() < 1279.05 and y.min() > -0.05 and y.max() < 719.05
    assert model.straightened().is_straight and min(x.min(), y.min()) < 1.0, "as wide as can be"


@LENSES
def test_a_point_in_the_straightened_picture_is_where_the_straight_camera_says(model: CameraModel) -> None:
    """Paint a dot where the lens shows a point, straighten the picture, find the dot where the pinhole puts the point."""
    straight = model.straightened()
    point = np.array([-150.0, 90.0, 600.0])
    picture = np.zeros((720, 1280), np.float32)
    columns, rows = np.meshgrid(np.arange(1280), np.arange(720))
    at = model.project(point)
    picture[:] = np.exp(-((columns - at[0]) ** 2 + (rows - at[1]) ** 2) / (2 * 3.0**2))
    seen = cv2.remap(picture, *model.undistort_maps(), cv2.INTER_LINEAR)
    middle = np.array([(seen * columns).sum(), (seen * rows).sum()]) / seen.sum()
    assert np.abs(middle - straight.project(point)).max() < 0.05


def test_scaled_keeps_the_edges_of_the_picture() -> None:
    half = WEBCAM.scaled(640, 360)
    ray = WEBCAM.unproject([-0.5, -0.5])
    assert np.abs(half.project(ray) - (-0.5, -0.5)).max() < 1e-9


def test_frustum_is_the_picture_without_lens() -> None:
    model = CameraModel(1280, 720, 1000.0, 900.0, 600.0, 400.0)
    left, right, top, bottom = model.frustum(near_mm=10.0)
    assert np.allclose(model.project([[left, top, 10.0], [right, bottom, 10.0]]), [[-0.5, -0.5], [1279.5, 719.5]])


def test_shapes_are_kept() -> None:
    assert WEBCAM.project(np.ones((2, 4, 3))).shape == (2, 4, 2)
    assert WEBCAM.unproject(np.full((2, 4, 2), 300.0)).shape == (2, 4, 3)
    assert WEBCAM.project(np.zeros((0, 3))).shape == (0, 2)
