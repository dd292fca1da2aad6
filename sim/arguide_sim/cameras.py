"""The eyes of the tracker: true poses -> noisy markers -> fitted poses, as the device computes them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from arguide.geometry.transforms import Array, identity
from arguide_sim.bodies import Bodies
from arguide_sim.fitting import drop_worst
from arguide_sim.ndi.definition import Definition
from arguide_sim.ndi.sensor import Marker, Sighting, Status, View
from arguide_sim.ndi.volumes import Volume
from arguide_sim.noise import MarkerNoise

NOWHERE = identity()
FLOODED = View({}, flooded=True)


@dataclass(frozen=True, slots=True)
class Metal:
    """A piece of metal in a tracker's field."""

    place: tuple[float, float, float]
    """mm in the tracker frame."""
    reach_mm: float
    """How far off it shifts what is measured by 1 mm."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The true state of all tools at one time."""

    poses: Mapping[str, Array]
    """tracker_from_tool (4, 4) by tool name, mm."""
    hidden: Collection[str] = frozenset()
    """Tools that something stands in front of."""
    buttons: Mapping[str, int] = field(default_factory=dict)
    """Pressed buttons by tool name, bit n is switch n + 1."""
    hidden_markers: Mapping[str, Collection[int]] = field(default_factory=dict)
    """Single markers that something stands in front of, by tool."""
    bent: Mapping[str, Array] = field(default_factory=dict)
    """How far the markers (n, 3) of a tool are from where its definition says, mm in its marker frame."""
    disturbed: Collection[str] = frozenset()
    """Tools that the tracker takes something else for."""
    strays: tuple[tuple[float, float, float], ...] = ()
    """Reflections that belong to no tool, mm in the tracker frame."""
    flooded: bool = False
    """Light in which nothing is to be seen."""
    metal: tuple[Metal, ...] = ()
    """Only fields mind it."""


class Actor(Protocol):
    """Whoever moves the tools."""

    def at(self, time_s: float) -> Moment:
        """The true state `time_s` after tracking began."""
        ...


class Company(Actor, Protocol):
    """Everybody and everything before the tracker."""

    @property
    def tools(self) -> Mapping[str, Definition]:
        """Every tool there is; more may be brought, none is taken away."""
        ...

    def identify(self, definition: Definition, taken: Collection[str]) -> str | None:
        """Which tool is built like that, as `Sensor.identify` says."""
        ...


