"""Make the tool-definition files in hardware/tools from the marker layouts below: `python hardware/make_tools.py`.

The same layouts are what a workshop drills: marker centres in mm in the tool's own frame. Running this twice
gives the same bytes. The tracker tells tools apart, and which way round they are, by the distances between
markers alone; so within a tool no two distances may be alike, and no three markers of one tool may form a
triangle of another. `check` measures that, and refuses a layout that breaks it.
"""

import argparse
import itertools
from datetime import date
from pathlib import Path

import numpy as np

from arguide.trackers.ndi.rom import Tip, ToolDefinition, ToolKind, write_rom

FOLDER = Path(__file__).parent / "tools"
LEAST_SPACING_MM = 50.0
"""Nearer markers melt together in the pictures of a tracker 2.4 m away."""
LEAST_DIFFERENCE_MM = 5.0
"""Distances that differ less can be mistaken for each other."""
MADE = date(2025, 1, 1)

TOOLS = {
    # A plate screwed to the phantom, spheres on its upper side, +z up.
    "reference": ToolDefinition(
        part_number="ARG-REFERENCE",
        kind=ToolKind.REFERENCE,
        sequence=1,
        made=MADE,
        markers=((-44, 30, 0), (50, 50, 0), (-46, -42, 0), (59, -31, 0)),
        marker_normals=((0, 0, 1),) * 4,
        face_normal=(0, 0, 1),
    ),
    # A pointer: spheres in the x–z plane behind the hand, ball tip at (0, 0, 160).
    "stylus": ToolDefinition(
        part_number="ARG-STYLUS",
        kind=ToolKind.PROBE,
        subtype=Tip.FIXED,
        sequence=2,
        made=MADE,
        markers=((12, 0, 33), (-34, 0, -40), (31, 0, -61), (-2, 0, -111)),
    ),
    # A clamp on the needle's hub: the hub's end lies at (0, 0, 70), the tip of a 120 mm needle at (0, 0, 190).
    "needle": ToolDefinition(
        part_number="ARG-NEEDLE",
        kind=ToolKind.PROBE,
        subtype=Tip.REMOVABLE,
        sequence=3,
        made=MADE,
        markers=((-12, 0, 27), (-57, 0, -11), (58, 0, -40), (-3, 0, -79)),
    ),
    # A frame on an ultrasound probe or camera: its face at (0, 0, 120), looking along +z.
    "probe": ToolDefinition(
        part_number="ARG-PROBE",
        kind=ToolKind.PROBE,
        subtype=Tip.FIXED,
        sequence=4,
        made=MADE,
        markers=((-65, 0, -4), (49, 0, 30), (-43, 0, -59), (65, 0, -60)),
    ),
}


def distances(markers: np.ndarray) -> np.ndarray:
    """All distances between the rows of an (n, 3) array in mm, sorted."""
    return np.sort([np.linalg.norm(a - b) for a, b in itertools.combinations(markers, 2)])


def triangles(markers: np.ndarray) -> list[np.ndarray]:
    """The sorted sides of every triangle of markers."""
    return [distances(np.array(corners)) for corners in itertools.combinations(markers, 3)]


def check(tools: dict[str, ToolDefinition]) -> list[str]:
    """What is wrong with the layouts, in words; empty when each tool is unmistakable."""
    faults = []
    for name, tool in tools.items():
        lengths = distances(tool.positions)
        if lengths[0] < LEAST_SPACING_MM:
            faults.append(f"{name}: two markers are {lengths[0]:.1f} mm apart, at least {LEAST_SPACING_MM:g} needed")
        if np.diff(lengths).min() < LEAST_DIFFERENCE_MM:
            faults.append(f"{name}: two distances differ by only {np.diff(lengths).min():.1f} mm")
    for (first, a), (second, b) in itertools.combinations(tools.items(), 2):
        pairs = itertools.product(triangles(a.positions), triangles(b.positions))
        if min(np.abs(one - other).max() for one, other in pairs) < LEAST_DIFFERENCE_MM:
            faults.append(f"{first} and {second}: share a triangle of markers")
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the tool-definition files of arguide's own tools.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="where to write (default: hardware/tools)")
    folder = parser.parse_args().folder
    if faults := check(TOOLS):
        raise SystemExit("\n".join(faults))
    folder.mkdir(parents=True, exist_ok=True)
    for name, tool in TOOLS.items():
        write_rom(folder / f"{name}.rom", tool)
        print(f"{folder / name}.rom: {len(tool.markers)} markers, serial {tool.serial_number:08X}")


if __name__ == "__main__":
    main()
