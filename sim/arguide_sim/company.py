"""Who and what is before the cameras: the tools of the world, and those that a client brings along.

A client has tool files of its own, of tools that no scenario knows. So that it has something to see, a tool of that
build is put before the tracker: it goes round and round in the middle of the volume, facing it. A definition without
markers, as some clients send to try a connection, gets four.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from arguide.geometry.transforms import Array, inverse, translation
from arguide_sim.cameras import Actor, Moment
from arguide_sim.hands.motion import aim
from arguide_sim.hands.wave import Wave
from arguide_sim.ndi.definition import Definition
from arguide_sim.world import Tool, identify

STAND_IN = np.array([[0.0, 0.0, 0.0], [0.0, 28.0, 41.0], [0.0, 0.0, 88.0], [0.0, -44.0, 40.0]])
MOST_GUESTS = 24
SPACING_MM = 130.0
ABREAST = 4


class Company:
    """The tools of a world and whoever moves them, and the guests."""

    def __init__(self, tools: Mapping[str, Tool], actor: Actor, centre: Array, guests: bool = True) -> None:
        self.actor = actor
        self._centre = centre
        self._guests = guests
        self._world = tools
        self._waves: dict[str, tuple[Wave, Array]] = {}
        self._bodies = {name: tool.definition for name, tool in tools.items()}

    @property
    def tools(self) -> Mapping[str, Definition]:
        """How every tool is built, by name."""
        return self._bodies

    def identify(self, definition: Definition, taken: Collection[str]) -> str | None:
        """The tool that is built like that and has no handle yet; a guest, if there is none."""
        name = identify({n: body for n, body in self._bodies.items() if n not in taken}, definition.markers)
        if name is None and self._guests and len(self._waves) < MOST_GUESTS:
            name = self._bring(definition)
        return name

    def at(self, time_s: float) -> Moment:
        """The true state of all tools."""
        moment = self.actor.at(time_s)
        if not self._waves:
            return moment
        return replace(moment, poses={**moment.poses, **{n: w.at(time_s) @ c for n, (w, c) in self._waves.items()}})

    def _bring(self, definition: Definition) -> str:
        if not len(definition.markers):
            definition = replace(definition, markers=STAND_IN, normals=np.zeros_like(STAND_IN), normal=np.eye(3)[0])
        number = len(self._waves)
        name = f"guest {number + 1}"
        row, column = divmod(number, ABREAST)
        place = self._centre + SPACING_MM * np.array([column - (ABREAST - 1) / 2, 0.8 * row - 1, 0.0])
        # +x of the frame that waves is where the markers look: at the tracker.
        wave = Wave(aim(place, [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]), size_mm=30.0, phase=0.7 * number)
        looks = aim([0.0, 0.0, 0.0], _across(definition.normal), definition.normal)
        self._waves[name] = wave, inverse(looks) @ translation(-definition.markers.mean(axis=0))
        self._bodies = {**self._bodies, name: definition}
        return name


def _across(direction: Array) -> Array:
    """Some direction at right angles to `direction`."""
    return np.cross(direction, np.eye(3)[int(np.argmin(np.abs(direction)))])
