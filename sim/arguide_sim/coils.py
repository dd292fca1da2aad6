"""What an electromagnetic tracker makes of its coils: no line of sight, but noise with distance, and metal.

The field of a coil falls with the third power of the distance, so noise grows steeply away from the generator. Metal
in the field bends it: eddy currents make of it a small source of its own, so that what is measured is shifted by
`reach³ / distance³` along the way to the metal (after Kindratenko 2000). The tracker notices larger disturbances.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from arguide.geometry.transforms import Array, to_quaternion
from arguide_sim.cameras import Company, Metal
from arguide_sim.hands.motion import turned
from arguide_sim.ndi.definition import Definition
from arguide_sim.ndi.sensor import Sighting, Status, View
from arguide_sim.ndi.volumes import Volume
from arguide_sim.noise import MarkerNoise

DISTURBED, TOO_SMALL, TOO_BIG = 0x0200, 0x0400, 0x0800
"""Bits of the port status."""
NOISE_MM, NOISE_RAD = 0.08, 1.5e-3
GROWS_FROM_MM = 300.0
"""Where noise is twice as large as next to the generator."""
NEAREST_MM, FARTHEST_MM = 40.0, 900.0
NOTICED_MM, UNUSABLE_MM = 0.6, 2.0
TURN_PER_MM = 0.003
"""How far metal turns what is measured, rad per mm that it shifts it."""


@dataclass(frozen=True)
class FieldNoise:
    """Size of the noise; the random numbers are the same as for cameras."""

    unit: MarkerNoise

    def at(self, frame: int, tool: int, distance_mm: float) -> tuple[Array, Array, float]:
        """Shift (3,) mm, turn (3,) rad and the tracker's own error indicator."""
        drawn = self.unit.unit(frame, tool, 3)
        grown = 1 + (distance_mm / GROWS_FROM_MM) ** 3
        return NOISE_MM * grown * drawn[0], NOISE_RAD * grown * drawn[1], 0.02 * grown * (1 + abs(float(drawn[2, 0])))


class Coils:
    """A `Sensor` that feels the tools of a company in a field. `degrees` says which of them cannot feel their roll."""

    def __init__(
        self, company: Company, volume: Volume, noise: FieldNoise, degrees: Mapping[str, int] | None = None
    ) -> None:
        self._company = company
        self._volume = volume
        self._noise = noise
        self._degrees = degrees or {}

    def choose(self, volume: Volume) -> None:
        self._volume = volume

    def identify(self, definition: Definition, taken: Collection[str]) -> str | None:
        return None  # a description makes no coil

    def memory(self, tool: str) -> Definition | None:
        return self._company.tools.get(tool)

    def refresh(self) -> None:
        """Nothing is computed ahead."""

    def look(self, frame: int, rate_hz: float) -> View:
        moment = self._company.at(frame / rate_hz)
        felt = {}
        for number, name in enumerate(self._company.tools):
            if name in moment.poses and name not in moment.disturbed:
                buttons = moment.buttons.get(name, 0)
                felt[name] = self._feel(moment.poses[name], frame, number, name, moment.metal)._replace(buttons=buttons)
            else:
                felt[name] = Sighting(status=Status.INTERFERENCE if name in moment.disturbed else Status.MISSING)
        return View(felt)

    def _feel(self, pose: Array, frame: int, number: int, name: str, metal: tuple[Metal, ...]) -> Sighting:
        distance_mm = float(np.linalg.norm(pose[:3, 3]))
        if not NEAREST_MM < distance_mm < FARTHEST_MM:
            bits = TOO_BIG if distance_mm <= NEAREST_MM else TOO_SMALL
            return Sighting(status=Status.MISSING, bits=bits)
        shift, turn, error = self._noise.at(frame, number, distance_mm)
        bent = sum((bend(pose[:3, 3], piece) for piece in metal), np.zeros(3))
        off_mm = float(np.linalg.norm(bent))
        if off_mm > UNUSABLE_MM:
            return Sighting(status=Status.BAD_FIT, bits=DISTURBED)
        rotation = (pose @ turned(*(turn + TURN_PER_MM * bent)))[:3, :3]
        quaternion = to_quaternion(rotation) if self._degrees.get(name, 6) == 6 else without_roll(rotation[:, 2])
        place = pose[:3, 3] + shift + bent
        inside = bool(self._volume.contains(place[None])[0])
        numbers = (*quaternion.tolist(), *place.tolist(), error + 0.3 * off_mm)
        return Sighting(numbers, Status.OK if inside else Status.OUT, bits=DISTURBED if off_mm > NOTICED_MM else 0)


def bend(place: Array, piece: Metal) -> Array:
    """How far a piece of metal shifts what is measured at `place` (3,), mm."""
    way = np.asarray(piece.place) - place
    distance = max(float(np.linalg.norm(way)), 1.0)
    shift: Array = way / distance * (piece.reach_mm / max(distance, piece.reach_mm / 3)) ** 3
    return shift


def without_roll(axis: Array) -> Array:
    """The unit quaternion that turns +z to `axis` (3,) the shortest way: what a single coil can tell."""
    x, y, z = axis / np.linalg.norm(axis)
    if z < -1 + 1e-9:
        return np.array([0.0, 1.0, 0.0, 0.0])
    q = np.array([1 + z, -y, x, 0.0])
    unit: Array = q / np.linalg.norm(q)
    return unit
