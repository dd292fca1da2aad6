"""The camera of the AR view: which one, with which calibration, and how it learns where it is."""

import argparse
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from arguide.guidance.live_picture import LivePicture
    from arguide.guidance.session import Session
    from arguide.ports.pictures import PictureSource
    from arguide.settings.camera_file import CameraCalibration
    from arguide.settings.profile import TrackerProfile
    from arguide.settings.scenario import Plan, Scenario
    from arguide.trackers.camera.feed import CameraFeed

OWN = "own"
"""In place of an address: the camera that is the tracker, else the first webcam."""
FIRST = "camera://0"
SIM_PROFILE = "emulated-ar"
REFERENCE = "reference"
NAMED_MM = 500.0
"""So far before the camera it is told how far off what is drawn may be."""


def add_ar(command: argparse.ArgumentParser) -> None:
    """--ar: the plan on a live picture."""
    command.add_argument(
        "--ar",
        nargs="?",
        const=OWN,
        metavar="CAMERA",
        help="draw the plan on the live picture of a camera: camera://0, camera://video.avi, camera://folder/,"
        " ?calibration=FILE for its lens (default: the camera that is the tracker, else the first webcam)",
    )


def simulated_camera(
    scenario: "Scenario", plan: "Plan", profile: "TrackerProfile", seed: int, calibrate: str = "none"
) -> str:
    """The address of the simulated camera that sees the world of the emulated tracker."""
    words = {"scenario": str(scenario.file), "plan": plan.name, "profile": str(profile.file), "seed": str(seed)}
    words["calibrate"] = calibrate
    from arguide.asset_files import hardware

    words["calibration"] = str(hardware() / "cameras" / "simulated-tracked.toml")
    return "camera://sim?" + "&".join(f"{key}={quote(text)}" for key, text in words.items())


class Pictures:
    """The AR camera of a job: opened before the tracker starts, then joined to the session."""

    def __init__(
        self, address: str, profile: "TrackerProfile", tracker: Any, clock: Callable[[], float], stack: ExitStack
    ) -> None:
        """Open the camera; `tracker` must be connected. Raises PortError or SettingsError when it cannot be used."""
        self._profile = profile
        self.feed: CameraFeed | None = None
        self._own = tracker if address == OWN and profile.driver == "camera" else None
        if self._own is None:
            self.feed = _camera(FIRST if address == OWN else address, profile, clock)
            stack.callback(self.feed.close)
            self.feed.connect()

    def rows(self) -> list[tuple[str, Callable[[], Sequence[tuple[str, str]]]]]:
        """For the panel of devices: which camera, where it sits, and how far off its picture may be by that."""
        from arguide.guidance.live_picture import mount_error_95_mm

        if self.feed is None:
            return []
        calibration = self.feed.calibration
        rows = [("Camera", calibration.camera)]
        if mount := calibration.mount:
            rows.append(("Sits on", f"{mount.body}, {mount.error_mm:.2f} mm RMS in poses left out"))
            if (off_mm := mount_error_95_mm(mount, NAMED_MM)) is not None:
                rows.append(("Drawn by that to", f"± {off_mm:.2f} mm at {NAMED_MM:g} mm (95 %)"))
        if calibration.delay_sd_s:
            rows.append(("Tells late by", f"{1e3 * calibration.delay_s:.1f} ms, corrected"))
        return [("AR camera", lambda: rows)]

    def join(self, session: "Callable[[], Session | None]") -> "LivePicture":
        """What the scene draws; its `take` is to be a sink. `session` gives the session once there is one."""
        from arguide.guidance.live_picture import LivePicture
        from arguide.trackers.camera.feed import TrackerFeed

        def registered() -> Any:
            now = session()
            return now.registration.fixed_from_moving if now and now.registration else None

        def guess() -> Any:
            now = session()
            return now.guess if now else None

        if self.feed is not None:
            return LivePicture(self.feed, registered, self.feed.calibration.mount, guess)
        feed = TrackerFeed(lambda: _innermost(self._own), self._profile.title)
        return LivePicture(feed, registered, guess=guess)


def _innermost(tracker: Any) -> Any:
    """The driver under whatever wraps it; another one after a loss."""
    while (inner := getattr(tracker, "tracker", None)) is not None:
        tracker = inner
    return tracker


def _camera(address: str, profile: "TrackerProfile", clock: Callable[[], float]) -> "CameraFeed":
    from arguide.errors import SettingsError
    from arguide.ports.picture_opening import open_pictures
    from arguide.settings.body_file import read_body
    from arguide.trackers.camera.feed import CameraFeed

    reference = profile.tool(REFERENCE)
    printed = reference is not None and reference.definition is not None and reference.definition.suffix == ".toml"

    def calibration_of(source: "PictureSource") -> "CameraCalibration":
        found = _calibration(address, source)
        if printed or found.mount and profile.tool(found.mount.body):
            return found
        body = found.mount.body if found.mount else "camera"
        raise SettingsError(
            f"{address}: nothing tells where this camera is; fix a marker body to it that {profile.file} names {body!r} and"
            " do `arguide calibrate hand-eye … --keep-for CAMERA`, or use a printed board as reference"
        )

    board = read_body(reference.definition) if printed and reference and reference.definition else None
    return CameraFeed(lambda: open_pictures(address, clock), calibration_of, clock, board)


def _calibration(address: str, source: "PictureSource") -> "CameraCalibration":
    """What the address names; else what is kept of this camera; else numbers for no camera in particular."""
    from pathlib import Path

    from arguide.asset_files import hardware
    from arguide.ports.pictures import Address
    from arguide.settings.calibration_store import CalibrationStore
    from arguide.settings.camera_file import read_camera

    given = Address.of(address)
    if file := given.options.get("calibration"):
        return read_camera(Path(file))
    if given.place == "sim":
        return read_camera(hardware() / "cameras" / "simulated.toml")
    kept = CalibrationStore().newest_camera(source.camera or source.name, source.size)
    return kept or read_camera(hardware() / "cameras" / "any-720p.toml")
