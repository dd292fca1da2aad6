"""The steps from an open line to enabled tools, each a plain function of the exchange."""

from collections.abc import Iterable

from arguide.errors import BadReplyError, DeviceError, PortError, PortTimeoutError, SettingsError, TrackerError
from arguide.settings.profile import ToolProfile
from arguide.trackers.ndi.commands import BAUD_CODES, PASSIVE_TOOL, comm_arguments, upload_blocks
from arguide.trackers.ndi.errors import GARBLED_COMMAND, describe_warning
from arguide.trackers.ndi.exchange import TRIES, Exchange
from arguide.trackers.ndi.replies import warning_code
from arguide.trackers.ndi.rom import read_rom
from arguide.trackers.ndi.tracking_reply import PortStatus

POWER_UP_BAUD = 9600
LEFT_BEHIND = (115200, 921600, 57600, 230400, 38400)
"""Speeds at which other programs, or a crash, leave a tracker; the likely ones first."""
PROBE_S = 0.3
BREAK_S = 0.3
RESET_S = 7.0
"""A tracker may take so long to announce that it has restarted."""
SWITCH_S = 0.2
"""The device changes speed this long after its OKAY at the latest."""
NO_COMM = (0x01, 0x33)
READY = PortStatus.OCCUPIED | PortStatus.INITIALIZED | PortStatus.ENABLED


def find_device(exchange: Exchange, baud: int) -> int:
    """The speed at which a tracker answers, restarted by a serial break if need be; the port is set to it.

    `baud` is the speed it was probably left at. Raises PortTimeoutError when nothing answers.
    """
    port = exchange.port
    speeds = list(dict.fromkeys((POWER_UP_BAUD, baud, *LEFT_BEHIND)))
    for speed in speeds:
        # A wrong speed can look like a break to the device: it then restarts at 9600, and the real break finds it.
        try:
            port.set_baud(speed)
        except PortError:
            continue  # this line cannot run so fast, so the device was not left there by it
        if answers(exchange):
            return speed
    port.set_baud(POWER_UP_BAUD)
    port.send_break(BREAK_S)
    if exchange.wait_for_reset(RESET_S) or answers(exchange):
        return POWER_UP_BAUD
    raise PortTimeoutError(
        f"{port.name}: no tracker answers at {', '.join(map(str, speeds))} baud, nor after a reset;"
        " is it switched on, and is this its port?"
    )


def answers(exchange: Exchange) -> bool:
    """Whether something that speaks the protocol answers at the present speed."""
    port = exchange.port
    port.drop_input()
    try:
        # Works before INIT, changes nothing, and even a device that lacks it answers with a readable error.
        exchange.ask("APIREV", timeout_s=PROBE_S, tries=1)
    except DeviceError:
        exchange.settle()  # may have been about what stood in its buffer before: its next answer may still come
    except (BadReplyError, PortTimeoutError):
        return False
    except TrackerError:
        exchange.settle()  # it just restarted: all the better
    return True


def initialize(exchange: Exchange) -> None:
    """INIT: leaves tracking, ready for setup."""
    _expect_okay("INIT", exchange.ask("INIT"))


def change_speed(exchange: Exchange, present: int, wanted: int, handshake: bool) -> int:
    """Agree on the fastest speed up to `wanted` that device and line can; returns it, 0 for a device without speeds."""
    speeds = sorted((baud for baud in BAUD_CODES if baud <= wanted), reverse=True)
    for speed in speeds:
        if speed == present and not handshake:
            return present
        accepted = _propose(exchange, speed, handshake)
        if accepted is None:
            return 0
        if accepted and _follow(exchange, speed, handshake):
            return speed
        if accepted:
            present = find_device(exchange, speed)
            initialize(exchange)
    return present


def _propose(exchange: Exchange, speed: int, handshake: bool) -> bool | None:
    """COMM: whether the device has perhaps gone to `speed`; None when it has no such command (it is on a network)."""
    code = 0
    for _ in range(TRIES):
        try:
            exchange.ask("COMM", comm_arguments(speed, handshake), tries=1)
        except DeviceError as error:
            code = error.code
            if code not in GARBLED_COMMAND:
                break
        except (BadReplyError, PortTimeoutError):
            return True  # the answer was lost, but the device may have obeyed: asking again would be at the wrong speed
        else:
            return True
    return None if code in NO_COMM else False


