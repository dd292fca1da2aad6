"""The loop that joins a device to a line, whatever kind of line it is."""

import select
from collections.abc import Callable
from typing import Any, Protocol

from arguide_sim.device import Device

TICK_S = 0.05
"""How often somebody who wants to be looked after is looked after."""


class Line(Protocol):
    """A line that can be taken away and given back."""

    @property
    def url(self) -> str:
        """What a client opens."""
        ...

    def open(self) -> None:
        """Give it. Raises PortError."""
        ...

    def shut(self) -> None:
        """Take it away; who is on it sees it go."""
        ...

    def sources(self) -> list[Any]:
        """What to wait on."""
        ...

    def take(self, source: Any) -> None:
        """Carry what one of them brought to the device, and the answer back."""
        ...

    def send(self, data: bytes) -> None:
        """Carry what the device says by itself."""
        ...

    def due_s(self) -> float | None:
        """How long until silence on the line means something; None: never."""
        ...

    def silence(self) -> None:
        """That time has passed."""
        ...


class Loop:
    """Serves one device on one line. `attend` is called between times, at the latest every `TICK_S`."""

    def __init__(
        self,
        device: Device,
        line: Line,
        attend: Callable[[], None] | None = None,
        announce: Callable[[str], None] | None = None,
    ) -> None:
        self._device = device
        self._line = line
        self._announce = announce
        self._attend = attend
        self._open = True

    def run(self) -> None:
        """Serve for ever; ends by an exception (a signal's, usually)."""
        while True:
            self.step()

    def step(self) -> None:
        """Wait for something to happen, and do it."""
        if self._attend:
            self._attend()
        self._plug()
        sources = self._line.sources() if self._open else []
        ready = select.select(sources, [], [], self._wait_s())[0]
        for source in ready:
            self._line.take(source)
        if is_due(self._device.due_s()) and (said := self._device.speak()) and self._open:
            self._line.send(said)
        if not ready and is_due(self._line.due_s()):
            self._line.silence()

    def _wait_s(self) -> float | None:
        waits = (self._device.due_s(), self._line.due_s(), TICK_S if self._attend else None)
        known = [wait for wait in waits if wait is not None]
        return max(0.0, min(known)) if known else None

    def _plug(self) -> None:
        if self._device.plugged == self._open:
            return
        if self._open:
            self._line.shut()
        else:
            self._line.open()
            if self._announce:
                self._announce(self._line.url)
        self._open = not self._open


def is_due(wait_s: float | None) -> bool:
    """Whether a time that is still to wait is over."""
    return wait_s is not None and wait_s <= 0
