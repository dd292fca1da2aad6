"""The steps of a session as a table of (step, event) -> step, and what a step must offer."""

from enum import StrEnum
from typing import Protocol

from arguide.errors import StepError
from arguide.guidance.state import Step, StepView
from arguide.trackers.reading import Sample


class Input(StrEnum):
    """What the user asks for, by key or by the tool's button."""

    ADVANCE = "advance"
    """Space bar, Enter or the tool's button: do the step's next thing."""
    REDO = "redo"
    """R: throw away the last measurement, or go back a step."""
    EXCLUDE = "exclude"
    """X: leave out the fiducial that looks wrong, or take all back."""
    GLANCE = "glance"
    """L: show everything for a moment, where the level of guidance allows it."""
    FULL = "guidance full"
    """G, or the start: how much help there is from now on."""
    REDUCED = "guidance reduced"
    INTERMITTENT = "guidance intermittent"
    NONE = "guidance none"


class Event(StrEnum):
    """What ends a step."""

    CALIBRATED = "calibrated"
    REGISTERED = "registered"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    FINISHED = "finished"
    RESTARTED = "restarted"


NEXT: dict[tuple[Step, Event], Step] = {
    (Step.PIVOT, Event.CALIBRATED): Step.NEEDLE,
    (Step.NEEDLE, Event.CALIBRATED): Step.TOUCH,
    (Step.TOUCH, Event.REGISTERED): Step.REVIEW,
    (Step.TOUCH, Event.RESTARTED): Step.PIVOT,
    (Step.REVIEW, Event.REJECTED): Step.TOUCH,
    (Step.REVIEW, Event.ACCEPTED): Step.GUIDE,
    (Step.GUIDE, Event.REJECTED): Step.REVIEW,
    (Step.GUIDE, Event.FINISHED): Step.DONE,
}


def after(step: Step, event: Event) -> Step:
    """The step that follows. Raises StepError for an event the step does not know."""
    try:
        return NEXT[step, event]
    except KeyError:
        allowed = ", ".join(e for s, e in NEXT if s is step) or "nothing, it is the last"
        raise StepError(f"step {step.value!r} cannot end by {event.value!r}; possible: {allowed}") from None


class StepLogic(Protocol):
    """One step at work: takes samples and inputs, says when it ends, shows itself."""

    def take(self, sample: Sample) -> Event | None:
        """Use one sample; the event that ends the step, or None."""
        ...

    def press(self, what: Input) -> Event | None:
        """Obey one input; the event that ends the step, or None."""
        ...

    def view(self) -> StepView:
        """What the user must read now."""
        ...
