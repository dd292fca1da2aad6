"""A session's state as OpenIGTLink messages, in the field's words. Pure.

Transforms are named from-to: `NeedleTipToImage` is `image_from_tip`. The image frame is RAS in mm, as 3D Slicer's world.
"""

from collections.abc import Iterator
from math import degrees

from arguide.guidance.state import Deviation, NeedleState, SessionState
from arguide.settings.scenario import Plan
from arguide.trackers.igtl.contents import (
    encode_array,
    encode_points,
    encode_status,
    encode_text,
    encode_transform,
)
from arguide.trackers.igtl.packets import Message

OK, NOT_READY = 1, 13
DEVIATION = ("depth_mm", "lateral_mm", "in_plane_mm", "out_of_plane_mm", "angle_rad", "entry_offset_mm")
"""The first values of the array `NeedleDeviation`; predicted miss and distance to the target (mm) follow, then the
clearances (mm) in the scenario's order."""


def of_plan(plan: Plan, time_s: float) -> Message:
    """Entry and target of the plan as a POINT, image frame."""
    return Message("POINT", "Plan", encode_points({"Entry": plan.entry, "Target": plan.target}, plan.name), time_s)


def of_state(state: SessionState, time_s: float) -> Iterator[Message]:
    """Everything that is live now; `time_s` is seconds since 1970. What is not known now is not sent."""
    for name, reading in state.sample.readings.items():
        if reading.tracker_from_tool is not None:
            title = "".join(part.capitalize() for part in name.split())
            yield Message("TRANSFORM", f"{title}ToTracker", encode_transform(reading.tracker_from_tool), time_s)
    if state.image_from_stylus_tip is not None:
        yield Message("TRANSFORM", "StylusTipToImage", encode_transform(state.image_from_stylus_tip), time_s)
    yield from _of_needle(state.needle, time_s)


def _of_needle(needle: NeedleState, time_s: float) -> Iterator[Message]:
    if needle.image_from_tip is not None:
        yield Message("TRANSFORM", "NeedleTipToImage", encode_transform(needle.image_from_tip), time_s)
    if needle.deviation is not None:
        yield Message("NDARRAY", "NeedleDeviation", encode_array(values(needle.deviation)), time_s)
        yield Message("STRING", "NeedleDeviationText", encode_text(words(needle)), time_s)
    code = NOT_READY if needle.trouble else OK
    yield Message("STATUS", "Needle", encode_status(code, needle.trouble), time_s)


def values(deviation: Deviation) -> list[float]:
    """The deviation as numbers, in the order that `DEVIATION` begins."""
    named = [getattr(deviation, name) for name in DEVIATION]
    return [*named, deviation.predicted_miss_mm, deviation.target_mm, *deviation.clearances_mm]


def words(needle: NeedleState) -> str:
    """The deviation as a person reads it."""
    if (deviation := needle.deviation) is None:
        return needle.trouble
    return (
        f"{needle.phase.value}: depth {deviation.depth_mm:.1f} mm, lateral {deviation.lateral_mm:.1f} mm,"
        f" angle {degrees(deviation.angle_rad):.1f}°, target {deviation.target_mm:.1f} mm"
    )
