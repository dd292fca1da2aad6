"""Devices and tool images for the tests of the wire."""

import struct
from collections.abc import Callable, Collection

import numpy as np
import pytest
from arguide_sim.clock import StepClock
from arguide_sim.ndi.crc import crc16
from arguide_sim.ndi.definition import SIZE, Definition, checksum
from arguide_sim.ndi.device import NdiDevice
from arguide_sim.ndi.models import MODELS
from arguide_sim.ndi.sensor import Marker, Sighting, Status, View
from arguide_sim.ndi.state import Sensors
from arguide_sim.ndi.volumes import Volume

from arguide.geometry.transforms import Array

MARKERS = ((0.0, 0.0, 0.0), (50.0, 0.0, 0.0), (0.0, 30.0, 0.0), (20.0, 60.0, 5.0))


def tool_image(markers: tuple[tuple[float, float, float], ...] = MARKERS) -> bytes:
    """A definition image with these markers and nothing else of note."""
    image = bytearray(SIZE)
    image[:3] = b"NDI"
    image[15], image[28], image[655] = 2, len(markers), 0x29
    struct.pack_into(f"<{3 * len(markers)}f", image, 72, *np.ravel(markers))
    image[580:592] = b"arguide     "
    struct.pack_into("<H", image, 4, checksum(bytes(image)))
    return bytes(image)


class Stage:
    """A sensor that sees what the test puts before it: tools are told apart by their first marker's x."""

    def __init__(self) -> None:
        self.tools = {0.0: "one", 1.0: "two", 2.0: "three", 3.0: "four"}
        self.sightings: dict[str, Sighting] = {}
        self.strays: tuple[tuple[float, float, float, bool], ...] = ()
        self.flooded = False
        self.looks: list[tuple[int, float]] = []
        self.volumes: list[str] = []

    def choose(self, volume: Volume) -> None:
        self.volumes.append(volume.name)

    def identify(self, definition: Definition, taken: Collection[str]) -> str | None:
        markers: Array = definition.markers
        name = self.tools.get(float(markers[0, 0])) if len(markers) else None
        return None if name in taken else name

    def memory(self, tool: str) -> Definition | None:
        return None

    def look(self, frame: int, rate_hz: float) -> View:
        self.looks.append((frame, rate_hz))
        return View({} if self.flooded else self.sightings, self.strays, self.flooded)


def seen(*pose: float, outside: tuple[bool, ...] = (False, False, False), buttons: int = 0) -> Sighting:
    """A visible tool with three markers."""
    codes = bytes(Marker.OUT_USED if out else Marker.USED for out in outside)
    status = Status.OUT if all(outside) else Status.PARTLY_OUT if any(outside) else Status.OK
    return Sighting(pose, status, np.arange(9.0).reshape(3, 3), codes, buttons)


class Bench:
    """A device on the table, spoken to in commands."""

    def __init__(self, model: str = "spectra", wired: tuple[Sensors, ...] = (), network: bool = False) -> None:
        self.stage = Stage()
        self.clock = StepClock()
        self.device = NdiDevice(MODELS[model], self.clock, self.stage, wired, network)

    def raw(self, text: str) -> bytes:
        return self.device.receive(text.encode() + b"\r")

    def ask(self, command: str) -> str:
        """Send `NAME:args` with its CRC; returns the reply's text after checking the reply's CRC."""
        reply = self.raw(f"{command}{crc16(command.encode()):04X}")
        assert reply[-1:] == b"\r" and int(reply[-5:-1], 16) == crc16(reply[:-5])
        return reply[:-5].decode()

    def load(self, image: bytes, chunks: int = 16) -> str:
        """Announce a tool, upload its image and enable it; returns the handle."""
        handle = self.ask("PHRQ:*********1****")
        image = image.ljust(64 * 16, b"\0")
        for n in range(chunks):
            assert self.ask(f"PVWR:{handle}{64 * n:04X}{image[64 * n : 64 * n + 64].hex()}") == "OKAY"
        assert self.ask(f"PINIT:{handle}") == "OKAY"
        assert self.ask(f"PENA:{handle}D") == "OKAY"
        return handle


@pytest.fixture
def bench() -> Bench:
    """A spectra just switched on."""
    return Bench()


@pytest.fixture(scope="session")
def new_bench() -> type[Bench]:
    """For tests that need another model, or several devices."""
    return Bench


@pytest.fixture
def image() -> bytes:
    """The definition of tool `one`."""
    return tool_image()


@pytest.fixture
def visible() -> Callable[..., Sighting]:
    """A maker of sightings."""
    return seen


@pytest.fixture
def tracking() -> Callable[..., Bench]:
    """A maker of devices that track these sightings, one handle each."""

    def make(*sightings: Sighting) -> Bench:
        bench = Bench()
        assert bench.ask("INIT:") == "OKAY"
        for x, sighting in zip(bench.stage.tools, sightings, strict=False):
            bench.stage.sightings[bench.stage.tools[x]] = sighting
            bench.load(tool_image(((x, 0, 0), *MARKERS[1:])))
        assert bench.ask("TSTART:80") == "OKAY"
        return bench

    return make
