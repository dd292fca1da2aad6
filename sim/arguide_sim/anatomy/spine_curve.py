"""Where each lumbar level stands: the lordosis as a chain of wedges from the sacrum up, and the numbers of each level.

The frame of a level: origin at the centre of the vertebral body, +x right, +y anterior, +z along the body's own axis.
The sacrum's frame has its origin at the centre of the S1 endplate. Image origin: that same point.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Level:
    """One vertebra and the disc and joints below it. mm, degrees in names that say so."""

    name: str
    width_up: float
    width_low: float
    depth_up: float
    depth_low: float
    height: float
    wedge_deg: float
    """How much higher the body is in front than behind, as an angle."""
    canal_width: float
    canal_depth: float
    pedicle_width: float
    pedicle_height: float
    span: float
    """Over both transverse processes."""
    disc: float
    """Height of the disc below, at its centre."""
    disc_wedge_deg: float
    joint_spacing: float
    """Between the right and left facet centres of the joints below."""
    joint_angle_deg: float
    """Facet plane of the joints below to the sagittal plane."""
    pedicle_angle_deg: float
    """How far the pedicles point toward the midline."""
    spinous: float
    """From the back of the canal to the tip."""
    facet_height: float
    facet_width: float
    """Of the joint surfaces below."""

    @property
    def wall(self) -> float:
        """y of the back of the body."""
        return -(self.depth_low + self.depth_up) / 4


def tilt(angle_deg: float) -> Frame:
    """Rotate about +x: positive leans the top backward. (4, 4)"""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return np.array([[1, 0, 0, 0], [0, c, -s, 0], [0, s, c, 0], [0, 0, 0, 1]], float)


def shift(x: float, y: float, z: float) -> Frame:
    """Translate, mm. (4, 4)"""
    frame = np.eye(4)
    frame[:3, 3] = x, y, z
    return frame


@dataclass(frozen=True)
class SpineCurve:
    """`sacrum`, and by level name the frames of the bodies and of the discs below them: image_from_*, (4, 4)."""

    sacrum: Frame
    bodies: dict[str, Frame]
    discs: dict[str, Frame]


def lordosis(levels: tuple[Level, ...], sacral_slope_deg: float) -> SpineCurve:
    """Stack discs and bodies on the sacrum, each turning the axis by its wedge."""
    sacrum = tilt(-sacral_slope_deg)
    at, bodies, discs = sacrum, {}, {}
    for level in reversed(levels):
        at, discs[level.name] = _climb(at, level.disc, level.disc_wedge_deg)
        at, bodies[level.name] = _climb(at, level.height, level.wedge_deg)
    return SpineCurve(sacrum, bodies, discs)


def _climb(at: Frame, height: float, wedge_deg: float) -> tuple[Frame, Frame]:
    """The frames at the top and at the middle of a wedge standing on `at`."""
    half = tilt(wedge_deg / 2) @ shift(0, 0, height / 2)
    middle = at @ half
    return middle @ shift(0, 0, height / 2) @ tilt(wedge_deg / 2), middle
