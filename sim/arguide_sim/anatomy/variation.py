"""What makes one patient differ from the next: sizes drawn about published means, and a smooth deformation.

Shapes are built symmetric and then deformed: long waves make the two sides differ, and a scoliosis bends and turns the
trunk. The deformation is smooth and never folds, so nothing that was apart touches afterwards. It can be undone, so
that shapes may be asked at points of the finished patient.
"""

import numpy as np
from numpy.typing import NDArray

from arguide_sim.anatomy.norms import BODY_WEDGE, COVARIANCE, DISC_WEDGE, LEVELS, NORMS, NOT_WITH_SIZE, WHOLE
from arguide_sim.anatomy.person import LumbarPerson
from arguide_sim.anatomy.sdf import Points, Shape
from arguide_sim.anatomy.spine_curve import Level

FARTHEST = 2.4
"""Standard deviations from the mean beyond which nobody is drawn."""

WAVE_MM, WAVELENGTHS_MM = 0.55, (110.0, 160.0)
ROUNDED = {
    "width_up": (0.4, -0.08, 0.09, -0.13, 0.0, 0.27), "width_low": (0.4, 0.4, 0.3, 0.34, 0.53, 0.3),
    "depth_up": (0.1, 0.1, 0.53, 0.63, 0.8, 0.9), "depth_low": (0.6, 0.56, 0.6, 0.3, 0.3, 0.62),
    "height": (1.0, 0.95, 1.0, 1.12, 1.0, 1.11), "canal_depth": (0.9, 1.09, 0.79, 0.61, 0.45, 0.67),
    "canal_width": (-0.7, -0.99, -1.02, -1.04, -1.41, -2.4), "pedicle_width": (0.4, 0.56, 0.57, 0.65, 0.77, 0.61),
    "pedicle_height": (0.0, 0.11, 0.23, 0.24, 0.07, 0.17), "pedicle_angle": (0.0, 0.27, 0.82, 1.95, 3.1, 6.4),
    "span": (2.0, 1.9, 1.9, 2.05, 2.0, -1.79), "spinous": (-1.4, -1.4, -1.35, -1.35, -1.15, -0.6),
    "disc": (-1.4, -1.51, -1.49, -1.47, -1.45, 0.85), "joint_spacing": (0.7, 0.24, 0.32, 0.4, 0.5, 1.69),
    "joint_angle": (3.0, 1.6, 1.98, 3.31, 7.36, 2.6), "facet_height": (-3.4, -3.61, -3.35, -3.55, -3.68, -3.42),
    "facet_width": (-2.4, -2.61, -2.75, -2.35, -3.98, -3.42),
}  # fmt: skip
"""What rounded edges and hollows take from a dimension, T12 to L5: added, so that the mesh measures what was drawn.
Fitted on 80 people numbered from 2000 to 3039; widths and angles of pedicles, their height at L5 and canal widths on 2300 to
2359, the angle at L1 on 2300 to 2499."""

GAIN = {
    "depth_up": 1.07, "depth_low": 1.05, "pedicle_width": 1.08, "pedicle_angle": 1.3, "joint_angle": 1.1, "facet_height": 0.9,
    "facet_width": 0.9,
}  # fmt: skip
"""How many times farther from its mean a dimension is in the shape than was drawn, so that the mesh varies as was drawn:
what a pedicle or joint grows into holds it back, and of small joint surfaces the rounded edges take a larger share.
Fitted as `ROUNDED`."""

BESIDE, WITH_CANAL = ("canal_width", "joint_spacing"), 0.5
"""How much farther apart the joints are for each share that the canal is wider (assumed)."""

NARROWED = {"L3": 0.12, "L4": 0.22, "L5": 0.28}
"""Share of the disc's height that is lost at the end stage of wear."""


def levels_of(person: LumbarPerson) -> tuple[Level, ...]:
    """The patient's levels from the top down."""
    random = np.random.default_rng([person.seed, 1])
    mean, spread = WHOLE["stature"].of(person.sex)
    size = 0.7 * (person.stature - mean) / spread + np.sqrt(1 - 0.49) * random.standard_normal()
    drawn = {name: _drawn(name, person, size, random) for name in NORMS}
    _beside_the_canal(drawn, person)
    bent = (person.lordosis - 48.0) / 48.0
    return tuple(_level(k, name, person, drawn, bent) for k, name in enumerate(LEVELS))


def _beside_the_canal(drawn: dict[str, NDArray[np.float64]], person: LumbarPerson) -> None:
    """The joints stand beside the canal: a wide canal has them farther apart. Their spread stays what it is."""
    of = {name: np.array([NORMS[name].of(level, person.sex, person.age) for level in LEVELS]) for name in BESIDE}
    at, spread = ({name: pair[:, k] for name, pair in of.items()} for k in (0, 1))
    canal, joints = BESIDE
    wide = WITH_CANAL * (drawn[canal] / at[canal] - 1)
    own = np.sqrt(1 - (WITH_CANAL * (spread[canal] / at[canal]) / (spread[joints] / at[joints])) ** 2)
    drawn[joints] = at[joints] * (1 + wide) + own * (drawn[joints] - at[joints])


