"""Everything a device remembers; the commands read and change it."""

from collections.abc import Callable
from enum import StrEnum

from arguide_sim.clock import Clock
from arguide_sim.ndi.frames import Frames
from arguide_sim.ndi.handles import Handles
from arguide_sim.ndi.models import Model
from arguide_sim.ndi.parameters import Parameters
from arguide_sim.ndi.sensor import Sensor

POWER_UP_BAUD = 9600


class Mode(StrEnum):
    """power up --INIT--> setup --TSTART--> tracking --TSTOP--> setup; a reset goes back to power up."""

    POWER_UP = "Power Up"
    SETUP = "Initialized"
    TRACKING = "Tracking"


class State:
    """The memory of one device."""

    def __init__(self, model: Model, clock: Clock, sensor: Sensor) -> None:
        self.model = model
        self.clock = clock
        self.sensor = sensor
        self.power_up()

    def power_up(self) -> None:
        """Forget everything, as a reset does."""
        self.mode = Mode.POWER_UP
        self.baud = POWER_UP_BAUD
        self.rate_hz = self.model.rates_hz[-1]
        self.handles = Handles(self.model.passive_ports)
        self.parameters = Parameters(self.model)
        self.frames = Frames(self.clock, self.sensor)


Handler = Callable[[State, str], str | bytes]
"""What carries out a command: gets its arguments, returns a text (CRC and CR are put behind it) or a whole binary
reply, or raises Refusal having changed nothing."""