def _follow(exchange: Exchange, speed: int, handshake: bool) -> bool:
    """Set our end to the speed the device has gone to; whether it answers there."""
    exchange.idle(SWITCH_S)
    try:
        exchange.port.set_baud(speed, handshake)
    except PortError:
        return False
    return answers(exchange) or answers(exchange)


def free_leftovers(exchange: Exchange) -> None:
    """Free the port handles of an earlier program: those waiting to be freed, and wireless tools still loaded."""
    for handle, _ in port_handles(exchange, "01"):
        exchange.ask("PHF", f"{handle:02X}")
    for handle, _ in port_handles(exchange, "00"):
        if is_wireless(exchange, handle):
            exchange.ask("PHF", f"{handle:02X}")


def is_wireless(exchange: Exchange, handle: int) -> bool:
    """Whether a handle belongs to a wireless tool (a wired one keeps its handle: it sits in its port)."""
    try:
        location = exchange.ask("PHINF", f"{handle:02X}0020")
    except DeviceError:
        return False
    return len(location) == 14 and location[9] == "1"


def load_tool(exchange: Exchange, tool: ToolProfile) -> tuple[int, str]:
    """Upload, initialize and enable one passive tool; returns its handle and the device's warning ("" if none)."""
    if tool.definition is None:
        raise SettingsError(f"tool {tool.name}: no definition; name its .rom file in the profile")
    image = read_rom(tool.definition).image
    text = exchange.ask("PHRQ", PASSIVE_TOOL)  # a garbled answer costs an unused handle, freed at the next connect
    handle = _hex("PHRQ", text, 2)
    for block in upload_blocks(handle, image):
        _expect_okay("PVWR", exchange.ask("PVWR", block))
    try:
        text = exchange.ask("PINIT", f"{handle:02X}")
    except DeviceError as error:
        raise DeviceError(f"tool {tool.name} ({tool.definition.name}): {error}", error.code) from error
    warning = warning_code(text)
    if warning is None:
        _expect_okay("PINIT", text)
    _expect_okay("PENA", exchange.ask("PENA", f"{handle:02X}D"))
    return handle, "" if warning is None else f"tool {tool.name}: {describe_warning(warning)}"


def check_enabled(exchange: Exchange, handles: Iterable[tuple[int, str]]) -> None:
    """Raise TrackerError unless the device lists all these handles as initialized and enabled."""
    enabled = dict(port_handles(exchange, "04"))
    for handle, name in handles:
        if enabled.get(handle, 0) & READY != READY:
            raise TrackerError(
                f"tool {name} (handle {handle:02X}) was loaded but is not enabled; switch the tracker off and on, connect again"
            )


def port_handles(exchange: Exchange, which: str) -> list[tuple[int, int]]:
    """PHSR: (handle, status) of all port handles of one kind (`00` all, `01` to be freed, `04` enabled)."""
    text = exchange.ask("PHSR", which)
    count = _hex("PHSR", text[:2], 2)
    if len(text) != 2 + 5 * count:
        raise BadReplyError(f"PHSR: {count} handles announced in {text[:40]!r}; expected 5 characters for each")
    items = [text[at : at + 5] for at in range(2, len(text), 5)]
    return [(_hex("PHSR", item[:2], 2), _hex("PHSR", item[2:], 3)) for item in items]


def _hex(command: str, text: str, digits: int) -> int:
    if len(text) != digits or any(c not in "0123456789ABCDEFabcdef" for c in text):
        raise BadReplyError(f"{command}: expected {digits} hex digits, got {text[:20]!r}; is this an NDI tracker?")
    return int(text, 16)


def _expect_okay(command: str, text: str) -> None:
    if text != "OKAY" and warning_code(text) is None:
        raise BadReplyError(f"{command}: expected OKAY, got {text[:40]!r}; is this an NDI tracker?")
