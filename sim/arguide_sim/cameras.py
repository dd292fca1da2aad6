"""The eyes of the tracker: true poses -> noisy markers -> fitted poses, as the device computes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Protocol

import numpy as np

from arguide.geometry.transforms import Array, apply, from_quaternion
from arguide_sim.ndi.models import Pyramid
from arguide_sim.ndi.sensor import Measured, Sighting
from arguide_sim.noise import MarkerNoise
from arguide_sim.world import World, identify


@dataclass(frozen=True, slots=True)
class Moment:
    """The true state of all tools at one time."""

    poses: Mapping[str, Array]
    """tracker_from_tool (4, 4) by tool name, mm."""
    hidden: frozenset[str] = frozenset()
    """Tools that something stands in front of."""
    buttons: Mapping[str, int] | None = None
    """Pressed buttons by tool name, bit n is switch n + 1."""


class Actor(Protocol):
    """Whoever moves the tools."""

    def at(self, time_s: float) -> Moment:
        """The true state `time_s` after tracking began."""
        ...


class Cameras:
    """A `Sensor` that looks at a world in which an actor moves the tools."""

    def __init__(self, world: World, actor: Actor, volume: Pyramid, noise: MarkerNoise) -> None:
        self._world = world
        self._actor = actor
        self._volume = volume
        self._noise = noise
        # Fewer than three markers make no pose: such a tool is never seen.
        self._bodies = {n: Body(t.definition.markers) for n, t in world.tools.items() if len(t.definition.markers) >= 3}

    def identify(self, markers: Array) -> str | None:
        return identify(self._world, markers)

    def look(self, frame: int, time_s: float) -> Mapping[str, Sighting]:
        moment = self._actor.at(time_s)
        seen = {n: body for n, body in self._bodies.items() if n in moment.poses and n not in moment.hidden}
        measured = self._measure(moment, seen, frame)
        buttons = moment.buttons or {}
        return {name: Sighting(measured.get(name), buttons.get(name, 0)) for name in self._world.tools}

    def _measure(self, moment: Moment, seen: Mapping[str, "Body"], frame: int) -> dict[str, Measured]:
        if not seen:
            return {}
        true = np.concatenate([apply(moment.poses[name], body.model) for name, body in seen.items()])
        markers = true + self._noise.at(frame, true, self._volume.centre)
        outside = (~self._volume.contains(markers)).tolist()
        measured, first = {}, 0
        for name, body in seen.items():
            own = slice(first, first + len(body.model))
            measured[name] = Measured(body.fit(markers[own]), markers[own], tuple(outside[own]))
            first = own.stop
        return measured


class Body:
    """The markers of one tool, (n, 3) mm in its marker frame, ready to be found again."""

    def __init__(self, model: Array) -> None:
        self.model = model
        self._mean = model.mean(axis=0)
        self._centred = model - self._mean
        self._squares = float((self._centred**2).sum())
        self._weights = np.full(len(model), 1 / len(model))

    def fit(self, markers: Array) -> tuple[float, ...]:
        """The pose that lays the model on `markers` (n, 3) best: q0 qx qy qz Tx Ty Tz and the RMS error in mm.

        Closed form by unit quaternions (Horn 1987, sections 3 and 4): the rotation is the eigenvector of the largest
        eigenvalue, and the eigenvalue tells what error remains.
        """
        mean = self._weights @ markers
        centred = markers - mean
        (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = (self._centred.T @ centred).tolist()
        values, vectors = np.linalg.eigh(
            np.array(
                [
                    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
                    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
                    [zx - xz, xy + yx, yy - xx - zz, yz + zy],
                    [xy - yx, zx + xz, yz + zy, zz - xx - yy],
                ]
            )
        )
        w, x, y, z = (vectors[:, 3] if vectors[0, 3] >= 0 else -vectors[:, 3]).tolist()
        shift = mean - from_quaternion(w, x, y, z, np.zeros(3))[:3, :3] @ self._mean
        rest = self._squares + float((centred * centred).sum()) - 2 * float(values[3])
        return (w, x, y, z, *shift.tolist(), sqrt(max(rest, 0.0) / len(markers)))
