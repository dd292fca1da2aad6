"""Who answers: family, interface revision, model, serial number, firmware."""

import re
from dataclasses import dataclass, replace

from arguide.errors import DeviceError
from arguide.trackers.ndi.exchange import Exchange
from arguide.trackers.ndi.parameters import FIRMWARE, MODEL, SERIAL_NUMBER, peek

BX2_SINCE = 3
"""Interface revision that brought BX2."""
_REVISION = re.compile(r"([A-Z])\.(\d{3})\.(\d{3})")
_SERIAL = re.compile(r"S/N:\s*(\S+)")
_TAG = re.compile(r"Freeze Tag:\s*(.+)")
_MODELS = ("Vega", "Vicra", "Spectra", "Lyra", "Aurora", "Polaris")


@dataclass(frozen=True, slots=True)
class Identity:
    """A tracker as it introduces itself; what it does not tell is empty or 0."""

    revision: str = ""
    """Of the interface, e.g. `G.003.006`."""
    model: str = ""
    serial_number: str = ""
    firmware: str = ""

    @property
    def major(self) -> int:
        """First number of the interface's revision; 0 when it is not known."""
        match = _REVISION.fullmatch(self.revision)
        return int(match[2]) if match else 0

    @property
    def magnetic(self) -> bool:
        """Whether it is an Aurora: electromagnetic, with wired tools."""
        return self.revision.startswith("D") or "aurora" in self.model.lower()

    @property
    def best_reply(self) -> str:
        """The form of reply that tells most."""
        return "BX2" if self.major >= BX2_SINCE and not self.magnetic else "BX"

    def __str__(self) -> str:
        known = [self.model or "NDI tracker", self.serial_number and f"S/N {self.serial_number}"]
        known += [self.firmware and f"firmware {self.firmware}", self.revision and f"API {self.revision}"]
        return ", ".join(word for word in known if word)


def revision(exchange: Exchange) -> Identity:
    """What APIREV tells; empty for a device that does not know the command."""
    try:
        return Identity(revision=exchange.ask("APIREV").strip())
    except DeviceError:
        return Identity()


def introduce(exchange: Exchange, known: Identity) -> Identity:
    """Ask for the rest: the parameter tree first, the version text of devices that have none."""
    model, serial = peek(exchange, MODEL), peek(exchange, SERIAL_NUMBER)
    firmware = peek(exchange, FIRMWARE)
    if model and serial and firmware:
        return replace(known, model=model, serial_number=serial, firmware=firmware)
    try:
        text = exchange.ask("VER", "4")
    except DeviceError:
        text = ""
    serials, tags = _SERIAL.search(text), _TAG.search(text)
    named = next((name for name in _MODELS if name.lower() in text.lower()), "")
    return replace(
        known,
        model=model or named,
        serial_number=serial or (serials[1] if serials else ""),
        firmware=firmware or (tags[1].strip() if tags else ""),
    )
