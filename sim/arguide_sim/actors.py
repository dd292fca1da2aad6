"""Simpler company than the trainee: tools that lie still, tools that wave."""

from arguide.geometry.transforms import Array
from arguide_sim.cameras import Moment
from arguide_sim.hands.motion import Hold, Motion
from arguide_sim.hands.wave import Wave
from arguide_sim.timeline import Entry
from arguide_sim.world import World


class Endless:
    """Every tool repeats one motion for ever; the reference stays on the phantom."""

    def __init__(self, world: World, motions: dict[str, Motion]) -> None:
        self._world = world
        self._motions = motions
        self._reference: Array = world.tracker_from_image @ world.image_from_reference
        self.timeline: list[Entry] = []

    def at(self, time_s: float) -> Moment:
        """The true state `time_s` after tracking began."""
        tools, phantom = self._world.tools, self._world.tracker_from_image
        poses = {n: phantom @ motion.at(time_s) @ tools[n].tip_from_tool for n, motion in self._motions.items()}
        return Moment(poses | ({"reference": self._reference} if "reference" in tools else {}))


def idle(world: World) -> Endless:
    """All tools lie at their resting places."""
    return Endless(world, {name: Hold(world.resting_place(name), 0.0) for name in world.tools if name != "reference"})


def wave(world: World) -> Endless:
    """All tools wave over the phantom, each a little later than the one before."""
    names = [name for name in world.tools if name != "reference"]
    return Endless(world, {name: Wave(world.resting_place(name), phase=0.8 * n) for n, name in enumerate(names)})
