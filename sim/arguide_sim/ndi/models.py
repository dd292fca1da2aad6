"""The trackers that can be imitated, as data: what they call themselves, how fast they look, how far they see."""

from dataclasses import dataclass

from arguide_sim.ndi.volumes import Cube, Dome, Pyramid, Volume


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
    volumes: tuple[Volume, ...]
    """What VSEL 1, 2, … select."""
    passive_ports: int = 0
    """How many handles there are for tools that the host describes."""
    wired_ports: int = 0
    """How many sockets there are for tools that describe themselves."""
    frame_rates_hz: tuple[float, ...] = ()
    """What a model can be set to that has the parameter Frame Frequency."""
    most_enabled: int = 24
    working_distance_mm: float
    """Where one puts the phantom: well inside the volume, with room for the tools above it."""

    @property
    def optical(self) -> bool:
        """Whether it sees markers; else it feels sensors in a field."""
        return not self.wired_ports

    @property
    def modern(self) -> bool:
        """Whether it speaks the third generation of the protocol: BX2, streams, alerts in the data."""
        return int(self.api_revision.split(".")[1]) >= 3

    def version(self, processor: str) -> str | None:
        """What VER answers for `processor` (one digit), or None for a processor it does not have."""
        tag = f"{self.title if self.optical else 'AURORA'} Rev {self.revision}"
        texts = {
            "0": self._version_text("Control Firmware", tag),
            "4": self._version_text("Control Firmware", tag + ".000"),
            "5": self.combined_revision,
        }
        if self.optical:
            texts["1"] = self._version_text("Left Sensor Firmware", tag)
            texts["2"] = self._version_text("Right Sensor Firmware", tag)
        else:
            texts["3"] = self._version_text("Sensor Interface Firmware", tag)
        return texts.get(processor)

    def _version_text(self, processor: str, tag: str) -> str:
        return (
            f"{self.title} {processor}\nNDI S/N: {self.serial}\nCharacterization Date: 2020-01-01\n"
            f"Freeze Tag: {tag}\nFreeze Date: 2020-01-01\n(C) Northern Digital Inc.\n"
        )


_PYRAMID = Pyramid("Pyramid", "5", near_z=-950, far_z=-2400, near_half=(240, 224), far_half=(783, 656))
_EXTENDED = Pyramid("Extended Pyramid", "5", near_z=-950, far_z=-3000, near_half=(240, 224), far_half=(928, 735))

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
            volumes=(Pyramid("Vicra", "7", near_z=-557, far_z=-1336, near_half=(245.5, 196), far_half=(469, 443.5)),),
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
            volumes=(_PYRAMID, _EXTENDED),
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
            volumes=(_PYRAMID, _EXTENDED),
            passive_ports=24,
            frame_rates_hz=(20.0, 30.0, 60.0, 100.0, 200.0, 250.0, 330.0, 400.0),
            working_distance_mm=1500,
        ),
        Model(
            name="aurora",
            title="Aurora",
            serial="D4-00000",
            revision="008",
            combined_revision="013",
            api_revision="D.001.007",
            rates_hz=(40.0,),
            volumes=(
                Cube("Cube", near_z=-50, far_z=-550, half=(250, 250)),
                Dome("Dome", radius=660, near_z=-50),
            ),
            wired_ports=4,
            working_distance_mm=300,
        ),
    )
}
