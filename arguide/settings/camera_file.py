"""Calibrations of cameras as TOML files: which camera, which size of picture, its lens, its timing, where it sits on the
marker body that a tracker sees, and how sure all that is.

A calibration holds for one camera at one picture size only; `CameraCalibration.check` refuses all else by name. Files
that arguide writes are sealed, see `settings.sealed`; files that a person writes need no seal.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tomli_w

from arguide.errors import SettingsError
from arguide.settings.calibration_file import Matrix3
from arguide.settings.scenario import Vec3
from arguide.settings.sealed import has_seal, sealed, unsealed
from arguide.settings.toml_reader import Table, parse_toml, read_text

SCHEMA = 1
ANY_CAMERA = "any"
"""In place of a camera's name: numbers that are roughly right for many cameras and exactly right for none."""
MOST_PIXELS = 20_000
WIDEST_FOCAL, LONGEST_FOCAL = 0.1, 50.0
"""Focal lengths in picture widths: from a fish eye, which this lens model does not describe, to a telescope."""
MOST_BENT = 100.0
COVARIANCES = ("turn_covariance_rad2", "shift_covariance_mm2", "turn_shift_covariance")


@dataclass(frozen=True, kw_only=True)
class Mount:
    """Where a camera sits on a marker body, by hand-eye calibration."""

    body: str
    """Name of the tool that the camera is fixed to."""
    serial: str
    """Serial number of that tool's definition, 8 hexadecimal digits."""
    made: datetime
    """UTC, to the second."""
    rotation: tuple[Vec3, Vec3, Vec3]
    """Of body_from_camera, row by row."""
    shift_mm: Vec3
    """Of body_from_camera."""
    error_mm: float
    """RMS error of a still board's place in poses that took no part."""
    error_rad: float
    """The same of its direction."""
    poses: int
    method: str
    """Solver that did best on poses left out."""
    turn_covariance_rad2: Matrix3 | None = None
    """Of a small motion of body_from_camera in the body's frame, about its origin: of its turn, …"""
    shift_covariance_mm2: Matrix3 | None = None
    """… of its shift, …"""
    turn_shift_covariance: Matrix3 | None = None
    """… and of both, turn by rows; None in files made before it was kept."""

    def check(self, serial: str) -> None:
        """Raise SettingsError unless this was made on the body with that serial number."""
        if serial != self.serial:
            raise SettingsError(
                f"the camera was calibrated on the body {self.body} with serial {self.serial}, this one is {serial};"
                " calibrate hand-eye again"
            )


@dataclass(frozen=True, kw_only=True)
class CameraCalibration:
    """A camera as it was measured. Focal lengths and centre in pixels; the lens as in `geometry.camera_model`."""

    camera: str
    """The camera's own name, as the system tells it, or `any`."""
    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    k1: float = 0.0
    k2: float = 0.0
    p1: float = 0.0
    p2: float = 0.0
    k3: float = 0.0
    made: datetime
    """UTC, to the second."""
    pictures: int
    """How many pictures it was made from; 0 for numbers from elsewhere."""
    rms_px: float
    """Root mean square reprojection error of those pictures."""
    fx_sd: float = 0.0
    """Standard errors in pixels; 0 if unknown."""
    fy_sd: float = 0.0
    cx_sd: float = 0.0
    cy_sd: float = 0.0
    delay_s: float = 0.0
    """From the middle of a picture's exposure to its arrival at the host."""
    delay_sd_s: float = 0.0
    rolling_s: float = 0.0
    """From the exposure of the first row to that of the last; 0 for a global shutter."""
    coverage: float = 0.0
    """Share 0..1 of the picture in which the board was seen; 0 if unknown."""
    mount: Mount | None = None
    arguide_version: str = ""
    """Which arguide made it; empty for numbers from elsewhere."""
    file: Path = Path()
    """Where it was read from."""

    @property
    def is_generic(self) -> bool:
        """Whether it was made for no camera in particular."""
        return self.camera == ANY_CAMERA

    def check(self, camera: str, width: int, height: int) -> None:
        """Raise SettingsError unless this is a calibration for that camera at that size.

        `camera` is empty when the system does not tell the name; then only the size is checked.
        """
        if camera and not self.is_generic and camera != self.camera:
            raise SettingsError(
                f"{self.file}: made for the camera {self.camera!r}, this one is {camera!r}; calibrate this camera"
            )
        if (width, height) != (self.width, self.height):
            raise SettingsError(
                f"{self.file}: made for pictures of {self.width}x{self.height}, these are {width}x{height};"
                " choose that size or calibrate at this one"
            )


