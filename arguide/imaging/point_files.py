"""Lists of points: CSV with named columns, NumPy, the markups of 3D Slicer (.fcsv, .mrk.json), and legacy VTK files in ASCII.

Points of Slicer's markups are given in RAS, whatever the file says they are in, and so are those of a .vtk whose title says
`SPACE=`, as Slicer writes it; numbers in CSV, .npy and other .vtk are as they are.
"""

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from arguide.errors import SettingsError
from arguide.geometry.transforms import Array
from arguide.imaging.text_table import read_lines, read_npy, read_table

RAS_FROM = {"RAS": np.array([1.0, 1.0, 1.0]), "LPS": np.array([-1.0, -1.0, 1.0])}
NUMBERED = {"0": "RAS", "1": "LPS"}
FCSV_COLUMNS = ("id", "x", "y", "z", "ow", "ox", "oy", "oz", "vis", "sel", "lock", "label", "desc", "associatednodeid")
XYZ = (("x", "y", "z"), ("r", "a", "s"), ("tx", "ty", "tz"), ("x_mm", "y_mm", "z_mm"))


KINDS = (".csv", ".txt", ".tsv", ".npy", ".fcsv", ".json")


@dataclass(frozen=True)
class PointList:
    """Points in mm with their names, in the order of the file."""

    file: Path
    names: tuple[str, ...]
    points: Array
    """(n, 3)."""


def read_points(file: Path) -> PointList:
    """The points in a .csv, .npy, .fcsv, .json or .vtk file. SettingsError naming the file and what is wrong."""
    name = file.name.lower()
    if name.endswith(".vtk"):
        return _from_vtk(file)
    if not name.endswith(KINDS):
        raise SettingsError(f"{file}: points are read from {', '.join(KINDS)} and .vtk; save them as one of these")
    if name.endswith(".npy"):
        return _numbered(file, read_npy(file))
    if name.endswith(".fcsv"):
        return _from_fcsv(file)
    if name.endswith(".json"):
        return _from_json(file)
    return _from_csv(file)


def _numbered(file: Path, values: Array) -> PointList:
    if values.ndim != 2 or values.shape[1] != 3 or not len(values):
        raise SettingsError(f"{file}: expected points of shape (n, 3), got {values.shape}")
    return PointList(file, tuple(str(n) for n in range(1, len(values) + 1)), values)


def _from_csv(file: Path) -> PointList:
    table = read_table(file)
    columns = next((names for names in XYZ if table.has(*names)), None)
    if columns is None:
        raise SettingsError(f"{file}: expected columns x, y, z; found {', '.join(table.columns)}")
    found = _numbered(file, table.numbers(*columns))
    named = next((column for column in ("name", "label", "id") if table.has(column)), None)
    return PointList(file, tuple(table.texts(named)) if named else found.names, found.points)


def _from_fcsv(file: Path) -> PointList:
    """Several files written one after the other into one are read too: each head counts from there on."""
    system = "RAS"
    columns: tuple[str, ...] = FCSV_COLUMNS
    names: list[str] = []
    points: list[Array] = []
    for number, line in enumerate(read_lines(file), 1):
        if match := re.match(r"#\s*CoordinateSystem\s*=\s*(\S+)", line, re.IGNORECASE):
            system = _system(file, match[1])
        elif match := re.match(r"#\s*columns\s*=\s*(.+)", line, re.IGNORECASE):
            columns = tuple(part.strip().lower() for part in match[1].split(","))
        elif line.strip() and not line.startswith("#"):
            row = dict(zip(columns, next(csv.reader([line])), strict=False))
            points.append(_place(file, f"line {number}", [row.get(axis, "") for axis in "xyz"]) * RAS_FROM[system])
            names.append(row.get("label", "") or str(len(points)))
    return _whole(file, names, points)


def _from_json(file: Path) -> PointList:
    try:
        tree = json.loads("\n".join(read_lines(file)))
        lists = tree["markups"]
        names: list[str] = []
        points: list[Array] = []
        for markup in lists:
            scale = _scale(file, markup.get("coordinateUnits", "mm"))
            turn = RAS_FROM[_system(file, str(markup.get("coordinateSystem", "LPS")))] * scale
            for point in markup["controlPoints"]:
                if point.get("positionStatus", "defined") != "defined":
                    continue
                names.append(str(point.get("label", "")) or str(len(points) + 1))
                points.append(_place(file, f"point {names[-1]!r}", point["position"]) * turn)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{file}: not valid JSON ({error}); save the markups again") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise SettingsError(f"{file}: no Slicer markups in it ({error!r} is missing); save them as .mrk.json") from None
    return _whole(file, names, points)


def _from_vtk(file: Path) -> PointList:
    """Version 1 to 5 of the legacy format; only its POINTS are read, whatever is made of them."""
    lines = read_lines(file)
    if len(lines) < 5 or not lines[0].startswith("# vtk DataFile"):
        raise SettingsError(f"{file}: not a legacy VTK file (its first line says so); save it as .vtk, ASCII")
    if lines[2].strip().upper() != "ASCII":
        raise SettingsError(f"{file}: a binary VTK file; save it in ASCII, or the points as CSV")
    space = re.search(r"SPACE\s*=\s*(\w+)", lines[1], re.IGNORECASE)
    head = next((n for n, line in enumerate(lines) if re.match(r"POINTS\s+\d+", line, re.IGNORECASE)), None)
    if head is None:
        raise SettingsError(f"{file}: no POINTS in it; save the points as POLYDATA")
    count = int(lines[head].split()[1])
    words: list[str] = []
    for line in lines[head + 1 :]:
        if len(words) >= 3 * count:
            break
        words += line.split()
    if len(words) < 3 * count:
        raise SettingsError(f"{file}: {len(words)} numbers for {count} points; the file was cut short")
    numbers = [words[k : k + 3] for k in range(0, 3 * count, 3)]
    turn = RAS_FROM[_system(file, space[1])] if space else 1.0
    points = [_place(file, f"point {k}", row) * turn for k, row in enumerate(numbers, 1)]
    return _whole(file, [str(k) for k in range(1, count + 1)], points)


def _system(file: Path, text: str) -> str:
    system = NUMBERED.get(text, text.upper())
    if system not in RAS_FROM:
        raise SettingsError(f"{file}: coordinate system {text!r}; only RAS and LPS are known: save the points in one")
    return system


def _scale(file: Path, unit: object) -> float:
    if unit not in ("mm", "m"):
        raise SettingsError(f"{file}: coordinates in {unit!r}; only mm and m are known")
    return 1.0 if unit == "mm" else 1000.0


def _place(file: Path, where: str, values: object) -> Array:
    try:
        point = np.array([float(value) for value in values])  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        point = np.empty(0)
    if point.shape != (3,):
        raise SettingsError(f"{file}: {where}: expected three numbers, got {str(values)[:60]}")
    return point


def _whole(file: Path, names: list[str], points: list[Array]) -> PointList:
    if not points:
        raise SettingsError(f"{file}: no points in it")
    return PointList(file, tuple(names), np.array(points))
