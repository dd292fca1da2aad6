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
    delay_mm: float = 0.0
    """How far the tip moves at its present speed from the tracker's look to the user's."""


class Alert(StrEnum):
    """How a risk structure stands to the needle, mildest first. The value is what the user reads."""

    CLEAR = "clear"
    AHEAD = "ahead"
    """Its margin will be entered within seconds if the needle goes on as it does."""
    DOUBTFUL = "maybe too close"
    """The error bar reaches into the margin."""
    TOO_CLOSE = "too close"
    """The needle is within the margin."""
    INSIDE = "inside"

    @property
    def rank(self) -> int:
        """0 for the mildest, one more for each that is worse."""
        return _RANKS[self]


_RANKS = {alert: rank for rank, alert in enumerate(Alert)}


@dataclass(frozen=True, slots=True)
class RiskState:
    """The warning about one risk structure: whether its margin is kept, and when it would be entered. Page: guidance."""

    alert: Alert
    bar_mm: float
    """What is taken off the clearance for doubt: one-sided 95 % of the tip's largest standard deviation."""
    closing_mm_s: float
    """How fast the clearance shrinks; negative when it grows, NaN while that cannot be told."""
    closing_95_mm_s: float
    """Half width of its 95 % error bar; NaN with it."""
    breach_s: float
    """Seconds until the margin is entered at this speed: 0 within it, infinite when the needle does not approach."""
    earliest_s: float
    """The same at the upper end of the speed's error bar, with the clearance less `bar_mm`."""


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
    risks: tuple[RiskState, ...] = ()
    """For each risk structure of the scenario, in its order; empty without a pose, and in recordings made before."""


class Level(StrEnum):
    """How much the trainee is helped while the needle is guided. The value is what the user reads."""

    FULL = "full"
    """Everything."""
    REDUCED = "reduced"
    """The bullseye, and the anatomy without plan, prediction and numbers."""
    INTERMITTENT = "intermittent"
    """Nothing but a glance on request."""
    NONE = "none"
    """Nothing: a test."""


@dataclass(frozen=True, slots=True)
class Aid:
    """The help the trainee has at this moment. What each level shows: `guidance.levels`."""

    level: Level = Level.FULL
    glance: bool = False
    """Whether a glance is open: everything is shown for a moment."""


class Step(StrEnum):
    """The steps of one session, in order."""

    PIVOT = "calibrate stylus"
    NEEDLE = "calibrate needle"
    """Only where it is asked for."""
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
    """While pivoting: unit directions of the tool seen so far, in the reference frame, newest last."""
    check: Check | None = None
    """The last verification by touch since the registration."""
    target_95_mm: float | None = None
    """How far off the registration may be at the target in 95 of 100 cases, once registered."""
    aid: Aid = Aid()
    """How much of all this the trainee is shown and told; it changes nothing of what is measured."""
