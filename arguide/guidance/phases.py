"""The course of one attempt as a table of (phase, what is observed) -> phase."""

from enum import StrEnum

from arguide.guidance.state import Deviation, Phase
from arguide.settings.scenario import Tolerance


class Seen(StrEnum):
    """What one needle pose shows, whatever came before."""

    FAR = "outside, far from the entry"
    NEAR = "outside, near the entry"
    BETWEEN = "too close to a boundary to tell"
    SHORT = "under the skin, short of the target or beside it"
    REACHED = "under the skin, at the target"
    PAST = "under the skin, deeper than the target"


NEAR_ENTRY_MM = 20.0
FAR_FROM_ENTRY_MM = 30.0
# The skin is no razor: the needle dents it before it goes through, and noise is a few tenths of a millimetre.
UNDER_SKIN_MM = 1.5
ABOVE_SKIN_MM = 1.5
# Between "at target" and its neighbours, so that noise does not flicker between two phases.
EDGE_MM = 0.5

_OUTSIDE = (Phase.SEARCHING, Phase.ALIGNING, Phase.WITHDRAWN)
_INSIDE = (Phase.INSERTING, Phase.AT_TARGET, Phase.BEYOND)

NEXT: dict[tuple[Phase, Seen], Phase] = {
    **{(phase, Seen.BETWEEN): phase for phase in Phase},
    **{(phase, Seen.SHORT): Phase.INSERTING for phase in Phase},
    **{(phase, Seen.REACHED): Phase.AT_TARGET for phase in Phase},
    **{(phase, Seen.PAST): Phase.BEYOND for phase in Phase},
    **{(phase, Seen.NEAR): Phase.WITHDRAWN for phase in _INSIDE},
    **{(phase, Seen.FAR): Phase.WITHDRAWN for phase in _INSIDE},
    (Phase.SEARCHING, Seen.FAR): Phase.SEARCHING,
    (Phase.SEARCHING, Seen.NEAR): Phase.ALIGNING,
    (Phase.ALIGNING, Seen.FAR): Phase.SEARCHING,
    (Phase.ALIGNING, Seen.NEAR): Phase.ALIGNING,
    (Phase.WITHDRAWN, Seen.FAR): Phase.WITHDRAWN,
    (Phase.WITHDRAWN, Seen.NEAR): Phase.WITHDRAWN,
}


def observe(deviation: Deviation, entry_mm: float, under_skin_mm: float, tolerance: Tolerance) -> Seen:
    """Classify one pose: tip `entry_mm` from the planned entry, `under_skin_mm` deep (negative outside)."""
    if under_skin_mm <= -ABOVE_SKIN_MM:
        if entry_mm <= NEAR_ENTRY_MM:
            return Seen.NEAR
        return Seen.FAR if entry_mm >= FAR_FROM_ENTRY_MM else Seen.BETWEEN
    if under_skin_mm < UNDER_SKIN_MM:
        return Seen.BETWEEN
    within = tolerance.depth_mm.within
    if deviation.lateral_mm > tolerance.lateral_mm.near or deviation.depth_mm > within + EDGE_MM:
        return Seen.PAST if deviation.depth_mm < -within - EDGE_MM else Seen.SHORT
    if deviation.depth_mm < -within - EDGE_MM:
        return Seen.PAST
    return Seen.REACHED if abs(deviation.depth_mm) <= within else Seen.BETWEEN
