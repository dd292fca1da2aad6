"""Everything a device remembers; the commands read and change it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from arguide_sim.clock import Clock
from arguide_sim.ndi import parameters as names
from arguide_sim.ndi.alerts import BUMPED, TOOL_PLUGGED, TOOL_UNPLUGGED, Alerts, SystemStatus
from arguide_sim.ndi.frames import Frame, Frames
from arguide_sim.ndi.handles import Handle, Handles, Socket
from arguide_sim.ndi.models import Model
from arguide_sim.ndi.parameters import Parameters
from arguide_sim.ndi.sensor import Sensor

POWER_UP_BAUD = 9600
TRACK_SHARES = (1 / 3, 1 / 2, 1.0)


class Mode(StrEnum):
    """power up --INIT--> setup --TSTART--> tracking --TSTOP--> setup; a reset goes back to power up."""

    POWER_UP = "Power Up"
    SETUP = "Initialized"
    TRACKING = "Tracking"
    DIAGNOSTIC = "Diagnostic"


@dataclass(frozen=True, slots=True)
class Sensors:
    """A wired tool: one sensor in a plug, or two."""

    tools: tuple[str, ...]
    """Names of the tools of the world that its sensors are fixed to."""
    degrees: int = 6
    """Of freedom: 5 leaves the rotation about the sensor's axis open."""


class State:
    """The memory of one device."""

    def __init__(
        self,
        model: Model,
        clock: Clock,
        sensor: Sensor,
        wired: tuple[Sensors, ...] = (),
        network: bool = False,
        rate_hz: float = 0.0,
    ) -> None:
        self._first_rate_hz = rate_hz
        self.model = model
        self.clock = clock
        self.sensor = sensor
        self.network = network
        """On a network there is no speed to agree on."""
        self.plugged: dict[int, Sensors] = dict(enumerate(wired[: model.wired_ports], 1))
        """What is in the sockets, by port."""
        self.watch: Callable[[Frame], None] | None = None
        """Is shown every frame that is looked at."""
        self.power_up()

    def power_up(self) -> None:
        """Forget everything, as a reset does."""
        self.mode = Mode.POWER_UP
        self.baud = POWER_UP_BAUD
        self.handles = Handles(self.model.passive_ports)
        self.parameters = Parameters(self.model)
        if self._first_rate_hz:
            self.parameters.note(names.FRAME_FREQUENCY, round(self._first_rate_hz))
        self.alerts = Alerts()
        self.frames = Frames(self.clock, self.sensor, self._seen)
        self.sensor.choose(self.model.volumes[0])
        self.stream: Stream | None = None
        self.sent_frame: int | None = None

    def _seen(self, frame: Frame) -> None:
        if self.watch:
            self.watch(frame)

    @property
    def rate_hz(self) -> float:
        """How many frames a second the settings ask for."""
        if self.model.modern:
            share = TRACK_SHARES[self.parameters.number(names.TRACK_FREQUENCY, 2)]
            return self.parameters.number(names.FRAME_FREQUENCY, 60) * share
        last = len(self.model.rates_hz) - 1
        return self.model.rates_hz[self.parameters.number(names.ILLUMINATOR_RATE, last)]

    def find_wired(self) -> None:
        """Give a handle to every wired tool, as after INIT."""
        for port, sensors in self.plugged.items():
            self.handles.plug(Socket(port), sensors.tools[0])

    def open_second(self, handle: Handle) -> None:
        """The second sensor on a plug is found once the first is initialized."""
        if handle.socket is None or handle.socket.channel or len(self.plugged[handle.socket.port].tools) < 2:
            return
        second = Socket(handle.socket.port, 1)
        if self.handles.in_socket(second) is None:
            self.handles.plug(second, self.plugged[second.port].tools[1])

    def plug(self, port: int, sensors: Sensors) -> None:
        """Somebody plugs a tool in."""
        self.plugged[port] = sensors
        self.alerts.add(TOOL_PLUGGED)
        self.alerts.once |= SystemStatus.PORT_OCCUPIED.value
        if self.mode is not Mode.POWER_UP:
            self.handles.plug(Socket(port), sensors.tools[0])

    def unplug(self, port: int) -> None:
        """Somebody pulls a tool out."""
        del self.plugged[port]
        self.handles.unplug(port)
        self.alerts.add(TOOL_UNPLUGGED)
        self.alerts.once |= SystemStatus.PORT_UNOCCUPIED.value

    def bump(self) -> None:
        """Somebody knocks against the tracker."""
        if self.parameters.number(names.BUMP_DETECTION):
            self.alerts.add(BUMPED)
            self.parameters.note(names.BUMPED, 1)
            self.parameters.note(names.BUMP_DETECTED, 1)

    def clear_bump(self) -> None:
        """The host has taken notice of it."""
        self.alerts.clear(BUMPED)
        for name in (names.BUMPED, names.BUMP_DETECTED, names.BUMP_CLEAR):
            self.parameters.note(name, 0)


@dataclass(slots=True)
class Stream:
    """A command that the device carries out by itself, frame after frame."""

    name: str
    command: str
    args: str
    every: int
    last: int | None = None


Handler = Callable[[State, str], str | bytes]
"""What carries out a command: gets its arguments, returns a text (CRC and CR are put behind it) or a whole binary
reply, or raises Refusal having changed nothing."""
