"""Commands about tools: announce, describe, initialize, enable, give back."""

import re

from arguide_sim.ndi.definition import SIZE, read_definition
from arguide_sim.ndi.handles import IMAGE_SIZE, Handle, Stage
from arguide_sim.ndi.refusal import (
    INVALID_COMMAND,
    INVALID_PRIORITY,
    NOT_INITIALIZED,
    OUT_OF_RANGE,
    Refusal,
)
from arguide_sim.ndi.request import hexadecimal
from arguide_sim.ndi.state import State
from arguide_sim.ndi.system_commands import OKAY, exactly

REPORTS: dict[str, tuple[Stage, ...]] = {
    "00": tuple(Stage),
    "01": (),  # to be freed: only wired tools get there, by being unplugged
    "02": (Stage.ALLOCATED,),
    "03": (Stage.INITIALIZED,),
    "04": (Stage.ENABLED,),
}


def phsr(state: State, args: str) -> str:
    stages = REPORTS.get(args or "00")
    if stages is None:
        raise Refusal(OUT_OF_RANGE)
    handles = state.handles.at(*stages)
    return f"{len(handles):02X}" + "".join(f"{h.number:02X}{h.stage:03X}" for h in handles)


def phrq(state: State, args: str) -> str:
    dummy = exactly(args, 14)[12:] in ("01", "02")
    return f"{state.handles.request(dummy).number:02X}"


def pvwr(state: State, args: str) -> str:
    handle = state.handles.named(args)
    address = hexadecimal(exactly(args, 6 + 128)[2:6])
    if not re.fullmatch("[0-9A-Fa-f]{128}", args[6:]):
        raise Refusal(INVALID_COMMAND)
    if address > IMAGE_SIZE - 64:
        raise Refusal(OUT_OF_RANGE)
    handle.image[address : address + 64] = bytes.fromhex(args[6:])
    return OKAY


def pinit(state: State, args: str) -> str:
    """Read the uploaded image; from now on the device knows which tool of the world it is to look for."""
    handle = state.handles.named(exactly(args, 2))
    if not handle.dummy:
        definition = read_definition(bytes(handle.image[:SIZE]))
        handle.definition = definition
        handle.tool = state.sensor.identify(definition.markers)
    handle.stage = max(handle.stage, Stage.INITIALIZED)
    return OKAY


def pena(state: State, args: str) -> str:
    handle = state.handles.named(exactly(args, 3))
    if args[2].upper() not in "SDB":
        raise Refusal(INVALID_PRIORITY)
    if handle.stage is Stage.ALLOCATED:
        raise Refusal(NOT_INITIALIZED)
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
    fields = {
        0x0001: _information(handle),
        0x0002: "00000000",
        0x0004: f"{handle.definition.part if handle.definition else '':20.20}",
        0x0008: "00",
        0x0010: f"{handle.definition.marker_type if handle.definition else 0:02X}",
        0x0020: "00000000" + "0" + "1" + "00" + "00",
        0x0040: "00",
    }
    if mask & ~sum(fields):
        raise Refusal(OUT_OF_RANGE)
    return "".join(text for bit, text in fields.items() if mask & bit)


def _information(handle: Handle) -> str:
    d = handle.definition
    if d is None:
        return f"00000000{'':12}00000000000{handle.stage:02X}"
    return f"{d.main_type:02X}000000{d.manufacturer:12.12}{d.revision % 1000:03d}{d.serial:08X}{handle.stage:02X}"
