"""What one attempt amounts to in numbers. Every definition stands with its field; formulae: docs/score.md."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf, isnan, nan

import numpy as np
from numpy.typing import NDArray

from arguide.geometry.transforms import Array
from arguide.guidance.state import Alert, Level, Phase, SessionState
from arguide.settings.scenario import Plan, Scenario
from arguide.training import motion
from arguide.training.trace import Trace, trace_of

# Without an arrival at the target, the hold is where the needle was deepest, give or take this.
DEEPEST_MM = 0.5


@dataclass(frozen=True, slots=True)
class Clearance:
    """How near the needle came to one risk structure while under the skin."""

    label: str
    margin_mm: float
    """To be kept."""
    least_mm: float
    """Least distance from the needle, negative inside; NaN if it was never under the skin."""
    violated_s: float
    """How long it was closer than the margin."""
    warnings: int | None = None
    """How often a warning about it began; None where the recording does not tell."""
    breaches: int | None = None
    """How often its margin was entered, with the hysteresis of the warnings; None with them."""

    @property
    def undercut(self) -> float:
        """Share of the margin that was used up: 0 when it was kept, 1 at a touch, more inside; NaN if not known."""
        if isnan(self.least_mm):
            return nan
        if self.least_mm >= self.margin_mm:
            return 0.0
        return (self.margin_mm - self.least_mm) / self.margin_mm if self.margin_mm > 0 else inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """The attempt in numbers, from live states of the step GUIDE alone.

    *Puncture* is the first live state under the skin; *hold* the longest run at the target, or without one the
    states around the deepest; *insertion* the live states under the skin from puncture to the start of the hold.
    None: the needle never was under the skin. NaN: it cannot be told from this recording.
    """

    time_total_s: float
    """From first to last state."""
    time_in_phase_s: Mapping[Phase, float]
    """Live time in each phase. With `lost_s` they add up to `time_total_s`."""
    lost_s: float
    """Time without a live needle: hidden, or no state for longer than 0.1 s."""
    to_puncture_s: float | None
    """From the first state to the puncture."""
    insertion_s: float | None
    """From the puncture to the start of the hold."""
    planned_mm: float
    """From planned entry to target."""
    path_mm: float | None
    """Way of the tip during the insertion, by a ruler of 3 mm."""
    redirections: int | None
    """Withdrawals by more than 5 mm, followed by a turn of more than 1.5° and a new advance, during the insertion."""
    lateral_max_mm: float | None
    """Greatest distance of the tip from the planned line during the insertion."""
    lateral_rms_mm: float | None
    """Its root mean square."""
    angle_max_rad: float | None
    """Greatest angle between shaft and path during the insertion."""
    angle_rms_rad: float | None
    """Its root mean square."""
    entry_offset_mm: float | None
    """Entry-point offset at the puncture."""
    miss_at_puncture_mm: float | None
    """Predicted miss at the puncture; infinite if the needle led away."""
    reached: bool
    """Whether the phase at target was ever reached."""
    final_target_mm: float | None
    """Median distance from tip to target during the hold."""
    final_target_95_mm: float | None = None
    """Half width of its 95 % error bar, the median over the hold; None also where the recording has none."""
    hit_probability: float | None = None
    """Probability that the tip was inside the target (within the tolerance's `miss_mm.within`), median over the hold.

    What registration and calibration are wrong by is the same in all readings, so that averaging would not help."""
    hold_s: float | None
    """How long the hold lasted."""
    clearances: tuple[Clearance, ...]
    """For each risk structure, over all live states under the skin."""
    tremor_mm: float | None
    """RMS of the tip's motion between 4 and 14 Hz during the insertion."""
    peak_speed_mm_s: float | None
    """Greatest speed of the tip during the insertion, below 4 Hz."""
    sparc: float | None
    """Smoothness (spectral arc length) of that speed; nearer 0 is smoother."""
    levels: tuple[tuple[float, Level], ...] = ()
    """Every level of guidance in turn, with the time from the first state at which it began."""
    glances_s: tuple[float, ...] = ()
    """When each glance began."""

    @property
    def guidance(self) -> str:
        """How much help there was, in words; empty for full help all the time."""
        names = " › ".join(level.value for _, level in self.levels)
        if names in ("", Level.FULL.value):
            return ""
        count = len(self.glances_s)
        return names + (f", {count} glance{'' if count == 1 else 's'}" if count or "intermittent" in names else "")

    @property
    def path_ratio(self) -> float | None:
        """Path over planned length: 1 is straight there."""
        return None if self.path_mm is None else self.path_mm / self.planned_mm

    @property
    def roughness(self) -> float | None:
        """SPARC with its sign turned, so that less is better as everywhere else."""
        return None if self.sparc is None else -self.sparc

    @property
    def worst_clearance(self) -> Clearance | None:
        """The risk structure whose margin was kept worst."""
        known = [clearance for clearance in self.clearances if not isnan(clearance.least_mm)]
        return max(known, key=lambda c: (c.undercut, c.margin_mm - c.least_mm), default=None)

    @property
    def margin_undercut(self) -> float | None:
        """Share of a margin that was used up, for the structure that was treated worst; NaN without any."""
        if self.to_puncture_s is None:
            return None
        worst = self.worst_clearance
        return nan if worst is None else worst.undercut


def measure(states: Iterable[SessionState], scenario: Scenario, plan: Plan) -> Metrics:
    """The metrics of an attempt from its states, in the order they were published."""
    return measure_trace(trace_of(states, len(scenario.risks)), scenario, plan)


def measure_trace(trace: Trace, scenario: Scenario, plan: Plan) -> Metrics:
    """The metrics of an attempt from its trace."""
    under_skin = np.flatnonzero(trace.inside)
    hold = _hold(trace, under_skin)
    insertion = under_skin[under_skin <= hold[0]] if len(hold) else under_skin
    parts = motion.stretches(trace, insertion)
    entered = len(under_skin) > 0

    def of_entered(value: float) -> float | None:
        return float(value) if entered else None

    puncture = under_skin[:1]
    return Metrics(
        time_total_s=float(trace.time_s[-1]) if len(trace) else 0.0,
        time_in_phase_s=_time_in_phase(trace),
        lost_s=float(np.sum(trace.interval_s - trace.seen_s)),
        to_puncture_s=of_entered(_first(trace.time_s[puncture])),
        insertion_s=of_entered(_first(trace.time_s[hold]) - _first(trace.time_s[puncture])),
        planned_mm=float(np.linalg.norm(np.subtract(plan.target, plan.entry))),
        path_mm=of_entered(motion.path_length(trace.tip_mm[insertion])),
        redirections=motion.redirections(trace.depth_mm[insertion], trace.axis[insertion]) if entered else None,
        lateral_max_mm=of_entered(_greatest(trace.lateral_mm[insertion])),
        lateral_rms_mm=of_entered(_rms(trace.lateral_mm[insertion])),
        angle_max_rad=of_entered(_greatest(trace.angle_rad[insertion])),
        angle_rms_rad=of_entered(_rms(trace.angle_rad[insertion])),
        entry_offset_mm=of_entered(_first(trace.entry_offset_mm[puncture])),
        miss_at_puncture_mm=of_entered(_first(trace.predicted_miss_mm[puncture])),
        reached=any(trace.phase[row] is Phase.AT_TARGET for row in under_skin),
        final_target_mm=of_entered(np.median(trace.target_mm[hold]) if len(hold) else np.nan),
        final_target_95_mm=_known_median(trace.distance_95_mm[hold]),
        hit_probability=_known_median(trace.hit_probability[hold]),
        hold_s=of_entered(np.sum(trace.seen_s[hold])),
        clearances=_clearances(trace, under_skin, scenario),
        tremor_mm=of_entered(motion.tremor(parts)),
        peak_speed_mm_s=of_entered(motion.peak_speed(parts)),
        sparc=of_entered(motion.smoothness(parts)),
        levels=_levels(trace),
        glances_s=tuple(trace.time_s[_onsets(np.array([aid.glance for aid in trace.aid], dtype=bool))].tolist()),
    )


def _levels(trace: Trace) -> tuple[tuple[float, Level], ...]:
    found: list[tuple[float, Level]] = []
    for time_s, aid in zip(trace.time_s.tolist(), trace.aid, strict=True):
        if not found or aid.level is not found[-1][1]:
            found.append((time_s, aid.level))
    return tuple(found)


def _onsets(wanted: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The rows at which `wanted` (n,) begins to hold."""
    return np.flatnonzero(np.diff(wanted.astype(np.int8), prepend=0) == 1)


def _hold(trace: Trace, under_skin: NDArray[np.intp]) -> NDArray[np.intp]:
    """Rows of the longest run at the target among the rows `under_skin`, else of the run around the deepest."""
    if len(under_skin) == 0:
        return under_skin
    depth = trace.depth_mm[under_skin]
    wanted = np.array([trace.phase[row] is Phase.AT_TARGET for row in under_skin])
    if not wanted.any():
        wanted = depth <= depth.min() + DEEPEST_MM
    edges = np.flatnonzero(np.diff(wanted, prepend=False, append=False)).reshape(-1, 2)
    seen = np.concatenate([[0.0], np.cumsum(trace.seen_s[under_skin])])
    # The later of two equally long runs, because the last is what the attempt ended with.
    first, after = max(edges.tolist(), key=lambda edge: (seen[edge[1]] - seen[edge[0]], edge[0]))
    return under_skin[first:after]


def _time_in_phase(trace: Trace) -> Mapping[Phase, float]:
    phases = np.array([phase.value for phase in trace.phase], dtype=str)
    return {phase: float(np.sum(trace.seen_s[phases == phase.value])) for phase in Phase}


def _clearances(trace: Trace, under_skin: NDArray[np.intp], scenario: Scenario) -> tuple[Clearance, ...]:
    return tuple(
        _clearance(
            risk.label,
            risk.risk_margin_mm or 0.0,
            trace.clearances_mm[under_skin, k],
            trace.seen_s[under_skin],
            trace.alerts[under_skin, k],
        )
        for k, risk in enumerate(scenario.risks)
    )


def _clearance(label: str, margin_mm: float, distance: Array, seen_s: Array, alerts: NDArray[np.int8]) -> Clearance:
    least = float(distance.min()) if len(distance) else float("nan")
    told = len(alerts) > 0 and bool(np.all(alerts >= 0))
    warnings, breaches = (len(_onsets(alerts >= alert.rank)) for alert in (Alert.AHEAD, Alert.TOO_CLOSE))
    violated_s = float(np.sum(seen_s[distance < margin_mm]))
    return Clearance(label, margin_mm, least, violated_s, warnings if told else None, breaches if told else None)


def _first(values: Array) -> float:
    return float(values[0]) if len(values) else float("nan")


def _greatest(values: Array) -> float:
    return float(values.max()) if len(values) else float("nan")


def _known_median(values: Array) -> float | None:
    """Median of those that are known; None if none is."""
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else None


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2))) if len(values) else float("nan")
