"""Step 3: the user sees how well the fiducials fit and how far off the target may be, and checks by touching."""

import numpy as np

from arguide.errors import RegistrationError
from arguide.geometry.transforms import Array
from arguide.guidance.checking import TouchChecker, words
from arguide.guidance.next_touch import where_next
from arguide.guidance.patient import PatientRegistration, register_patient
from arguide.guidance.state import Check, FiducialState, Grade, Step, StepView
from arguide.guidance.steps import Event, Input
from arguide.settings.scenario import Fiducial, Limits, Plan
from arguide.trackers.reading import Sample

NOWHERE = np.empty((0, 3))
LOOK = {
    Grade.WITHIN: "",
    Grade.NEAR: ": touch another place before you trust it",
    Grade.OUT: ": do not go on, press R and touch all again",
}


class ReviewStep:
    """Shows FRE, residuals and the predicted error at the target; accepts only below the scenario's limit."""

    def __init__(
        self,
        patient: PatientRegistration,
        fiducials: tuple[Fiducial, ...],
        limits: Limits,
        plan: Plan,
        checker: TouchChecker,
        skin_points: Array = NOWHERE,
    ) -> None:
        """On `skin_points` (n, 3) mm one more fiducial could be."""
        self._named, self._limits, self._plan = fiducials, limits, plan
        self._checker, self._skin_points = checker, skin_points
        self._refusal = ""
        self._use(patient)

    def _use(self, patient: PatientRegistration) -> None:
        self.patient = patient
        self._target_95_mm = patient.error_95_mm(np.array(self._plan.target))
        self._next = self._where_next()
        self._checker.use(patient)

    def _where_next(self) -> str:
        if self._target_95_mm <= self._limits.target_error_mm:
            return ""
        taken = [k for k in range(len(self._named)) if k not in self.patient.excluded]
        return where_next(self._named, taken, self._skin_points, self._plan, self._target_95_mm)

    @property
    def check(self) -> Check | None:
        """The last check by touch."""
        return self._checker.check

    @property
    def fiducials(self) -> tuple[FiducialState, ...]:
        """All touched, each with its residual."""
        residuals, patient = self.patient.registration.residuals_mm, self.patient
        return tuple(
            FiducialState(f.name, True, float(residuals[k]), False, k == patient.suspect, k in patient.excluded)
            for k, f in enumerate(self._named)
        )

    def take(self, sample: Sample) -> Event | None:
        """When the stylus is held at a fiducial or on the skin, say how far off it appears."""
        self._checker.take(sample)
        return None

    def press(self, what: Input) -> Event | None:
        """Accept if good enough, reject, or leave out the fiducial that looks wrong."""
        self._refusal = ""
        if what is Input.REDO:
            return Event.REJECTED
        if what is Input.EXCLUDE:
            self._exclude()
            return None
        return Event.ACCEPTED if self._good() else None

    def _exclude(self) -> None:
        """Leave out the suspect, or else the worst if it is too bad; with nobody to leave out, take all back."""
        worst = self.patient.suspect
        if worst is None and not self._good():
            worst = self._worst()
        try:
            if worst is not None:
                self._use(self.patient.without(worst))
            elif self.patient.excluded:
                self._use(register_patient(self.patient.touches, self.patient.fixed, self.patient.target))
            else:
                self._refusal = "no fiducial looks wrong: none was left out"
        except RegistrationError as error:
            self._refusal = str(error)

    def _worst(self) -> int:
        residuals = np.array(self.patient.registration.residuals_mm)
        residuals[list(self.patient.excluded)] = -1.0
        return int(np.argmax(residuals))

    def _good(self) -> bool:
        return self.patient.registration.fre_mm <= self._limits.registration_fre_mm

    def view(self) -> StepView:
        """What the user must read now."""
        return StepView(
            step=Step.REVIEW,
            instruction="Touch a fiducial or the skin and hold still to check; press to accept, R to touch again",
            measured=self._measured(),
            advice=self._refusal or self._advice(),
            progress=1.0,
            ready=self._good(),
        )

    def _measured(self) -> str:
        registration, worst = self.patient.registration, self._worst()
        parts = [
            f"target ± {self._target_95_mm:.1f} mm",
            f"FRE {registration.fre_mm:.2f} mm",
            f"worst {self._named[worst].name} {registration.residuals_mm[worst]:.1f} mm",
        ]
        if self.patient.excluded:
            parts.append("without " + ", ".join(self._named[k].name for k in sorted(self.patient.excluded)))
        if self._checker.near:
            parts = [self._checker.near, parts[0], parts[2]]
        return " · ".join(parts)

    def _advice(self) -> str:
        if not self._good():
            name = self._named[self._worst() if self.patient.suspect is None else self.patient.suspect].name
            limit = self._limits.registration_fre_mm
            return f"FRE above {limit:g} mm, look at {name}: X leaves it out, R touches all again"
        if self.patient.suspect is not None:
            return f"{self._named[self.patient.suspect].name} disagrees with the others: X leaves it out"
        if (check := self._checker.check) is not None:
            return f"check {words(check)}{LOOK[check.light]}"
        if cautions := self.patient.registration.cautions:
            return cautions[0].message
        if self._target_95_mm > self._limits.target_error_mm:
            better = self._next or "touch again more exactly, or add fiducials near it"
            return f"the target may be {self._target_95_mm:.1f} mm off: {better}"
        return "not yet checked: touch a fiducial or the skin"
