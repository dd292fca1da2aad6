"""Gather the facts for `doctor`: how a tracker does for a while, and what bars the way to it."""

import statistics
import time
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from math import isnan

import numpy as np

from arguide.asset_files import hardware
from arguide.errors import ArguideError, BadReplyError, PortError, PortTimeoutError, SettingsError
from arguide.ports.opening import open_port
from arguide.ports.trouble import holder_of
from arguide.settings.profile import ToolProfile, TrackerProfile
from arguide.trackers.doctor import Facts, ToolFacts
from arguide.trackers.filters import FilteredTracker, filtered
from arguide.trackers.ndi.exchange import Exchange
from arguide.trackers.ndi.identity import Identity, introduce
from arguide.trackers.ndi.rom import read_rom
from arguide.trackers.opening import BY_PICTURES, open_tracker
from arguide.trackers.reading import Sample
from arguide.trackers.tracker import Tracker

NETWORK = "socket://"


def gather(profile: TrackerProfile, url: str, seconds: float = 3.0) -> Facts:
    """Connect to the tracker on `url`, watch it for a while, and say what was found; never raises what a doctor tells."""
    bare = Facts(port=url, driver=profile.driver, profile=_as_typed(profile), nominal_hz=profile.rate_hz)
    if trouble := _tool_trouble(profile):
        return replace(bare, settings_trouble=trouble)
    if profile.driver not in BY_PICTURES:
        try:
            open_port(url).close()
        except PortError as error:
            return replace(bare, port_trouble=str(error))
        bare = replace(bare, holder=holder_of(url))
    tracker = filtered(open_tracker(profile, url, time.monotonic), profile)
    try:
        tracker.connect()
        known = _introduced(_driver_of(tracker))
        tracker.start()
        before = _counted(tracker)  # what was asked in vain while looking for the device says nothing about the line
        samples, began = _watch(tracker, seconds)
        passed = time.monotonic() - began
        return _counting(_facts(bare, profile, tracker, known, samples, passed), before, _counted(tracker))
    except SettingsError as error:
        return replace(bare, settings_trouble=str(error))
    except ArguideError as error:
        return replace(bare, silence=str(error))
    finally:
        tracker.close()


def _as_typed(profile: TrackerProfile) -> str:
    """What to call this profile on the command line."""
    return profile.name if profile.file.parent == hardware() / "trackers" else str(profile.file)


def _tool_trouble(profile: TrackerProfile) -> str:
    """What is wrong with the definitions of its tools; found out before any device is."""
    if profile.driver == "ndi":
        for tool in profile.tools:
            try:
                if tool.definition:
                    read_rom(tool.definition)
            except SettingsError as error:
                return f"tool {tool.name}: {error}"
    return ""


def _counted(tracker: Tracker) -> dict[str, int]:
    counts = getattr(_driver_of(tracker), "statistics", None)
    return {name: getattr(counts, name, 0) for name in ("skipped", "bad_replies", "timeouts", "refused")}


def _counting(facts: Facts, before: dict[str, int], after: dict[str, int]) -> Facts:
    passed = {name: after[name] - before[name] for name in after}
    return replace(
        facts,
        skipped=passed["skipped"],
        bad_replies=passed["bad_replies"],
        timeouts=passed["timeouts"],
        refused=passed["refused"],
    )


def _watch(tracker: Tracker, seconds: float) -> tuple[list[Sample], float]:
    samples: list[Sample] = []
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        try:
            samples.append(tracker.read())
        except (PortTimeoutError, BadReplyError):
            continue  # counted by the driver; the checklist tells of it
    return samples, began


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
    seconds: float,
) -> Facts:
    driver = _driver_of(tracker)
    fit = getattr(driver, "fit", None)
    apart_s = [after.host_time_s - before.host_time_s for before, after in pairwise(samples)]
    span = samples[-1].host_time_s - samples[0].host_time_s if len(samples) > 1 else 0.0
    return replace(
        bare,
        device=str(known) if known else profile.title,
        reply=getattr(driver, "reply", profile.reply if profile.tools[0].station is not None else ""),
        baud=getattr(
            driver, "baud", 0 if bare.port.startswith(NETWORK) or profile.driver in BY_PICTURES else profile.baud
        ),
        wanted_baud=profile.baud,
        handshake=profile.handshake,
        measured_hz=(len(samples) - 1) / span if span > 0 else 0.0,
        seconds=seconds,
        frames=len(samples),
        exchange_s=getattr(driver, "exchange_s", None),
        spread_s=statistics.pstdev(apart_s) if apart_s else 0.0,
        jitter_s=fit and fit.jitter_s,
        latency_s=fit and fit.latency_s,
        drift_ppm=fit and fit.drift_ppm,
        drift_error_ppm=fit and fit.drift_error_ppm,
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
    if tool.station is not None:
        return f"station {tool.station}"
    return f"port {tool.port}" if tool.port else tool.serial_number or tool.part_number or tool.transform_name


def _noise_mm(places: np.ndarray) -> float | None:
    """Noise along the worst axis from second differences, which a steady motion does not enter."""
    if len(places) < 8:
        return None
    return float(np.std(np.diff(places, 2, axis=0), axis=0).max() / np.sqrt(6))
