"""A camera that looks at printed markers, as a `Tracker`: every picture is a device frame.

The tracker frame is the camera's `view` frame: x right, y down, z forward. A sample's frame number is the number of
its picture, its time the middle of the exposure.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from arguide.errors import PortError, PortTimeoutError, SettingsError, TrackerStateError
from arguide.geometry.camera_model import CameraModel
from arguide.ports.pictures import Picture, PictureSource
from arguide.settings.body_file import MarkerBody, read_body
from arguide.settings.calibration_store import CalibrationStore
from arguide.settings.camera_file import CameraCalibration, read_camera
from arguide.settings.profile import TrackerProfile
from arguide.trackers.camera.body import BodyFitter, Seen
from arguide.trackers.camera.markers import Found, MarkerFinder, seen_twice
from arguide.trackers.life import Event, State, after
from arguide.trackers.reading import Reading, Sample, Visibility

SILENCE_S = 2.0


@dataclass(frozen=True)
class Look:
    """A picture and what was found in it: all that is needed to draw over it."""

    picture: Picture
    sample: Sample
    seen: dict[str, Seen]


class CameraTracker:
    """A `Tracker` by marker bodies in pictures.

    `open_source` opens the camera when `connect` is called; `clock` gives host seconds. `newest` is what to draw,
    `warnings` what the user should know.
    """

    def __init__(
        self, open_source: Callable[[], PictureSource], profile: TrackerProfile, clock: Callable[[], float]
    ) -> None:
        self._open_source = open_source
        self._profile = profile
        self._source: PictureSource | None = None
        self._finders: dict[str, MarkerFinder] = {}
        self._fitters: dict[str, BodyFitter] = {}
        self._delay_s = 0.0
        self.camera: CameraModel | None = None
        """The lens, once connected."""
        self.state = State.CLOSED
        self.warnings: tuple[str, ...] = ()
        self.newest: Look | None = None

    def connect(self) -> None:
        """Read bodies and calibration, open the camera, check that they belong together."""
        connected = after(self.state, Event.CONNECT)
        bodies = _bodies(self._profile)
        calibration = _calibration(self._profile)
        source = self._open_source()
        try:
            calibration = _of_this_camera(calibration, source)
            calibration.check(source.camera, *source.size)
        except SettingsError:
            source.close()
            raise
        self.camera = CameraModel.of(calibration)
        self._delay_s = calibration.delay_s
        self._finders = {name: MarkerFinder(name) for name in sorted({body.dictionary for body in bodies.values()})}
        self._fitters = {name: BodyFitter(body, self.camera) for name, body in bodies.items()}
        self.warnings = _cautions(calibration)
        self._source, self.state = source, connected

    def start(self) -> None:
        """Begin tracking."""
        self.state = after(self.state, Event.START)

    def read(self) -> Sample:
        """Wait for the next picture and measure it; see `Tracker.read` for what it raises."""
        if self.state is not State.TRACKING or self._source is None:
            raise TrackerStateError(f"read: not possible while the tracker is {self.state}; start it first")
        try:
            picture = self._source.read(SILENCE_S)
        except PortError:
            self._lose()
            raise
        if picture is None:
            raise PortTimeoutError(
                f"{self._source.name}: no picture for {SILENCE_S:g} s; is the camera still plugged in?"
            )
        self.newest = self.look(picture)
        return self.newest.sample

    def look(self, picture: Picture) -> Look:
        """Measure one picture."""
        grey = np.asarray(cv2.cvtColor(picture.pixels, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        found = {name: finder.find(grey) for name, finder in self._finders.items()}
        seen = {name: f.fit(grey, found[f.body.dictionary].corners) for name, f in self._fitters.items()}
        readings = {name: _reading(name, one) for name, one in seen.items()}
        sample = Sample(
            frame_number=picture.number,
            host_time_s=picture.arrived_s - self._delay_s,
            readings=readings,
            alerts=self._alerts(found),
            arrived_s=picture.arrived_s,
        )
        return Look(picture, sample, seen)

    def stop(self) -> None:
        """End tracking; `start` may follow."""
        self.state = after(self.state, Event.STOP)

    def close(self) -> None:
        """Let the camera go; closing twice is allowed."""
        self.state = after(self.state, Event.CLOSE)
        source, self._source = self._source, None
        if source is not None:
            source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _alerts(self, found: dict[str, Found]) -> tuple[str, ...]:
        doubled = {
            tool: [number for number in found[fitter.body.dictionary].twice if number in fitter.body.markers]
            for tool, fitter in self._fitters.items()
        }
        return tuple(f"{tool}: {seen_twice(numbers)}" for tool, numbers in doubled.items() if numbers)

    def _lose(self) -> None:
        self.state = after(self.state, Event.LOST)
        source, self._source = self._source, None
        if source is not None:
            source.close()


def _reading(name: str, seen: Seen) -> Reading:
    if seen.fit is None:
        return Reading(name, None, Visibility.HIDDEN, why=seen.why)
    return Reading(name, seen.fit.view_from_body, Visibility.VISIBLE, seen.fit.error_mm, why=seen.why)


def _bodies(profile: TrackerProfile) -> dict[str, MarkerBody]:
    """The bodies by tool. Raises SettingsError when two tools carry the same marker."""
    bodies: dict[str, MarkerBody] = {}
    owners: dict[tuple[str, int], str] = {}
    for tool in profile.tools:
        if tool.definition is None:
            raise SettingsError(
                f'{profile.file}: tool {tool.name!r}: a camera needs its marker body; add definition = "….toml"'
            )
        body = bodies[tool.name] = read_body(tool.definition)
        for number in body.markers:
            if (other := owners.setdefault((body.dictionary, number), tool.name)) != tool.name:
                raise SettingsError(
                    f"{profile.file}: marker {number} is on {other!r} and on {tool.name!r}; give each its own markers"
                )
    return bodies


def _calibration(profile: TrackerProfile) -> CameraCalibration:
    if profile.calibration is None:
        raise SettingsError(f'{profile.file}: a camera needs its calibration; add calibration = "….toml"')
    return read_camera(profile.calibration)


def _of_this_camera(calibration: CameraCalibration, source: PictureSource) -> CameraCalibration:
    """What the user keeps of this very camera is better than a file for any."""
    if not calibration.is_generic:
        return calibration
    kept = CalibrationStore().newest_camera(source.camera or source.name, source.size)
    if kept is None:
        return calibration
    # A delay that was never measured is better guessed than taken for none.
    return kept if kept.delay_sd_s else replace(kept, delay_s=calibration.delay_s)


def _cautions(calibration: CameraCalibration) -> tuple[str, ...]:
    if not calibration.is_generic:
        return ()
    name = calibration.file.name
    advice = "arguide calibrate camera PICTURES --keep-for camera://0"
    return (
        f"{name} is for no camera in particular, distances may be off by percents; calibrate this camera: {advice}",
    )