class Cameras:
    """A `Sensor` that looks at a company whose tools carry markers.

    `ahead` frames are computed at once: worth it when every frame is asked for in its turn.
    """

    def __init__(self, company: Company, volume: Volume, noise: MarkerNoise, ahead: int = 1) -> None:
        self._company = company
        self._volume = volume
        self._noise = noise
        self._ahead = ahead
        self.refresh()

    def refresh(self) -> None:
        """Forget what was seen ahead: the world has changed."""
        self._names = list(self._company.tools)
        self._bodies = Bodies(list(self._company.tools.values()))
        self._first, self._rate_hz, self._views = 0, 0.0, list[View]()

    def choose(self, volume: Volume) -> None:
        self._volume = volume
        self.refresh()

    def identify(self, definition: Definition, taken: Collection[str]) -> str | None:
        name = self._company.identify(definition, taken)
        if len(self._company.tools) != len(self._names):
            self.refresh()
        return name

    def memory(self, tool: str) -> Definition | None:
        return None  # none of these tools has a wire

    def look(self, frame: int, rate_hz: float) -> View:
        if rate_hz != self._rate_hz or not 0 <= frame - self._first < len(self._views):
            self._first, self._rate_hz = frame, rate_hz
            moments = [self._company.at(n / rate_hz) for n in range(frame, frame + self._ahead)]
            self._views = self._see(moments, frame)
        return self._views[frame - self._first]

    def _see(self, moments: list[Moment], first: int) -> list[View]:
        if not self._bodies.models.size:
            return [View({}, _marked(m.strays, self._volume), m.flooded) for m in moments]
        poses, hidden = self._true(moments)
        models = self._bodies.models
        if any(moment.bent for moment in moments):
            models = models + self._bends(moments)
        rotations = poses[:, :, :3, :3]
        true = models @ rotations.transpose(0, 1, 3, 2) + poses[:, :, None, :3, 3]
        markers = true + self._drawn(len(moments), first) * self._noise.scale(true, self._volume.centre)
        codes = np.where(self._bodies.turned_away(true, rotations), Marker.TURNED_AWAY.value, Marker.USED.value)
        codes[hidden] = Marker.MISSING
        return self._described(moments, markers, codes)

    def _true(self, moments: list[Moment]) -> tuple[Array, Array]:
        """Poses (b, n, 4, 4), and which markers (b, n, m) nothing is to be seen of."""
        poses = np.array([[moment.poses.get(name, NOWHERE) for name in self._names] for moment in moments])
        hidden = np.repeat(~self._bodies.exist[None], len(moments), axis=0)
        for row, moment in enumerate(moments):
            for tool, name in enumerate(self._names):
                if name in moment.hidden or name not in moment.poses:
                    hidden[row, tool] = True
                elif name in moment.hidden_markers:
                    hidden[row, tool, [n for n in moment.hidden_markers[name] if n < self._bodies.counts[tool]]] = True
        return poses, hidden

    def _bends(self, moments: list[Moment]) -> Array:
        bends = np.zeros((len(moments), *self._bodies.models.shape))
        for row, moment in enumerate(moments):
            for name, offsets in moment.bent.items():
                if name in self._names:
                    bends[row, self._names.index(name), : len(offsets)] = offsets
        return bends

    def _drawn(self, frames: int, first: int) -> Array:
        noise = np.zeros((frames, *self._bodies.models.shape))
        for tool, count in enumerate(self._bodies.counts):
            for row in range(frames):
                noise[row, tool, :count] = self._noise.unit(first + row, tool, count)
        return noise

    def _described(self, moments: list[Moment], markers: Array, codes: Array) -> list[View]:
        """Fit what is seen, and put everything into words."""
        frames, tools, most = codes.shape
        outside = ~self._volume.contains(markers.reshape(-1, 3)).reshape(codes.shape)
        used = codes == Marker.USED
        flat = (frames * tools, most)
        models = np.broadcast_to(self._bodies.models, markers.shape).reshape(*flat, 3)
        limits = np.tile(self._bodies.most_error_mm, frames)
        fits, bad = drop_worst(models, markers.reshape(*flat, 3), used.reshape(flat).astype(float), limits)
        bad = bad.reshape(codes.shape)
        seen, fitted = used.sum(axis=2), (used & ~bad).sum(axis=2)
        codes[bad] = Marker.BAD_FIT
        codes[outside & (codes == Marker.USED)] = Marker.OUT_USED
        out = (codes == Marker.OUT_USED).sum(axis=2)
        status = np.where(out == 0, Status.OK.value, np.where(out == fitted, Status.OUT.value, Status.PARTLY_OUT.value))
        status[fitted < self._bodies.least] = Status.BAD_FIT
        status[seen < self._bodies.least] = Status.TOO_FEW
        status[seen == 0] = Status.MISSING
        poses = np.concatenate([fits.quaternions, fits.shifts, fits.errors[:, None]], axis=1).tolist()
        words, bare = status.tolist(), codes.astype(np.uint8)
        return [
            self._view(moment, poses[row * tools : (row + 1) * tools], words[row], markers[row], bare[row])
            for row, moment in enumerate(moments)
        ]

    def _view(self, moment: Moment, poses: list[list[float]], status: list[int], markers: Array, codes: Array) -> View:
        if moment.flooded:
            return FLOODED
        sightings = {}
        for tool, (name, count) in enumerate(zip(self._names, self._bodies.counts, strict=True)):
            state = (
                Status.INTERFERENCE.value if name in moment.disturbed and status[tool] <= Status.OUT else status[tool]
            )
            pose = tuple(poses[tool]) if state <= Status.OUT else None
            buttons = moment.buttons.get(name, 0)
            sightings[name] = Sighting(pose, state, markers[tool, :count], codes[tool, :count].tobytes(), buttons)
        return View(sightings, _marked(moment.strays, self._volume))


def _marked(
    strays: tuple[tuple[float, float, float], ...], volume: Volume
) -> tuple[tuple[float, float, float, bool], ...]:
    """Stray markers, each with whether it is out of the volume."""
    if not strays:
        return ()
    inside = volume.contains(np.array(strays)).tolist()
    return tuple((*place, not within) for place, within in zip(strays, inside, strict=True))
