"""Gather the facts for `doctor`: which ports there are, who answers on them, and how a tracker does for a while."""

import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isnan

import numpy as np
from serial.tools import list_ports

from arguide.asset_files import find_profile
from arguide.errors import ArguideError, BadReplyError, DeviceError, PortError, PortTimeoutError, TrackerError
from arguide.ports.opening import open_port
from arguide.ports.port import Port
from arguide.settings.profile import ToolProfile, TrackerProfile
from arguide.settings.profile_file import read_profile
from arguide.trackers.doctor import Facts, ToolFacts
from arguide.trackers.filters import FilteredTracker, filtered
from arguide.trackers.ndi.exchange import Exchange
from arguide.trackers.ndi.identity import Identity, introduce
from arguide.trackers.opening import open_tracker
from arguide.trackers.reading import Sample
from arguide.trackers.tracker import Tracker

SEARCH_S = 3.0
SPEEDS = (9600, 115200, 921600, 57600, 230400)
PROBE_S = 0.25
MOST_PORTS = 12
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
            if speed:
                port.set_baud(speed)
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
    """The profile called `name`, or the one that ships for the model that answers on `url`."""
    if name is None:
        known = probe(url).identity
        model = known.model.lower() if known else ""
        name = next((profile for word, profile in PROFILES.items() if word in model), "emulated")
    return read_profile(find_profile(name))


def gather(profile: TrackerProfile, url: str, seconds: float = 3.0) -> Facts:
    """Connect to the tracker on `url`, watch it for a while, and say what was found; never raises what a doctor tells."""
    bare = Facts(port=url, driver=profile.driver, profile=profile.name, nominal_hz=profile.rate_hz)
    try:
        open_port(url).close()
    except PortError as error:
        return replace(bare, port_trouble=str(error))
    tracker = filtered(open_tracker(profile, url, time.monotonic), profile)
    try:
        tracker.connect()
        known = _introduced(_driver_of(tracker))
        tracker.start()
        samples, exchanges, began = _watch(tracker, seconds)
        return _facts(bare, profile, tracker, known, samples, exchanges, time.monotonic() - began)
    except ArguideError as error:
        return replace(bare, silence=str(error))
    finally:
        tracker.close()


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


def _watch(tracker: Tracker, seconds: float) -> tuple[list[Sample], list[float], float]:
    samples: list[Sample] = []
    waits: list[float] = []
    began = time.monotonic()
    while (asked := time.monotonic()) < began + seconds:
        try:
            samples.append(tracker.read())
        except (PortTimeoutError, BadReplyError):
            continue  # counted by the driver; the checklist tells of it
        waits.append(time.monotonic() - asked)
    return samples, waits, began


def _driver_of(tracker: Tracker) -> Tracker:
    return tracker.tracker if isinstance(tracker, FilteredTracker) else tracker


def _introduced(driver: Tracker) -> Identity | None:
    """More of who a driver with an NDI line speaks to; asked before tracking begins."""
    exchange, identity = getattr(driver, "exchange", None), getattr(driver, "identity", None)
    return introduce(exchange, identity) if isinstance(exchange, Exchange) and isinstance(identity, Identity) else None


def _facts(
    bare: Facts,
    profile: TrackerProfile,
    tracker: Tracker,
    known: Identity | None,
    samples: list[Sample],
    waits: list[float],
    seconds: float,
) -> Facts:
    driver = _driver_of(tracker)
    counts, fit = getattr(driver, "statistics", None), getattr(driver, "fit", None)
    timing = getattr(driver, "exchange_s", 0.0)
    span = samples[-1].host_time_s - samples[0].host_time_s if len(samples) > 1 else 0.0
    return replace(
        bare,
        device=str(known) if known else profile.title,
        reply=getattr(driver, "reply", ""),
        baud=getattr(driver, "baud", 0),
        wanted_baud=profile.baud,
        handshake=profile.handshake,
        measured_hz=(len(samples) - 1) / span if span > 0 else 0.0,
        seconds=seconds,
        frames=len(samples),
        skipped=getattr(counts, "skipped", 0),
        bad_replies=getattr(counts, "bad_replies", 0),
        timeouts=getattr(counts, "timeouts", 0),
        exchange_s=timing or (min(waits) if waits else 0.0),
        jitter_s=fit.jitter_s if fit else 0.0,
        latency_s=fit.latency_s if fit else 0.0,
        drift_ppm=fit.drift_ppm if fit else 0.0,
        drift_error_ppm=fit.drift_error_ppm if fit else 0.0,
        filter_report=tracker.report() if isinstance(tracker, FilteredTracker) else "",
        tools=tuple(_tool_facts(tool, samples) for tool in profile.tools),
        warnings=tuple(getattr(driver, "warnings", ())),
        alerts=tuple(dict.fromkeys(text for sample in samples for text in sample.alerts)),
    )


def _tool_facts(tool: ToolProfile, samples: list[Sample]) -> ToolFacts:
    readings = [sample.readings[tool.name] for sample in samples if tool.name in sample.readings]
    seen = [reading for reading in readings if reading.tracker_from_tool is not None]
    hidden = Counter(
        (reading.visibility.value, reading.why) for reading in readings if reading.tracker_from_tool is None
    )
    state, why = hidden.most_common(1)[0][0] if hidden else ("visible", "")
    fits = [reading.error_mm for reading in seen if not isnan(reading.error_mm)]
    return ToolFacts(
        name=tool.name,
        file=tool.definition.name if tool.definition else _socket(tool),
        seen=len(seen) / max(len(readings), 1),
        state=state,
        why=why,
        error_mm=statistics.fmean(fits) if fits else None,
        noise_mm=_noise_mm(np.array([r.tracker_from_tool[:3, 3] for r in seen if r.tracker_from_tool is not None])),
    )


def _socket(tool: ToolProfile) -> str:
    return f"port {tool.port}" if tool.port else tool.serial_number or tool.part_number or "its own sensor"


def _noise_mm(places: np.ndarray) -> float | None:
    """Noise along the worst axis from second differences, which a steady motion does not enter."""
    if len(places) < 8:
        return None
    return float(np.std(np.diff(places, 2, axis=0), axis=0).max() / np.sqrt(6))
