"""Calibrations of tools as TOML files that people can read: one file for one calibration, never changed afterwards.

A file that was cut short or edited does not fit its seal and is refused, see `settings.sealed`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import tomli_w

from arguide import __version__
from arguide.errors import SettingsError
from arguide.settings.method import Method
from arguide.settings.scenario import Vec3
from arguide.settings.sealed import sealed, unsealed
from arguide.settings.toml_reader import Table, parse_toml, read_text

SCHEMA = 1
MOST_POSES = 10_000_000
FARTHEST_MM = 1000.0

Matrix3: TypeAlias = tuple[Vec3, Vec3, Vec3]
"""Symmetric (3, 3), row by row."""
NO_SPREAD: Matrix3 = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """A known point that was touched afterwards and was not used to calibrate."""

    point: str
    """What was touched, in the user's words."""
    error_mm: float
    expected_mm: float
    """Error below which 95 % of checks stay if the stated covariance is right; 0 if unknown."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """How well the poses agreed."""

    poses: int
    used: int
    rms_mm: float
    """Over the poses used."""
    median_mm: float = 0.0
    p95_mm: float = 0.0
    """95 % of the poses used are nearer than this."""
    worst_mm: float = 0.0
    """Over all poses, left out ones too."""
    coverage: float = 1.0
    """Share 0..1 of the wanted orientations that was seen."""


@dataclass(frozen=True, kw_only=True)
class ToolCalibration:
    """Where a tool's tip is in its marker frame and how sure that is, with what it was found from."""

    tool: str
    """Role in the program: `stylus`, `needle`, …"""
    serial: str
    """Serial number of the tool's definition, 8 hexadecimal digits: what the tracker reports for it."""
    method: Method
    made: datetime
    """UTC, to the second."""
    tip_mm: Vec3
    tip_covariance_mm2: Matrix3
    fit: Fit
    direction: Vec3 | None = None
    """Direction of advance (unit), where the method finds one."""
    direction_covariance_rad2: Matrix3 | None = None
    held_out: HeldOut | None = None
    cautions: tuple[str, ...] = ()
    arguide_version: str = __version__

    def age_days(self, now: datetime) -> float:
        """Days since it was made."""
        return (now - self.made).total_seconds() / 86_400


def to_text(calibration: ToolCalibration) -> str:
    """The file's whole text."""
    return sealed(tomli_w.dumps(_to_toml(calibration)))


def from_text(text: str, file: Path) -> ToolCalibration:
    """The calibration in `text`; `file` names it in messages. SettingsError when cut short, edited or wrong."""
    table = parse_toml(unsealed(text, file), file)
    if (schema := table.whole("schema", 1, 999)) != SCHEMA:
        table.fail("schema", f"this arguide reads schema {SCHEMA}, the file says {schema}; update arguide")
    calibration = _calibration(table)
    table.finish()
    return calibration


def read_calibration(file: Path, serial: str | None = None) -> ToolCalibration:
    """The calibration in `file`. SettingsError when cut short, edited, wrong, or made for a tool of another `serial`."""
    calibration = from_text(read_text(file), file)
    if serial is not None and calibration.serial != serial:
        raise SettingsError(
            f"{file}: made for the {calibration.tool} with serial {calibration.serial}, this one is {serial};"
            " calibrate this tool"
        )
    return calibration


def _calibration(t: Table) -> ToolCalibration:
    tip = t.vec3("tip_mm")
    if max(map(abs, tip)) > FARTHEST_MM:
        t.fail("tip_mm", f"a tip more than {FARTHEST_MM:g} mm from the markers is not a hand tool's; the unit is mm")
    return ToolCalibration(
        tool=t.text("tool"),
        serial=_serial(t),
        method=t.choice("method", Method),
        made=_moment(t),
        tip_mm=tip,
        tip_covariance_mm2=_matrix(t, "tip_covariance_mm2"),
        direction=_direction(t) if "direction" in t else None,
        direction_covariance_rad2=_matrix(t, "direction_covariance_rad2") if "direction_covariance_rad2" in t else None,
        fit=_fit(t.table("fit")),
        held_out=_held_out(t.table("held_out")) if "held_out" in t else None,
        cautions=t.texts("cautions"),
        arguide_version=t.text("arguide_version"),
    )


def _serial(t: Table) -> str:
    if not re.fullmatch("[0-9A-F]{8}", serial := t.text("serial")):
        t.fail("serial", f"expected 8 hexadecimal digits, got {serial!r}")
    return serial


def _direction(t: Table) -> Vec3:
    # Taken as it is: normalising again would change its last bits each time a file is read and written.
    x, y, z = t.vec3("direction")
    if abs(x * x + y * y + z * z - 1) > 1e-6:
        t.fail("direction", f"expected a direction of unit length, got {[x, y, z]}")
    return x, y, z


def _moment(t: Table) -> datetime:
    text = t.text("made")
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        t.fail("made", f"expected a moment like 2026-01-05T10:15:00Z, got {text!r}")


def _matrix(t: Table, key: str) -> Matrix3:
    rows = t.rows(key, 3)
    if any(abs(rows[i][j] - rows[j][i]) > 1e-9 * (1 + abs(rows[i][j])) for i in range(3) for j in range(i)):
        t.fail(key, "a covariance is symmetric; this is not")
    if min(rows[i][i] for i in range(3)) < 0:
        t.fail(key, "a variance is never negative")
    return rows[0], rows[1], rows[2]


def _fit(t: Table) -> Fit:
    fit = Fit(
        poses=t.whole("poses", 1, MOST_POSES),
        used=t.whole("used", 1, MOST_POSES),
        rms_mm=t.number("rms_mm", 0.0, FARTHEST_MM),
        median_mm=t.number("median_mm", 0.0, FARTHEST_MM, 0.0),
        p95_mm=t.number("p95_mm", 0.0, FARTHEST_MM, 0.0),
        worst_mm=t.number("worst_mm", 0.0, 10 * FARTHEST_MM, 0.0),
        coverage=t.number("coverage", 0.0, 1.0, 1.0),
    )
    t.finish()
    return fit


def _held_out(t: Table) -> HeldOut:
    check = HeldOut(
        point=t.text("point"),
        error_mm=t.number("error_mm", 0.0, FARTHEST_MM),
        expected_mm=t.number("expected_mm", 0.0, FARTHEST_MM, 0.0),
    )
    t.finish()
    return check


def _to_toml(c: ToolCalibration) -> dict[str, Any]:
    table: dict[str, Any] = {
        "schema": SCHEMA,
        "tool": c.tool,
        "serial": c.serial,
        "method": c.method.value,
        "made": f"{c.made.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "arguide_version": c.arguide_version,
        "cautions": list(c.cautions),
        "tip_mm": list(c.tip_mm),
        "tip_covariance_mm2": [list(row) for row in c.tip_covariance_mm2],
    }
    if c.direction is not None:
        table["direction"] = list(c.direction)
    if c.direction_covariance_rad2 is not None:
        table["direction_covariance_rad2"] = [list(row) for row in c.direction_covariance_rad2]
    table["fit"] = dict(vars(c.fit))
    if c.held_out is not None:
        table["held_out"] = dict(vars(c.held_out))
    return table
