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


# Proportions of an average adult after the papers below, rounded and balanced against each other; not reference data.
# Bodies, canal, pedicles, spans: Panjabi et al., Spine 17 (1992) 299, and for T12 Spine 16 (1991) 888; Berry et al.,
# Spine 12 (1987) 362; at L5 Cook and Baker, Int J Spine Surg 15 (2021) 1072. Wedging of the bodies and spacing of the
# facets as a share of the body's width: Masharawi et al., Eur Spine J 19 (2010) 768. Discs: Zhou et al., Eur Spine J 9
# (2000) 242. Facet angles: van Schaik et al., Spine 10 (1985) 59. Lordosis of 48 degrees from L1 to S1, two thirds of it
# below L4: Bernhardt and Bridwell, Spine 14 (1989) 717.
# fmt: off
_COLUMNS = ("name", "width_up", "width_low", "depth_up", "depth_low", "height", "wedge_deg", "canal_width",
            "canal_depth", "pedicle_width", "pedicle_height", "span", "disc", "disc_wedge_deg", "joint_spacing",
            "joint_angle_deg")
_ROWS = (
    ("T12", 39., 42., 30., 31., 24.5, -3.0, 22., 18.,  8.0, 16.,  47.,  7.0,  2.0, 28., 25.),
    ("L1",  41., 44., 32., 33., 25.5, -2.0, 23., 18.,  8.5, 15.5, 71.,  8.0,  3.5, 30., 27.),
    ("L2",  43., 46., 33., 34., 26.0,  0.0, 23., 17.,  9.0, 15.,  77.,  9.0,  5.0, 32., 31.),
    ("L3",  45., 48., 34., 35., 26.5,  1.0, 24., 17., 10.5, 14.5, 91., 10.0,  7.0, 36., 36.),
    ("L4",  48., 50., 35., 35.5, 26.5,  2.5, 25., 18., 13.5, 15.,  86., 11.0, 10.0, 40., 42.),
    ("L5",  50., 50., 35.5, 34.5, 26.0,  8.0, 27., 19., 16.5, 17.,  88., 10.0, 13.0, 46., 48.),
)
# fmt: on
LEVELS = tuple(Level(**dict(zip(_COLUMNS, row, strict=True))) for row in _ROWS)  # type: ignore[arg-type]
"""From the top down."""

SACRAL_SLOPE_DEG = 38.0
"""S1 endplate to the axial plane, standing value of Legaye et al., Eur Spine J 7 (1998) 99."""


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


def lordosis(levels: tuple[Level, ...] = LEVELS, sacral_slope_deg: float = SACRAL_SLOPE_DEG) -> SpineCurve:
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
