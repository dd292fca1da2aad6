"""Port handles: a number for every tool the host has announced, and how far it has got with it."""

from dataclasses import dataclass, field
from enum import IntEnum

from arguide_sim.ndi.definition import Definition
from arguide_sim.ndi.refusal import INVALID_HANDLE, NO_HANDLES_LEFT, TOO_SHORT, Refusal
from arguide_sim.ndi.request import hexadecimal

IMAGE_SIZE = 2048


class Stage(IntEnum):
    """The life of a handle; the value is its status bits (occupied, initialized, enabled)."""

    ALLOCATED = 0x01
    INITIALIZED = 0x11
    ENABLED = 0x31


@dataclass(slots=True)
class Handle:
    """One port handle."""

    number: int
    dummy: bool = False
    """Announced for stray markers only: has no definition and no pose."""
    image: bytearray = field(default_factory=lambda: bytearray(IMAGE_SIZE))
    stage: Stage = Stage.ALLOCATED
    definition: Definition | None = None
    tool: str | None = None
    """Which tool of the world this is, once initialized."""


class Handles:
    """All handles of a device, at most `room`."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._by_number: dict[int, Handle] = {}

    def request(self, dummy: bool) -> Handle:
        """A new handle, with the lowest free number. Raises Refusal when none is left."""
        if len(self._by_number) >= self._room:
            raise Refusal(NO_HANDLES_LEFT)
        number = next(n for n in range(1, self._room + 1) if n not in self._by_number)
        self._by_number[number] = Handle(number, dummy)
        return self._by_number[number]

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
        """The handles that are at one of `stages`, by number."""
        return sorted((h for h in self._by_number.values() if h.stage in stages), key=lambda h: h.number)
