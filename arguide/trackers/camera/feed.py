"""A camera to be drawn over: its newest picture, straightened, with the time of its exposure, and what is the matter.

A thread of its own waits for the camera and straightens, so that the scene never does; a camera that fails leaves its last
picture and a sentence, and the program goes on.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from arguide.errors import ArguideError, SettingsError
from arguide.geometry.camera_model import CameraModel
from arguide.geometry.transforms import Array
from arguide.ports.pictures import Picture, PictureSource
from arguide.settings.body_file import MarkerBody
from arguide.settings.camera_file import CameraCalibration
from arguide.trackers.camera.body import BodyFitter
from arguide.trackers.camera.driver import CameraTracker, Look
from arguide.trackers.camera.markers import MarkerFinder, seen_twice

SILENCE_S = 2.0
"""Without a picture for so long a camera is missed aloud."""
TURN_S = 0.25
NO_BOARD = "the board is not in the picture"


@dataclass(frozen=True, eq=False)
class StraightPicture:
    """A picture without the lens's bending."""

    number: int
    pixels: NDArray[np.uint8]
    """(height, width, 3) blue, green, red."""
    exposed_s: float
    """Host clock at the middle of its exposure."""
    arrived_s: float
    view_from_board: Array | None = None
    """(4, 4) of the board on the phantom, where it was looked for and found."""
    why: str = ""
    """Why the board was not found, in words."""


class Feed(Protocol):
    """Live pictures."""

    @property
    def name(self) -> str:
        """What the user called the camera."""
        ...

    @property
    def camera(self) -> CameraModel:
        """The camera that would have taken the straightened pictures; without distortion."""
        ...

    @property
    def looks_for_board(self) -> bool:
        """Whether pictures say where the board is."""
        ...

    @property
    def newest(self) -> StraightPicture | None:
        """The newest picture; the same object until there is another."""
        ...

    @property
    def trouble(self) -> str:
        """What the camera suffers from, in words; empty when all is well."""
        ...


class Straightener:
    """Takes the lens out of pictures of one camera."""

    def __init__(self, camera: CameraModel) -> None:
        self.straight = camera.straightened()
        # Fixed-point maps: twice as fast, exact to a thirty-second of a pixel.
        self._maps = None if camera.is_straight else cv2.convertMaps(*camera.undistort_maps(), cv2.CV_16SC2)

    def __call__(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture (height, width, 3) as the camera `straight` would have taken it."""
        if self._maps is None:
            return pixels
        return np.asarray(cv2.remap(pixels, *self._maps, cv2.INTER_LINEAR), dtype=np.uint8)


class CameraFeed:
    """A camera beside the tracker."""

    looks_for_board = False

    def __init__(
        self,
        open_source: Callable[[], PictureSource],
        calibration_of: Callable[[PictureSource], CameraCalibration],
        clock: Callable[[], float],
        board: MarkerBody | None = None,
    ) -> None:
        """`board`: the body on the phantom, if the picture shall tell where the camera is."""
        self._open_source, self._calibration_of, self._clock, self._board = open_source, calibration_of, clock, board
        self._source: PictureSource | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self.newest: StraightPicture | None = None
        self.trouble = ""

    def connect(self) -> None:
        """Open the camera. Raises PortError, and SettingsError for a calibration of another camera or size."""
        source = self._open_source()
        try:
            self.calibration = self._calibration_of(source)
            self.calibration.check(source.camera, *source.size)
        except SettingsError:
            source.close()
            raise
        model = CameraModel.of(self.calibration)
        self.name, self._source, self._straighten = source.name, source, Straightener(model)
        self.camera = self._straighten.straight
        if self._board is not None:
            self.looks_for_board = True
            self._finder, self._fitter = MarkerFinder(self._board.dictionary), BodyFitter(self._board, model)

    def start(self) -> None:
        """Fetch pictures on a thread from now on."""
        self._thread.start()

    def poll(self, timeout_s: float = 0.0) -> None:
        """Fetch the next picture, if there is one in time. What fails is kept as `trouble`."""
        assert self._source is not None, "connect first"
        try:
            picture = self._source.read(timeout_s)
        except ArguideError as error:
            self.trouble = str(error)
            self._ended.set()
            return
        if picture is not None:
            self.newest, self.trouble = self._taken(picture), ""
        elif self.newest is not None and self._clock() - self.newest.arrived_s > SILENCE_S:
            self.trouble = f"{self.name}: no picture for {SILENCE_S:g} s; is the camera still plugged in?"

    def close(self) -> None:
        """End the thread and let the camera go."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._source is not None:
            self._source.close()

    def _run(self) -> None:
        while not self._ended.is_set():
            self.poll(TURN_S)

    def _taken(self, picture: Picture) -> StraightPicture:
        pose, why = self._find_board(picture) if self._board is not None else (None, "")
        exposed_s = picture.arrived_s - self.calibration.delay_s
        return StraightPicture(
            picture.number, self._straighten(picture.pixels), exposed_s, picture.arrived_s, pose, why
        )

    def _find_board(self, picture: Picture) -> tuple[Array | None, str]:
        grey = np.asarray(cv2.cvtColor(picture.pixels, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        found = self._finder.find(grey)
        if twice := [n for n in found.twice if n in self._fitter.body.markers]:
            return None, seen_twice(twice)
        seen = self._fitter.fit(grey, found.corners)
        return (seen.fit.view_from_body, "") if seen.fit else (None, seen.why or NO_BOARD)


class TrackerFeed:
    """The camera that is the tracker as well: the pictures that it measures, with the board's pose in each."""

    looks_for_board = True
    trouble = ""

    def __init__(self, tracker: Callable[[], CameraTracker], name: str, board: str = "reference") -> None:
        """`tracker` gives the connected driver, which may be another one after a loss; `board`: the tool on the phantom."""
        camera = tracker().camera
        assert camera is not None, "connect first"
        self._tracker, self.name, self._board = tracker, name, board
        self._straighten = Straightener(camera)
        self.camera = self._straighten.straight
        self._newest: StraightPicture | None = None

    @property
    def newest(self) -> StraightPicture | None:
        """The picture of the newest sample."""
        look = self._tracker().newest
        if look is None:
            return None
        if self._newest is None or self._newest.arrived_s != look.picture.arrived_s:
            pose, why = self._board_in(look)
            self._newest = StraightPicture(
                look.picture.number,
                self._straighten(look.picture.pixels),
                look.sample.host_time_s,
                look.picture.arrived_s,
                pose,
                why,
            )
        return self._newest

    def _board_in(self, look: Look) -> tuple[Array | None, str]:
        if twice := next((alert for alert in look.sample.alerts if alert.startswith(f"{self._board}: ")), ""):
            return None, twice.removeprefix(f"{self._board}: ")
        seen = look.seen.get(self._board)
        if seen is None or seen.fit is None:
            return None, (seen.why if seen else "") or NO_BOARD
        return seen.fit.view_from_body, ""
