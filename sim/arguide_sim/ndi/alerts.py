"""What a tracker has to complain about: bits in the parameter tree, events in the data of newer models."""

from enum import IntEnum, IntFlag
from typing import NamedTuple

MOST_EVENTS = 32
"""Events that nobody fetches are forgotten, the oldest first."""


class SystemStatus(IntFlag):
    """The bits at the end of every TX and BX reply."""

    SYNC_ERROR = 0x0001
    TOO_MUCH_INFRARED = 0x0002
    CRC_ERROR = 0x0004
    RECOVERABLE_EXCEPTION = 0x0008
    HARDWARE_FAILURE = 0x0010
    HARDWARE_CHANGE = 0x0020
    PORT_OCCUPIED = 0x0040
    PORT_UNOCCUPIED = 0x0080
    DIAGNOSTIC_PENDING = 0x0100
    TEMPERATURE = 0x0200


class Kind(IntEnum):
    """What sort of thing happened. The values are those of the maker's own client."""

    FAULT = 0
    ALERT = 1
    EVENT = 2


class Happened(NamedTuple):
    """One thing that happened."""

    kind: Kind
    code: int


TOOL_PLUGGED, TOOL_UNPLUGGED = Happened(Kind.EVENT, 1), Happened(Kind.EVENT, 2)
BUMPED = Happened(Kind.ALERT, 2)
FIRST_ALERT_BIT = 20
"""Faults begin at bit 0 of `Info.Status.Alerts`, alerts here; both in the order of their codes."""


def bit_of(happened: Happened) -> int:
    """The bit by which the parameter tree shows it; 0 for what it does not show."""
    if happened.kind is Kind.FAULT:
        return 1 << happened.code - 1
    return 1 << FIRST_ALERT_BIT + happened.code - 1 if happened.kind is Kind.ALERT else 0


class Alerts:
    """What has happened, until somebody asks."""

    def __init__(self) -> None:
        self.standing = 0
        """Bits of all faults and alerts that last."""
        self.new = 0
        """Bits of those nobody has read yet."""
        self.once = 0
        """Bits of `SystemStatus` that the next reply says once. (A plain number: it is asked for at every frame.)"""
        self.lasting = 0
        """Bits that every reply says."""
        self._events: list[Happened] = []

    def add(self, happened: Happened) -> None:
        """It happened."""
        self.standing |= bit_of(happened)
        self.new |= bit_of(happened)
        self._events = [*self._events, happened][-MOST_EVENTS:]

    def clear(self, happened: Happened) -> None:
        """It is over."""
        self.standing &= ~bit_of(happened)

    def fetch(self) -> list[Happened]:
        """What happened since the last question."""
        events, self._events = self._events, []
        return events

    def status(self) -> int:
        """The system status of a reply; what is said once is said now."""
        once, self.once = self.once, 0
        return once | self.lasting
