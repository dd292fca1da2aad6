"""From states to tones: which sound, how high, when, how loud, from which side. Pure: the clock is passed in.

The composer remembers only what rhythm needs: what is playing since when, and the last onset.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import hypot

import numpy as np

from arguide.geometry.transforms import Array
from arguide.guidance.levels import gravest, shown, warned_of
from arguide.guidance.state import Alert, Deviation, Phase, SessionState, Step
from arguide.planning.path import planned_path
from arguide.settings.scenario import Plan
from arguide.sound import style
from arguide.sound.style import MOTIFS, Cue

FOR_ALERT = {
    Alert.AHEAD: Cue.AHEAD,
    Alert.DOUBTFUL: Cue.DOUBTFUL,
    Alert.TOO_CLOSE: Cue.TOO_CLOSE,
    Alert.INSIDE: Cue.INSIDE,
}
FOR_PHASE = {
    Phase.SEARCHING: Cue.LEAD,
    Phase.ALIGNING: Cue.LEAD,
    Phase.INSERTING: Cue.LEAD,
    Phase.AT_TARGET: Cue.ON_TARGET,
    Phase.BEYOND: Cue.BEYOND,
    Phase.WITHDRAWN: Cue.SILENCE,
}
SUPERIOR, ANTERIOR = np.array([0.0, 0, 1]), np.array([0.0, 1, 0])


@dataclass(frozen=True, slots=True)
class Tone:
    """One tone to be heard: all that a synthesizer must know."""

    time_s: float
    """When it begins."""
    pitch_hz: float
    length_s: float
    gain: float
    """0..1, of full scale."""
    pan: float
    """−1 left … 1 right."""
    partials: tuple[float, ...]
    cue: Cue


@dataclass(frozen=True, slots=True)
class Lead:
    """How the leading tone sounds for one deviation."""

    interval_s: float
    pitch_hz: float
    pan: float


class Composer:
    """Composes as states come. `take` must be called in the order of time."""

    def __init__(self, plan: Plan, stale_after_s: float = 0.1) -> None:
        self._path = planned_path(plan)
        self._right = right_of(plan)
        self._within_rad = plan.tolerance.angle_rad.within
        self._stale_after_s = stale_after_s
        self._cue = Cue.SILENCE
        self._onset_s = self._before_s = -np.inf
        self._waiting: list[Tone] = []
        self._needle_seen = False
        self._lost_since_s: float | None = None

    def take(self, state: SessionState, now_s: float, age_s: float = 0.0) -> list[Tone]:
        """The tones that begin by now and after the last call; `age_s`: of the state's sample."""
        cue = self._cue_at(state, now_s, age_s)
        if cue is not self._cue:
            # A new thing is said at once; only the leading tone keeps its beat through a short word of another.
            self._waiting.clear()
            if cue is not Cue.LEAD:
                self._onset_s = -np.inf
            self._cue = cue
        if cue is Cue.LEAD:
            self._lead(state, now_s)
        elif cue in MOTIFS:
            self._motif(cue, now_s)
        self._before_s = now_s
        due = [tone for tone in self._waiting if tone.time_s <= now_s]
        self._waiting = [tone for tone in self._waiting if tone.time_s > now_s]
        return due

    def _cue_at(self, state: SessionState, now_s: float, age_s: float) -> Cue:
        if state.view.step is Step.DONE:
            return Cue.SILENCE
        guiding = state.view.step is Step.GUIDE
        self._needle_seen = guiding and (self._needle_seen or not state.needle.trouble)
        stale = age_s > self._stale_after_s
        if stale or (self._needle_seen and state.needle.trouble):
            since_s = self._lost_since_s = now_s - age_s if self._lost_since_s is None else self._lost_since_s
            return Cue.LOST if now_s - since_s >= style.LOST_S else self._cue
        self._lost_since_s = None
        return cue_of(state, self._distance_mm(state)) if guiding else Cue.SILENCE

    def _distance_mm(self, state: SessionState) -> float:
        return distance_mm(state, self._path.length_mm) if state.needle.deviation else np.inf

    def _lead(self, state: SessionState, now_s: float) -> None:
        if state.needle.deviation is None or state.needle.image_from_tip is None:
            return
        aside_mm = float(self._right @ (state.needle.image_from_tip[:3, 3] - self._path.target))
        lead = lead_of(state.needle.deviation, self._distance_mm(state), aside_mm, self._within_rad)
        if (start_s := self._next(lead.interval_s, now_s)) is not None:
            tone = Tone(
                start_s,
                lead.pitch_hz,
                style.LEAD_LENGTH_S,
                style.LEAD_GAIN,
                lead.pan,
                style.LEAD_PARTIALS,
                Cue.LEAD,
            )
            self._waiting.append(tone)

    def _motif(self, cue: Cue, now_s: float) -> None:
        motif = MOTIFS[cue]
        if (start_s := self._next(motif.every_s, now_s)) is not None:
            self._waiting += [
                Tone(start_s + note.at_s, note.pitch_hz, note.length_s, motif.gain, 0.0, motif.partials, cue)
                for note in motif.notes
            ]

    def _next(self, interval_s: float, now_s: float) -> float | None:
        """The onset that is due by now, exact to the beat where that lies after the last call; None if there is none."""
        due_s = self._onset_s + interval_s
        if due_s > now_s:
            return None
        self._onset_s = due_s if due_s > self._before_s else now_s
        return self._onset_s


