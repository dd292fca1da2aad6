"""Commands about the device itself: who it is, how it speaks, what it is set to."""

from collections.abc import Callable

from arguide_sim.ndi import parameters as names
from arguide_sim.ndi.alerts import Happened, Kind, bit_of
from arguide_sim.ndi.parameters import Parameter
from arguide_sim.ndi.refusal import (
    BAD_COMM,
    INVALID_COMMAND,
    INVALID_LED,
    INVALID_LED_STATE,
    NO_SUCH_FEATURE,
    OUT_OF_RANGE,
    TOO_LONG,
    TOO_SHORT,
    UNKNOWN_PROCESSOR,
    UNOCCUPIED,
    WRONG_COUNT,
    Refusal,
)
from arguide_sim.ndi.request import hexadecimal
from arguide_sim.ndi.state import Mode, State

OKAY = "OKAY"
BAUDS = {"0": 9600, "1": 14400, "2": 19200, "3": 38400, "4": 57600, "5": 115200, "6": 921600, "7": 1228739, "A": 230400}


def exactly(args: str, count: int) -> str:
    """`args`, if it has `count` characters. Raises Refusal otherwise."""
    if len(args) != count:
        raise Refusal(TOO_SHORT if len(args) < count else TOO_LONG)
    return args


def init(state: State, args: str) -> str:
    """Start up, or start over: the host's tools are forgotten, so that reconnecting never doubles them."""
    nothing(args)
    state.handles.free_all()
    state.stream = None
    enter(state, Mode.SETUP)
    state.find_wired()
    return OKAY


def enter(state: State, mode: Mode) -> None:
    """Change to `mode`, and say so in the parameter tree."""
    state.mode = mode
    state.parameters.note(names.SYSTEM_MODE, mode.value)


def nothing(args: str) -> None:
    """Raises Refusal unless there are no arguments."""
    if args:
        raise Refusal(TOO_LONG)


def reset(state: State, args: str) -> str:
    """Back to the state after power-up; the reply (RESET with its CRC BE6F) is what a reset always sends."""
    if args not in ("", "0", "1"):
        raise Refusal(OUT_OF_RANGE)
    state.power_up()
    return "RESET"


def comm(state: State, args: str) -> str:
    """Another speed, from the next command on. Only 8 data bits: BX needs them."""
    if state.network:
        raise Refusal(INVALID_COMMAND)
    baud, data, parity, stop, handshake = tuple(exactly(args.upper(), 5))
    if baud not in BAUDS or data != "0" or parity not in "012" or stop not in "01" or handshake not in "01":
        raise Refusal(BAD_COMM)
    state.baud = BAUDS[baud]
    return OKAY


def beep(state: State, args: str) -> str:
    if exactly(args, 1) not in "123456789":
        raise Refusal(OUT_OF_RANGE)
    return "1"


def echo(state: State, args: str) -> str:
    if len(args) < 4:
        raise Refusal(TOO_SHORT)
    return args


def led(state: State, args: str) -> str:
    handle = state.handles.named(args)
    light, look = tuple(exactly(args, 4)[2:].upper())
    if handle.gone:
        raise Refusal(UNOCCUPIED)
    if light not in "123":
        raise Refusal(INVALID_LED)
    if look not in "BFS":
        raise Refusal(INVALID_LED_STATE)
    handle.leds[light] = look
    return OKAY


def ver(state: State, args: str) -> str:
    text = state.model.version(args or "0")
    if text is None:
        raise Refusal(UNKNOWN_PROCESSOR)
    return text


def apirev(state: State, args: str) -> str:
    nothing(args)
    return state.model.api_revision


def sflist(state: State, args: str) -> str:
    model = state.model
    several = 4 if len(model.volumes) > 1 else 0
    features = {
        "00": f"{(2 if model.passive_ports else 0) | (1 if model.wired_ports else 0) | several:08X}",
        "01": f"{model.wired_ports:X}",
        "02": str(min(model.passive_ports, 9)),
        "03": f"{len(model.volumes):X}" + "\n".join(volume.text() for volume in model.volumes),
        "04": "0",
    }
    if (args or "00") not in features:
        raise Refusal(NO_SUCH_FEATURE)
    return features[args or "00"]


def vsel(state: State, args: str) -> str:
    number = hexadecimal(exactly(args, 1))
    if not 1 <= number <= len(state.model.volumes):
        raise Refusal(OUT_OF_RANGE)
    choose_volume(state, number - 1)
    state.parameters.note(names.VOLUME, number - 1)
    return OKAY


def choose_volume(state: State, index: int) -> None:
    """Measure in another of the model's volumes."""
    state.sensor.choose(state.model.volumes[index])


def irate(state: State, args: str) -> str:
    index = hexadecimal(exactly(args, 1))
    if index >= len(state.model.rates_hz):
        raise Refusal(OUT_OF_RANGE)
    # The newer models have the same choice under another name too.
    for name in (names.ILLUMINATOR_RATE, names.TRACK_FREQUENCY):
        state.parameters.note(name, index)
    return OKAY


def get(state: State, args: str) -> str:
    return "".join(f"{name}={p.value}\n" for name, p in _read(state, args))


def getinfo(state: State, args: str) -> str:
    if not state.model.optical:
        raise Refusal(INVALID_COMMAND)
    return "".join(f"{name}={p.info}\n" for name, p in _read(state, args))


def _read(state: State, args: str) -> list[tuple[str, Parameter]]:
    state.parameters.note(names.ALERTS, state.alerts.standing)
    state.parameters.note(names.NEW_ALERTS, state.alerts.new)
    found = state.parameters.matching(args)
    if names.NEW_ALERTS in found:
        state.alerts.new = 0  # read now
    return list(found.items())


def set_parameter(state: State, args: str) -> str:
    name, equals, value = args.partition("=")
    if not equals:
        raise Refusal(WRONG_COUNT)
    name = state.parameters.set(name, value)
    if follow := FOLLOWS.get(name):
        follow(state, int(value))
    return OKAY


def _follow_alerts(state: State, bits: int) -> None:
    for code in range(1, 12):
        for kind in (Kind.FAULT, Kind.ALERT):
            happened = Happened(kind, code)
            if bits & bit_of(happened) and not state.alerts.standing & bit_of(happened):
                state.alerts.add(happened)
            elif not bits & bit_of(happened):
                state.alerts.clear(happened)


def _follow_clear(state: State, clear: int) -> None:
    if clear:
        state.clear_bump()


def _follow_illuminator(state: State, index: int) -> None:
    state.parameters.note(names.TRACK_FREQUENCY, index)


def _follow_track(state: State, index: int) -> None:
    state.parameters.note(names.ILLUMINATOR_RATE, index)


FOLLOWS: dict[str, Callable[[State, int], None]] = {
    names.VOLUME: choose_volume,
    names.BUMP_CLEAR: _follow_clear,
    names.SIMULATED_ALERTS: _follow_alerts,
    names.ILLUMINATOR_RATE: _follow_illuminator,
    names.TRACK_FREQUENCY: _follow_track,
}
"""What else changes with a parameter."""
