"""Tracker profiles as TOML files: which device, how fast, which tools. Lengths in mm; paths relative to the file."""

from enum import StrEnum
from math import degrees, radians
from pathlib import Path

from arguide.settings.profile import ToolProfile, TrackerProfile
from arguide.settings.toml_reader import Table, read_toml

SCHEMA = 1
BAUDS = (9600, 14400, 19200, 38400, 57600, 115200, 230400, 921600, 1228739)
"""The speeds NDI devices know."""
MAX_TOOLS = 24
MAX_TIP_MM = 1000.0


class Driver(StrEnum):
    """Drivers a profile may name."""

    NDI = "ndi"


class Reply(StrEnum):
    """Forms in which the device reports poses: binary or text."""

    BX = "BX"
    TX = "TX"


def read_profile(file: Path) -> TrackerProfile:
    """The tracker profile in `file`. Raises SettingsError naming file, key and reason for every kind of mistake."""
    table = read_toml(file)
    if (schema := table.whole("schema", 1, 999)) != SCHEMA:
        table.fail("schema", f"this arguide reads schema {SCHEMA}, the file says {schema}; update arguide")
    rate_hz = table.number("rate_hz", 1, 1000)
    profile = TrackerProfile(
        name=file.stem,
        title=table.text("title"),
        driver=table.choice("driver", Driver).value,
        baud=_baud(table),
        rate_hz=rate_hz,
        reply=table.choice("reply", Reply, Reply.BX).value,
        # Shorter than two frames, a single reply that had to be asked for again would already blank the picture.
        stale_after_s=table.number("stale_after_s", 2 / rate_hz, 2.0, max(0.1, 3 / rate_hz)),
        handshake=table.flag("handshake", False),
        jitter_mm=table.number("jitter_mm", 0.0, 20.0, TrackerProfile.jitter_mm),
        jitter_rad=radians(table.number("jitter_deg", 0.0, 20.0, degrees(TrackerProfile.jitter_rad))),
        latency_s=table.number("latency_s", 0.0, 2.0, TrackerProfile.latency_s),
        tools=tuple(_tool(t) for t in table.tables("tool", at_least=1)),
        file=file.resolve(),
    )
    table.finish()
    _check_tools(table, profile)
    return profile


def _baud(table: Table) -> int:
    baud = table.whole("baud", 1, 10_000_000)
    if baud not in BAUDS:
        nearest = min(BAUDS, key=lambda known: abs(known - baud))
        table.fail("baud", f"expected one of {', '.join(map(str, BAUDS))}; got {baud}; did you mean {nearest}?")
    return baud


def _tool(t: Table) -> ToolProfile:
    tool = ToolProfile(
        name=t.text("name"),
        definition=t.existing_file("definition"),
        tip_mm=t.vec3("tip_mm") if "tip_mm" in t else None,
        direction=t.direction("direction") if "direction" in t else None,
        tip_sd_mm=t.number("tip_sd_mm", 0.0, 20.0, ToolProfile.tip_sd_mm),
        direction_sd_rad=radians(t.number("direction_sd_deg", 0.0, 20.0, degrees(ToolProfile.direction_sd_rad))),
    )
    if tool.tip_mm is not None and max(map(abs, tool.tip_mm)) > MAX_TIP_MM:
        t.fail("tip_mm", f"a tip more than {MAX_TIP_MM:g} mm from the markers is not a hand tool; the unit is mm")
    t.finish()
    return tool


def _check_tools(table: Table, profile: TrackerProfile) -> None:
    if len(profile.tools) > MAX_TOOLS:
        table.fail("tool", f"{len(profile.tools)} tools; a tracker follows at most {MAX_TOOLS} at once")
    names = [tool.name for tool in profile.tools]
    if twice := next((name for name in names if names.count(name) > 1), None):
        table.fail("tool", f"the name {twice!r} is used twice; names must differ")
    files = [tool.definition for tool in profile.tools]
    if same := next((path for path in files if files.count(path) > 1), None):
        table.fail("tool", f"{same.name} is used twice; the tracker tells tools apart by their markers only")
