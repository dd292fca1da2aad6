"""What a painted patch does not tell: the directions in which it slides along the surface unnoticed.

The eigenvectors of the ICP's normal equations (Gelfand, Ikemoto, Rusinkiewicz & Levoy, "Geometrically stable sampling
for the ICP algorithm", 3DIM 2003): a motion that leaves all points on the surface, as a turn about a round bone's axis
or a slide along a flat one, has an eigenvalue near zero. Turns are counted in mm at the patch's RMS radius, so that all
six can be compared.
"""

from dataclasses import dataclass

import numpy as np

from arguide.geometry.transforms import Array, apply
from arguide.registration.icp import NO_LANDMARKS, Fit, Landmarks, landmark_normal, normal_equations

MIN_HOLD = 0.003
"""Least share of a point's distance that a motion of the patch must show on average: the square of 5 %."""
MAX_SD_MM = 1.0
LEAST_NOISE_MM = 0.3
"""A mesh never is the bone to better than this; noise-free points would otherwise make any patch look sure."""


@dataclass(frozen=True)
class Observability:
    """How firmly the patch holds each of six independent motions, the weakest first."""

    hold: Array
    """(6,) mean square distance from the surface per mm² of that motion, 0..1."""
    sd_mm: Array
    """(6,) standard deviation that noise leaves in that motion, at the patch's radius."""
    motions: Array
    """(6, 6) rows: turn times radius (3,) and shift (3,), a unit vector, in the fixed frame about `middle`."""
    middle: Array
    """(3,) middle of the patch in the fixed frame, mm."""
    radius_mm: float
    """RMS distance of the patch's points from its middle."""

    @property
    def unseen(self) -> tuple[int, ...]:
        """Which motions the patch does not constrain."""
        return tuple(int(k) for k in np.flatnonzero((self.hold < MIN_HOLD) | (self.sd_mm > MAX_SD_MM)))

    def describe(self, k: int) -> str:
        """Motion k in words, for a fixed frame with the patient's axes (RAS)."""
        turn, shift = self.motions[k, :3], self.motions[k, 3:]
        if np.linalg.norm(shift) >= np.linalg.norm(turn):
            return f"sliding {direction_name(shift)}"
        return f"turning about the {direction_name(turn)} axis"


def observability(fit: Fit, points: Array, noise_mm: float, landmarks: Landmarks = NO_LANDMARKS) -> Observability:
    """Judge a patch by its fit; `points` (n, 3) where they were moved to in the fixed frame, mm. Landmarks help."""
    middle = points.mean(axis=0)
    noise_mm = max(noise_mm, LEAST_NOISE_MM)
    radius = float(np.sqrt(((points - middle) ** 2).sum(axis=1).mean()))
    unit = np.repeat([1 / max(radius, 1e-9), 1.0], 3)
    _, surface = normal_equations(points, fit.normals, fit.weights, middle)
    _, marks = landmark_normal(apply(fit.transform, landmarks.moving), middle, 1.0)
    surface, marks = (normal * unit[:, None] * unit for normal in (surface, marks))
    values, vectors = np.linalg.eigh(surface + marks * (noise_mm / landmarks.sd_mm) ** 2)
    # Few landmarks among many points are not diluted by these: each kind holds by its own mean.
    mean = surface / max(float(fit.weights.sum()), 1e-12) + marks / max(len(landmarks.moving), 1)
    hold = np.einsum("ik,ij,jk->k", vectors, mean, vectors)
    sd = noise_mm / np.sqrt(np.maximum(values, 1e-12))
    return Observability(np.maximum(hold, 0.0), sd, vectors.T.copy(), middle, radius)


def direction_name(vector: Array) -> str:
    """The line that a vector lies along, in the words of the patient's axes (RAS)."""
    names = ("left–right", "front–back", "head–foot")
    share = np.abs(vector) / max(float(np.linalg.norm(vector)), 1e-12)
    return " and ".join(names[k] for k in np.argsort(-share) if share[k] > 0.5)
