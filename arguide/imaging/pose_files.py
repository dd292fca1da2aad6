"""Streams of poses: CSV with named columns, NumPy, and the sequences of the PLUS toolkit (.mha), whatever images hold."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from arguide.errors import SettingsError
from arguide.geometry.history import PoseHistory
from arguide.geometry.rotations import nearest_rotations
from arguide.geometry.transforms import Array
from arguide.imaging.text_table import TextTable, check_size, read_npy, read_table

QUATERNION = ("qw", "qx", "qy", "qz")
TRANSLATIONS = (("tx", "ty", "tz"), ("x", "y", "z"), ("px", "py", "pz"))
ENTRIES = tuple(f"m{row}{column}" for row in range(4) for column in range(4))
TIMES = ("time", "time_s", "t", "timestamp")
UNIT_TOLERANCE = 0.01
NEARLY_RIGID = 0.005
FIELD = re.compile(rb"^Seq_Frame(\d+)_(\w+) *= *(.*)$")
MOST_HEAD_BYTES = 200_000_000


@dataclass(frozen=True)
class PoseStream:
    """Poses of one tool; those where it was hidden are left out."""

    file: Path
    times: Array
    """(n,) s; the row's number where the file has no time."""
    poses: Array
    """(n, 4, 4) mm."""
    rows: Array
    """(n,) number of each in the file, from 0: where two streams of one file agree, they were taken together."""
    hidden: int = 0


def read_poses(file: Path, tool: str = "") -> PoseStream:
    """The poses in a .csv, .npy or .mha file. `tool` chooses among the transforms of a sequence, e.g. `Stylus`."""
    name = file.name.lower()
    if name.endswith(".npy"):
        return _of_matrices(file, read_npy(file))
    if name.endswith((".mha", ".mhd")):
        return read_sequence(file, tool)
    return _from_csv(read_table(file))


def _of_matrices(file: Path, values: Array, times: Array | None = None) -> PoseStream:
    flat = values.reshape(len(values), -1) if values.ndim in (2, 3) else np.empty((0, 0))
    if flat.shape[1:] != (16,):
        raise SettingsError(f"{file}: expected poses of shape (n, 4, 4) or (n, 16), got {values.shape}")
    return _seen(file, flat.reshape(-1, 4, 4), times)


def _from_csv(table: TextTable) -> PoseStream:
    time = next((name for name in TIMES if table.has(name)), None)
    times = table.numbers(time)[:, 0] if time else None
    if table.has(*ENTRIES):
        return _of_matrices(table.file, table.numbers(*ENTRIES), times)
    place = next((names for names in TRANSLATIONS if table.has(*names)), None)
    if place is None or not table.has(*QUATERNION):
        raise SettingsError(
            f"{table.file}: expected columns qw, qx, qy, qz, tx, ty, tz or m00 … m33 (and time);"
            f" found {', '.join(table.columns)}"
        )
    return _seen(table.file, _from_quaternions(table.file, table.numbers(*QUATERNION), table.numbers(*place)), times)


def _from_quaternions(file: Path, q: Array, translations: Array) -> Array:
    lengths = np.linalg.norm(q, axis=1)
    off = np.flatnonzero(np.abs(lengths - 1) > UNIT_TOLERANCE)
    if len(off):
        raise SettingsError(
            f"{file}: row {off[0] + 1}: the quaternion's length is {lengths[off[0]]:.3g}, expected 1; is its order w, x, y, z?"
        )
    w, x, y, z = (q / lengths[:, None]).T
    poses = np.zeros((len(q), 4, 4))
    poses[:, 0, :3] = np.stack([1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)], -1)
    poses[:, 1, :3] = np.stack([2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)], -1)
    poses[:, 2, :3] = np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], -1)
    poses[:, :3, 3] = translations
    poses[:, 3, 3] = 1.0
    return poses


def _seen(file: Path, poses: Array, times: Array | None) -> PoseStream:
    """Without the rows that hold no pose: those are where the tool was hidden."""
    seen: NDArray[np.bool_] = np.asarray(np.isfinite(poses).all(axis=(1, 2)))
    rows = np.flatnonzero(seen).astype(float)
    poses = np.where(seen[:, None, None], _straightened(poses), poses)
    if not len(rows):
        raise SettingsError(f"{file}: no poses in it; was the tool hidden all the time?")
    return PoseStream(file, rows if times is None else times[seen], poses[seen], rows, int((~seen).sum()))


