"""The emulated tracker as a port inside the host's own process: `sim://polaris?scenario=lumbar-facet&clock=step&seed=1`.

The same device, the same bytes, no pseudo-terminal between: for tests, and for machines where nothing else will do.
"""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from arguide.errors import PortError, SettingsError
from arguide_sim.clock import Time, VirtualTime, WallTime
from arguide_sim.emulation import NDI, Emulation, Options, emulate
from arguide_sim.magnetic_emulation import DEVICES, emulate_magnetic


class SimPort:
    """A line whose other end is a device in the same process. Structurally an `arguide.ports.port.Port`."""

    def __init__(self, name: str, emulation: Emulation) -> None:
        self.emulation = emulation
        """The world behind the line, for whoever may know the truth."""
        self._name = name
        self._device = emulation.device
        self._time = emulation.time
        self._arrived = b""
        self._baud = 9600
        self._closed = False

    @property
    def name(self) -> str:
        """The address it was opened by."""
        return self._name

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; else what the device says by itself within `timeout_s`."""
        self._check()
        left_s = timeout_s
        while not self._arrived:
            due_s = self._device.due_s()
            wait_s = left_s if due_s is None else min(due_s, left_s)
            self._time.wait(wait_s)
            self._check()
            left_s -= wait_s
            if due_s is not None and due_s <= wait_s:
                self._hear(self._device.speak())
            if left_s <= 0:
                break
        arrived, self._arrived = self._arrived, b""
        return arrived

    def _hear(self, said: bytes) -> None:
        """At another speed than the device's there is nothing to understand."""
        if self._baud == self._device.baud:
            self._arrived += said

    def write(self, data: bytes) -> None:
        """Send; at the wrong speed the device hears noise and says nothing."""
        self._check()
        if self._baud == self._device.baud:
            self._arrived += self._device.receive(data)

    def drop_input(self) -> None:
        """Forget what has arrived."""
        self._arrived = b""

    def send_break(self, duration_s: float) -> None:
        """Reset the device; its message is readable at 9600 baud only."""
        self._check()
        message = self._device.receive_break()
        self._arrived = message if self._baud == self._device.baud else b""

    def set_baud(self, baud: int, handshake: bool = False) -> None:
        """Change the host's speed."""
        self._baud = baud

    def close(self) -> None:
        """Close; the device is gone with its port."""
        self._closed = True

    def _check(self) -> None:
        if self._closed:
            raise PortError(f"{self._name} is closed; open it again")
        if not self._device.plugged:
            raise PortError(f"{self._name}: the line was lost; is the cable in?")


def open_port(url: str) -> SimPort:
    """Open a `sim://` address. Raises PortError for an address that makes no sense, SettingsError for bad options."""
    parts = urlsplit(url)
    device = parts.netloc or "polaris"
    if parts.scheme != "sim" or device not in (*NDI, *DEVICES) or parts.path not in ("", "/"):
        raise PortError(
            f"{url}: expected sim://DEVICE?option=value&…, e.g. sim://polaris?clock=step&seed=1; devices are"
            f" {', '.join((*NDI, *DEVICES))}"
        )
    try:
        texts = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError as error:
        raise SettingsError(f"{url}: {error}; write options as name=value, joined by &") from None
    options = Options.from_texts({"model": NDI[device], **texts} if device in NDI else texts)
    # Waiting on simulated time takes none.
    time: Time = VirtualTime() if options.clock == "step" else WallTime()
    emulation = emulate(options, time) if device in NDI else replace(emulate_magnetic(device, options), time=time)
    return SimPort(url, emulation)
