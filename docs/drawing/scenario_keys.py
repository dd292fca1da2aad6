"""The table of all keys of a scenario file: kinds, ranges and defaults are what the reader asks for, spied on while it
reads a shipped scenario; the words are here. A key without words, or words without a key, is an error.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from math import degrees
from typing import Any
from unittest.mock import patch

from arguide.asset_files import find_scenario
from arguide.settings.scenario import Band, Limits, Tolerance
from arguide.settings.scenario_file import BANDS, read_scenario
from arguide.settings.toml_reader import Table
from drawing.tables import table

EXAMPLE = "lumbar-facet"
KINDS = ("text", "texts", "number", "whole", "flag", "vec3", "direction", "choice", "existing_file")

# Key: (unit, meaning). The order is the order on the page.
WORDS = {
    "schema": ("", "version of this format; this one is 1"),
    "name": ("", "short name, used in file names and recordings"),
    "title": ("", "what the user reads"),
    "summary": ("", "one sentence: what is done where"),
    "procedure": ("", "kind of procedure"),
    "teaching": ("", "paragraphs shown before the attempt"),
    "needle.gauge": ("G", "gauge of the needle; decides the colour of its hub"),
    "needle.diameter_mm": ("mm", "outer diameter; clearances are measured from this surface"),
    "needle.length_mm": ("mm", "length of the shaft"),
    "limits.pivot_rms_mm": ("mm", "a stylus calibration with a larger residual is refused"),
    "limits.pivot_cone_deg": ("°", "full opening angle that the stylus must have swept"),
    "limits.registration_fre_mm": ("mm", "a registration with a larger FRE is refused"),
    "limits.pivot_coverage": ("", "share of a 60° cone at which pivoting stops by itself"),
    "limits.pivot_error_mm": ("mm", "standard error of the tip at which pivoting stops by itself"),
    "limits.check_mm": ("mm", "`{ within = …, near = … }`: light of a touched check"),
    "limits.target_error_mm": ("mm", "a larger predicted error at the target (95 %) gives a warning"),
    "limits.calibration_days": ("days", "a stored calibration older than this is asked for again"),
    "calibration.needle": ("", "`pivot` or `template` for the tip, `spin` for the axis; not asked where it is stored"),
    "volume.ct": ("HU, RAS", "NIfTI file: the CT of the patient, for slices; relative to the scenario's folder"),
    "volume.labels": ("", "NIfTI file: label map of the same patient; `truth.toml` says what its numbers mean"),
    "structure.name": ("", "unique name"),
    "structure.label": ("", "what the user reads"),
    "structure.tissue": ("", "what it is made of: how it is drawn, and `skin` decides what is outside"),
    "structure.mesh": ("mm, RAS", "file of a closed mesh with normals outward; relative to the scenario's folder"),
    "structure.color": ("", "`#rrggbb`"),
    "structure.opacity": ("", "1 solid, 0 invisible"),
    "structure.risk_margin_mm": ("mm", "makes it a risk structure: keep at least this far away"),
    "fiducial.name": ("", "unique name, as marked on the phantom"),
    "fiducial.position": ("mm, RAS", "where it is in the image"),
    "fiducial.hint": ("", "where to find it, in the user's words"),
    "plan.name": ("", "unique name; chosen with `--plan`"),
    "plan.entry": ("mm, RAS", "where the needle enters, on the skin"),
    "plan.target": ("mm, RAS", "where its tip shall arrive; at least 1 mm from the entry"),
    "plan.image_plane_normal": ("", "normal of the plane in which the needle is watched, of any length"),
    "plan.guidance": ("", "how to go there and what to avoid"),
    "plan.tolerance.lateral_mm": ("mm", "distance from the tip to the path"),
    "plan.tolerance.angle_deg": ("°", "angle between shaft and path"),
    "plan.tolerance.depth_mm": ("mm", "depth left to the target, either way"),
    "plan.tolerance.entry_mm": ("mm", "entry offset"),
    "plan.tolerance.miss_mm": ("mm", "predicted miss"),
    "source.what": ("", "what comes from there"),
    "source.source": ("", "where it comes from"),
    "source.licence": ("", "its licence"),
}
HEADINGS = {
    "": "Top of the file",
    "needle": "`[needle]` — optional",
    "limits": "`[limits]` — optional: when a measurement is good enough to go on",
    "calibration": "`[calibration]` — optional: what is calibrated before the fiducials are touched",
    "volume": "`[volume]` — optional: what a scanner would have seen",
    "structure": "`[[structure]]` — at least one",
    "fiducial": "`[[fiducial]]` — at least three, not on one line",
    "plan": "`[[plan]]` — at least one",
    "plan.tolerance": "`[plan.tolerance]` — optional: each `{ within = …, near = … }`, up to which a deviation is graded so",
    "source": "`[[source]]` — optional",
}


def table_of_keys() -> str:
    """All keys with type, default, unit and meaning, one table for each part of the file."""
    found = _asked_for() | _bands() | {"limits.check_mm": _band(Limits.check_mm)}
    if missing := found.keys() ^ WORDS.keys():
        raise ValueError(f"scenario keys and their words differ: {', '.join(sorted(missing))}; see scenario_keys.py")
    parts = []
    for part, heading in HEADINGS.items():
        rows = [
            (f"`{key.rpartition('.')[2]}`", *found[key], unit, meaning)
            for key, (unit, meaning) in WORDS.items()
            if key.rpartition(".")[0] == part
        ]
        parts.append(f"### {heading}\n\n{table(('key', 'type', 'default', 'unit', 'meaning'), rows)}")
    return "\n\n".join(parts)


def _asked_for() -> dict[str, tuple[str, str]]:
    """Type and default of every key the reader asks for, in Markdown."""
    with _spied() as asked:
        read_scenario(find_scenario(EXAMPLE))
    return {key: words for key, words in asked.items() if not key.startswith(("plan.tolerance.", "limits.check_mm"))}


@contextmanager
def _spied() -> Iterator[dict[str, tuple[str, str]]]:
    asked: dict[str, tuple[str, str]] = {}
    optional: set[str] = set()

    def spy(kind: str) -> Callable[..., Any]:
        real = getattr(Table, kind)
        signature = inspect.signature(real)

        def watch(self: Table, key: str, *more: Any) -> Any:
            given = signature.bind(self, key, *more)
            given.apply_defaults()
            name = _name(self, key)
            default = "none" if name in optional else _default(kind, given.arguments.get("default"))
            asked.setdefault(name, (_type(kind, given.arguments), default))
            return real(self, key, *more)

        return watch

    def contains(self: Table, key: str) -> bool:
        optional.add(_name(self, key))
        return key in self._data

    spies = {kind: spy(kind) for kind in KINDS} | {"__contains__": contains}
    with patch.multiple(Table, **spies):
        yield asked


def _name(table: Table, key: str) -> str:
    return re.sub(r"\[\d+\]", "", table._name(key))


def _type(kind: str, given: dict[str, Any]) -> str:
    if kind in ("number", "whole"):
        return f"{'whole number' if kind == 'whole' else 'number'}, {given['low']:g} to {given['high']:g}"
    if kind == "choice":
        return ", ".join(f"`{value}`" for value in given["kinds"])
    words = {"vec3": "`[x, y, z]`", "direction": "`[x, y, z]`, not zero", "existing_file": "file", "texts": "texts"}
    return words.get(kind, "true or false" if kind == "flag" else kind)


def _default(kind: str, value: Any) -> str:
    if kind == "texts":
        return "none"
    if isinstance(value, StrEnum | str):
        return "empty" if not value else f"`{value}`"
    if isinstance(value, tuple):
        return f"`[{', '.join(f'{part:g}' for part in value)}]`"
    return f"{value:.4g}" if isinstance(value, int | float) else "required"


def _bands() -> dict[str, tuple[str, str]]:
    """Type and default of the tolerance bands."""
    rows = {}
    for key in BANDS:
        band = getattr(Tolerance(), key.replace("_deg", "_rad"))
        if key.endswith("_deg"):
            band = Band(within=degrees(band.within), near=degrees(band.near))
        rows[f"plan.tolerance.{key}"] = _band(band)
    return rows


def _band(band: Band) -> tuple[str, str]:
    return "two numbers, 0 to 180", f"{band.within:.3g}, {band.near:.3g}"
