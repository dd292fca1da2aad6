"""What a magnetic tracker makes of its sensors: no line of sight, but noise that grows fast with distance.

The field of a coil falls with the third power of the distance, its change over the place with the fourth: so does the
noise grow (Kindratenko 2000, "A survey of electromagnetic position tracker calibration techniques"). A field tells a
place from its mirror image at the transmitter only if the host says in which half of space the sensor is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from arguide.geometry.transforms import Array, from_parts, rotation_about
from arguide_sim.cameras import Actor

REFERENCE_MM = 400.0
"""Where noise is twice as large as close to the transmitter."""
NEAR_MM, NEAR_RAD = 0.05, 3e-4
RANGE_MM = 1500.0
AXES = {"x": 0, "y": 1, "z": 2}
TRANSMITTER_FROM_CAMERAS = from_parts([[0, 0, -1], [1, 0, 0], [0, -1, 0]], np.zeros(3))
"""The world lies before cameras along −z; a transmitter stands beside it with +x towards it and z down."""


@dataclass(frozen=True, slots=True)
class Sensed:
    """One sensor in one frame."""

    transmitter_from_sensor: Array | None
    """(4, 4) pose in mm; None: the field is too weak there, or something is wrong with the sensor."""
    buttons: int = 0
    """Bit n is switch n + 1."""


@dataclass(frozen=True)
class Field:
    """The transmitter and its field, in which an actor moves the tools. A pure function of its arguments."""

    actor: Actor
    stations: Mapping[int, str]
    """Which tool each sensor is fixed to, by the number of the sensor's socket."""
    seed: int

    def sense(self, frame: int, time_s: float) -> dict[int, Sensed]:
        """Every sensor in frame `frame`, `time_s` after the session began."""
        moment = self.actor.at(time_s)
        buttons = moment.buttons or {}
        return {
            station: Sensed(
                None if tool in moment.hidden else self._noisy(moment.poses[tool], frame, station), buttons.get(tool, 0)
            )
            for station, tool in self.stations.items()
            if tool in moment.poses
        }

    def _noisy(self, pose: Array, frame: int, station: int) -> Array | None:
        distance_mm = float(np.linalg.norm(pose[:3, 3]))
        if distance_mm > RANGE_MM:
            return None
        bits = np.random.Philox(key=self.seed, counter=[0, 0, station, frame])
        unit = np.random.Generator(bits).standard_normal(6)
        grown = 1 + (distance_mm / REFERENCE_MM) ** 4
        turn = NEAR_RAD * grown * unit[3:]
        angle = float(np.linalg.norm(turn))
        noisy = pose @ rotation_about(turn, angle)
        noisy[:3, 3] += NEAR_MM * grown * unit[:3]
        return noisy


def seen_in(pose: Array, half: tuple[float, float, float]) -> Array:
    """The pose that a device reports which believes its sensors in the half of space towards `half`."""
    if float(np.dot(pose[:3, 3], half)) >= 0:
        return pose
    mirrored = pose.copy()
    mirrored[:3, 3] *= -1
    return mirrored
