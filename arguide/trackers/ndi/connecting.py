"""The steps from an open line to a device that answers at the best speed, each a plain function of the exchange."""

from arguide.errors import BadReplyError, DeviceError, PortError, PortTimeoutError, TrackerError
from arguide.trackers.ndi.commands import BAUD_CODES, comm_arguments
from arguide.trackers.ndi.errors import GARBLED_COMMAND
from arguide.trackers.ndi.exchange import TRIES, Exchange
from arguide.trackers.ndi.tools import expect_okay

POWER_UP_BAUD = 9600
LEFT_BEHIND = (115200, 921600, 57600, 230400, 38400)
"""Speeds at which other programs, or a crash, leave a tracker; the likely ones first."""
PROBE_S = 0.3
IMPATIENT_PROBE_S = 0.12
NETWORK_PROBE_S = 1.0
BREAK_S = 0.3
RESET_S = 7.0
"""A tracker may take so long to announce that it has restarted."""
SWITCH_S = 0.2
"""The device changes speed this long after its OKAY at the latest."""
NO_COMM = (0x01, 0x33)
NETWORK = ("socket://", "sim+tcp://")


def on_network(exchange: Exchange) -> bool:
    """Whether the line is a TCP connection, which has neither speed nor break."""
    return exchange.port.name.startswith(NETWORK)


def find_device(exchange: Exchange, baud: int, patient: bool = True) -> int:
    """The speed at which a tracker answers, restarted by a serial break if need be; the port is set to it.

    `baud` is the speed it was probably left at. Not `patient`: it was there a moment ago and this will be tried again,
    so only the speeds it can be at are tried, and quickly. Raises PortTimeoutError when nothing answers.
    """
    port = exchange.port
    if on_network(exchange):
        if answers(exchange, NETWORK_PROBE_S if patient else IMPATIENT_PROBE_S):
            return 0
        raise PortTimeoutError(f"{port.name}: connected, but no tracker answers; is this its address and port?")
    speeds: list[int] = list(dict.fromkeys((POWER_UP_BAUD, baud, *(LEFT_BEHIND if patient else ()))))
    for speed in speeds:
        # A wrong speed can look like a break to the device: it then restarts at 9600, and the real break finds it.
        try:
            port.set_baud(speed)
        except PortError:
            continue  # this line cannot run so fast, so the device was not left there by it
        if answers(exchange, PROBE_S if patient else IMPATIENT_PROBE_S):
            return speed
    port.set_baud(POWER_UP_BAUD)
    if patient:
        port.send_break(BREAK_S)
        if exchange.wait_for_reset(RESET_S) or answers(exchange):
            return POWER_UP_BAUD
    raise PortTimeoutError(
        f"{port.name}: no tracker answers at {', '.join(map(str, speeds))} baud{', nor after a reset' * patient};"
        " is it switched on, and is this its port?"
    )


def answers(exchange: Exchange, timeout_s: float = PROBE_S) -> bool:
    """Whether something that speaks the protocol answers at the present speed."""
    port = exchange.port
    port.drop_input()
    try:
        # Works before INIT, changes nothing, and even a device that lacks it answers with a readable error.
        exchange.ask("APIREV", timeout_s=timeout_s, tries=1)
    except DeviceError:
        exchange.settle()  # may have been about what stood in its buffer before: its next answer may still come
    except (BadReplyError, PortTimeoutError):
        return False
    except TrackerError:
        exchange.settle()  # it just restarted: all the better
    return True


def initialize(exchange: Exchange) -> None:
    """INIT: leaves tracking, ready for setup."""
    expect_okay("INIT", exchange.ask("INIT"))


def change_speed(exchange: Exchange, present: int, wanted: int, handshake: bool) -> int:
    """Agree on the fastest speed up to `wanted` that device and line can; returns it, 0 for a device without speeds."""
    if on_network(exchange):
        return 0
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
