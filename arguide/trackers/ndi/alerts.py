"""The tracker's own condition in words: faults, alerts and events of BX2, and bits of the system status."""

FAULT, ALERT, EVENT = 0, 1, 2
BUMPED = 2
PLUGGED_IN, UNPLUGGED = 1, 2

FAULTS = {
    0x01: "a fatal parameter is wrong",
    0x02: "a sensor parameter is wrong",
    0x03: "main voltage out of range",
    0x04: "sensor voltage out of range",
    0x05: "illuminator voltage out of range",
    0x06: "illuminator current out of range",
    0x07: "left sensor's temperature out of range",
    0x08: "right sensor's temperature out of range",
    0x09: "main temperature out of range",
    0x0A: "a sensor does not work",
}
"""The device does not measure any more."""

ALERTS = {
    0x01: "battery low",
    0x02: "the tracker was bumped: check its accuracy before going on",
    0x03: "firmware parts do not match",
    0x04: "a parameter is wrong",
    0x05: "its memory is full",
    0x07: "it was stored too hot or too cold",
    0x08: "too hot: let it cool, keep air around it",
    0x09: "too cold: let it warm up",
    0x0A: "system control unit disconnected",
    0x0E: "its clock is not synchronized",
}
"""The device measures; something deserves attention."""

EVENTS = {
    0x01: "a tool was plugged in",
    0x02: "a tool was unplugged",
    0x03: "a sensor interface unit was plugged in",
    0x04: "a sensor interface unit was unplugged",
}
_NAMES = {FAULT: ("fault", FAULTS), ALERT: ("alert", ALERTS), EVENT: ("event", EVENTS)}


def describe_alert(kind: int, code: int) -> str:
    """One alert item of BX2 in words; code 0 is none."""
    if not code:
        return ""
    name, texts = _NAMES.get(kind, (f"alert of kind {kind}", {}))
    return f"tracker {name} {code:02X}: {texts.get(code, 'unknown to this program')}"


SYSTEM_STATUS = {
    0x0001: "tracker out of synchronization",
    0x0002: "too much infrared light: shade the tracker from sunlight and lamps",
    0x0004: "the tracker saw a CRC error inside its system",
    0x0008: "the tracker recovered from a fault",
    0x0010: "tracker hardware failure: it needs service",
    0x0020: "tracker hardware was changed",
    0x0040: "a tool was plugged in",
    0x0080: "a tool was unplugged",
    0x0100: "the tracker has something to tell about its condition: run arguide doctor",
    0x0200: "the tracker's temperature is out of range",
}
"""Meaning of the bits of the system status."""
PORT_OCCUPIED, PORT_UNOCCUPIED, DIAGNOSTIC_PENDING = 0x0040, 0x0080, 0x0100


def alerts_of(system_status: int) -> tuple[str, ...]:
    """The trouble that a system status reports, in words; bits nobody documents are shown as they are."""
    if not system_status:
        return ()
    return tuple(
        SYSTEM_STATUS.get(1 << bit, f"unknown system status bit {1 << bit:04X}")
        for bit in range(16)
        if system_status >> bit & 1
    )
