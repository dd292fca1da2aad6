"""Levels of guidance: how much of what is measured the trainee is shown and told. Measuring and scoring go on the same.

The level is part of the session's state, changed by inputs like any other, so a recording knows every switch and every
glance with its time. Scene and sound only obey `shown`.
"""

from dataclasses import dataclass, replace

from arguide.guidance.state import Aid, Alert, Level, NeedleState, RiskState, SessionState, Step, StepView
from arguide.guidance.steps import Input

GLANCE_S = 2.0
"""How long a glance lasts."""
INPUT_FOR = {level: Input(f"guidance {level.value}") for level in Level}
"""What to ask the session for to have a level."""
LEVEL_FOR = {what: level for level, what in INPUT_FOR.items()}
TEST_INSTRUCTION = "Place the needle at the target as you judge right. Press when you are done"
TEST_LEVELS = (Level.INTERMITTENT, Level.NONE)
"""Levels at which nothing tells where the needle is, unless a glance is open."""


@dataclass(frozen=True)
class Shown:
    """What is given to the trainee now."""

    anatomy: bool
    """The anatomy with the needle in it."""
    bullseye: bool
    plan: bool
    """In 3D: the planned path, its target, the prediction and the error regions."""
    numbers: bool
    """The deviations, and words that stand for them."""
    tones: bool
    """Sound that leads: distance and angle, arrival."""
    warnings: bool
    """About risk structures: sign, word, sound."""


EVERYTHING = Shown(anatomy=True, bullseye=True, plan=True, numbers=True, tones=True, warnings=True)
SHOWN = {
    Level.FULL: EVERYTHING,
    Level.REDUCED: Shown(anatomy=True, bullseye=True, plan=False, numbers=False, tones=False, warnings=True),
    Level.INTERMITTENT: Shown(anatomy=False, bullseye=False, plan=False, numbers=False, tones=False, warnings=True),
    Level.NONE: Shown(anatomy=False, bullseye=False, plan=False, numbers=False, tones=False, warnings=False),
}
"""That tracking is lost is told at every level: it is about the equipment, not about the needle's way."""


def shown(state: SessionState) -> Shown:
    """What the trainee is given at this state: all of it except while the needle is guided at a lower level."""
    if state.view.step is not Step.GUIDE or state.aid.glance:
        return EVERYTHING
    return SHOWN[state.aid.level]


def warned_of(state: SessionState) -> tuple[RiskState, ...]:
    """The warnings about all risk structures that the trainee is given; empty where none are."""
    return state.needle.risks if shown(state).warnings else ()


def gravest(risks: tuple[RiskState, ...]) -> int | None:
    """Which structure to speak of: the worst alert, of equals the one whose margin is, or will be, entered first."""
    order = sorted(range(len(risks)), key=lambda k: (-risks[k].alert.rank, risks[k].earliest_s))
    return order[0] if order and risks[order[0]].alert is not Alert.CLEAR else None


def following(level: Level) -> Level:
    """The level after this one, round and round."""
    levels = list(Level)
    return levels[(levels.index(level) + 1) % len(levels)]


class Helper:
    """Keeps the level and the glances of one session."""

    def __init__(self) -> None:
        self._level = Level.FULL
        self._until_s: float | None = None

    def press(self, what: Input, now_s: float) -> bool:
        """Obey an input at this time; whether it was meant for here. A glance that is open is not made longer."""
        if what in LEVEL_FOR:
            self._level, self._until_s = LEVEL_FOR[what], None
        elif what is not Input.GLANCE:
            return False
        elif self._level is Level.INTERMITTENT and not self.at(now_s).glance:
            self._until_s = now_s + GLANCE_S
        return True

    def at(self, now_s: float) -> Aid:
        """The help at this time."""
        return Aid(self._level, self._until_s is not None and now_s < self._until_s)


def unguided(aid: Aid) -> bool:
    """Whether nothing may tell where the needle is."""
    return aid.level in TEST_LEVELS and not aid.glance


def veiled(view: StepView, aid: Aid, needle: NeedleState) -> StepView:
    """What the trainee reads of the step at this level."""
    if view.step is not Step.GUIDE or SHOWN[aid.level].numbers or aid.glance:
        return view
    level = f"guidance: {aid.level.value}"
    if not unguided(aid):
        return replace(view, measured=f"{needle.phase.value} · {level}")
    again = f" · L: a glance of {GLANCE_S:g} s" if aid.level is Level.INTERMITTENT else " · a test"
    return replace(view, instruction=TEST_INSTRUCTION, measured=level + again, progress=0.0)
