"""Stored calibrations and a session: which may be used for the profile's tools, and keeping a new one."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

import numpy as np

from arguide.calibration.pivot import PivotCalibration
from arguide.errors import SettingsError
from arguide.guidance.pivot_step import StylusTip
from arguide.guidance.session import Session
from arguide.guidance.state import SessionState
from arguide.guidance.steps import Input
from arguide.settings.calibration_file import Fit, HeldOut, Matrix3, Method, ToolCalibration, from_text
from arguide.settings.calibration_store import CalibrationStore
from arguide.settings.profile import ToolProfile, TrackerProfile
from arguide.settings.scenario import Vec3
from arguide.trackers.ndi.rom import read_rom

USED_TOOLS = ("stylus", "needle")
PRINTED = ".toml"
"""How the definition of a body of printed markers ends."""


def serial_of(tool: ToolProfile, profile: TrackerProfile) -> str:
    """The serial number, 8 hexadecimal digits, under which a tool's calibrations are kept.

    The definition's, if it is no printed body, which has none; else what the profile says; else one made of the profile's
    and the tool's names.
    """
    if tool.definition is not None and tool.definition.suffix != PRINTED:
        return f"{read_rom(tool.definition).serial_number:08X}"
    if tool.serial_number:
        return tool.serial_number.upper()
    return f"{crc32(f'{profile.name} {tool.name}'.encode()):08X}"


def usable(
    profile: TrackerProfile,
    store: CalibrationStore,
    limit_days: float,
    now: datetime,
    say: Callable[[str], None] = print,
) -> dict[str, ToolCalibration]:
    """The newest good calibration of each tool that is not too old; why others are not used is said."""
    found = {}
    for name in USED_TOOLS:
        if (tool := profile.tool(name)) is None:
            continue
        calibration, refusals = store.newest(serial_of(tool, profile))
        for refusal in refusals:
            say(f"note: {refusal}")
        if calibration is None:
            continue
        if (age := calibration.age_days(now)) > limit_days:
            say(
                f"note: the {name}'s calibration is {age:.0f} days old, the limit is {limit_days:g}: calibrate it again"
            )
            continue
        found[name] = calibration
    if profile.driver == "camera":
        _say_old_cameras(store, limit_days, now, say)
    return found


def _say_old_cameras(store: CalibrationStore, limit_days: float, now: datetime, say: Callable[[str], None]) -> None:
    newest: dict[str, float] = {}
    for one in store.cameras():
        if one.calibration is None:
            say(f"note: {one.refusal}")
        elif one.calibration.camera not in newest:
            newest[one.calibration.camera] = (now - one.calibration.made).total_seconds() / 86_400
    for camera, age in newest.items():
        if age > limit_days:
            say(f"note: the calibration of {camera} is {age:.0f} days old, the limit is {limit_days:g}: make it again")


def calibrations_in(texts: Mapping[str, str], file: Path) -> dict[str, ToolCalibration]:
    """The calibrations a recording holds."""
    return {name: from_text(text, Path(f"{file}: calibration of the {name}")) for name, text in texts.items()}


class PivotKeeper:
    """Stores each new pivot calibration of a session: a sink for `guidance.live.Live`."""

    def __init__(
        self,
        session: Session,
        store: CalibrationStore,
        serial: str,
        now: Callable[[], datetime],
        say: Callable[[str], None] = print,
    ) -> None:
        self._session, self._store, self._serial, self._now, self._say = session, store, serial, now, say
        self._kept: PivotCalibration | None = None

    def __call__(self, inputs: tuple[Input, ...], state: SessionState) -> None:
        """Look whether there is a new one."""
        stylus = self._session.stylus
        if stylus is None or stylus.calibration is None or stylus.calibration is self._kept:
            return
        self._kept = stylus.calibration
        try:
            self._store.save(of_pivot("stylus", self._serial, stylus, self._now()))
        except SettingsError as error:
            # The session itself is sound: it goes on with the calibration, and the recording has it too.
            self._say(f"warning: {error}")


def of_pivot(tool: str, serial: str, tip: StylusTip, made: datetime) -> ToolCalibration:
    """What is kept of a pivot calibration and its check."""
    found = tip.calibration
    assert found is not None, "only a calibration of this session is kept"
    check = tip.check
    return ToolCalibration(
        tool=tool,
        serial=serial,
        method=Method.PIVOT,
        made=made.astimezone(UTC).replace(microsecond=0),
        tip_mm=vector(found.tip_mm),
        tip_covariance_mm2=matrix(found.tip_covariance),
        fit=fit_of(found.residuals_mm, found.used, found.rms_mm, found.coverage),
        held_out=HeldOut(point="the divot", error_mm=check.error_mm, expected_mm=check.expected_mm) if check else None,
        cautions=tuple(caution.message for caution in found.cautions),
    )


def fit_of(residuals_mm: np.ndarray, used: np.ndarray, rms_mm: float, coverage: float = 1.0) -> Fit:
    """A summary of residuals (n,) in mm."""
    kept = residuals_mm[used]
    return Fit(
        poses=len(residuals_mm),
        used=int(used.sum()),
        rms_mm=rms_mm,
        median_mm=float(np.median(kept)),
        p95_mm=float(np.quantile(kept, 0.95)),
        worst_mm=float(residuals_mm.max()),
        coverage=coverage,
    )


def vector(values: np.ndarray) -> Vec3:
    """(3,) as a tuple."""
    x, y, z = values.tolist()
    return x, y, z


def matrix(values: np.ndarray) -> Matrix3:
    """(3, 3) as tuples, made exactly symmetric."""
    a, b, c = ((values + values.T) / 2).tolist()
    return tuple(a), tuple(b), tuple(c)
