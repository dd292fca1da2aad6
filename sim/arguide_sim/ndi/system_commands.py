"""Commands about the device itself: who it is, how it speaks, what it is set to."""

from arguide_sim.ndi.refusal import (
    BAD_COMM,
    INVALID_LED,
    INVALID_LED_STATE,
    NO_SUCH_FEATURE,
    OUT_OF_RANGE,
    TOO_LONG,
    TOO_SHORT,
    UNKNOWN_PROCESSOR,
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
    state.handles.free_all()
    enter(state, Mode.SETUP)
    return OKAY


def enter(state: State, mode: Mode) -> None:
    """Change to `mode`, and say so in the parameter tree."""
    state.mode = mode
    state.parameters.note("Info.Status.System Mode", mode.value)


def reset(state: State, args: str) -> str:
    """Back to the state after power-up; the reply (RESET with its CRC BE6F) is what a reset always sends."""
    if args not in ("", "0", "1"):
        raise Refusal(OUT_OF_RANGE)
    state.power_up()
    return "RESET"


def comm(state: State, args: str) -> str:
    """Another speed, from the next command on. Only 8 data bits: BX needs them."""
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
    state.handles.named(args)
    light, look = tuple(exactly(args, 4)[2:].upper())
    if light not in "123":
        raise Refusal(INVALID_LED)
    if look not in "BFS":
        raise Refusal(INVALID_LED_STATE)
    return OKAY


def ver(state: State, args: str) -> str:
    text = state.model.version(args or "0")
    if text is None:
        raise Refusal(UNKNOWN_PROCESSOR)
    return text


def apirev(state: State, args: str) -> str:
    return state.model.api_revision


def sflist(state: State, args: str) -> str:
    features = {
        "00": "00000002",
        "01": "0",
        "02": str(state.model.passive_ports),
        "03": "1" + state.model.volume_text(),
        "04": "0",
    }
    if args not in features:
        raise Refusal(NO_SUCH_FEATURE)
    return features[args]


def vsel(state: State, args: str) -> str:
    if exactly(args, 1) != "1":
        raise Refusal(OUT_OF_RANGE)
    return OKAY


def irate(state: State, args: str) -> str:
    index = hexadecimal(exactly(args, 1))
    if index >= len(state.model.rates_hz):
        raise Refusal(OUT_OF_RANGE)
    state.rate_hz = state.model.rates_hz[index]
    state.parameters.note("Param.Tracking.Illuminator Rate", str(index))
    return OKAY


def get(state: State, args: str) -> str:
    return "".join(f"{name}={p.value}\n" for name, p in state.parameters.matching(args).items())


def getinfo(state: State, args: str) -> str:
    return "".join(f"{name}={p.info}\n" for name, p in state.parameters.matching(args).items())


def set_parameter(state: State, args: str) -> str:
    name, equals, value = args.partition("=")
    if not equals:
        raise Refusal(WRONG_COUNT)
    state.parameters.set(name, value)
    return OKAY
