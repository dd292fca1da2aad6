"""What the panel of devices says of a tracker: its profile, its line, its tools."""

from collections.abc import Callable, Sequence

from arguide.cli.tool_calibrations import serial_of
from arguide.errors import SettingsError
from arguide.settings.profile import ToolProfile, TrackerProfile
from arguide.trackers.tracker import Tracker

Rows = Sequence[tuple[str, str]]


def device_rows(profile: TrackerProfile, port: str, tracker: Tracker) -> list[tuple[str, Callable[[], Rows]]]:
    """Headings, each with what gives its rows."""
    camera = profile.driver == "camera"
    kind = [
        ("Kind", profile.title),
        ("Camera" if camera else "Line", port if camera or "://" in port else f"{port}, {profile.baud} baud"),
        ("Rate", f"{profile.rate_hz:g} Hz by its profile"),
        ("Filter", profile.filter),
        ("Profile", profile.file.name),
    ]
    if profile.calibration:
        kind.append(("Calibration", profile.calibration.name))
    tools = [(tool.name, _tool(tool, profile)) for tool in profile.tools]
    return [
        ("Camera as tracker" if camera else "Tracker", lambda: [*kind, *_identity(tracker)]),
        ("Tools", lambda: tools),
    ]


def _identity(tracker: Tracker) -> Rows:
    """What the device said of itself when it was connected, where its driver keeps that."""
    inner = getattr(tracker, "tracker", tracker)
    words = str(getattr(inner, "identity", ""))
    return [("It says", words)] if words else []


def _tool(tool: ToolProfile, profile: TrackerProfile) -> str:
    parts = [tool.definition.name if tool.definition else "", tool.part_number]
    parts.append(f"serial {_serial(tool, profile)}")
    parts.append(f"socket {tool.port}" if tool.port else "")
    parts.append(f"station {tool.station}" if tool.station is not None else "")
    return ", ".join(part for part in parts if part)


def _serial(tool: ToolProfile, profile: TrackerProfile) -> str:
    """Of a printed body there is none but the one its calibrations are kept under."""
    try:
        return serial_of(tool, profile)
    except SettingsError:
        return "not known"
