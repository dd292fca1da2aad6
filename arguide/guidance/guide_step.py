"""Steps 4 and 5: the needle is inserted; then the attempt is over."""

from arguide.guidance.checking import TouchChecker, words
from arguide.guidance.reference_watch import ReferenceWatch
from arguide.guidance.state import Check, Grade, NeedleState, Phase, Step, StepView
from arguide.guidance.steps import Event, Input
from arguide.settings.scenario import Plan
from arguide.trackers.reading import Sample

WHAT_NOW = {
    Phase.SEARCHING: "Bring the needle tip to the entry ring on the skin",
    Phase.ALIGNING: "Tip on the entry, shaft along the path: bring both dots of the bullseye to the centre",
    Phase.INSERTING: "Advance slowly; keep the predicted miss small",
    Phase.AT_TARGET: "At the target: hold still. Inject, then withdraw",
    Phase.BEYOND: "Too deep: withdraw to the target depth",
    Phase.WITHDRAWN: "Needle is out: press to finish, or insert again",
}
OUTSIDE = (Phase.SEARCHING, Phase.ALIGNING)
ENDABLE = (Phase.AT_TARGET, Phase.BEYOND, Phase.WITHDRAWN)


class GuideStep:
    """Says what to do in each phase; ends when the user says so after an insertion.

    Before the insertion the registration may still be checked by touch; when it has drifted, the user is told.
    """

    def __init__(self, plan: Plan, path_mm: float, checker: TouchChecker, reference: ReferenceWatch) -> None:
        self._plan = plan
        self._path_mm = path_mm
        self._checker, self._reference = checker, reference
        self._advice = self._drift = self._checked = ""
        self._unguided = False
        self._needle = NeedleState(None, None, Phase.SEARCHING, "no data yet")

    def show(self, needle: NeedleState, unguided: bool = False) -> None:
        """Take over the needle's state of this sample.

        `unguided`: nobody tells the trainee where the needle is, so the attempt ends when they say so.
        """
        self._unguided = unguided
        if needle.phase is not self._needle.phase:
            self._advice = self._checked = ""
        self._needle = needle

    def take(self, sample: Sample) -> Event | None:
        """The navigator measures the needle; here only what may be wrong with the registration is looked for."""
        self._drift = self._reference.watch(sample)
        if self._needle.phase in OUTSIDE and self._checker.take(sample):
            check = self._checker.check
            assert check is not None, "it was just taken"
            self._checked = f"check {words(check)}" + (
                ": the registration has drifted, press R and register again" if check.light is Grade.OUT else ""
            )
        return None

    @property
    def check(self) -> Check | None:
        """The last check by touch."""
        return self._checker.check

    def press(self, what: Input) -> Event | None:
        """Finish the attempt once the needle has been in, or go back to the registration before that."""
        if what is Input.EXCLUDE:
            return None
        if what is Input.REDO:
            if self._needle.phase in OUTSIDE:
                return Event.REJECTED
            self._advice = "the needle has been in: finish this attempt first"
            return None
        if self._endable:
            return Event.FINISHED
        self._advice = "the attempt ends at the target or after withdrawal; Q leaves without a score"
        return None

    def view(self) -> StepView:
        """What the user must read now."""
        deviation = self._needle.deviation
        depth = min(max(0.0, self._path_mm - deviation.depth_mm), self._path_mm) if deviation else 0.0
        return StepView(
            step=Step.GUIDE,
            instruction=WHAT_NOW[self._needle.phase],
            measured=self._measured(),
            advice=self._advice or self._trouble() or self._drift or self._checked,
            progress=depth / self._path_mm,
            ready=self._endable,
        )

    @property
    def _endable(self) -> bool:
        phase = self._needle.phase
        return phase in ENDABLE or (self._unguided and phase not in OUTSIDE)

    def _trouble(self) -> str:
        return f"{self._needle.trouble}: clear the view" if self._needle.trouble else ""

    def _measured(self) -> str:
        phase, sure = self._needle.phase, self._needle.uncertainty
        if self._needle.deviation is None:
            return phase.value
        if sure is None or phase not in (Phase.AT_TARGET, Phase.BEYOND):
            delay = f" · delay {sure.delay_mm:.1f} mm" if sure else ""
            return f"{phase.value} · path {self._path_mm:.0f} mm{delay}"
        sure_of_it = "over 99%" if sure.hit_probability > 0.99 else f"{sure.hit_probability:.0%}"
        return f"{phase.value} · {sure_of_it} sure that it is inside the target"


class DoneStep:
    """The attempt is over; nothing more changes."""

    def take(self, sample: Sample) -> Event | None:
        """Nothing is measured any more."""
        return None

    def press(self, what: Input) -> Event | None:
        """Nothing is left to do."""
        return None

    def view(self) -> StepView:
        """What the user must read now."""
        return StepView(Step.DONE, "Attempt finished: read your score card", "", "", 1.0, False)
