"""The steps from an open line to a device that answers at the best speed, each a plain function of the exchange."""

from collections.abc import Callable, Iterable
from math import inf

from arguide.errors import BadReplyError, DeviceError, PortError, PortTimeoutError, TrackerError
from arguide.trackers.ndi.commands import BAUD_CODES, comm_arguments
from arguide.trackers.ndi.errors import GARBLED_COMMAND
from arguide.trackers.ndi.exchange import TRIES, Exchange
from arguide.trackers.ndi.tools import expect_okay

POWER_UP_BAUD = 9600
LEFT_BEHIND = (115200, 921600, 57600, 230400, 38400)
"""Speeds at which other programs, or a crash, leave a tracker; the likely ones first."""
PROBE_S = 0.3
QUICK_PROBE_S = 0.12
NETWORK_PROBE_S = 1.0
BREAK_S = 0.3
RESET_S = 7.0
"""A tracker may take so long to announce that it has restarted."""
QUICK_RESET_S = 0.5
RESET_AGAIN_S = 10.0
SWITCH_S = 0.2
"""The device changes speed this long after its OKAY at the latest."""
NO_COMM = (0x01, 0x33)
NETWORK = ("socket://", "sim+tcp://")


def on_network(exchange: Exchange) -> bool:
    """Whether the line is a TCP connection, which has neither speed nor break."""
    return exchange.port.name.startswith(NETWORK)


class Resets:
    """When a silent tracker may be restarted: at once, and then ever more seldom, for one that is about to restart
    must not be kept from it. `clock` gives host seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._next_s = -inf
        self._pause_s = RESET_AGAIN_S

    def due(self) -> bool:
        """Whether it is time; if so, the next time is later."""
        now = self._clock()
        if now < self._next_s:
            return False
        self._next_s = now + self._pause_s
        self._pause_s *= 2
        return True


def find_device(exchange: Exchange, baud: int) -> int:
    """The speed at which a tracker answers, restarted by a serial break if need be; the port is set to it.

    0 on a network. `baud` is the speed it was probably left at. Raises PortTimeoutError when nothing answers.
    """
    if on_network(exchange):
        return _listening(exchange, NETWORK_PROBE_S)
    speeds = tuple(dict.fromkeys((POWER_UP_BAUD, baud, *LEFT_BEHIND)))
    # A wrong speed can look like a break to the device: it then restarts at 9600, and the real break finds it.
    if speed := _first_that_answers(exchange, speeds, PROBE_S):
        return speed
    if _restarts(exchange, RESET_S) or answers(exchange):
        return POWER_UP_BAUD
    raise _nobody(exchange, speeds, "nor after a reset")


def find_again(exchange: Exchange, baud: int, resets: Resets) -> int:
    """As `find_device`, for a tracker that was there a moment ago, to be tried again and again: quick to give up.

    It is where it was, if only the cable was pulled; at 9600, if it was switched off; or restarted when `resets` allow.
    """
    if on_network(exchange):
        return _listening(exchange, QUICK_PROBE_S)
    speeds = tuple(dict.fromkeys((baud, POWER_UP_BAUD)))
    if speed := _first_that_answers(exchange, speeds, QUICK_PROBE_S):
        return speed
    if resets.due() and _restarts(exchange, QUICK_RESET_S):
        return POWER_UP_BAUD
    raise _nobody(exchange, speeds, "")


def _listening(exchange: Exchange, probe_s: float) -> int:
    if answers(exchange, probe_s):
        return 0
    raise PortTimeoutError(f"{exchange.port.name}: connected, but no tracker answers; is this its address and port?")


def _first_that_answers(exchange: Exchange, speeds: Iterable[int], probe_s: float) -> int | None:
    for speed in speeds:
        try:
            exchange.port.set_baud(speed)
        except PortError:
            continue  # this line cannot run so fast, so the device was not left there by it
        if answers(exchange, probe_s):
            return speed
    return None


def _restarts(exchange: Exchange, patience_s: float) -> bool:
    """Whether a serial break makes a tracker say that it has restarted."""
    exchange.port.set_baud(POWER_UP_BAUD)
    exchange.port.send_break(BREAK_S)
    return exchange.wait_for_reset(patience_s)


def _nobody(exchange: Exchange, speeds: Iterable[int], also: str) -> PortTimeoutError:
    tried = ", ".join(map(str, speeds)) + f" baud{f', {also}' if also else ''}"
    heard = exchange.statistics.stray_bytes or exchange.statistics.bad_replies
    said = ", though something else is heard" if heard else ""
    return PortTimeoutError(
        f"{exchange.port.name}: no tracker answers at {tried}{said}; is it switched on, and is this its port?"
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
