"""Commands about tools: announce, describe, initialize, enable, give back."""

import re

import numpy as np

from arguide_sim.ndi.definition import SIZE, Definition, read_definition
from arguide_sim.ndi.handles import IMAGE_SIZE, Handle, Stage
from arguide_sim.ndi.refusal import (
    BAD_PORT,
    INVALID_COMMAND,
    INVALID_PRIORITY,
    NO_TOOL,
    NOT_INITIALIZED,
    OUT_OF_RANGE,
    TOO_MANY_TOOLS,
    Refusal,
)
from arguide_sim.ndi.request import hexadecimal
from arguide_sim.ndi.state import State
from arguide_sim.ndi.system_commands import OKAY, exactly

REPORTS: dict[str, tuple[Stage, ...]] = {
    "02": (Stage.ALLOCATED,),
    "03": (Stage.INITIALIZED,),
    "04": (Stage.ENABLED,),
}
INCOMPATIBLE = "WARNING03"
ALIKE_MM = 0.5


def phsr(state: State, args: str) -> str:
    kind = args or "00"
    if kind == "00":
        handles = state.handles.all()
    elif kind == "01":
        handles = state.handles.gone()
    elif kind in REPORTS:
        handles = state.handles.at(*REPORTS[kind])
    else:
        raise Refusal(OUT_OF_RANGE)
    return f"{len(handles):02X}" + "".join(f"{h.number:02X}{h.status:03X}" for h in handles)


def phrq(state: State, args: str) -> str:
    """Device number 8, system 1, tool 1 (0 wired, 1 wireless), port 2, channel or dummy 2; `*` is any."""
    if not re.fullmatch(r"[0-9A-Fa-f*]{8}[01*][01*][0-9A-Fa-f*]{4}", exactly(args, 14)) or args[9] == "0":
        raise Refusal(BAD_PORT)
    return f"{state.handles.request(args[12:] in ('01', '02')).number:02X}"


def pvwr(state: State, args: str) -> str:
    handle = state.handles.named(args)
    address = hexadecimal(exactly(args, 6 + 128)[2:6])
    if not re.fullmatch("[0-9A-Fa-f]{128}", args[6:]):
        raise Refusal(INVALID_COMMAND)
    if address > IMAGE_SIZE - 64:
        raise Refusal(OUT_OF_RANGE)
    handle.image[address : address + 64] = bytes.fromhex(args[6:])
    handle.written = True
    return OKAY


def pinit(state: State, args: str) -> str:
    """Read the uploaded image; from now on the device knows which tool of the world it is to look for."""
    handle = state.handles.named(exactly(args, 2))
    if handle.gone:
        raise Refusal(NO_TOOL)
    warning = OKAY if handle.dummy or handle.stage is not Stage.ALLOCATED else _identify(state, handle)
    handle.stage = max(handle.stage, Stage.INITIALIZED)
    state.open_second(handle)
    return warning


def _identify(state: State, handle: Handle) -> str:
    """A wired tool is what sits there; what the host wrote over its memory only says what it is called."""
    if handle.socket is not None and not handle.written:
        handle.definition = state.sensor.memory(handle.tool or "")
        return OKAY
    handle.definition = read_definition(bytes(handle.image[:SIZE]))
    if handle.socket is not None:
        return OKAY
    others = [h.definition for h in state.handles.all() if h is not handle and h.stage is not Stage.ALLOCATED]
    handle.tool = state.sensor.identify(handle.definition, state.handles.tools())
    return INCOMPATIBLE if any(d and _alike(handle.definition, d) for d in others) else OKAY


def _alike(one: Definition, other: Definition) -> bool:
    """Whether the cameras would take one for the other."""
    same = one.markers.shape == other.markers.shape and len(one.markers) > 0
    return same and bool(np.abs(one.markers - other.markers).max() < ALIKE_MM)


def pena(state: State, args: str) -> str:
    handle = state.handles.named(exactly(args, 3))
    if args[2].upper() not in "SDB":
        raise Refusal(INVALID_PRIORITY)
    if handle.gone:
        raise Refusal(NO_TOOL)
    if handle.stage is Stage.ALLOCATED:
        # The newer models are content with a description: one of their clients never sends PINIT.
        if not (state.model.modern and handle.written):
            raise Refusal(NOT_INITIALIZED)
        _identify(state, handle)
    if handle.stage is not Stage.ENABLED and len(state.handles.at(Stage.ENABLED)) >= state.model.most_enabled:
        raise Refusal(TOO_MANY_TOOLS)
    handle.stage = Stage.ENABLED
    return OKAY


def pdis(state: State, args: str) -> str:
    handle = state.handles.named(exactly(args, 2))
    handle.stage = min(handle.stage, Stage.INITIALIZED)
    return OKAY


def phf(state: State, args: str) -> str:
    state.handles.free(state.handles.named(exactly(args, 2)))
    return OKAY


def phinf(state: State, args: str) -> str:
    """What is known of a tool: the fields that the mask asks for, in its order, without separators."""
    handle = state.handles.named(args)
    mask = hexadecimal(exactly(args, 6)[2:]) if len(args) > 2 else 0x0001
    if mask & ~0xFF:
        raise Refusal(OUT_OF_RANGE)
    if handle.gone:
        return "UNOCCUPIED"
    fields = {
        0x0001: _information(handle),
        0x0002: "00000000",
        0x0004: f"{handle.definition.part if handle.definition else '':20.20}",
        0x0008: "01" if handle.socket else "00",
        0x0010: f"{handle.definition.marker_type if handle.definition else 0:02X}",
        0x0020: _location(handle),
        0x0040: "00",
        0x0080: _degrees(state, handle),
    }
    return "".join(text for bit, text in fields.items() if mask & bit)


def _information(handle: Handle) -> str:
    d = handle.definition
    if d is None:
        kind, serial = ("02", 0x2A000000 + handle.number) if handle.socket else ("00", 0)
        return f"{kind}000000{'NDI' if handle.socket else '':12}000{serial:08X}{handle.status:02X}"
    return f"{d.main_type:02X}000000{d.manufacturer:12.12}{d.revision % 1000:03d}{d.serial:08X}{handle.status:02X}"


def _location(handle: Handle) -> str:
    """Device 8, system 1 (0 Polaris, 1 Aurora), 0 wired or 1 wireless, port 2, channel 2."""
    if handle.socket is None:
        return "00000000010000"
    return f"0000000010{handle.socket.port:02d}{handle.socket.channel:02d}"


def _degrees(state: State, handle: Handle) -> str:
    if handle.socket is None:
        return "000000000000"
    sensors = state.plugged[handle.socket.port]
    return f"{sensors.degrees:02X}{len(sensors.tools):02X}00000000"
