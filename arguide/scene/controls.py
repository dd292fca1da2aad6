"""The user's hands on the 3D view: mouse and keys to an orbit, and a soft glide to where it shall be."""

import numpy as np

from arguide.geometry.transforms import Array, from_quaternion, to_quaternion
from arguide.scene.camera import FIELD_RAD, Orbit, Preset, preset
from arguide.settings.scenario import Plan

TURN_RAD_PER_PIXEL = 0.006
WHEEL = 0.9
DOUBLE_CLICK_S = 0.35
GLIDE = 0.22
"""Part of the rest of the way that is gone at every frame after a change of preset."""


class Controls:
    """Turns events into the view's orbit."""

    def __init__(self, plan: Plan, start: Orbit) -> None:
        self._plan, self._start = plan, start
        self.orbit = start
        self._preset = Preset.OBLIQUE
        self._shown = start.image_from_view()
        self._held = ""
        self._last: tuple[float, float] | None = None
        self._gliding = False

    def handle(self, event: str) -> bool:
        """Take one event in Panda3D's words; False if it means nothing here."""
        match event:
            case "mouse1" | "mouse2" | "mouse3":
                self._held, self._last = event, None
            case "mouse1-up" | "mouse2-up" | "mouse3-up":
                self._held = ""
            case "wheel_up":
                self.orbit = self.orbit.zoomed(WHEEL)
            case "wheel_down":
                self.orbit = self.orbit.zoomed(1 / WHEEL)
            case "v":
                self.choose(Preset(self._preset % len(Preset) + 1))
            case _:
                return False
        return True

    def go(self, orbit: Orbit) -> None:
        """Glide to a view of the program's choice."""
        self.orbit = orbit
        self._gliding = True

    def choose(self, view: Preset) -> None:
        """Glide to a preset."""
        self._preset = view
        self.go(self._start if view is Preset.OBLIQUE else preset(self._plan, view))

    def move(self, pointer: tuple[float, float] | None, height: float) -> None:
        """Turn or pan while a button is held; `height` of the view in pixels."""
        if not self._held or pointer is None:
            return
        if self._last is not None:
            dx, dy = pointer[0] - self._last[0], pointer[1] - self._last[1]
            if self._held == "mouse1":
                self.orbit = self.orbit.turned(-dx * TURN_RAD_PER_PIXEL, dy * TURN_RAD_PER_PIXEL)
            else:
                mm = 2 * self.orbit.distance_mm * np.tan(FIELD_RAD / 2) / height
                self.orbit = self.orbit.panned(-dx * mm, -dy * mm)
            self._gliding = False
        self._last = pointer

    def image_from_view(self, smooth: bool) -> Array:
        """The (4, 4) pose of the eye for this frame."""
        goal = self.orbit.image_from_view()
        self._shown = blended(self._shown, goal, GLIDE) if smooth and self._gliding else goal
        if np.allclose(self._shown, goal, atol=0.05):
            self._gliding = False
        return self._shown


def blended(start: Array, end: Array, part: float) -> Array:
    """A (4, 4) pose so much (0..1) of the way between two: turned the short way, moved straight."""
    first, second = to_quaternion(start), to_quaternion(end)
    second = second if first @ second >= 0 else -second
    w, x, y, z = ((1 - part) * first + part * second).tolist()
    return from_quaternion(w, x, y, z, (1 - part) * start[:3, 3] + part * end[:3, 3])


class DoubleClick:
    """Tells the second of two quick clicks at one place."""

    def __init__(self) -> None:
        self._last: tuple[float, float, float] | None = None

    def __call__(self, now_s: float, pointer: tuple[float, float] | None) -> bool:
        """A click, now and there: is it the second of a double click?"""
        if pointer is None:
            return False
        before, self._last = self._last, (now_s, *pointer)
        if before is None or now_s - before[0] > DOUBLE_CLICK_S or np.hypot(*np.subtract(pointer, before[1:])) > 6:
            return False
        self._last = None
        return True
