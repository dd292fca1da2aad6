"""Step 3: the user sees how well the touched fiducials fit, and checks by touching before he trusts it."""

import numpy as np

from arguide.geometry.transforms import Array, apply
from arguide.guidance.navigator import reference_from_tool
from arguide.guidance.state import FiducialState, Step, StepView
from arguide.guidance.steps import Event, Input
from arguide.registration.rigid import Registration
from arguide.settings.scenario import Fiducial, Limits
from arguide.trackers.reading import Sample

# Closer than this to a fiducial the user means to check it.
CHECK_MM = 10.0


class ReviewStep:
    """Shows FRE and residuals; accepts only below the scenario's limit."""

    def __init__(
        self, registration: Registration, fiducials: tuple[Fiducial, ...], limits: Limits, stylus_tip_mm: Array
    ) -> None:
        self._registration = registration
        self._named = fiducials
        self._points = np.array([f.position for f in fiducials])
        self._limits = limits
        self._tip = stylus_tip_mm
        self._check = ""

    @property
    def fiducials(self) -> tuple[FiducialState, ...]:
        """All touched, each with its residual."""
        pairs = zip(self._named, self._registration.residuals_mm, strict=True)
        return tuple(FiducialState(f.name, True, float(residual), False) for f, residual in pairs)

    def take(self, sample: Sample) -> Event | None:
        """When the stylus is held at a fiducial, say how far off it appears."""
        pose, _ = reference_from_tool(sample, "stylus")
        self._check = ""
        if pose is not None:
            tip = apply(self._registration.fixed_from_moving @ pose, self._tip)
            gaps = np.linalg.norm(self._points - tip, axis=1)
            nearest = int(np.argmin(gaps))
            if gaps[nearest] < CHECK_MM:
                self._check = f"stylus is {gaps[nearest]:.1f} mm from {self._named[nearest].name}"
        return None

    def press(self, what: Input) -> Event | None:
        """Accept if good enough, or reject."""
        if what is Input.REDO:
            return Event.REJECTED
        return Event.ACCEPTED if self._good() else None

    def _good(self) -> bool:
        return self._registration.fre_mm <= self._limits.registration_fre_mm

    def view(self) -> StepView:
        """What the user must read now."""
        fre, limit = self._registration.fre_mm, self._limits.registration_fre_mm
        worst = int(np.argmax(self._registration.residuals_mm))
        fit = f"FRE {fre:.2f} mm (limit {limit:g}) · worst {self._named[worst].name} {self._registration.residuals_mm[worst]:.2f} mm"
        advice = f"above the limit: look at {self._named[worst].name} first, then press R and touch all again"
        return StepView(
            step=Step.REVIEW,
            instruction="Touch any fiducial to check; press to accept, R to touch again",
            measured=f"{fit} · {self._check}" if self._check else fit,
            advice="" if self._good() else advice,
            progress=1.0,
            ready=self._good(),
        )
