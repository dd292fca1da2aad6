"""Stored calibrations and a session: which may be used for the profile's tools, and keeping a new one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

import numpy as np

from arguide.calibration.pivot import PivotCalibration
from arguide.errors import SettingsError
from arguide.guidance.needle_step import NeedleFound
from arguide.guidance.pivot_step import ToolTip
from arguide.guidance.session import Session
from arguide.guidance.shafts import Shaft
from arguide.guidance.state import SessionState
from arguide.guidance.steps import Input
from arguide.settings.calibration_file import Fit, HeldOut, Matrix3, ToolCalibration, from_text
from arguide.settings.calibration_store import CalibrationStore
from arguide.settings.method import Method, methods_of
from arguide.settings.profile import ToolProfile, TrackerProfile
from arguide.settings.scenario import Scenario, Vec3
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


class CalibrationKeeper:
    """Stores each new calibration that a session makes of stylus or needle: a sink for `guidance.live.Live`."""

    def __init__(
        self,
        session: Session,
        store: CalibrationStore,
        serials: Mapping[str, str],
        now: Callable[[], datetime],
        say: Callable[[str], None] = print,
        turned: bool = False,
    ) -> None:
        """`serials` by tool; `turned`: the needle's direction was calibrated before, and stays where it is not found anew."""
        self._turned = turned
        self._session, self._store, self._serials, self._now, self._say = session, store, serials, now, say
        self._kept: PivotCalibration | None = None
        self._needle = session.needle_found

    def __call__(self, inputs: tuple[Input, ...], state: SessionState) -> None:
        """Look whether there is a new one."""
        stylus, found = self._session.stylus, self._session.needle_found
        made = stylus.calibration if stylus else None
        if stylus and isinstance(made, PivotCalibration) and made is not self._kept:
            self._kept = made
            self._keep(of_tip("stylus", self._serials["stylus"], stylus, self._now()))
        if found is not self._needle:
            self._needle = found
            if found.methods:
                self._keep(
                    of_needle(self._serials["needle"], found, self._session.needle_shaft, self._now(), self._turned)
                )

    def _keep(self, calibration: ToolCalibration) -> None:
        try:
            self._store.save(calibration)
        except SettingsError as error:
            # The session itself is sound: it goes on with the calibration, and the recording has it too.
            self._say(f"warning: {error}")


def of_tip(tool: str, serial: str, tip: ToolTip, made: datetime) -> ToolCalibration:
    """What is kept of a tip's calibration and its check."""
    found = tip.calibration
    assert found is not None, "only a calibration of this session is kept"
    check = tip.check
    pivoted = isinstance(found, PivotCalibration)
    return ToolCalibration(
        tool=tool,
        serial=serial,
        method=Method.PIVOT if pivoted else Method.TEMPLATE,
        made=made.astimezone(UTC).replace(microsecond=0),
        tip_mm=vector(found.tip_mm),
        tip_covariance_mm2=matrix(tip.covariance),
        fit=fit_of(found.residuals_mm, found.used, found.rms_mm, found.coverage)
        if isinstance(found, PivotCalibration)
        else Fit(poses=len(found.used), used=int(found.used.sum()), rms_mm=found.rms_mm),
        held_out=HeldOut(point="the divot", error_mm=check.error_mm, expected_mm=check.expected_mm) if check else None,
        cautions=tuple(caution.message for caution in found.cautions) if isinstance(found, PivotCalibration) else (),
    )


def of_needle(serial: str, found: NeedleFound, shaft: Shaft, made: datetime, turned: bool = False) -> ToolCalibration:
    """What is kept of a needle's calibration: tip and direction as they are used now, whichever was found.

    Without an axis found, or one from before (`turned`), the direction is the drawing's and is not kept.
    """
    if found.tip is not None:
        kept = of_tip("needle", serial, found.tip, made)
    else:
        assert found.axis is not None, "something was found"
        spin = found.axis.calibration
        wobble_mm = spin.rms_rad * float(np.linalg.norm(shaft.tip_mm))
        kept = ToolCalibration(
            tool="needle",
            serial=serial,
            method=Method.SPIN,
            made=made.astimezone(UTC).replace(microsecond=0),
            tip_mm=shaft.tip_mm,
            tip_covariance_mm2=matrix(shaft.tip_covariance),
            fit=Fit(poses=len(spin.used), used=int(spin.used.sum()), rms_mm=wobble_mm),
        )
    if found.axis is None and not turned:
        return kept
    return replace(kept, direction=shaft.direction, direction_covariance_rad2=matrix(shaft.direction_covariance))


def methods_wanted(
    asked: str | None, scenario: Scenario, stored: Mapping[str, ToolCalibration], say: Callable[[str], None] = print
) -> tuple[Method, ...]:
    """How the needle is to be calibrated in a session.

    What the user has `asked` for, by names with commas, is done in any case (`none`: nothing); what the scenario asks for
    is left out where a stored calibration has it. SettingsError for a name that is none.
    """
    if asked is not None:
        try:
            return methods_of(asked.split(","))
        except ValueError as error:
            raise SettingsError(f"--calibrate {asked}: {error}; or say none") from None
    needle = stored.get("needle")
    if needle is None:
        return scenario.needle_calibration
    left = tuple(m for m in scenario.needle_calibration if m is Method.SPIN and needle.direction is None)
    if left != scenario.needle_calibration:
        say(f"note: the needle's calibration of {needle.made:%d %B %Y} is used; --calibrate makes another")
    return left


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
