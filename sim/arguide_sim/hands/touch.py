"""Touching: bring the tip to a point, settle, press the button, keep still."""

from arguide.geometry.transforms import Array
from arguide_sim.hands.motion import Move

REACH_S = 0.9
SETTLE_S = 0.25
STILL_AFTER_S = 0.95
"""The host averages for 0.8 s after the press; a hand leaves a little later."""


class Touch:
    """From `start` over an arch to `goal`, then still."""

    press_s = REACH_S + SETTLE_S
    """When the button is pressed."""
    duration_s = REACH_S + SETTLE_S + STILL_AFTER_S

    def __init__(self, start: Array, goal: Array, up: Array, lift_mm: float = 25.0) -> None:
        self._reach = Move(start, goal, REACH_S, up, lift_mm)

    def at(self, time_s: float) -> Array:
        return self._reach.at(min(time_s, REACH_S))
