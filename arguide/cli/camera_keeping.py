"""What calibrations say of a camera, kept in one file: its lens, where it sits on its marker body, how late it tells."""

import sys
from dataclasses import replace
from datetime import UTC, datetime

from arguide import __version__
from arguide.asset_files import find_profile
from arguide.calibration.camera import CameraCalibration as Lens
from arguide.calibration.hand_eye import HandEyeCalibration
from arguide.calibration.time_offset import TimeOffset
from arguide.cli.tool_calibrations import matrix, serial_of, vector
from arguide.errors import SettingsError
from arguide.ports.pictures import SCHEME
from arguide.settings.calibration_store import CalibrationStore
from arguide.settings.camera_file import CameraCalibration, Mount
from arguide.settings.profile_file import read_profile


def keep_lens(camera: str, found: Lens) -> None:
    """Store the lens; delay and mount of that camera at that size stay as they were."""
    name = _name_of(camera)
    before = CalibrationStore().newest_camera(name, found.size)
    fx, fy, cx, cy = (found.matrix[at].item() for at in ((0, 0), (1, 1), (0, 2), (1, 2)))
    k1, k2, p1, p2, k3 = found.distortion.tolist()
    fx_sd, fy_sd, cx_sd, cy_sd = found.sd[:4].tolist()
    lens = CameraCalibration(
        camera=name,
        width=found.size[0],
        height=found.size[1],
        fx=fx,
        fy=fy,
        cx=cx,
        cy=cy,
        k1=k1,
        k2=k2,
        p1=p1,
        p2=p2,
        k3=k3,
        made=_now(),
        pictures=int(found.used.sum()),
        rms_px=found.rms_px,
        fx_sd=fx_sd,
        fy_sd=fy_sd,
        cx_sd=cx_sd,
        cy_sd=cy_sd,
        coverage=found.coverage,
        arguide_version=__version__,
    )
    if before:
        lens = replace(
            lens,
            delay_s=before.delay_s,
            delay_sd_s=before.delay_sd_s,
            rolling_s=before.rolling_s,
            mount=before.mount,
        )
    _save(lens)


def keep_mount(camera: str, found: HandEyeCalibration, profile_name: str, body: str) -> None:
    """Store where the camera sits on that tool of the profile, beside its lens."""
    before = _stored(camera)
    profile = read_profile(find_profile(profile_name))
    if (tool := profile.tool(body)) is None:
        raise SettingsError(
            f"--body-tool {body!r}: {profile.file} has {', '.join(tool.name for tool in profile.tools)}; the tool that the"
            " camera is fixed to is needed"
        )
    rows = [vector(row) for row in found.body_from_camera[:3, :3]]
    mount = Mount(
        body=tool.name,
        serial=serial_of(tool, profile),
        made=_now(),
        rotation=(rows[0], rows[1], rows[2]),
        shift_mm=vector(found.body_from_camera[:3, 3]),
        error_mm=found.error_mm,
        error_rad=found.error_rad,
        poses=len(found.residuals_mm),
        method=found.method,
        turn_covariance_rad2=matrix(found.covariance[:3, :3]),
        shift_covariance_mm2=matrix(found.covariance[3:, 3:]),
        turn_shift_covariance=tuple(vector(row) for row in found.covariance[:3, 3:]),  # type: ignore[arg-type]
    )
    _save(replace(before, mount=mount, arguide_version=__version__))


def keep_delay(camera: str, found: TimeOffset) -> None:
    """Store how late the camera tells: the second stream's times were right but for this, with the delay known so far."""
    before = _stored(camera)
    delay_s = before.delay_s - found.offset_s
    _save(replace(before, delay_s=delay_s, delay_sd_s=found.sd_s, arguide_version=__version__))


def _stored(camera: str) -> CameraCalibration:
    name = _name_of(camera)
    if (found := CalibrationStore().newest_camera(name)) is None:
        known = ", ".join(sorted({one.calibration.camera for one in CalibrationStore().cameras() if one.calibration}))
        raise SettingsError(
            f"--keep-for {name!r}: this camera has no calibration yet ({known or 'no camera has'}); do `arguide calibrate"
            " camera` with --keep-for first"
        )
    return found


def _name_of(camera: str) -> str:
    """The camera's own name: as given, or asked for at a port like `camera://0`, which stands for it if it has none."""
    if not camera.startswith(SCHEME):
        return camera
    import time

    from arguide.ports.picture_opening import open_pictures

    source = open_pictures(camera, time.monotonic)
    try:
        return source.camera or source.name
    finally:
        source.close()


def _save(calibration: CameraCalibration) -> None:
    print(f"kept as {CalibrationStore().save_camera(calibration)}", file=sys.stderr)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