def tones_of(
    heard: Iterable[tuple[SessionState, float, float]], plan: Plan, stale_after_s: float = 0.1
) -> tuple[Tone, ...]:
    """All tones of a session: from states, each with the time at which it is the newest, and its age then."""
    composer = Composer(plan, stale_after_s)
    return tuple(tone for state, now_s, age_s in heard for tone in composer.take(state, now_s, age_s))


def cue_of(state: SessionState, distance_mm: float = 0.0) -> Cue:
    """What a live state of the insertion calls for, at the level of guidance it has."""
    risks = warned_of(state)
    worst = gravest(risks)
    if worst is not None:
        return FOR_ALERT[risks[worst].alert]
    if not shown(state).tones or distance_mm > style.SILENT_MM:
        return Cue.SILENCE
    return FOR_PHASE[state.needle.phase]


def distance_mm(state: SessionState, path_mm: float) -> float:
    """How far the tip has to go: to the entry while outside, then to the target."""
    deviation = state.needle.deviation
    assert deviation is not None, "asked of a live needle"
    if state.needle.phase in (Phase.SEARCHING, Phase.ALIGNING):
        return hypot(deviation.lateral_mm, deviation.depth_mm - path_mm)
    return deviation.target_mm


def lead_of(deviation: Deviation, distance_mm: float, aside_mm: float, within_rad: float) -> Lead:
    """Tempo from the distance, pitch from the angle beyond `within_rad`, side from where the tip is beside the path."""
    far = _share(distance_mm, style.NEAR_MM, style.FAR_MM)
    wrong = _share(deviation.angle_rad, within_rad, style.WRONG_RAD)
    return Lead(
        interval_s=style.NEAR_S + far * (style.FAR_S - style.NEAR_S),
        pitch_hz=style.TRUE_HZ * 2 ** (-style.OCTAVES * wrong),
        pan=max(-1.0, min(1.0, -aside_mm / style.ASIDE_MM)),
    )


def right_of(plan: Plan) -> Array:
    """Unit vector (3,), image frame, that points right in the bullseye: who looks and listens must agree."""
    way = planned_path(plan).axes[2]
    up = SUPERIOR if abs(way @ SUPERIOR) < 0.8 else -ANTERIOR
    right = np.cross(way, up)
    result: Array = right / np.linalg.norm(right)
    return result


def _share(value: float, none: float, all_: float) -> float:
    return max(0.0, min(1.0, (value - none) / (all_ - none)))
