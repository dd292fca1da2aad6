"""When the next frame is begun: not before it is due, and not right before the camera's next picture.

A frame that is begun just before a picture comes shows the one before, and the new one has to wait until that frame is done.
So a frame that would not be done in time waits for the picture instead.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arguide.guidance.live_picture import LivePicture
    from arguide.trackers.camera.feed import StraightPicture

FRAME_S = 1 / 60
LATE_S = 0.004
"""So much later than expected a picture is still waited for."""
STEP_S = 0.0005
LONGEST_S = 0.1
"""A camera slower than this is not waited for."""


class Pace:
    """`rest` between frames."""

    def __init__(
        self,
        live: "LivePicture | None",
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._live, self._clock, self._sleep = live, clock, sleep
        self._seen: StraightPicture | None = None
        self._every_s = float("inf")
        self._began_s = clock()

    def rest(self) -> None:
        """Wait until the next frame is due, or until the picture is there that would come while it is drawn."""
        took_s = self._clock() - self._began_s
        if took_s < FRAME_S:
            self._sleep(FRAME_S - took_s)
        # A picture that is not on screen any more has an expected successor in the past: nothing is waited for.
        if self._live is not None and self._live.drawn is not None:
            self._await(self._live, self._live.drawn.picture, took_s)
        self._began_s = self._clock()

    def _await(self, live: "LivePicture", drawn: "StraightPicture", took_s: float) -> None:
        if self._seen is not None and drawn.number > self._seen.number:
            self._every_s = (drawn.arrived_s - self._seen.arrived_s) / (drawn.number - self._seen.number)
        self._seen = drawn
        expected_s = drawn.arrived_s + self._every_s
        if self._every_s > LONGEST_S or expected_s - self._clock() > took_s:
            return
        while live.arrived is drawn and self._clock() < expected_s + LATE_S:
            self._sleep(STEP_S)
