"""Motion out of a file: a recording of ours, a PLUS sequence, or a script of poses. It begins anew when it is over.

| file | what is in it |
| --- | --- |
| `.mcap` | a recording made by arguide: its samples |
| `.mha` | a PLUS sequence: every `…ToTrackerTransform` whose status is OK |
| `.csv` | a line each: time_s, tool, x, y, z, q0, qx, qy, qz; the first line names them |
| `.toml` | `[[pose]]` with at_s, tool, position = [x, y, z], quaternion = { w, x, y, z } |

Poses are tracker_from_tool, mm; between two of them a tool moves steadily, and where there is none it is not there.
Another tracker's volume lies elsewhere: a recording whose middle is outside ours is moved and turned as a whole.
"""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np

from arguide.errors import SettingsError
from arguide.geometry.transforms import Array, from_quaternion, to_quaternion, translation
from arguide.settings.toml_reader import read_toml
from arguide_sim.cameras import Moment
from arguide_sim.fitting import rotations_of
from arguide_sim.hands.motion import turned
from arguide_sim.ndi.volumes import Volume
from arguide_sim.timeline import Entry
from arguide_sim.world import World

LARGEST = 512 * 2**20
MOST_POSES = 2_000_000
LONGEST_GAP_S = 0.5
"""Between poses further apart nobody knows where the tool was."""
LONGEST_HEADER_LINE = 4096
COLUMNS = ("time_s", "tool", "x", "y", "z", "q0", "qx", "qy", "qz")
Poses = dict[str, list[tuple[float, tuple[float, ...]]]]
"""By tool: (time_s, x y z q0 qx qy qz)."""


@dataclass(frozen=True)
class Way:
    """The poses of one tool."""

    times_s: Array
    """(n,), rising."""
    places: Array
    """(n, 3) mm."""
    turns: Array
    """(n, 4) unit quaternions, neighbours on the same side."""

    def at(self, time_s: float) -> Array | None:
        """The (4, 4) pose at a time, or None."""
        after = int(np.searchsorted(self.times_s, time_s, side="right"))
        if not 0 < after <= len(self.times_s):
            return None
        before = after - 1
        if after == len(self.times_s):
            near = time_s - self.times_s[before] < LONGEST_GAP_S
            return self._pose(self.places[before], self.turns[before]) if near else None
        step = self.times_s[after] - self.times_s[before]
        if step > LONGEST_GAP_S:
            return None
        share = (time_s - self.times_s[before]) / step
        return self._pose(
            self.places[before] + share * (self.places[after] - self.places[before]),
            self.turns[before] + share * (self.turns[after] - self.turns[before]),
        )

    @staticmethod
    def _pose(place: Array, turn: Array) -> Array:
        w, x, y, z = (turn / np.linalg.norm(turn)).tolist()
        return from_quaternion(w, x, y, z, place)


class Recorded:
    """An actor who does what was recorded."""

    def __init__(self, ways: Mapping[str, Way], moved: Array) -> None:
        self._ways = ways
        self._moved = moved
        self.duration_s = max(float(way.times_s[-1]) for way in ways.values())
        self.timeline = [Entry(0.0, self.duration_s, f"recorded: {', '.join(ways)}")]

    def at(self, time_s: float) -> Moment:
        """The true state `time_s` after tracking began."""
        local_s = time_s % self.duration_s if self.duration_s else 0.0
        poses = {name: way.at(local_s) for name, way in self._ways.items()}
        return Moment({name: self._moved @ pose for name, pose in poses.items() if pose is not None})


def read_motion(file: Path, world: World, volume: Volume) -> Recorded:
    """The motion in `file`, of the tools that this world has. Raises SettingsError saying what is wrong with it."""
    if file.suffix not in READERS:
        raise SettingsError(f"{file}: motion is read from {', '.join(READERS)} files; give one of these")
    try:
        if file.stat().st_size > LARGEST:
            raise SettingsError(f"{file}: more than {LARGEST >> 20} MiB; give a shorter recording")
        found = READERS[file.suffix](file)
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.strerror}); check the path") from None
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(f"{file}: not readable as {file.suffix} ({error}); is it complete?") from None
    own = {name.lower(): name for name in world.tools}
    known: Poses = {}
    for name, poses in found.items():
        if name.lower() in own:
            known.setdefault(own[name.lower()], []).extend(poses)
    ways = {name: _way(file, poses) for name, poses in known.items()}
    if not ways:
        raise SettingsError(
            f"{file}: moves {', '.join(found) or 'nothing'}; the profile has {', '.join(world.tools)}: name them alike"
        )
    first_s = min(float(way.times_s[0]) for way in ways.values())
    ways = {name: Way(way.times_s - first_s, way.places, way.turns) for name, way in ways.items()}
    return Recorded(ways, _into(volume, ways, world))


def _way(file: Path, poses: list[tuple[float, tuple[float, ...]]]) -> Way:
    rows = np.array([(time_s, *numbers) for time_s, numbers in poses], dtype=float)
    if len(rows) > MOST_POSES or not np.isfinite(rows).all() or (np.linalg.norm(rows[:, 4:], axis=1) < 1e-6).any():
        raise SettingsError(f"{file}: a pose that is none, or more than {MOST_POSES} of them")
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    turns = rows[:, 4:] / np.linalg.norm(rows[:, 4:], axis=1, keepdims=True)
    # A quaternion and its negative turn alike; neighbours must not lie on opposite sides.
    sides = np.cumprod(np.where((turns[1:] * turns[:-1]).sum(axis=1) < 0, -1.0, 1.0))
    turns[1:] *= sides[:, None]
    return Way(rows[:, 0], rows[:, 1:4], turns)


