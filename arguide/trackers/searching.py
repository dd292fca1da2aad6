"""Which ports are there, and who answers on them? All are asked at the same time."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from serial.tools import list_ports

from arguide.asset_files import find_profile
from arguide.errors import BadReplyError, DeviceError, PortError, PortTimeoutError, TrackerError
from arguide.ports.opening import open_port
from arguide.ports.port import Port
from arguide.settings.profile import TrackerProfile
from arguide.settings.profile_file import read_profile
from arguide.trackers.ndi.exchange import Exchange
from arguide.trackers.ndi.identity import Identity, introduce

SEARCH_S = 3.0
SPEEDS = (9600, 115200, 921600, 57600, 230400)
PROBE_S = 0.25
MOST_PORTS = 12
CAMERA = "camera://"
PROFILES = {"vicra": "polaris-vicra", "spectra": "polaris-spectra", "vega": "polaris-vega", "aurora": "aurora"}
"""Profile that ships for a model."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found on one port."""

    port: str
    baud: int = 0
    identity: Identity | None = None
    trouble: str = ""
    """Why it could not be opened; empty when it could."""


def likely_ports() -> list[str]:
    """The serial ports of this machine on which a tracker may be: converters first, then built-in lines."""
    found = sorted(list_ports.comports(), key=lambda port: (port.vid is None, port.device))
    return [port.device for port in found][:MOST_PORTS]


def probe(
    url: str,
    opener: Callable[[str], Port] = open_port,
    clock: Callable[[], float] = time.monotonic,
    limit_s: float = SEARCH_S,
) -> Probe:
    """Ask on one port who is there, at every speed a tracker is left at; changes nothing on the device."""
    deadline = clock() + limit_s
    try:
        port = opener(url)
    except PortError as error:
        return Probe(url, trouble=str(error))
    try:
        exchange = Exchange(port, clock)
        for speed in (0,) if url.startswith("socket://") else SPEEDS:
            if clock() > deadline - PROBE_S:
                break
            try:
                if speed:
                    port.set_baud(speed)
            except PortError:
                continue  # this line cannot run so fast
            port.drop_input()
            if (identity := _who(exchange)) is not None:
                return Probe(url, speed, identity)
        return Probe(url)
    except PortError as error:
        return Probe(url, trouble=str(error))
    finally:
        port.close()


def probe_all(urls: Sequence[str], probing: Callable[[str], Probe] = probe, limit_s: float = SEARCH_S) -> list[Probe]:
    """Probe all ports at once; what does not come back within `limit_s` has no answer. In the order of `urls`."""
    results: dict[str, Probe] = {}

    def work(url: str) -> None:
        results[url] = probing(url)

    threads = [threading.Thread(target=work, args=[url], daemon=True) for url in urls]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + limit_s
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return [results.get(url, Probe(url, trouble=f"{url}: did not answer within {limit_s:g} s")) for url in urls]


def profile_for(url: str, name: str | None) -> TrackerProfile:
    """The profile called `name`, or the one that ships for cameras, or for the model that answers on `url`."""
    if name is None and url.startswith(CAMERA):
        name = "simulated-camera" if url.startswith(f"{CAMERA}sim") else "webcam"
    if name is None:
        known = probe(url).identity
        model = known.model.lower() if known else ""
        name = next((profile for word, profile in PROFILES.items() if word in model), "emulated")
    return read_profile(find_profile(name))


def _who(exchange: Exchange) -> Identity | None:
    try:
        text = exchange.ask("APIREV", timeout_s=PROBE_S, tries=1)
    except DeviceError:
        return Identity()
    except (BadReplyError, PortTimeoutError):
        return None
    except TrackerError:
        return Identity()
    try:
        return introduce(exchange, Identity(revision=text.strip()))
    except TrackerError:
        return Identity(revision=text.strip())
