"""What the commands on files take in: poses from tables, sequences and our recordings, points, and numbers."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arguide.geometry.transforms import Array
    from arguide.imaging.pose_files import PoseStream

POSES = "CSV (time, qw, qx, qy, qz, tx, ty, tz or m00 … m33), .npy (n, 4, 4), PLUS .mha, or our .mcap"
POINTS = "CSV (x, y, z), .npy (n, 3), .fcsv, .mrk.json or .vtk (ASCII)"


def add_tools(command: argparse.ArgumentParser) -> None:
    """--tool, --reference: which of a file's tools, and in whose frame."""
    command.add_argument("--tool", default="", help="which of a sequence's or recording's tools, e.g. Stylus")
    command.add_argument("--reference", default="", help="give the poses in this tool's frame, e.g. Reference")
    command.add_argument("--between", type=span, metavar="A,B", help="only so many seconds after the file's first pose")


def poses_of(
    file: Path, tool: str = "", reference: str = "", between: tuple[float, float] | None = None
) -> "PoseStream":
    """The poses of one tool, in the frame of another if one is named, `between` two times after the first."""
    from dataclasses import replace

    import numpy as np

    from arguide.imaging.pose_files import together

    moving = _part(_poses(file, tool), between)
    if not reference:
        return moving
    fixed = _poses(file, reference)
    first, second = together(moving, fixed)
    _, kept, _ = np.intersect1d(moving.rows, fixed.rows, return_indices=True)
    relative = np.linalg.inv(second) @ first
    hidden = moving.hidden + len(moving.poses) - len(kept)
    return replace(moving, times=moving.times[kept], poses=relative, rows=moving.rows[kept], hidden=hidden)


def _part(stream: "PoseStream", between: tuple[float, float] | None) -> "PoseStream":
    from dataclasses import replace

    from arguide.errors import SettingsError

    if between is None:
        return stream
    since = stream.times - stream.times[0]
    kept = (since >= between[0]) & (since <= between[1])
    if not kept.any():
        raise SettingsError(
            f"{stream.file}: no poses {between[0]:g} to {between[1]:g} s after the first; it has {since[-1]:.1f} s"
        )
    return replace(stream, times=stream.times[kept], poses=stream.poses[kept], rows=stream.rows[kept])


def _poses(file: Path, tool: str) -> "PoseStream":
    from arguide.imaging.pose_files import read_poses

    return _recorded(file, tool) if file.suffix.lower() == ".mcap" else read_poses(file, tool)


def _recorded(file: Path, tool: str) -> "PoseStream":
    import numpy as np

    from arguide.errors import SettingsError
    from arguide.imaging.pose_files import PoseStream
    from arguide.recording.recording_file import read_recording

    samples = read_recording(file).samples
    tools = sorted({name for sample in samples for name in sample.readings})
    wanted = next((name for name in tools if name.lower() == tool.lower()), None)
    if wanted is None:
        raise SettingsError(f"{file}: no tool {tool!r}; choose one with --tool: {', '.join(tools) or 'it has none'}")
    readings = [sample.readings.get(wanted) for sample in samples]
    seen = [k for k, one in enumerate(readings) if one is not None and one.tracker_from_tool is not None]
    if not seen:
        raise SettingsError(f"{file}: {wanted} was hidden all the time")
    times = np.array([samples[k].host_time_s for k in seen])
    poses = np.array([one.tracker_from_tool for k in seen if (one := readings[k]) is not None])
    return PoseStream(file, times, poses, np.array(seen, dtype=float), len(samples) - len(seen))


def three(text: str) -> tuple[float, float, float]:
    """`x,y,z` as numbers, for argparse."""
    parts = text.split(",")
    if len(parts) != 3:
        raise argparse.ArgumentTypeError(f"{text!r}: expected three numbers x,y,z")
    try:
        x, y, z = (float(part) for part in parts)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: expected three numbers x,y,z") from None
    return x, y, z


def span(text: str) -> tuple[float, float]:
    """`a,b` as two times in order, for argparse."""
    try:
        begin, end = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: expected two times a,b in seconds") from None
    if not begin < end:
        raise argparse.ArgumentTypeError(f"{text!r}: the first time must be before the second")
    return begin, end


def matrix_of(file: Path) -> "Array":
    """The one (4, 4) transform in a file of poses."""
    from arguide.errors import SettingsError
    from arguide.imaging.pose_files import read_poses
    from arguide.imaging.text_table import read_npy

    if file.suffix.lower() == ".npy" and (values := read_npy(file)).shape == (4, 4):
        return values
    found = read_poses(file).poses
    if len(found) != 1:
        raise SettingsError(f"{file}: {len(found)} poses, expected one")
    transform: Array = found[0]
    return transform
