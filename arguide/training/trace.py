"""The attempt as columns: what the recorded states of the insertion say, one row a state.

Rows without a live needle are NaN, so that nothing stale is ever counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from arguide.errors import RecordingError
from arguide.geometry.transforms import Array
from arguide.guidance.state import Aid, Phase, SessionState, Step

# Two states further apart than this are not one motion: six device frames at 60 Hz.
MAX_GAP_S = 0.1

INSIDE = frozenset({Phase.INSERTING, Phase.AT_TARGET, Phase.BEYOND})
"""Phases in which the tip is under the skin."""

_COLUMNS = (
    "depth_mm",
    "lateral_mm",
    "in_plane_mm",
    "out_of_plane_mm",
    "angle_rad",
    "entry_offset_mm",
    "predicted_miss_mm",
    "target_mm",
)


@dataclass(frozen=True, slots=True)
class Trace:
    """Columns of n states; lengths in mm, angles in radians, times in seconds."""

    time_s: Array
    """(n,) host time since the first state of the attempt."""
    frame: NDArray[np.int64]
    """(n,) the device's own counter."""
    live: NDArray[np.bool_]
    """(n,) whether the needle was seen."""
    phase: tuple[Phase, ...]
    tip_mm: Array
    """(n, 3) in the image frame."""
    axis: Array
    """(n, 3) unit direction of the shaft, hub to tip, in the image frame."""
    depth_mm: Array
    lateral_mm: Array
    in_plane_mm: Array
    out_of_plane_mm: Array
    angle_rad: Array
    entry_offset_mm: Array
    predicted_miss_mm: Array
    target_mm: Array
    clearances_mm: Array
    """(n, k) to each of the k risk structures."""
    distance_95_mm: Array
    """(n,) error bar of `target_mm`; NaN where the recording does not tell."""
    hit_probability: Array
    """(n,) that the true tip was in the true target, 0..1; NaN where the recording does not tell."""
    alerts: NDArray[np.int8]
    """(n, k) rank of the alert about each risk structure; −1 where the recording does not tell."""
    aid: tuple[Aid, ...]
    """The help the trainee had."""

    def __len__(self) -> int:
        return len(self.phase)

    @property
    def inside(self) -> NDArray[np.bool_]:
        """(n,) live and under the skin."""
        return np.array(
            [live and phase in INSIDE for live, phase in zip(self.live, self.phase, strict=True)], dtype=bool
        )

    @property
    def interval_s(self) -> Array:
        """(n,) time from each state to the next; 0 for the last."""
        return np.diff(self.time_s, append=self.time_s[-1:])

    @property
    def seen_s(self) -> Array:
        """(n,) the part of `interval_s` for which the state can answer: 0 when not live or before a gap."""
        interval = self.interval_s
        return np.where(self.live & (interval <= MAX_GAP_S), interval, 0.0)


def trace_of(states: Iterable[SessionState], risks: int) -> Trace:
    """The trace of the last unbroken run of states in the step GUIDE, with `risks` risk structures.

    The last, because going back to the registration before the insertion starts the attempt anew. Raises
    RecordingError when the states were made with another number of risk structures.
    """
    rows: list[SessionState] = []
    for guiding, run in groupby(states, lambda state: state.view.step is Step.GUIDE):
        if guiding:
            rows = list(run)
    live = np.array([_is_live(state) for state in rows], dtype=bool)
    times = np.array([state.sample.host_time_s for state in rows])
    poses = np.full((len(rows), 4, 4), np.nan)
    numbers = np.full((len(rows), len(_COLUMNS)), np.nan)
    clearances = np.full((len(rows), risks), np.nan)
    sure = np.full((len(rows), 2), np.nan)
    alerts = np.full((len(rows), risks), -1, dtype=np.int8)
    for row in np.flatnonzero(live):
        needle = rows[row].needle
        poses[row] = needle.image_from_tip
        numbers[row] = [getattr(needle.deviation, name) for name in _COLUMNS]
        assert needle.deviation is not None, "live states have a deviation"
        if len(needle.deviation.clearances_mm) != risks:
            raise RecordingError(
                f"the states have {len(needle.deviation.clearances_mm)} clearances, the scenario {risks} risk structures;"
                " score with the scenario of the recording"
            )
        clearances[row] = needle.deviation.clearances_mm
        if needle.risks:
            alerts[row] = [risk.alert.rank for risk in needle.risks]
        if needle.uncertainty is not None:
            sure[row] = needle.uncertainty.distance_95_mm, needle.uncertainty.hit_probability
    return Trace(
        time_s=times - times[:1],
        frame=np.array([state.sample.frame_number for state in rows], dtype=np.int64),
        live=live,
        phase=tuple(state.needle.phase for state in rows),
        tip_mm=poses[:, :3, 3],
        axis=poses[:, :3, 2],
        clearances_mm=clearances,
        distance_95_mm=sure[:, 0],
        hit_probability=sure[:, 1],
        alerts=alerts,
        aid=tuple(state.aid for state in rows),
        **dict(zip(_COLUMNS, numbers.T, strict=True)),
    )


def _is_live(state: SessionState) -> bool:
    needle = state.needle
    return needle.image_from_tip is not None and needle.deviation is not None and not needle.trouble
