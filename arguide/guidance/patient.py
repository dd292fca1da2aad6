"""The registered patient: touches become a transform, what it is wrong by, and which fiducial looks wrong."""

from dataclasses import dataclass

import numpy as np

from arguide.errors import RegistrationError
from arguide.geometry.transforms import Array, apply
from arguide.geometry.uncertainty import point_covariances
from arguide.guidance.inside import largest_variance
from arguide.guidance.registration_error import residual_covariance, shared_tip_covariance, steady_covariance
from arguide.guidance.uncertainty import SCALE_3
from arguide.registration.fiducials import judge_fiducials
from arguide.registration.rigid import Registration, register_points

FEWEST_TO_JUDGE = 4


@dataclass(frozen=True)
class Touches:
    """What the stylus measured at the fiducials, in the order of the scenario."""

    points: Array
    """(n, 3) mm, its tip in the reference frame."""
    turns: Array
    """(n, 3, 3) reference_from_stylus, rotations only."""
    tip_covariance: Array
    """(3, 3) mm² of the stylus' calibration, in its marker frame."""
    accuracy_mm: float = 0.0
    """RMS length of the tracker's steady error, which all touches share."""


@dataclass(frozen=True)
class PatientRegistration:
    """A registration by touch with everything that guidance and the user must know of it."""

    touches: Touches
    fixed: Array
    """(n, 3) mm planned positions, image frame."""
    registration: Registration
    covariance: Array
    """(6, 6) of image_from_reference, image frame: what the residuals tell, and what all touches share."""
    excluded: frozenset[int]
    """Fiducials that were left out, by their place in the scenario."""
    target: Array
    """(3,) mm, image frame: where the error matters."""
    suspect: int | None
    """The fiducial that disagrees with the others far more than chance allows."""

    def error_95_mm(self, point: Array) -> float:
        """How far off the registration may be at a `point` (3,) mm of the image, in 95 of 100 cases."""
        return SCALE_3 * float(np.sqrt(largest_variance(point_covariances(self.covariance, point))))

    def without(self, fiducial: int) -> "PatientRegistration":
        """The same touches without one more fiducial. RegistrationError when too few are left."""
        return register_patient(self.touches, self.fixed, self.target, self.excluded | {fiducial})


def register_patient(
    touches: Touches, fixed: Array, target: Array, excluded: frozenset[int] = frozenset()
) -> PatientRegistration:
    """Register touched to planned points (n, 3), mm; `target` (3,) is where the error matters.

    Raises RegistrationError as `register_points` does.
    """
    taken = np.array([k not in excluded for k in range(len(fixed))])
    if taken.sum() < 3:
        raise RegistrationError(f"{taken.sum()} fiducials would be left, at least 3 needed; touch them again instead")
    weights = taken.astype(float)
    registration = register_points(touches.points, fixed, weights=None if taken.all() else weights)
    image_from_stylus = registration.fixed_from_moving[:3, :3] @ touches.turns
    off = apply(registration.fixed_from_moving, touches.points[taken]) - fixed[taken]
    shared = shared_tip_covariance(fixed, weights, image_from_stylus, touches.tip_covariance)
    return PatientRegistration(
        touches,
        fixed,
        registration,
        residual_covariance(fixed[taken], off, target) + shared + steady_covariance(touches.accuracy_mm),
        excluded,
        target,
        _suspect(touches.points[taken], fixed[taken], np.flatnonzero(taken).tolist()),
    )


def _suspect(points: Array, fixed: Array, places: list[int]) -> int | None:
    if len(points) < FEWEST_TO_JUDGE:
        return None
    suspect = judge_fiducials(points, fixed).suspect
    return None if suspect is None else places[suspect]
