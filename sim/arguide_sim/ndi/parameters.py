"""The parameter tree behind GET, GETINFO and SET."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from arguide_sim.ndi.models import Model
from arguide_sim.ndi.refusal import BAD_TYPE, NO_SUCH_PARAMETER, READ_ONLY, VALUE_OUT_OF_RANGE, Refusal

TIMEOUTS_S = {"INIT": 4, "PINIT": 6, "TSTART": 6, "TX": 4, "BX": 4, "SET": 8, "GET": 8, "GETINFO": 15, "RESET": 15}
ONE_S = {"COMM", "TSTOP", "VER", "PHSR", "PHRQ", "PVWR", "PENA", "PDIS", "PHF", "PHINF", "BEEP", "LED", "SFLIST"}

VOLUME = "Param.Tracking.Selected Volume"
ILLUMINATOR_RATE = "Param.Tracking.Illuminator Rate"
FRAME_FREQUENCY = "Param.Tracking.Frame Frequency"
TRACK_FREQUENCY = "Param.Tracking.Track Frequency"
BUMP_DETECTION = "Param.Bump Detector.Bump Detection"
BUMP_CLEAR = "Param.Bump Detector.Clear"
BUMPED = "Param.Bump Detector.Bumped"
BEEPER = "Param.System Beeper"
SIMULATED_ALERTS = "Param.Simulated Alerts"
SYSTEM_MODE = "Info.Status.System Mode"
ALERTS = "Info.Status.Alerts"
NEW_ALERTS = "Info.Status.New Alerts"
BUMP_DETECTED = "Info.Status.Bump Detected"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value of the tree; whole numbers with a range, or out of a list, can be set."""

    value: str
    description: str = ""
    low: int | None = None
    high: int | None = None
    only: tuple[int, ...] = ()

    @property
    def info(self) -> str:
        """`value;type;attribute;min;max;enumeration;description` as GETINFO gives it."""
        kind, attribute = ("1", "3") if self.low is not None else ("3", "1")
        low, high = ("", "") if self.low is None else (self.low, self.high)
        return f"{self.value};{kind};{attribute};{low};{high};{','.join(map(str, self.only))};{self.description}"

    def set_to(self, text: str) -> "Parameter":
        """This parameter with another value. Raises Refusal when it is fixed or the value does not suit it."""
        if self.low is None or self.high is None:
            raise Refusal(READ_ONLY)
        try:
            number = int(text)
        except ValueError:
            raise Refusal(BAD_TYPE) from None
        if not self.low <= number <= self.high or (self.only and number not in self.only):
            raise Refusal(VALUE_OUT_OF_RANGE)
        return replace(self, value=str(number))


class Parameters:
    """The tree of one device."""

    def __init__(self, model: Model) -> None:
        self._tree = dict(_tree(model))

    def matching(self, pattern: str) -> dict[str, Parameter]:
        """The parameters called `pattern`, or starting with it up to its final `*`. Raises Refusal if there are none."""
        pattern = _own(pattern)
        if pattern.endswith("*"):
            found = {name: p for name, p in self._tree.items() if name.startswith(pattern[:-1])}
        else:
            found = {name: p for name, p in self._tree.items() if name == pattern}
        if not found:
            raise Refusal(NO_SUCH_PARAMETER)
        return found

    def set(self, name: str, value: str) -> str:
        """Change one parameter and return its proper name. Raises Refusal; then nothing is changed."""
        name = _own(name)
        if name not in self._tree:
            raise Refusal(NO_SUCH_PARAMETER)
        self._tree[name] = self._tree[name].set_to(value)
        return name

    def number(self, name: str, default: int = 0) -> int:
        """The value of a whole number that is in the tree, or `default`."""
        return int(self._tree[name].value) if name in self._tree else default

    def note(self, name: str, value: object) -> None:
        """Write down what the device itself knows of its state; what the model does not tell is left out."""
        if name in self._tree:
            self._tree[name] = replace(self._tree[name], value=str(value))


def _own(name: str) -> str:
    """A name without the address of the position sensor, which newer clients write before it."""
    return name.removeprefix("PS-0.")


def _tree(model: Model) -> Iterator[tuple[str, Parameter]]:
    for command, seconds in TIMEOUTS_S.items():
        yield f"Info.Timeout.{command}", Parameter(str(seconds), "Seconds the host should wait")
    for command in sorted(ONE_S):
        yield f"Info.Timeout.{command}", Parameter("2", "Seconds the host should wait")
    if model.optical:
        yield from _camera(model)
        yield from _features(model)
    if model.modern:
        yield "Features.Firmware.API Revision", Parameter(model.api_revision, "Revision of the interface")
        low, high, rates = min(model.frame_rates_hz), max(model.frame_rates_hz), model.frame_rates_hz
        only = tuple(map(round, rates))
        yield FRAME_FREQUENCY, Parameter("60", "Frames a second", round(low), round(high), only)
        yield TRACK_FREQUENCY, Parameter("2", "0: a third, 1: half, 2: all of the frames", 0, 2)
        yield "Param.Data Averaging.Depth", Parameter("1", "Frames averaged", 1, 10)


def _camera(model: Model) -> Iterator[tuple[str, Parameter]]:
    volumes = [volume.name for volume in model.volumes]
    yield "Param.Tracking.Available Volumes", Parameter(";".join(volumes), "Volumes")
    yield VOLUME, Parameter("0", "Index of the selected volume", 0, len(volumes) - 1)
    yield "Param.Tracking.Sensitivity", Parameter("4", "Illuminator sensitivity", 1, 7)
    last = len(model.rates_hz) - 1
    yield ILLUMINATOR_RATE, Parameter(str(last), "Index of the rate", 0, last)
    yield BUMP_DETECTION, Parameter("1", "Bump detector on", 0, 1)
    yield BUMP_CLEAR, Parameter("0", "Clear the bump", 0, 1)
    yield BUMPED, Parameter("0", "The tracker was bumped")
    yield BEEPER, Parameter("1", "Beeper on", 0, 1)
    yield "Param.Watch Dog Timer", Parameter("0", "Seconds, 0: off", 0, 65535)
    yield SIMULATED_ALERTS, Parameter("0", "Alerts to simulate", 0, 0x7FFFFFFF)
    yield SYSTEM_MODE, Parameter("Power Up", "Mode of the device")
    yield ALERTS, Parameter("0", "Alerts")
    yield NEW_ALERTS, Parameter("0", "Alerts not read yet")
    yield BUMP_DETECTED, Parameter("0", "The tracker was bumped")


def _features(model: Model) -> Iterator[tuple[str, Parameter]]:
    yield "Features.Tools.Enabled Tools", Parameter(str(min(model.most_enabled, 15)), "Most tools enabled at once")
    yield "Features.Tools.Active Ports", Parameter("0", "Ports of wired tools")
    yield "Features.Tools.Passive Ports", Parameter(str(model.passive_ports), "Handles of passive tools")
    yield "Features.Tools.Wireless Ports", Parameter("1", "Handles of wireless tools")
    yield "Features.Firmware.Version", Parameter(f"{model.revision}.000.000", "Firmware version")
    yield "Features.Firmware.Combined Firmware Revision", Parameter(model.combined_revision, "Combined revision")
    yield "Features.Hardware.Serial Number", Parameter(model.serial, "Serial number")
    yield "Features.Hardware.Model", Parameter(model.title, "Model")
    yield "Device.Type.0", Parameter("PS", "Position sensor")
