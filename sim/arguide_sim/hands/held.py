"""A tool held by whoever sits at the keyboard; everything else goes on as it did."""

from dataclasses import replace

import numpy as np

from arguide.errors import SettingsError
from arguide.geometry.transforms import Array, translation
from arguide_sim.cameras import Actor, Moment
from arguide_sim.hands.motion import turned

STEP_MM, STEP_RAD = 5.0, np.radians(3.0)
_SHIFTS = {"a": (-1, 0, 0), "d": (1, 0, 0), "w": (0, 1, 0), "s": (0, -1, 0), "q": (0, 0, -1), "e": (0, 0, 1)}
_TURNS = {"j": (0, -1, 0), "l": (0, 1, 0), "i": (-1, 0, 0), "k": (1, 0, 0), "u": (0, 0, 1), "o": (0, 0, -1)}
MOVES = {*_SHIFTS, *_TURNS, " "}
"""Letters that move: along and about the axes of the tracker, as it sees them; space is the button."""


class Held:
    """An `Actor`: another one, but for the tool that is held."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._pose: Array = np.eye(4)
        self._pressed = False
        self.tool = ""

    def __str__(self) -> str:
        x, y, z = self._pose[:3, 3]
        return f"{self.tool} at {x:.1f} {y:.1f} {z:.1f} mm{', pressed' if self._pressed else ''}"

    def take(self, tool: str, time_s: float) -> None:
        """Hold a tool where it is just now. Raises SettingsError when there is none of that name."""
        poses = self.at(time_s).poses
        if tool not in poses:
            raise SettingsError(f"control: no tool {tool!r} to take; there are {', '.join(poses)}")
        self.tool, self._pose, self._pressed = tool, poses[tool].copy(), False

    def drop(self) -> None:
        """Let go: it goes on as if nobody had held it."""
        self.tool = ""

    def keys(self, letters: str) -> None:
        """Move by one step for each letter, or press and release."""
        for letter in letters:
            if letter == " ":
                self._pressed = not self._pressed
            elif letter in _SHIFTS:
                self._pose = translation(STEP_MM * np.array(_SHIFTS[letter], dtype=float)) @ self._pose
            else:
                place = self._pose[:3, 3].copy()
                self._pose = turned(*(STEP_RAD * np.array(_TURNS[letter], dtype=float))) @ self._pose
                self._pose[:3, 3] = place

    def at(self, time_s: float) -> Moment:
        """The true state of all tools."""
        moment = self._actor.at(time_s)
        if not self.tool:
            return moment
        return replace(
            moment,
            poses={**moment.poses, self.tool: self._pose},
            buttons={**moment.buttons, self.tool: int(self._pressed)},
            hidden={name for name in moment.hidden if name != self.tool},
        )
