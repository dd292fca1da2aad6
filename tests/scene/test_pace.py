"""When the next frame is begun, on a clock that only sleeping moves."""

from dataclasses import dataclass

import numpy as np
import pytest

from arguide.guidance.live_picture import Augmented, LivePicture
from arguide.scene.pace import FRAME_S, LATE_S, STEP_S, Pace
from arguide.trackers.camera.feed import StraightPicture

EVERY_S = 1 / 30


@dataclass
class Time:
    """What clock and sleep share."""

    now_s: float = 0.0

    def clock(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now_s += seconds


class Camera:
    """A feed with a picture every thirtieth of a second, until it is unplugged."""

    def __init__(self, time: Time) -> None:
        self._time, self._last = time, _picture(0)
        self.unplugged_s = float("inf")

    @property
    def newest(self) -> StraightPicture:
        number = int(min(self._time.now_s, self.unplugged_s) / EVERY_S + 1e-9)
        if number != self._last.number:
            self._last = _picture(number)
        return self._last


def _picture(number: int) -> StraightPicture:
    return StraightPicture(number, np.zeros((1, 1, 3), np.uint8), number * EVERY_S - 0.04, number * EVERY_S)


def _frames(
    costing_s: float, count: int, unplugged_s: float = float("inf"), seen: bool = True
) -> tuple[Time, list[float]]:
    """Ages at the end of frames, of the pictures that they show."""
    time = Time()
    camera = Camera(time)
    camera.unplugged_s = unplugged_s
    live = LivePicture(camera, lambda: None)  # type: ignore[arg-type]
    pace, ages = Pace(live, time.clock, time.sleep), []
    for frame in range(count):
        if seen or frame < 3:
            live.drawn = Augmented(camera.newest, None)
        time.now_s += costing_s
        assert live.drawn
        ages.append(time.now_s - live.drawn.picture.arrived_s)
        pace.rest()
    return time, ages


def test_frames_that_cost_nearly_a_picture_fall_in_step_with_the_camera() -> None:
    _, ages = _frames(costing_s=0.028, count=40)
    assert max(ages[10:]) < 0.028 + 2 * STEP_S


def test_cheap_frames_go_on_between_pictures_and_wait_only_right_before_one() -> None:
    time, ages = _frames(costing_s=0.003, count=120)
    assert 120 / time.now_s == pytest.approx(60, rel=0.05)
    assert min(ages) < 0.003 + 2 * STEP_S
    assert max(ages) < FRAME_S + 0.003 + LATE_S


def test_frames_that_cost_more_than_a_picture_wait_for_nothing() -> None:
    time, _ = _frames(costing_s=0.05, count=20)
    assert time.now_s < 20 * (0.05 + EVERY_S / 2)


def test_a_camera_that_was_unplugged_or_is_not_on_screen_does_not_hold_frames_up() -> None:
    for time, _ in (_frames(0.02, 60, unplugged_s=0.3), _frames(0.02, 60, seen=False)):
        assert time.now_s < 0.3 + EVERY_S + 60 * (0.02 + STEP_S)
