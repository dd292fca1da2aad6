"""Port handles: a number for every tool the host has announced or plugged in, and how far it has got with it."""

from dataclasses import dataclass, field
from enum import IntEnum

from arguide_sim.ndi.definition import Definition
from arguide_sim.ndi.refusal import INVALID_HANDLE, NO_HANDLES_LEFT, TOO_SHORT, Refusal
from arguide_sim.ndi.request import hexadecimal

IMAGE_SIZE = 2048
FIRST_WIRED = 0x0A
LAST = 0xFF


class Stage(IntEnum):
    """The life of a handle; the value is its status bits (occupied, initialized, enabled)."""

    ALLOCATED = 0x01
    INITIALIZED = 0x11
    ENABLED = 0x31


@dataclass(frozen=True, slots=True)
class Socket:
    """Where a wired tool is plugged in."""

    port: int
    """From 1."""
    channel: int = 0
    """1 is the second sensor of two on one plug."""


@dataclass(slots=True)
class Handle:
    """One port handle."""

    number: int
    dummy: bool = False
    """Announced for stray markers only: has no definition and no pose."""
    socket: Socket | None = None
    """None for a tool that only the host's description makes a tool."""
    image: bytearray = field(default_factory=lambda: bytearray(IMAGE_SIZE))
    written: bool = False
    """Whether the host has uploaded a definition."""
    stage: Stage = Stage.ALLOCATED
    definition: Definition | None = None
    tool: str | None = None
    """Which tool of the world this is, once initialized."""
    gone: bool = False
    """Its tool was unplugged: only good for being freed."""
    leds: dict[str, str] = field(default_factory=dict)
    """What the host has the visible LEDs do, by number."""

    @property
    def status(self) -> int:
        """Its status bits."""
        return self.stage & ~1 if self.gone else self.stage.value


class Handles:
    """All handles of a device, at most `room` for tools that are not wired."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._by_number: dict[int, Handle] = {}

    def request(self, dummy: bool) -> Handle:
        """A new handle for a tool without a wire, with the lowest free number. Raises Refusal when none is left."""
        if sum(h.socket is None for h in self._by_number.values()) >= self._room:
            raise Refusal(NO_HANDLES_LEFT)
        return self._add(1, Handle(0, dummy))

    def plug(self, socket: Socket, tool: str) -> Handle:
        """A new handle for a tool that was just found in a socket."""
        return self._add(FIRST_WIRED, Handle(0, socket=socket, tool=tool))

    def unplug(self, port: int) -> list[Handle]:
        """Mark what sat in a port as gone; returns it."""
        leaving = [h for h in self._by_number.values() if h.socket and h.socket.port == port and not h.gone]
        for handle in leaving:
            handle.gone = True
        return leaving

    def in_socket(self, socket: Socket) -> Handle | None:
        """Who sits there."""
        return next((h for h in self._by_number.values() if h.socket == socket and not h.gone), None)

    def named(self, args: str) -> Handle:
        """The handle that the first two hex digits of `args` name. Raises Refusal when there is none."""
        if len(args) < 2:
            raise Refusal(TOO_SHORT)
        handle = self._by_number.get(hexadecimal(args[:2]))
        if handle is None:
            raise Refusal(INVALID_HANDLE)
        return handle

    def free(self, handle: Handle) -> None:
        """Give the number back."""
        del self._by_number[handle.number]

    def free_all(self) -> None:
        """Forget every handle."""
        self._by_number.clear()

    def at(self, *stages: Stage) -> list[Handle]:
        """The handles with a tool that are at one of `stages`, by number."""
        return [h for h in self.all() if h.stage in stages and not h.gone]

    def gone(self) -> list[Handle]:
        """The handles that wait to be freed, by number."""
        return [h for h in self.all() if h.gone]

    def all(self) -> list[Handle]:
        """Every handle, by number."""
        return list(self._by_number.values())

    def tools(self) -> set[str]:
        """The tools of the world that have a handle."""
        return {h.tool for h in self._by_number.values() if h.tool is not None}

    def _add(self, first: int, handle: Handle) -> Handle:
        number = next((n for n in range(first, LAST + 1) if n not in self._by_number), None)
        if number is None:
            raise Refusal(NO_HANDLES_LEFT)
        handle.number = number
        # Kept in order: they are asked for at every frame, and come and go seldom.
        self._by_number = dict(sorted({**self._by_number, number: handle}.items()))
        return handle