def _straightened(poses: Array) -> Array:
    """Rotations that were written with few digits made rotations again; what is farther off stays, to be refused."""
    r = np.nan_to_num(poses[:, :3, :3])
    off = np.abs(r @ r.swapaxes(1, 2) - np.eye(3)).max(axis=(1, 2))
    near = (off < NEARLY_RIGID) & (off > 0) & (np.linalg.det(r) > 0)
    result = poses.copy()
    result[near, :3, :3] = nearest_rotations(r[near])
    return result


def read_sequence(file: Path, tool: str) -> PoseStream:
    """One tool's poses in a PLUS sequence: those frames whose status is OK. Images in it are not read."""
    frames = _fields(file)
    names = sorted({key for fields in frames for key in fields if key.endswith("Transform")})
    wanted = [name for name in names if name == f"{tool}Transform" or name.startswith(f"{tool}To")] if tool else names
    if len(wanted) != 1:
        raise SettingsError(
            f"{file}: {'no' if not wanted else 'more than one'} transform {f'of {tool!r}' if tool else 'fits'};"
            f" choose one with --tool: {', '.join(name.removesuffix('Transform') for name in names) or 'it has none'}"
        )
    (name,) = wanted
    poses = np.full((len(frames), 4, 4), np.nan)
    times = np.arange(len(frames), dtype=float)
    for k, fields in enumerate(frames):
        times[k] = _float(file, k, fields.get("Timestamp", str(k)))
        if fields.get(f"{name}Status", "OK") == "OK" and name in fields:
            numbers = fields[name].split()
            if len(numbers) != 16:
                raise SettingsError(f"{file}: frame {k}: {name} has {len(numbers)} numbers, expected 16")
            poses[k] = np.array([_float(file, k, text) for text in numbers]).reshape(4, 4)
    return _seen(file, poses, times)


def _fields(file: Path) -> list[dict[str, str]]:
    check_size(file)
    found: dict[int, dict[str, str]] = {}
    ended = False
    with file.open("rb") as stream:
        for line in iter(lambda: stream.readline(100_000), b""):
            if match := FIELD.match(line.rstrip()):
                found.setdefault(int(match[1]), {})[match[2].decode()] = match[3].decode("ascii", "replace").strip()
            if line.startswith(b"ElementDataFile"):
                ended = True
                break
            if stream.tell() > MOST_HEAD_BYTES:
                break
    if not ended:
        raise SettingsError(f"{file}: no end of the header (ElementDataFile): not a sequence, or cut short")
    if not found:
        raise SettingsError(f"{file}: no tracked frames in it (Seq_Frame…); it is an image, not a sequence")
    return [found[number] for number in sorted(found)]


def _float(file: Path, frame: int, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SettingsError(f"{file}: frame {frame}: expected a number, got {text[:40]!r}") from None


def at_once(first: PoseStream, second: PoseStream, offset_s: float) -> tuple[Array, Array]:
    """The poses (n, 4, 4) of the second stream, and the first's at their moments, between its poses.

    `offset_s` is added to the second's times; a moment that lies in a gap of the first is left out.
    """
    history = PoseHistory(capacity=len(first.times))
    for moment, pose in zip(first.times.tolist(), first.poses, strict=True):
        history.add(moment, pose)
    found = [history.at(moment + offset_s) for moment in second.times.tolist()]
    seen = np.array([pose is not None for pose in found])
    if not seen.any():
        raise SettingsError(f"{first.file} and {second.file} have no moment in common; are both times in seconds?")
    return np.array([pose for pose in found if pose is not None]), second.poses[seen]


def together(first: PoseStream, second: PoseStream) -> tuple[Array, Array]:
    """The poses (n, 4, 4) of both streams in the rows where neither was hidden."""
    _, left, right = np.intersect1d(first.rows, second.rows, return_indices=True)
    if not len(left):
        raise SettingsError(f"{first.file} and {second.file} have no row in which both tools were seen")
    return first.poses[left], second.poses[right]
