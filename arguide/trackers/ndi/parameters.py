"""The device's parameter tree: GET, GETINFO and SET, and what we ask of it.

Old trackers do not have it and answer with an error; what is asked here only to know more then stays unknown.
"""

from dataclasses import dataclass

from arguide.errors import BadReplyError, DeviceError
from arguide.trackers.ndi.exchange import Exchange

MODEL = "Features.Hardware.Model"
SERIAL_NUMBER = "Features.Hardware.Serial Number"
FIRMWARE = "Features.Firmware.Version"
ALERTS = "Info.Status.Alerts"
BUMPED = "Info.Status.Bump Detected"
CLEAR_BUMP = "Param.Bump Detector.Clear"
FRAME_FREQUENCY = "Param.Tracking.Frame Frequency"
TRACK_FREQUENCY = "Param.Tracking.Track Frequency"
BEEPER = "Param.System Beeper"
UNKNOWN = frozenset({0x01, 0x0C, 0x33, 0x34})
"""Answers of a device that has no such command, or no such parameter, or not now."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as GETINFO describes it."""

    value: str
    kind: str
    attributes: str
    least: str
    most: str
    choices: str
    description: str


def get(exchange: Exchange, name: str) -> dict[str, str]:
    """Values by name; `name` may end in `*`. Raises DeviceError for an unknown one, BadReplyError."""
    return _pairs("GET", exchange.ask("GET", name))


def get_info(exchange: Exchange, name: str) -> dict[str, Parameter]:
    """Values, limits and descriptions by name; `name` may end in `*`. Raises as `get`."""
    found = {}
    for key, text in _pairs("GETINFO", exchange.ask("GETINFO", name)).items():
        parts = text.split(";", 6)
        if len(parts) != 7:
            raise BadReplyError(f"GETINFO: expected 7 parts of {key}, got {text[:60]!r}; is this an NDI tracker?")
        found[key] = Parameter(*parts)
    return found


def set_value(exchange: Exchange, name: str, value: str) -> None:
    """Change a parameter. Raises DeviceError when it is unknown, fixed, or the value is out of range."""
    text = exchange.ask("SET", f"{name}={value}")
    if text != "OKAY":
        raise BadReplyError(f"SET {name}: expected OKAY, got {text[:40]!r}; is this an NDI tracker?")


def peek(exchange: Exchange, name: str) -> str:
    """The value of one parameter, or "" where the device has none such."""
    try:
        return get(exchange, name).get(name, "")
    except DeviceError as error:
        if error.code not in UNKNOWN:
            raise
        return ""


def _pairs(command: str, text: str) -> dict[str, str]:
    pairs = [line.partition("=") for line in text.split("\n") if line]
    if not pairs or any(not equals for _, equals, _ in pairs):
        raise BadReplyError(f"{command}: expected name=value, got {text[:60]!r}; is this an NDI tracker?")
    return {name: value for name, _, value in pairs}
