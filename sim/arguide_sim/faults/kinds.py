"""Every kind of fault there is, with what can be said about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

Value: TypeAlias = float | str


class Level(StrEnum):
    """Where a fault strikes."""

    SCENE = "scene"
    DEVICE = "device"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Number:
    """A number that a fault takes, and where it may lie."""

    low: float
    high: float
    default: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word that a fault takes."""

    default: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault."""

    level: Level
    about: str
    takes: Mapping[str, Number | Word] = field(default_factory=dict)
    at_once: bool = False
    """It happens at the beginning of its time, and that is all; else it lasts that time."""
    for_s: float = 1.0
    """How long it lasts unless something else is said."""
    per_reply: bool = False
    """Strikes single replies, with the chance `share` each."""


_TOOL: dict[str, Number | Word] = {"tool": Word("")}
"""Empty: all of them."""
KINDS = {
    # in front of the tracker
    "occlusion": Kind(
        Level.SCENE, "something stands before a tool, or before some of its markers", _TOOL | {"markers": Word("")}
    ),
    "out-of-volume": Kind(Level.SCENE, "a tool is carried out of the measurement volume", _TOOL),
    "too-much-infrared": Kind(Level.SCENE, "a lamp or the sun blinds the cameras"),
    "interference": Kind(Level.SCENE, "reflections are taken for a tool's markers", _TOOL),
    "strays": Kind(Level.SCENE, "reflections that belong to no tool", {"count": Number(1, 50, 3)}),
    "bumped-reference": Kind(
        Level.SCENE,
        "the reference body is knocked aside, and stays there",
        {"tool": Word("reference"), "by_mm": Number(0, 200, 8), "by_deg": Number(0, 90, 3)},
        for_s=1e9,
    ),
    "bent-tool": Kind(
        Level.SCENE,
        "a marker of a tool is bent away",
        _TOOL | {"marker": Number(0, 19, 1), "by_mm": Number(0, 100, 4)},
        for_s=1e9,
    ),
    "metal": Kind(
        Level.SCENE,
        "metal near a tool, in the field of an electromagnetic tracker",
        {"tool": Word("needle"), "distance_mm": Number(1, 500, 60), "reach_mm": Number(1, 500, 60)},
    ),
    # in the tracker
    "slow-rate": Kind(
        Level.DEVICE, "the tracker measures only a few times a second", {"hz": Number(0.1, 400, 4)}, for_s=3.0
    ),
    "frame-jump": Kind(
        Level.DEVICE,
        "the frame counter leaps, forwards or back",
        {"frames": Number(-(2**31), 2**31, 1000)},
        at_once=True,
    ),
    "frame-wrap": Kind(
        Level.DEVICE, "the frame counter is about to begin anew", {"frames": Number(0, 1e6, 30)}, at_once=True
    ),
    "bumped-tracker": Kind(Level.DEVICE, "the tracker itself is knocked", at_once=True),
    "alert": Kind(
        Level.DEVICE,
        "the tracker has something to complain about",
        {"type": Number(0, 2, 0), "code": Number(1, 11, 4)},
        at_once=True,
    ),
    "system-status": Kind(Level.DEVICE, "bits of the system status are set", {"bits": Number(0, 0xFFFF, 8)}),
    "tool-unplugged": Kind(
        Level.DEVICE, "a wired tool is pulled out and put back", {"port": Number(1, 8, 1)}, for_s=2.0
    ),
    "refusal": Kind(
        Level.DEVICE,
        "the tracker refuses a command",
        {"command": Word("BX"), "code": Number(1, 255, 0x1A)},
        per_reply=True,
    ),
    # on the line
    "bit-flip": Kind(Level.LINE, "bits arrive wrong", {"bits": Number(1, 1000, 1)}, per_reply=True),
    "bad-crc": Kind(Level.LINE, "the checksum arrives wrong", per_reply=True),
    "dropped-byte": Kind(Level.LINE, "a byte is lost", per_reply=True),
    "duplicated-byte": Kind(Level.LINE, "a byte arrives twice", per_reply=True),
    "late-bytes": Kind(Level.LINE, "the rest of a reply comes later", {"late_s": Number(0, 10, 0.05)}, per_reply=True),
    "truncated": Kind(Level.LINE, "the rest of a reply never comes", per_reply=True),
    "merged": Kind(Level.LINE, "a reply is held back, and comes together with the next one", per_reply=True),
    "ascii-error": Kind(
        Level.LINE, "an error text comes instead of the reply", {"code": Number(1, 255, 4)}, per_reply=True
    ),
    "noise": Kind(
        Level.LINE, "bytes that nobody sent stand before a reply", {"bytes": Number(1, 1000, 20)}, per_reply=True
    ),
    "latency": Kind(
        Level.LINE, "replies come late", {"latency_s": Number(0, 10, 0.016), "jitter_s": Number(0, 10, 0.0)}, for_s=5.0
    ),
    "silence": Kind(Level.LINE, "the tracker does not answer"),
    "line-unplugged": Kind(Level.LINE, "the cable is pulled out and put back", for_s=2.0),
    "power-cycle": Kind(Level.LINE, "the tracker is switched off and on", for_s=2.0),
    "wrong-baud": Kind(
        Level.LINE,
        "the tracker suddenly listens at another speed, and stays there",
        {"baud": Number(9600, 1228739, 19200)},
        at_once=True,
    ),
}
OUTAGES = ("silence", "line-unplugged", "power-cycle")
"""What lasts as the host's time passes; everything else as the tracker's does, which may be simulated."""