def _drawn(name: str, person: LumbarPerson, size: float, random: np.random.Generator) -> NDArray[np.float64]:
    """One dimension of all levels."""
    norm, share = NORMS[name], dict(COVARIANCE)
    if name in NOT_WITH_SIZE:
        share = {"size": 0.05, "kind": 0.60, "own": 0.35}
    parts = np.array([size, random.standard_normal()])
    common = float(np.sqrt([share["size"], share["kind"]]) @ parts)
    z = np.clip(common + np.sqrt(share["own"]) * random.standard_normal(len(LEVELS)), -FARTHEST, FARTHEST)
    at = np.array([norm.of(level, person.sex, person.age) for level in LEVELS])
    return np.asarray(at[:, 0] + at[:, 1] * z)


def _level(k: int, name: str, person: LumbarPerson, drawn: dict[str, NDArray[np.float64]], bent: float) -> Level:
    now = {key: round(_in_shape(key, k, float(values[k]), person), 3) for key, values in drawn.items()}
    # Worn discs are narrower and the rest higher: the mean of all ages stays.
    disc = now["disc"] * (1 - NARROWED.get(name, 0.06) * (person.wear - 0.3))
    # Of a deeper lordosis the discs take most, the lower ones more.
    wedge = DISC_WEDGE[name] + 48.0 * bent * 0.8 * DISC_WEDGE[name] / 39.0 * (name != "T12")
    body = BODY_WEDGE[name] + 48.0 * bent * 0.2 / 5 * (name != "T12")
    return Level(
        name=name, disc=disc, disc_wedge_deg=wedge, wedge_deg=body, joint_angle_deg=now["joint_angle"],
        pedicle_angle_deg=now["pedicle_angle"],
        **{key: now[key] for key in now if key not in ("disc", "joint_angle", "pedicle_angle")},
    )  # fmt: skip


def _in_shape(key: str, k: int, value: float, person: LumbarPerson) -> float:
    """What the shape needs of a dimension of level `k`, so that its mesh measures the value."""
    mean, _ = NORMS[key].of(LEVELS[k], person.sex, person.age)
    return mean + GAIN.get(key, 1.0) * (value - mean) + ROUNDED[key][k]


class Deformation:
    """Three long plane waves of less than 2 mm, and the bend and twist of a scoliosis about the canal."""

    APEX_MM, REACH_MM = 75.0, 95.0
    """Height of the apex, about L3, and from there to where the curve has died out."""
    STIFF_MM = 45.0
    """Beyond this distance from the midline the trunk follows the tilt of the spine less and less."""
    TURN = 0.4
    """Axial turn at the apex as a share of the Cobb angle (assumed)."""

    def __init__(self, seed: int, scoliosis_deg: float = 0.0) -> None:
        random = np.random.default_rng([seed, 2])
        directions = random.standard_normal((3, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        self._waves = directions * (2 * np.pi / random.uniform(*WAVELENGTHS_MM, (3, 1)))
        self._phases = random.uniform(0, 2 * np.pi, 3)
        shifts = random.standard_normal((3, 3))
        self._shifts = WAVE_MM * shifts / np.linalg.norm(shifts, axis=1, keepdims=True)
        self._cobb = np.radians(scoliosis_deg)
        self._spread = self.REACH_MM / 2
        # A bell whose two steepest tangents make the Cobb angle: slope exp(-1/2) height / spread on each side.
        self._height = self._cobb / 2 * np.exp(0.5) * self._spread

    def __call__(self, points: Points) -> Points:
        """Where points (..., 3) of the symmetric anatomy end up, mm."""
        bent = self._scoliotic(points) if self._cobb else points
        waves: Points = sum(
            np.sin(bent @ wave + phase)[..., None] * shift
            for wave, phase, shift in zip(self._waves, self._phases, self._shifts, strict=True)
        )
        return np.asarray(bent + waves)

    def _scoliotic(self, points: Points) -> Points:
        x, y, z = points[..., 0], points[..., 1], points[..., 2]
        u = (z - self.APEX_MM) / self._spread
        bell = np.exp(-0.5 * u * u)
        aside, slope = self._height * bell, -self._height * u / self._spread * bell
        inner = np.exp(-(x * x + y * y) / (2 * 90.0**2))
        turn = self.TURN * self._cobb * bell * inner
        reach = self.STIFF_MM * np.tanh(x / self.STIFF_MM)
        return np.stack(
            [
                aside + x * np.cos(turn) + (y + 25) * np.sin(turn),
                (y + 25) * np.cos(turn) - x * np.sin(turn) - 25,
                z - slope * reach,
            ],
            axis=-1,
        )

    def undone(self, points: Points) -> Points:
        """Where points (..., 3) of the finished patient were before, to 0.01 mm (fixed-point iteration)."""
        before = points.copy()
        for _ in range(40):
            step = points - self(before)
            before += step
            if np.abs(step).max(initial=0.0) < 0.004:
                break
        return before

    def deformed(self, shape: Shape) -> Shape:
        """`shape` of the symmetric anatomy, asked at points of the finished patient. Distances are nearly kept."""
        return lambda points: shape(self.undone(points))
