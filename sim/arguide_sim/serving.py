"""The loop that joins a device to a line, whatever kind of line it is."""

import select
import time
from collections.abc import Callable
from typing import Any, Protocol

from arguide_sim.device import Device

TICK_S = 0.05
"""How often somebody who wants to be looked after is looked after."""
IDLE_S = 0.25
"""The longest sleep: a signal that comes just before it begins is noticed only after it."""


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
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = now
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
        began, device_s, line_s = self._now(), self._device.due_s(), self._line.due_s()
        waits = [wait for wait in (device_s, line_s, TICK_S if self._attend else IDLE_S) if wait is not None]
        sources = self._line.sources() if self._open else []
        ready = select.select(sources, [], [], max(0.0, min(waits)))[0]
        passed = self._now() - began
        for source in ready:
            self._line.take(source)
        if device_s is not None and passed >= device_s and (said := self._device.speak()) and self._open:
            self._line.send(said)
        if not ready and line_s is not None and passed >= line_s:
            self._line.silence()

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
