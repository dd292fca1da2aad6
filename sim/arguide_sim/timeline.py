"""A script for hands: which tool moves how and when, what is pressed, hidden and knocked against."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import NamedTuple

from arguide.geometry.transforms import Array, inverse
from arguide_sim.cameras import Moment
from arguide_sim.hands.bump import Bump
from arguide_sim.hands.motion import Hold, Motion, Move, minimum_jerk
from arguide_sim.hands.tremor import Tremor
from arguide_sim.world import World

PRESS_S = 0.2
FADE_S = 0.3


class Entry(NamedTuple):
    """One line of the timeline as people read it."""

    start_s: float
    end_s: float
    what: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One motion of one tool, written in the image frame."""

    start_s: float
    motion: Motion
    tremor: float
    """Gain of the tremor: 0 lies, 1 is held in the air."""
    tremor_before: float
    """The gain that it fades from."""
    on_phantom: bool
    """Whether the tool goes along when the phantom is moved."""


class Timeline:
    """Who does what when. Written by adding motions in order of time, per tool; then a pure function of time.

    A tool stays where its last motion left it. Hands work on the phantom and follow it when it is bumped; what lies on
    the side table does not.
    """

    def __init__(self, world: World, seed: int) -> None:
        self.entries: list[Entry] = []
        self.bump: Bump | None = None
        self._world = world
        self._tremor = {name: Tremor(seed + 10 * n) for n, name in enumerate(world.tools)}
        self._segments: dict[str, list[Segment]] = {
            name: [_resting(world, name)] for name in world.tools if name != "reference"
        }
        self._starts = {name: [0.0] for name in self._segments}
        self._presses: list[tuple[float, str]] = []
        self._hidden: list[tuple[float, float, str]] = []

    # --- writing ------------------------------------------------------------------------------------------------------

    def place(self, tool: str, image_from_tip: Array) -> None:
        """Let a tool be somewhere else than on the table at time 0."""
        self._segments[tool] = [Segment(0.0, Hold(image_from_tip, 0.0), 1.0, 1.0, True)]

    def move(self, tool: str, start_s: float, motion: Motion, tremor: float = 1.0, what: str = "") -> float:
        """Lay `motion` of a tool from `start_s` on; returns when it ends."""
        self._append(tool, Segment(start_s, motion, tremor, self._segments[tool][-1].tremor, True))
        end_s = start_s + motion.duration_s
        if what:
            self.note(start_s, end_s, what)
        return end_s

    def put_down(self, tool: str, start_s: float, duration_s: float, lift_mm: float = 30.0) -> float:
        """Bring a tool back to its resting place on the table, wherever the phantom is by then; returns when it lies."""
        end_s = start_s + duration_s
        table = (
            inverse(self.tracker_from_image(end_s)) @ self._world.tracker_from_image @ self._world.resting_place(tool)
        )
        here = self.image_from_tip(tool, start_s)
        self.move(tool, start_s, Move(here, table, duration_s, self._world.up, lift_mm))
        self._append(tool, replace(_resting(self._world, tool), start_s=end_s, tremor_before=1.0))
        return end_s

    def press(self, tool: str, time_s: float, what: str) -> None:
        """Press the tool's button for a moment."""
        self._presses.append((time_s, tool))
        self.note(time_s, time_s + PRESS_S, f"press: {what}")

    def hide(self, tool: str, start_s: float, duration_s: float) -> None:
        """Something comes between the tool and the tracker."""
        self._hidden.append((start_s, start_s + duration_s, tool))
        self.note(start_s, start_s + duration_s, f"{tool} hidden")

    def knock(self, bump: Bump) -> None:
        """Somebody knocks against the phantom."""
        self.bump = bump
        self.note(bump.start_s, bump.start_s + bump.duration_s, "phantom bumped")

    def note(self, start_s: float, end_s: float, what: str) -> None:
        """Write a line for the reader."""
        self.entries.append(Entry(round(start_s, 6), round(end_s, 6), what))

    # --- reading ------------------------------------------------------------------------------------------------------

    def tracker_from_image(self, time_s: float) -> Array:
        """Where the phantom lies at a time, (4, 4)."""
        lies = self._world.tracker_from_image
        return lies if self.bump is None else self.bump.at(time_s) @ lies

    def image_from_tip(self, tool: str, time_s: float) -> Array:
        """True pose of a tool's tip frame on the phantom, without what the hand's tremor adds, (4, 4)."""
        segment = self._segment(tool, time_s)
        return segment.motion.at(time_s - segment.start_s)

    def at(self, time_s: float) -> Moment:
        """The true state of all tools."""
        phantom = self.tracker_from_image(time_s)
        poses = {name: self._pose(name, time_s, phantom) for name in self._segments}
        if "reference" in self._world.tools:
            poses["reference"] = phantom @ self._world.image_from_reference
        return Moment(
            poses,
            frozenset(tool for start, end, tool in self._hidden if start <= time_s < end),
            {tool: 1 for start, tool in self._presses if start <= time_s < start + PRESS_S},
        )

    def _segment(self, tool: str, time_s: float) -> Segment:
        return self._segments[tool][max(bisect_right(self._starts[tool], time_s) - 1, 0)]

    def _pose(self, tool: str, time_s: float, phantom: Array) -> Array:
        segment = self._segment(tool, time_s)
        local_s = time_s - segment.start_s
        pose = segment.motion.at(local_s)
        faded = minimum_jerk(local_s / FADE_S)
        if gain := segment.tremor_before + faded * (segment.tremor - segment.tremor_before):
            pose = pose @ self._tremor[tool].at(time_s, gain)
        base = phantom if segment.on_phantom else self._world.tracker_from_image
        return base @ pose @ self._world.tools[tool].tip_from_tool

    def _append(self, tool: str, segment: Segment) -> None:
        self._segments[tool].append(segment)
        self._starts[tool].append(segment.start_s)


def _resting(world: World, tool: str) -> Segment:
    return Segment(0.0, Hold(world.resting_place(tool), 0.0), 0.0, 0.0, False)
