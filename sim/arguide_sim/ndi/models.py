"""The trackers that can be imitated, as data: what they call themselves, how fast they look, how far they see.

Volumes are pyramids cut off in front and behind; the tracker looks along −z. Sizes are the makers' published ones.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from arguide.geometry.transforms import Array


@dataclass(frozen=True)
class Pyramid:
    """A measurement volume: rectangles of half size `near_half` and `far_half` (x, y in mm) at two depths, joined."""

    near_z: float
    far_z: float
    near_half: tuple[float, float]
    far_half: tuple[float, float]

    @cached_property
    def centre(self) -> Array:
        """The middle of the volume, (3,) in mm."""
        return np.array([0.0, 0.0, (self.near_z + self.far_z) / 2])

    def contains(self, points: Array) -> NDArray[np.bool_]:
        """Which of the (n, 3) points in the tracker frame (mm) lie inside, (n,)."""
        x, y, z = points.T
        share = (z - self.near_z) / (self.far_z - self.near_z)
        inside: NDArray[np.bool_] = (
            (share >= 0)
            & (share <= 1)
            & (np.abs(x) <= self.near_half[0] + share * (self.far_half[0] - self.near_half[0]))
            & (np.abs(y) <= self.near_half[1] + share * (self.far_half[1] - self.near_half[1]))
        )
        return inside


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model of tracker."""

    name: str
    title: str
    serial: str
    revision: str
    combined_revision: str
    api_revision: str
    rates_hz: tuple[float, ...]
    """What IRATE 0, 1, 2 select; the last is the rate after INIT."""
    volume: Pyramid
    volume_code: str
    passive_ports: int
    working_distance_mm: float
    """Where one puts the phantom: well inside the volume, with room for the tools above it."""
    optical: bool = True

    def version(self, processor: str) -> str | None:
        """What VER answers for `processor` (one digit), or None for a processor it does not have."""
        tag = f"{self.title} Rev {self.revision}"
        texts = {
            "0": self._version_text("Control Firmware", tag),
            "1": self._version_text("Left Sensor Firmware", tag),
            "2": self._version_text("Right Sensor Firmware", tag),
            "4": self._version_text("Control Firmware", tag + ".000"),
            "5": self.combined_revision,
        }
        return texts.get(processor)

    def _version_text(self, processor: str, tag: str) -> str:
        return (
            f"{self.title} {processor}\nNDI S/N: {self.serial}\nCharacterization Date: 2020-01-01\n"
            f"Freeze Tag: {tag}\nFreeze Date: 2020-01-01\n(C) Northern Digital Inc.\n"
        )

    def volume_text(self) -> str:
        """The volume as SFLIST 03 lists it: shape, ten numbers in 0.01 mm, one wavelength (930 nm)."""
        v = self.volume
        numbers = (v.far_z, v.near_z, *v.near_half, *v.far_half, 0, 0, 0, 0)
        return self.volume_code + "".join(f"{round(100 * n):+07d}" for n in numbers) + "10"


_SPECTRA_PYRAMID = Pyramid(near_z=-950, far_z=-2400, near_half=(240, 224), far_half=(783, 656))

MODELS = {
    model.name: model
    for model in (
        Model(
            name="vicra",
            title="Polaris Vicra",
            serial="P6-00000",
            revision="007",
            combined_revision="014",
            api_revision="G.001.005",
            rates_hz=(20.0,),
            volume=Pyramid(near_z=-557, far_z=-1336, near_half=(245.5, 196), far_half=(469, 443.5)),
            volume_code="7",
            passive_ports=6,
            working_distance_mm=1120,
        ),
        Model(
            name="spectra",
            title="Polaris Spectra",
            serial="P7-00000",
            revision="009",
            combined_revision="024",
            api_revision="G.001.006",
            rates_hz=(20.0, 30.0, 60.0),
            volume=_SPECTRA_PYRAMID,
            volume_code="5",
            passive_ports=9,
            working_distance_mm=1500,
        ),
        Model(
            name="vega",
            title="Polaris Vega",
            serial="P9-00000",
            revision="010",
            combined_revision="030",
            api_revision="G.003.006",
            rates_hz=(20.0, 30.0, 60.0),
            volume=_SPECTRA_PYRAMID,
            volume_code="5",
            passive_ports=9,
            working_distance_mm=1500,
        ),
    )
}