def read_camera(file: Path) -> CameraCalibration:
    """The calibration in `file`. Raises SettingsError naming file, key and reason for every kind of mistake."""
    text = read_text(file)
    table = parse_toml(unsealed(text, file) if has_seal(text) else text, file)
    if (schema := table.whole("schema", 1, 999)) != SCHEMA:
        table.fail("schema", f"this arguide reads schema {SCHEMA}, the file says {schema}; update arguide")
    calibration = _calibration(table, file)
    table.finish()
    return calibration


def to_text(calibration: CameraCalibration) -> str:
    """The file's whole text; `read_camera` gives the same numbers back to the last bit."""
    c = calibration
    table: dict[str, Any] = {
        "schema": SCHEMA,
        "camera": c.camera,
        "width": c.width,
        "height": c.height,
        "made": f"{c.made.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "lens": {key: getattr(c, key) for key in ("fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2", "k3")},
        "timing": {key: getattr(c, key) for key in ("delay_s", "delay_sd_s", "rolling_s")},
        "fit": {key: getattr(c, key) for key in ("pictures", "rms_px", "coverage", "fx_sd", "fy_sd", "cx_sd", "cy_sd")},
    }
    if c.arguide_version:
        table["arguide_version"] = c.arguide_version
    if c.mount:
        table["mount"] = _mount_to_toml(c.mount)
    return sealed(tomli_w.dumps(table))


def _calibration(t: Table, file: Path) -> CameraCalibration:
    width, height = t.whole("width", 16, MOST_PIXELS), t.whole("height", 16, MOST_PIXELS)
    return CameraCalibration(
        camera=t.text("camera"),
        width=width,
        height=height,
        made=_moment(t),
        **_lens(t.table("lens"), width, height),
        **_timing(t.table("timing")),
        **_fit(t.table("fit")),
        mount=_mount(t.table("mount")) if "mount" in t else None,
        arguide_version=t.text("arguide_version", ""),
        file=file,
    )


def _lens(t: Table, width: int, height: int) -> dict[str, Any]:
    longest, widest = LONGEST_FOCAL * width, WIDEST_FOCAL * width
    lens = {
        "fx": t.number("fx", widest, longest),
        "fy": t.number("fy", widest, longest),
        # The middle of the lens is near the middle of the chip; outside the picture it is a slip of the pen.
        "cx": t.number("cx", 0.0, width),
        "cy": t.number("cy", 0.0, height),
    }
    lens |= {key: t.number(key, -MOST_BENT, MOST_BENT, 0.0) for key in ("k1", "k2", "p1", "p2", "k3")}
    t.finish()
    return lens


def _timing(t: Table) -> dict[str, Any]:
    timing = {
        "delay_s": t.number("delay_s", -1.0, 2.0, 0.0),
        "delay_sd_s": t.number("delay_sd_s", 0.0, 1.0, 0.0),
        "rolling_s": t.number("rolling_s", 0.0, 0.2, 0.0),
    }
    t.finish()
    return timing


def _fit(t: Table) -> dict[str, Any]:
    fit: dict[str, Any] = {"pictures": t.whole("pictures", 0, 100_000), "rms_px": t.number("rms_px", 0.0, 1000.0)}
    fit["coverage"] = t.number("coverage", 0.0, 1.0, 0.0)
    fit |= {key: t.number(key, 0.0, 10_000.0, 0.0) for key in ("fx_sd", "fy_sd", "cx_sd", "cy_sd")}
    t.finish()
    return fit


def _mount(t: Table) -> Mount:
    x, y, z = t.rows("rotation", 3)
    if any(abs(sum(a * b for a, b in zip(p, q, strict=True)) - (p is q)) > 1e-6 for p in (x, y, z) for q in (x, y, z)):
        t.fail("rotation", "expected three rows of unit length, square to one another")
    mount = Mount(
        body=t.text("body"),
        serial=t.text("serial"),
        made=_moment(t),
        rotation=(x, y, z),
        shift_mm=t.vec3("shift_mm"),
        error_mm=t.number("error_mm", 0.0, 1000.0),
        error_rad=t.number("error_rad", 0.0, 3.2),
        poses=t.whole("poses", 1, 10_000_000),
        method=t.text("method"),
        **{key: _rows(t, key) if key in t else None for key in COVARIANCES},
    )
    t.finish()
    return mount


def _rows(t: Table, key: str) -> Matrix3:
    x, y, z = t.rows(key, 3)
    return x, y, z


def _mount_to_toml(m: Mount) -> dict[str, Any]:
    table: dict[str, Any] = {**vars(m), "made": f"{m.made.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    table["rotation"], table["shift_mm"] = [list(row) for row in m.rotation], list(m.shift_mm)
    for key in COVARIANCES:
        table[key] = [list(row) for row in table[key]] if table[key] else None
    return {key: value for key, value in table.items() if value is not None}


def _moment(t: Table) -> datetime:
    text = t.text("made")
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        t.fail("made", f"expected a moment like 2026-01-05T10:15:00Z, got {text!r}")
