"""Commands for looking at single markers, and those about things that no simulated tool has."""

from arguide_sim.ndi.frames import Frame
from arguide_sim.ndi.handles import Handle, Stage
from arguide_sim.ndi.refusal import INVALID_OPERATION, NO_SUCH_FEATURE, NOT_ENABLED, OUT_OF_RANGE, Refusal
from arguide_sim.ndi.request import hexadecimal
from arguide_sim.ndi.sensor import Marker
from arguide_sim.ndi.state import Mode, State
from arguide_sim.ndi.system_commands import OKAY, enter, exactly, nothing
from arguide_sim.ndi.tracking import Stray, fixed, seen, strays

MOST_LISTED = 50
SHOWN = (Marker.USED, Marker.OUT_USED, Marker.BAD_FIT, Marker.OUT_UNUSED)


def dstart(state: State, args: str) -> str:
    if args not in ("", "40", "80"):
        raise Refusal(OUT_OF_RANGE)
    state.frames.start(state.rate_hz, from_zero=args == "80")
    enter(state, Mode.DIAGNOSTIC)
    return OKAY


def dstop(state: State, args: str) -> str:
    nothing(args)
    enter(state, Mode.SETUP)
    return OKAY


def irinit(state: State, args: str) -> str:
    nothing(args)
    return OKAY


def irchk(state: State, args: str) -> str:
    """Whether there is infrared light about that is not the tracker's own."""
    if hexadecimal(exactly(args, 4)) != 1:
        raise Refusal(OUT_OF_RANGE)
    return "1" if state.frames.newest().view.flooded else "0"


def ired(state: State, args: str) -> str:
    state.handles.named(args)
    hexadecimal(exactly(args, 10)[2:])
    return OKAY


def three_d(state: State, args: str) -> str:
    """The markers of one tool, or all that belong to none: count, then for each position, fit of the two lines of
    sight, and whether it is out of the volume."""
    handle = state.handles.named(args)
    mode = exactly(args, 3)[2]
    if mode not in "135":
        raise Refusal(OUT_OF_RANGE)
    if mode != "5":
        raise Refusal(INVALID_OPERATION)
    if handle.stage is not Stage.ENABLED:
        raise Refusal(NOT_ENABLED)
    frame = state.frames.newest()
    places = (strays(state, frame) if handle.dummy else _places(handle, frame))[:MOST_LISTED]
    return f"{len(places):03d}" + "".join(_line(place) for place in places)


def _places(handle: Handle, frame: Frame) -> list[Stray]:
    sighting = seen(handle, frame)
    pairs = zip(sighting.markers.tolist(), sighting.codes, strict=True)
    return [(x, y, z, code in (Marker.OUT_USED, Marker.OUT_UNUSED)) for (x, y, z), code in pairs if code in SHOWN]


def _line(place: Stray) -> str:
    return "\n" + "".join(fixed(c, 10_000, 9) for c in place[:3]) + "0010" + ("1" if place[3] else "0")


def no_feature(state: State, args: str) -> str:
    """Memories and wires that no simulated tool has."""
    state.handles.named(args)
    raise Refusal(NO_SUCH_FEATURE)