def _into(volume: Volume, ways: Mapping[str, Way], world: World) -> Array:
    """What brings a recording before this tracker; nothing, if it is there."""
    middle = np.concatenate([way.places for way in ways.values()]).mean(axis=0)
    if volume.contains(middle[None])[0]:
        return np.eye(4)
    looks = np.zeros(3)
    for name, way in ways.items():
        definition = world.tools[name].definition
        if definition.normals.any():
            looks += _facing(way, definition.normal)
    return translation(volume.centre) @ _turn_to_tracker(looks) @ translation(-middle)


def _facing(way: Way, normal: Array) -> Array:
    """Where a tool looks on the whole, (3,)."""
    some = way.turns[:: max(1, len(way.turns) // 50)]
    looks: Array = rotations_of(some) @ normal
    mean: Array = looks.mean(axis=0)
    return mean


def _turn_to_tracker(looks: Array) -> Array:
    """The shortest (4, 4) turn that brings `looks` to +z, towards the tracker."""
    length = float(np.linalg.norm(looks))
    if length < 1e-6:
        return np.eye(4)
    axis = np.cross(looks / length, [0.0, 0.0, 1.0])
    sine, cosine = float(np.linalg.norm(axis)), float(looks[2]) / length
    if sine < 1e-9:
        return np.eye(4) if cosine > 0 else turned(np.pi, 0.0, 0.0)
    return turned(*(axis / sine * np.arctan2(sine, cosine)))


# --- files ------------------------------------------------------------------------------------------------------------


def _numbers(pose: Array) -> tuple[float, ...]:
    return (*pose[:3, 3].tolist(), *to_quaternion(pose).tolist())


def _mha(file: Path) -> Poses:
    """The header of a MetaImage: `Key = value` lines up to ElementDataFile."""
    times: dict[str, float] = {}
    transforms: dict[tuple[str, str], Array] = {}
    bad: set[tuple[str, str]] = set()
    with open(file, "rb") as lines:
        while raw := lines.readline(LONGEST_HEADER_LINE):
            key, _, value = raw.decode("ascii", "replace").partition("=")
            key = key.strip()
            if key == "ElementDataFile":
                break
            frame, _, what = key.removeprefix("Seq_Frame").partition("_")
            if what == "Timestamp":
                times[frame] = float(value)
            elif what.endswith("ToTrackerTransformStatus") and value.strip() != "OK":
                bad.add((frame, what.removesuffix("ToTrackerTransformStatus")))
            elif what.endswith("ToTrackerTransform"):
                matrix = np.array(value.split(), dtype=float).reshape(4, 4)
                transforms[frame, what.removesuffix("ToTrackerTransform")] = matrix
    found: Poses = {}
    for (frame, tool), matrix in transforms.items():
        if (frame, tool) not in bad and frame in times:
            found.setdefault(tool, []).append((times[frame], _numbers(matrix)))
    return found


def _mcap(file: Path) -> Poses:
    """The samples of a recording of ours, read without the program's own reader, which knows the drivers."""
    from mcap.exceptions import McapError
    from mcap.stream_reader import StreamReader

    found: Poses = {}
    topics: dict[int, str] = {}
    try:
        with open(file, "rb") as data:
            for record in StreamReader(data).records:
                if type(record).__name__ == "Channel":
                    topics[record.id] = record.topic
                elif type(record).__name__ == "Message" and topics.get(record.channel_id) == "/samples":
                    _sample(json.loads(record.data), found)
    except McapError as error:
        if not found:
            raise ValueError(error) from None  # one that was cut has moved as far as it goes
    return found


def _sample(sample: dict[str, object], found: Poses) -> None:
    time_s, readings = sample["host_time_s"], sample["readings"]
    if not isinstance(time_s, int | float) or not isinstance(readings, list):
        raise TypeError("a sample without time or readings")
    for entry in readings:
        if pose := entry["value"].get("tracker_from_tool"):
            found.setdefault(entry["key"], []).append((float(time_s), _numbers(np.array(pose).reshape(4, 4))))


def _csv(file: Path) -> Poses:
    found: Poses = {}
    with open(file, encoding="utf-8", newline="") as text:
        rows = csv.DictReader(text)
        if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
            raise ValueError(f"no column {', '.join(missing)}")
        for row in rows:
            found.setdefault(row["tool"], []).append(
                (float(row["time_s"]), tuple(float(row[name]) for name in COLUMNS[2:]))
            )
    return found


def _toml(file: Path) -> Poses:
    table = read_toml(file)
    found: Poses = {}
    for entry in table.tables("pose", at_least=1):
        q = entry.table("quaternion")
        turn = tuple(q.number(name, -1, 1) for name in ("w", "x", "y", "z"))
        place = entry.vec3("position")
        found.setdefault(entry.text("tool"), []).append((entry.number("at_s", 0, inf), (*place, *turn)))
        q.finish()
        entry.finish()
    table.finish()
    return found


READERS = {".mcap": _mcap, ".mha": _mha, ".csv": _csv, ".toml": _toml}
