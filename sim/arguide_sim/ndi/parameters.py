"""The parameter tree behind GET, GETINFO and SET."""

from dataclasses import dataclass, replace

from arguide_sim.ndi.models import Model
from arguide_sim.ndi.refusal import BAD_TYPE, NO_SUCH_PARAMETER, READ_ONLY, VALUE_OUT_OF_RANGE, Refusal

TIMEOUTS_S = {"INIT": 4, "PINIT": 6, "TSTART": 6, "TX": 4, "BX": 4, "SET": 8, "GET": 8, "GETINFO": 15, "RESET": 15}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value of the tree; whole numbers with a range can be set."""

    value: str
    description: str = ""
    low: int | None = None
    high: int | None = None

    @property
    def info(self) -> str:
        """`value;type;attribute;min;max;enumeration;description` as GETINFO gives it."""
        kind, attribute = ("1", "3") if self.low is not None else ("3", "1")
        low, high = ("", "") if self.low is None else (self.low, self.high)
        return f"{self.value};{kind};{attribute};{low};{high};;{self.description}"

    def set_to(self, text: str) -> "Parameter":
        """This parameter with another value. Raises Refusal when it is fixed or the value does not suit it."""
        if self.low is None or self.high is None:
            raise Refusal(READ_ONLY)
        try:
            number = int(text)
        except ValueError:
            raise Refusal(BAD_TYPE) from None
        if not self.low <= number <= self.high:
            raise Refusal(VALUE_OUT_OF_RANGE)
        return replace(self, value=str(number))


class Parameters:
    """The tree of one device."""

    def __init__(self, model: Model) -> None:
        self._tree = _factory_settings(model)

    def matching(self, pattern: str) -> dict[str, Parameter]:
        """The parameters called `pattern`, or starting with it up to its final `*`. Raises Refusal if there are none."""
        if pattern.endswith("*"):
            found = {name: p for name, p in self._tree.items() if name.startswith(pattern[:-1])}
        else:
            found = {name: p for name, p in self._tree.items() if name == pattern}
        if not found:
            raise Refusal(NO_SUCH_PARAMETER)
        return found

    def set(self, name: str, value: str) -> None:
        """Change one parameter. Raises Refusal; then nothing is changed."""
        if name not in self._tree:
            raise Refusal(NO_SUCH_PARAMETER)
        self._tree[name] = self._tree[name].set_to(value)

    def note(self, name: str, value: str) -> None:
        """Write down what the device itself knows of its state."""
        self._tree[name] = replace(self._tree[name], value=value)


def _factory_settings(model: Model) -> dict[str, Parameter]:
    tree = {
        "Param.Tracking.Available Volumes": Parameter(model.title.removeprefix("Polaris "), "Volumes"),
        "Param.Tracking.Selected Volume": Parameter("0", "Index of the selected volume", 0, 0),
        "Param.Tracking.Sensitivity": Parameter("4", "Illuminator sensitivity", 1, 7),
        "Param.Tracking.Illuminator Rate": Parameter(str(len(model.rates_hz) - 1), "Index of the rate"),
        "Param.Bump Detector.Bump Detection": Parameter("1", "Bump detector on", 0, 1),
        "Param.Bump Detector.Clear": Parameter("0", "Clear the bump", 0, 1),
        "Param.Bump Detector.Bumped": Parameter("0", "The tracker was bumped"),
        "Param.System Beeper": Parameter("1", "Beeper on", 0, 1),
        "Param.Watch Dog Timer": Parameter("0", "Seconds, 0: off", 0, 65535),
        "Param.Simulated Alerts": Parameter("0", "Alerts to simulate", 0, 0x7FFFFFFF),
        "Info.Status.System Mode": Parameter("Power Up", "Mode of the device"),
        "Info.Status.Alerts": Parameter("0", "Alerts"),
        "Info.Status.New Alerts": Parameter("0", "Alerts not read yet"),
        "Info.Status.Bump Detected": Parameter("0", "The tracker was bumped"),
        "Features.Tools.Enabled Tools": Parameter("15", "Most tools enabled at once"),
        "Features.Tools.Active Ports": Parameter("0", "Ports of wired tools"),
        "Features.Tools.Passive Ports": Parameter(str(model.passive_ports), "Handles of passive tools"),
        "Features.Tools.Wireless Ports": Parameter("1", "Handles of wireless tools"),
        "Features.Firmware.Version": Parameter(f"{model.revision}.000.000", "Firmware version"),
        "Features.Firmware.Combined Firmware Revision": Parameter(model.combined_revision, "Combined revision"),
        "Features.Hardware.Serial Number": Parameter(model.serial, "Serial number"),
        "Features.Hardware.Model": Parameter(model.title, "Model"),
        "Device.Type.0": Parameter("PS", "Position sensor"),
    }
    tree |= {f"Info.Timeout.{c}": Parameter(str(s), "Seconds the host should wait") for c, s in TIMEOUTS_S.items()}
    if model.name == "vega":
        tree |= {
            "Features.Firmware.API Revision": Parameter(model.api_revision, "Revision of the interface"),
            "Param.Tracking.Frame Frequency": Parameter("60", "Frames a second"),
            "Param.Tracking.Track Frequency": Parameter("2", "0: a third, 1: half, 2: all of the frames", 0, 2),
            "Param.Data Averaging.Depth": Parameter("1", "Frames averaged", 1, 10),
        }
    return tree
