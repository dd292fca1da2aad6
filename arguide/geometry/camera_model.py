"""How a camera sees: intrinsics and the distortion of its lens (Brown 1966, Conrady 1919; coefficients as in OpenCV).

A point of the `view` frame (x right, y down, z forward, mm) goes to a pixel in three steps: divide by z, bend by the
lens, scale by the focal length. Pixel (0, 0) is the *centre* of the upper left pixel, so a picture reaches from −0.5 to
width − 0.5; whoever puts the corner of a pixel at 0 is off by half a pixel.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from arguide.geometry.transforms import Array
from arguide.settings.camera_file import CameraCalibration

NEWTON_STEPS = 30
NEWTON_EXACT = 1e-13
NEAREST_MM = 1e-6
"""Points nearer to the plane of the lens than this, or behind it, have no pixel."""
BORDER_POINTS = 65


@dataclass(frozen=True)
class CameraModel:
    """Intrinsics in pixels and distortion without unit. Immutable; made from a calibration by `of`."""

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    k1: float = 0.0
    k2: float = 0.0
    p1: float = 0.0
    p2: float = 0.0
    k3: float = 0.0

    @classmethod
    def of(cls, calibration: CameraCalibration) -> Self:
        """The model that a calibration file holds."""
        c = calibration
        return cls(c.width, c.height, c.fx, c.fy, c.cx, c.cy, c.k1, c.k2, c.p1, c.p2, c.k3)

    @cached_property
    def matrix(self) -> Array:
        """The (3, 3) intrinsic matrix, for OpenCV."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])

    @cached_property
    def distortion(self) -> Array:
        """k1, k2, p1, p2, k3 as (5,), for OpenCV."""
        return np.array([self.k1, self.k2, self.p1, self.p2, self.k3])

    @property
    def is_straight(self) -> bool:
        """Whether straight lines stay straight: no distortion."""
        return not self.distortion.any()

    @property
    def focal_px(self) -> float:
        """Pixels per radian near the middle; at distance z one pixel is z / focal_px mm."""
        return (self.fx + self.fy) / 2

    def project(self, points: ArrayLike) -> Array:
        """Pixels (..., 2) of points (..., 3) of the view frame in mm.

        NaN for what no pixel shows: points at or behind the lens, and points so far aside that the polynomial of the
        lens folds back (such a point would appear in the middle of the picture).
        """
        p = np.asarray(points, dtype=float)
        front = p[..., 2:] > NEAREST_MM
        xy = p[..., :2] / np.where(front, p[..., 2:], np.nan)
        folded = (xy * xy).sum(axis=-1, keepdims=True) > self._widest**2
        return self._to_pixels(np.where(folded, np.nan, self._bend(xy)))

    def unproject(self, pixels: ArrayLike) -> Array:
        """The rays (..., 3) with z = 1 on which the points lie that pixels (..., 2) show.

        Newton's method on the lens equation; NaN for pixels that the lens cannot reach.
        """
        wanted = (np.asarray(pixels, dtype=float) - (self.cx, self.cy)) / (self.fx, self.fy)
        xy = wanted.copy()
        for _ in range(NEWTON_STEPS):
            off = self._bend(xy) - wanted
            step = _solved(self._bend_slopes(xy), off)
            # A step of more than half the picture has left the part of the polynomial that means anything.
            size = np.linalg.norm(step, axis=-1, keepdims=True)
            xy = xy - step / np.maximum(1.0, 2.0 * size)
            if not (size > NEWTON_EXACT).any():
                break
        bad = (np.abs(self._bend(xy) - wanted).max(axis=-1) > 1e-9) | (np.hypot(xy[..., 0], xy[..., 1]) > self._widest)
        rays = np.concatenate([xy, np.ones((*xy.shape[:-1], 1))], axis=-1)
        rays[bad] = np.nan
        return rays

    def shows(self, pixels: ArrayLike) -> NDArray[np.bool_]:
        """Whether pixels (..., 2) are inside the picture."""
        x, y = np.moveaxis(np.asarray(pixels, dtype=float), -1, 0)
        inside: NDArray[np.bool_] = (x >= -0.5) & (y >= -0.5) & (x <= self.width - 0.5) & (y <= self.height - 0.5)
        return inside

    def straightened(self) -> "CameraModel":
        """A camera without distortion of the same size whose picture is filled wholly by this one's.

        It looks the same way, a little narrower where the lens bends inwards: no black corners.
        """
        if self.is_straight:
            return self
        left, right, top, bottom = self._inner_border()
        fx, fy = (self.width - 1) / (right - left), (self.height - 1) / (bottom - top)
        return CameraModel(self.width, self.height, fx, fy, -left * fx, -top * fy)

    def undistort_maps(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Where in this camera's picture each pixel of the `straightened` one is found.

        Two float32 arrays (height, width) of x and y, for `cv2.remap`. By OpenCV: the same numbers as of `project`, in a
        hundredth of the time.
        """
        import cv2

        size = (self.width, self.height)
        x, y = cv2.initUndistortRectifyMap(
            self.matrix, self.distortion, None, self.straightened().matrix, size, cv2.CV_32FC1
        )
        return np.asarray(x, dtype=np.float32), np.asarray(y, dtype=np.float32)

    def scaled(self, width: int, height: int) -> "CameraModel":
        """The same camera when its whole picture is resized to `width` × `height`."""
        sx, sy = width / self.width, height / self.height
        cx, cy = (self.cx + 0.5) * sx - 0.5, (self.cy + 0.5) * sy - 0.5
        return replace(self, width=width, height=height, fx=self.fx * sx, fy=self.fy * sy, cx=cx, cy=cy)

    def frustum(self, near_mm: float = 1.0) -> tuple[float, float, float, float]:
        """left, right, top, bottom of the picture's edges on the plane z = `near_mm`, view frame, mm; without the lens.

        What a renderer needs for an off-axis perspective; top is negative, since y is down.
        """
        left, right = (-0.5 - self.cx) / self.fx, (self.width - 0.5 - self.cx) / self.fx
        top, bottom = (-0.5 - self.cy) / self.fy, (self.height - 0.5 - self.cy) / self.fy
        return near_mm * left, near_mm * right, near_mm * top, near_mm * bottom

    @cached_property
    def _widest(self) -> float:
        """The radius (tangent of the angle off the axis) up to which the radial polynomial grows; infinite if always."""
        # In 1/r², so that the leading coefficient is 1 however small the others are.
        roots = np.roots([1.0, 3 * self.k1, 5 * self.k2, 7 * self.k3])
        real = roots.real[(np.abs(roots.imag) < 1e-9) & (roots.real > 1e-9)]
        return float(1 / np.sqrt(real.max())) if len(real) else float("inf")

    def _to_pixels(self, xy: Array) -> Array:
        return xy * (self.fx, self.fy) + (self.cx, self.cy)

    def _bend(self, xy: Array) -> Array:
        """Distort points (..., 2) of the plane z = 1: OpenCV's documentation of `calib3d`, pinhole model."""
        x, y = xy[..., 0], xy[..., 1]
        r2 = x * x + y * y
        radial = 1 + r2 * (self.k1 + r2 * (self.k2 + r2 * self.k3))
        return np.stack(
            [
                x * radial + 2 * self.p1 * x * y + self.p2 * (r2 + 2 * x * x),
                y * radial + self.p1 * (r2 + 2 * y * y) + 2 * self.p2 * x * y,
            ],
            axis=-1,
        )

    def _bend_slopes(self, xy: Array) -> Array:
        """Derivatives (..., 2, 2) of `_bend`; symmetric."""
        x, y = xy[..., 0], xy[..., 1]
        r2 = x * x + y * y
        radial = 1 + r2 * (self.k1 + r2 * (self.k2 + r2 * self.k3))
        slope = 2 * (self.k1 + r2 * (2 * self.k2 + 3 * r2 * self.k3))
        xx = radial + x * x * slope + 2 * self.p1 * y + 6 * self.p2 * x
        yy = radial + y * y * slope + 6 * self.p1 * y + 2 * self.p2 * x
        mixed = x * y * slope + 2 * self.p1 * x + 2 * self.p2 * y
        return np.stack([np.stack([xx, mixed], axis=-1), np.stack([mixed, yy], axis=-1)], axis=-2)

    def _inner_border(self) -> tuple[float, float, float, float]:
        """Left, right, top, bottom of the largest upright rectangle of the plane z = 1 that the picture's edges leave."""
        across, down = np.linspace(0, self.width - 1, BORDER_POINTS), np.linspace(0, self.height - 1, BORDER_POINTS)
        left = self.unproject(np.column_stack([np.zeros_like(down), down]))[:, 0].max()
        right = self.unproject(np.column_stack([np.full_like(down, self.width - 1), down]))[:, 0].min()
        top = self.unproject(np.column_stack([across, np.zeros_like(across)]))[:, 1].max()
        bottom = self.unproject(np.column_stack([across, np.full_like(across, self.height - 1)]))[:, 1].min()
        return float(left), float(right), float(top), float(bottom)


def _solved(matrices: Array, vectors: Array) -> Array:
    """Solutions (..., 2) of symmetric (..., 2, 2) times s = (..., 2) by Cramer's rule."""
    a, b, d = matrices[..., 0, 0], matrices[..., 0, 1], matrices[..., 1, 1]
    u, v = vectors[..., 0], vectors[..., 1]
    determinant = a * d - b * b
    determinant = np.where(np.abs(determinant) < 1e-12, np.nan, determinant)
    return np.stack([(d * u - b * v) / determinant, (a * v - b * u) / determinant], axis=-1)
