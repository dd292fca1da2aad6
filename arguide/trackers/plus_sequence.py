"""Sequences recorded by the PLUS toolkit: the transforms in the head of an `.mha` (`.igs.mha`) file, as samples.

The head is text, a line a field. A frame has `Seq_Frame0001_StylusToTrackerTransform` (16 numbers, row by row, mm), its
`…TransformStatus` (`OK`, or why not), and a `Timestamp` in seconds. Pictures that may follow the head are not read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

import numpy as np

from arguide.errors import RecordingError
from arguide.geometry.transforms import Array, from_parts, is_rigid
from arguide.settings.profile import TrackerProfile
from arguide.trackers.reading import Reading, Sample, Visibility

MAX_HEAD = 100_000_000
MAX_LINE = 10_000
MAX_FRAMES = 1_000_000
LAST_FIELD = "ElementDataFile"
FIELD = re.compile(r"Seq_Frame(\d{1,9})_(\w+?) *= *(.*)")
RIGID_TOLERANCE = 0.01
"""Files written with few digits, and trackers that round, are off by some thousandths."""
VISIBILITY = {"OUT_OF_VIEW": Visibility.OUT_OF_VOLUME, "MISSING": Visibility.HIDDEN}


@dataclass
class _Frame:
    time_s: float | None = None
    number: int | None = None
    poses: dict[str, Array | None] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)


def read_sequence(path: Path, profile: TrackerProfile) -> tuple[Sample, ...]:
    """The samples in a file, with those of the profile's tools whose transforms are there.

    Raises RecordingError naming file and line when it is none.
    """
    names = {tool.transform_name: tool.name for tool in profile.tools}
    frames: dict[int, _Frame] = {}
    try:
        for number, line in enumerate(_head(path), 1):
            if found := FIELD.match(line):
                try:
                    _take(frames, int(found[1]), found[2], found[3].strip(), names)
                except ValueError as error:
                    raise RecordingError(f"{path}: line {number}: {error}; the file is damaged") from None
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read ({error.strerror}); give a sequence made by PLUS") from None
    if not frames:
        raise RecordingError(f"{path}: no Seq_Frame fields; expected a sequence (.mha) made by PLUS")
    return tuple(_samples(frames, names))


def _head(path: Path) -> Iterator[str]:
    """The lines up to the last field of the head. Raises RecordingError for what is no such file."""
    with open(path, "rb") as file:
        read = 0
        while line := file.readline(MAX_LINE):
            read += len(line)
            if len(line) == MAX_LINE or read > MAX_HEAD:
                raise RecordingError(f"{path}: not the head of a sequence; expected a file (.mha) made by PLUS")
            text = line.decode("utf-8", "replace").strip()
            yield text
            if text.startswith(LAST_FIELD):
                return
    raise RecordingError(f"{path}: ends before {LAST_FIELD}; the file is cut short, or none of PLUS")


def _take(frames: dict[int, _Frame], index: int, key: str, value: str, names: Mapping[str, str]) -> None:
    """Remember one field of one frame. Raises ValueError for one that makes no sense."""
    if len(frames) >= MAX_FRAMES and index not in frames:
        raise ValueError(f"more than {MAX_FRAMES} frames")
    frame = frames.setdefault(index, _Frame())
    name, is_transform, rest = key.partition("Transform")
    if key == "Timestamp":
        frame.time_s = float(value)
        if not isfinite(frame.time_s):
            raise ValueError(f"the time {value!r}")
    elif key == "FrameNumber":
        frame.number = int(value)
    elif is_transform and name in names:
        if rest == "Status":
            frame.status[names[name]] = value
        elif not rest:
            frame.poses[names[name]] = _pose(value)


def _pose(text: str) -> Array | None:
    """The (4, 4) transform of 16 numbers, its rotation made exact; None when it is not rigid. Raises ValueError."""
    numbers = [float(word) for word in text.split()]
    if len(numbers) != 16:
        raise ValueError(f"expected 16 numbers, got {len(numbers)}")
    pose = np.array(numbers).reshape(4, 4)
    if not is_rigid(pose, RIGID_TOLERANCE):
        return None
    left, _, right = np.linalg.svd(pose[:3, :3])
    return from_parts(left @ right, pose[:3, 3])


def _samples(frames: dict[int, _Frame], names: Mapping[str, str]) -> Iterator[Sample]:
    """Samples in order. What repeats the time of the one before is no new measurement, nor what goes back in it."""
    last_s, last_number = -np.inf, -1
    for index in sorted(frames):
        frame = frames[index]
        if frame.time_s is None or frame.time_s <= last_s:
            continue
        number = index if frame.number is None else frame.number
        last_s, last_number = frame.time_s, max(number, last_number + 1)
        readings = {tool: _reading(tool, frame) for tool in names.values()}
        yield Sample(last_number, frame.time_s, readings, arrived_s=frame.time_s)


def _reading(tool: str, frame: _Frame) -> Reading:
    status = frame.status.get(tool, "OK")
    pose = frame.poses.get(tool)
    if status == "OK" and pose is not None:
        return Reading(tool, pose, Visibility.VISIBLE)
    why = f"recorded as {status.lower()}" if status != "OK" else "no rigid transform was recorded"
    return Reading(tool, None, VISIBILITY.get(status, Visibility.HIDDEN), why=why)
