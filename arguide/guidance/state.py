"""What guidance publishes at every tracker sample: immutable, so that any thread may hold it.

The formulae are on the page docs/guidance.md, with a drawing.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from arguide.geometry.transforms import Array
from arguide.settings.scenario import Band
from arguide.trackers.reading import Sample


class Phase(StrEnum):
    """Where the needle is in the course of one attempt. The value is what the user reads."""

    SEARCHING = "searching entry"
    ALIGNING = "aligning"
    INSERTING = "inserting"
    AT_TARGET = "at target"
    BEYOND = "beyond target"
    WITHDRAWN = "withdrawn"


class Grade(StrEnum):
    """A deviation against its band. The value is what the user reads beside the colour."""

    WITHIN = "within"
    NEAR = "near"
    OUT = "out"


def grade(value: float, band: Band) -> Grade:
    """Grade the size of a deviation against its band (same unit; sign does not matter)."""
    size = abs(value)
    if size <= band.within:
        return Grade.WITHIN
    return Grade.NEAR if size <= band.near else Grade.OUT


@dataclass(frozen=True, slots=True)
class Deviation:
    """How far the needle is from the plan, in the image frame. Lengths in mm, angle in radians."""

    depth_mm: float
    """Signed distance along the planned path from tip to target: positive before it, negative beyond."""
    lateral_mm: float
    """Distance from the tip to the planned line (beyond entry and target the line goes on)."""
    in_plane_mm: float
    """Part of the lateral offset in the imaging plane, signed."""
    out_of_plane_mm: float
    """Part of the lateral offset across the imaging plane, signed."""
    angle_rad: float
    """Angle between shaft and path, 0..π; above π/2 the needle points backwards."""
    entry_offset_mm: float
    """Distance from the planned entry to the point where the shaft's line crosses the entry plane; inf if parallel."""
    predicted_miss_mm: float
    """Distance to the target at target depth if advanced along the present axis; inf when it leads away."""
    target_mm: float
    """Straight distance from tip to target."""
    clearances_mm: tuple[float, ...]
    """For each risk structure of the scenario, in its order: nearest distance from the needle to it, negative inside."""


@dataclass(frozen=True, slots=True)
class Covariance:
    """How sure a point is: a symmetric (3, 3) in mm², image frame."""

    xx: float
    xy: float
    xz: float
    yy: float
    yz: float
    zz: float

    @property
    def matrix(self) -> Array:
        """The (3, 3) array."""
        return np.array([[self.xx, self.xy, self.xz], [self.xy, self.yy, self.yz], [self.xz, self.yz, self.zz]])


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How far the needle and its deviation may be from what is shown: the ± beside each number.

    `x_95` belongs to the deviation `x`: the truth is within ± that much of it in at least 95 of 100 cases. How it is
    worked out, and what is left out: `guidance.uncertainty` and docs/error-bars.md.
    """

    tip: Covariance
    """Of the tip where it is drawn on the anatomy."""
    target: Covariance
    """Of the target where it is drawn on the phantom. Shares the registration with `tip`: never add the two."""
    tip_95_mm: float
    """Longest half axis of the ellipsoid that holds the true tip in 95 of 100 cases."""
    target_95_mm: float
    """The same for the true target on the phantom."""
    depth_95_mm: float
    lateral_95_mm: float
    in_plane_95_mm: float
    out_of_plane_95_mm: float
    angle_95_rad: float
    entry_offset_95_mm: float
    """Infinite where the entry offset is."""
    predicted_miss_95_mm: float
    """Infinite where the predicted miss is."""
    distance_95_mm: float
    """Of the straight distance from tip to target, and at most of each clearance."""
    hit_probability: float
    """That the true tip is now within the tolerance's `miss_mm.within` of the true target, 0..1."""


@dataclass(frozen=True, slots=True)
class NeedleState:
    """The needle in patient space, if it can be known, and what follows from it."""

    image_from_tip: Array | None
    """(4, 4) needle tip in the image frame, or None when it is not known now."""
    deviation: Deviation | None
    phase: Phase
    trouble: str
    """Why there is no pose, in the user's words (`needle hidden`, `reference hidden`, …); empty when live."""
    uncertainty: Uncertainty | None = None
    """How sure pose and deviation are; None without them, and in recordings made before it was worked out."""


class Step(StrEnum):
    """The steps of one session, in order."""

    PIVOT = "calibrate stylus"
    TOUCH = "touch fiducials"
    REVIEW = "review registration"
    GUIDE = "insert needle"
    DONE = "score"


@dataclass(frozen=True, slots=True)
class StepView:
    """What the user must read at this moment."""

    step: Step
    instruction: str
    """What to do now."""
    measured: str
    """What was measured so far, with units; empty at first."""
    advice: str
    """What to do if it is not good enough; empty when all is well."""
    progress: float
    """0..1 within the step."""
    ready: bool
    """Whether advancing now (space bar, tool button) would be accepted."""


@dataclass(frozen=True, slots=True)
class FiducialState:
    """One fiducial as far as it is known."""

    name: str
    touched: bool
    residual_mm: float | None
    """Distance between touched and planned position after registration."""
    next: bool
    """Whether this is the one to touch now."""
    suspect: bool = False
    """Whether it disagrees with the others far more than chance allows."""
    excluded: bool = False
    """Whether it was left out of the registration."""


@dataclass(frozen=True, slots=True)
class Check:
    """A verification by touch: the stylus was held still at something that the image shows."""

    point: str
    """What was touched, in the user's words: a fiducial's name, or the skin."""
    error_mm: float
    """How far off it appears; negative: under the skin."""
    expected_mm: float
    """Half width of the 95 % error bar of such a check."""
    light: Grade
    """Against the scenario's limits: within is green, near is amber, out is red."""


@dataclass(frozen=True, slots=True)
class SessionState:
    """Everything the scene, the recorder and the score need of one instant."""

    sample: Sample
    view: StepView
    needle: NeedleState
    image_from_stylus_tip: Array | None
    """(4, 4) once registered, for touch checks; None before or when hidden."""
    fiducials: tuple[FiducialState, ...]
    fre_mm: float | None
    """Fiducial registration error (RMS) once registered."""
    stylus_directions: tuple[tuple[float, float, float], ...] = ()
    """While pivoting: unit directions of the stylus seen so far, in the reference frame, newest last."""
    check: Check | None = None
    """The last verification by touch since the registration."""
    target_95_mm: float | None = None
    """How far off the registration may be at the target in 95 of 100 cases, once registered."""
