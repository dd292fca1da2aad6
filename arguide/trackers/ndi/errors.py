"""The tracker's own error and warning codes, in words, with what to do about them."""

from arguide.errors import DeviceError

ERRORS = {
    0x01: "invalid command",
    0x02: "command too long",
    0x03: "command too short",
    0x04: "bad CRC in the command",
    0x05: "timeout while carrying out the command",
    0x06: "communication settings not supported",
    0x07: "wrong number of parameters",
    0x08: "invalid port handle",
    0x09: "invalid tracking priority",
    0x0A: "invalid LED",
    0x0B: "invalid LED state",
    0x0C: "not allowed in this mode",
    0x0D: "no tool at this port handle",
    0x0E: "port handle not initialized",
    0x0F: "port handle not enabled",
    0x10: "system not initialized",
    0x11: "cannot stop tracking",
    0x12: "cannot start tracking",
    0x13: "cannot initialize the tool",
    0x14: "bad characterization of the position sensor",
    0x15: "cannot initialize the system",
    0x16: "cannot start diagnostics",
    0x17: "cannot stop diagnostics",
    0x19: "firmware version unreadable",
    0x1A: "internal error",
    0x1C: "marker signature error",
    0x1E: "cannot read the tool's memory",
    0x1F: "cannot write the tool's memory",
    0x21: "current test failed",
    0x22: "wavelength not in this volume",
    0x23: "parameter out of range",
    0x24: "volume not available",
    0x25: "feature information not available",
    0x28: "too many tools, or wrong tool type",
    0x2A: "out of memory",
    0x2B: "port handle not allocated",
    0x2C: "port handle unoccupied",
    0x2D: "no port handles left",
    0x2E: "firmware versions do not match",
    0x2F: "bad port description",
    0x30: "port already has a handle",
    0x32: "invalid operation",
    0x33: "no such feature",
    0x34: "no such parameter",
    0x35: "parameter value has the wrong type",
    0x36: "parameter value out of range",
    0x37: "parameter index out of range",
    0x38: "parameter size wrong",
    0x39: "permission denied",
    0x3B: "file not found",
    0x3C: "cannot write or remove the file",
    0x3D: "cannot read the file",
    0x40: "bad tool definition",
    0x41: "too many markers, faces or groups in the tool definition",
    0x42: "a required device is missing",
    0xF1: "too much infrared light",
    0xF4: "flash memory error",
    0xF5: "flash memory error",
    0xF6: "flash memory error",
}
"""Name of every ERRORnn the protocol reference knows."""

ADVICE = {
    0x01: 'this model has no such command; if it is BX2, put reply = "auto" into the profile',
    0x04: "there is noise on the line: shorten the cable or choose a slower `baud`",
    0x06: "choose a slower `baud` or change `handshake` in the tracker profile",
    0x0C: "stop tracking first, or start it for tracking data",
    0x0D: "plug the tool in, or load its definition",
    0x10: "the tracker has restarted: connect again and check its power cable",
    0x12: "wait until the tracker's status light is steady, then try again",
    0x13: "check the tool's plug, or make its definition file again",
    0x14: "the position sensor needs service",
    0x15: "switch the tracker off, wait ten seconds, switch it on",
    0x28: "enable fewer tools in the tracker profile",
    0x2D: "enable fewer tools in the tracker profile, or switch the tracker off and on",
    0x40: "make the tool's .rom file again; it is cut short or not a tool definition",
    0x41: "simplify the tool's .rom file",
    0xF1: "shade the tracker from sunlight and halogen lamps",
}
"""What a user can do; errors not listed here are the program's fault or the device's."""

WARNINGS = {
    0x01: "possible hardware fault",
    0x02: "the tool breaks the rules for unique geometry; it may be confused with itself turned round",
    0x03: "the tool looks like one that is already loaded; the two may be confused",
    0x04: "the tool breaks the rules for unique geometry and looks like one that is already loaded; they may be confused",
    0x05: "no wavelength given, the default is used",
}
"""Meaning of WARNINGnn."""

GARBLED_COMMAND = frozenset({0x01, 0x02, 0x03, 0x04, 0x05, 0x07})
"""Errors that noise between host and device can cause: asking again may help."""

INVALID_COMMAND, INVALID_HANDLE, WRONG_MODE, NO_INIT_YET = 0x01, 0x08, 0x0C, 0x10
NOT_TRACKING = frozenset({WRONG_MODE, NO_INIT_YET})
"""Errors to a question for tracking data that asking again cannot mend: the device was restarted, or stopped."""


def describe_error(code: int) -> str:
    """An error code in words, e.g. `ERROR0C (not allowed in this mode)`."""
    return f"ERROR{code:02X} ({ERRORS.get(code, 'unknown to this program')})"


def device_error(command: str, code: int) -> DeviceError:
    """The exception for `command` having been answered with ERRORnn."""
    advice = ADVICE.get(
        code, "look the command up in docs/trackers.md; a recorded session holds every byte of the line"
    )
    return DeviceError(f"{command}: the tracker answered {describe_error(code)}; {advice}", code)


def describe_warning(code: int) -> str:
    """A warning code in words; the bare WARNING has code 0."""
    return WARNINGS.get(code, "the tracker gave no details")
