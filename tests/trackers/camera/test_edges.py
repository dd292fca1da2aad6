"""Corners by edges: to a few hundredths of a pixel, blurred or not, and never farther off than they were found."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from arguide.geometry.camera_model import CameraModel
from arguide.geometry.transforms import Array
from arguide.trackers.camera.edges import sharpen

STRAIGHT = CameraModel(400, 300, 500.0, 500.0, 199.5, 149.5)
BENT = CameraModel(400, 300, 500.0, 500.0, 199.5, 149.5, k1=-0.25)
TRUE = np.array([[120.3, 80.2], [210.8, 95.4], [198.1, 190.7], [112.6, 170.9]])


def square(corners: Array, camera: CameraModel, blur_px: float, noise: float = 0.0) -> NDArray[np.uint8]:
    """A black quadrilateral on white whose sides are straight without the lens: a pixel is black by how far it is in."""
    a = camera.unproject(corners)[:, :2]
    side = np.roll(a, -1, axis=0) - a
    outward = np.column_stack([side[:, 1], -side[:, 0]]) / np.linalg.norm(side, axis=1, keepdims=True)
    rays = camera.unproject(np.stack(np.meshgrid(np.arange(400), np.arange(300)), axis=-1))[..., :2]
    off_px = camera.focal_px * np.einsum("ijkl,kl->ijk", rays[:, :, None] - a, outward).max(axis=2)
    soft = cv2.GaussianBlur(220 - 190 * np.clip(0.5 - off_px, 0, 1), (0, 0), blur_px)
    rough = np.random.default_rng(4).standard_normal(soft.shape)
    return np.asarray(np.clip(np.round(soft + noise * rough), 0, 255), dtype=np.uint8)


@pytest.mark.parametrize("camera", [STRAIGHT, BENT], ids=["straight", "bent"])
@pytest.mark.parametrize("blur_px", [0.5, 1.0, 1.6])
def test_corners_do_not_move_with_blur(camera: CameraModel, blur_px: float) -> None:
    start = TRUE + [[0.9, -0.6], [-0.8, 0.7], [0.5, 0.9], [-0.7, -0.4]]
    found = sharpen(square(TRUE, camera, blur_px), start[None], camera)[0]
    assert np.abs(found - TRUE).max() < 0.08


def test_noise_moves_them_little() -> None:
    found = sharpen(square(TRUE, STRAIGHT, 0.7, noise=4.0), TRUE[None] + 0.5, STRAIGHT)[0]
    assert np.abs(found - TRUE).max() < 0.2


def test_without_edges_corners_stay_as_they_were_found() -> None:
    start = TRUE[None]
    assert (sharpen(np.full((300, 400), 128, np.uint8), start, STRAIGHT) == start).all()
    assert sharpen(np.full((300, 400), 128, np.uint8), np.zeros((0, 4, 2)), STRAIGHT).shape == (0, 4, 2)


def test_a_corner_at_the_rim_of_the_picture_is_no_trouble() -> None:
    start = TRUE[None] - TRUE.min(axis=0)
    found = sharpen(square(TRUE, STRAIGHT, 0.7), start, STRAIGHT)
    assert np.isfinite(found).all() and np.linalg.norm(found - start, axis=2).max() < 16.0
