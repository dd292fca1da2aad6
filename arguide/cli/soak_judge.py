"""Were the poses right that a driver believed? Compares them with what an emulated tracker wrote down as true."""

import json
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf, isfinite
from pathlib import Path
from typing import NamedTuple

import numpy as np

from arguide.geometry.transforms import Array, angle_between, from_quaternion
from arguide.trackers.reading import Sample, Visibility

BELIEVED = (Visibility.VISIBLE, Visibility.PARTLY_OUT)
"""What a program may use without a second thought; a reading marked as disturbed says itself that it is not."""
SAME_MM, SAME_RAD = 0.1, np.radians(0.1)
"""How far a pose may be from what the tracker measured: rounding, but no damage on the line."""
TRUE_MM, TRUE_RAD = 5.0, np.radians(5.0)
"""How far it may be from the truth: noise and small disturbances, but no other tool and no other place."""


class Believed(NamedTuple):
    """One pose that a driver handed on."""

    tool: str
    frame: int
    time_s: float
    pose: Array


@dataclass
class Truth:
    """What a log says, by frame number; a counter that began anew gives several for one number."""

    frames: dict[int, list[tuple[float, dict[str, list[list[float]]], dict[str, list[float]]]]] = field(
        default_factory=dict
    )
    outages: dict[tuple[str, float], float] = field(default_factory=dict)
    """What and from when -> until when; infinite for what never ended."""


def read_truth(file: Path) -> Truth:
    """Read a log; a last line that was cut is left out."""
    truth = Truth()
    with open(file, encoding="utf-8") as lines:
        for line in lines:
            if not line.endswith("\n"):
                break
            said = json.loads(line)
            if "outage" in said:
                until_s = said["until"]
                truth.outages[said["outage"], said["from"]] = inf if until_s is None else until_s
            else:
                truth.frames.setdefault(said["n"], []).append((said["t"], said["true"], said["measured"]))
    return truth


def believed(sample: Sample) -> list[Believed]:
    """The poses of a sample that a program would use."""
    time_s = sample.arrived_s if isfinite(sample.arrived_s) else sample.host_time_s
    return [
        Believed(name, sample.frame_number, time_s, reading.tracker_from_tool)
        for name, reading in sample.readings.items()
        if reading.tracker_from_tool is not None and reading.visibility in BELIEVED
    ]


def wrong(poses: Iterable[Believed], truth: Truth) -> list[str]:
    """What is wrong about each pose that should not have been believed, in words."""
    return [f"{p.tool}, frame {p.frame}: {why}" for p in poses if (why := _why(p, truth))]


def _why(pose: Believed, truth: Truth) -> str:
    known = truth.frames.get(pose.frame)
    if not known:
        return "the tracker had no such frame"
    _, true, measured = min(known, key=lambda entry: abs(entry[0] - pose.time_s))
    if pose.tool not in measured:
        return "the tracker did not see the tool"
    seen = measured[pose.tool]
    w, x, y, z = seen[:4]
    if not _near(pose.pose, from_quaternion(w, x, y, z, seen[4:7]), SAME_MM, SAME_RAD):
        return "not what the tracker measured"
    if not _near(pose.pose, np.array(true[pose.tool]), TRUE_MM, TRUE_RAD):
        return "what the tracker measured was wrong, and nothing said so"
    return ""


def _near(one: Array, other: Array, most_mm: float, most_rad: float) -> bool:
    near = np.linalg.norm(one[:3, 3] - other[:3, 3]) <= most_mm
    return bool(near and angle_between(one, other) <= most_rad)


def recoveries_s(outages: dict[tuple[str, float], float], samples_s: list[float], end_s: float) -> list[float]:
    """How long after each outage the next sample came, s; infinite when none came though there was time.

    `samples_s` are the times of all samples, in order; `end_s` is when nobody listened any more.
    """
    found = []
    for (_, since_s), until_s in outages.items():
        at = bisect_left(samples_s, until_s)
        if at < len(samples_s):
            found.append(samples_s[at] - until_s)
        elif end_s - (until_s if isfinite(until_s) else since_s) > PATIENCE_S:
            found.append(inf)
    return found


PATIENCE_S = 3.0
"""An outage that ended so shortly before the end is not judged."""
