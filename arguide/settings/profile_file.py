"""Tracker profiles as TOML files: which device, how fast, which tools. Lengths in mm; paths relative to the file."""

from enum import StrEnum
from math import degrees, radians
from pathlib import Path

from arguide.settings.profile import ToolProfile, TrackerProfile
from arguide.settings.toml_reader import Table, read_toml

SCHEMA = 1
BAUDS = (9600, 14400, 19200, 38400, 57600, 115200, 230400, 921600, 1228739)
"""The speeds NDI devices know; the others know some of these."""
MAX_STATION = 126
MAX_TOOLS = 24
MAX_TIP_MM = 1000.0
MAX_PORT = 64


class Driver(StrEnum):
    """Drivers a profile may name."""

    NDI = "ndi"
    FASTRAK = "fastrak"
    PATRIOT = "patriot"
    LIBERTY = "liberty"
    FLOCK = "flock"
    IGTL = "igtl"
    CAMERA = "camera"


class Reply(StrEnum):
    """Forms in which the device reports poses."""

    AUTO = "auto"
    BX2 = "BX2"
    BX = "BX"
    TX = "TX"
    BINARY = "binary"
    TEXT = "text"


class Filter(StrEnum):
    """Smoothing of poses."""

    NONE = "none"
    ONE_EURO = "one-euro"
    KALMAN = "kalman"


class Hemisphere(StrEnum):
    """Half of space in which magnetic sensors are."""

    FRONT = "+x"
    BACK = "-x"
    RIGHT = "+y"
    LEFT = "-y"
    LOWER = "+z"
    UPPER = "-z"


SMALLEST_SCALE_MM, LARGEST_SCALE_MM = 100.0, 10_000.0
DEFINED = {Driver.NDI, Driver.CAMERA}
"""Drivers that must be told how every tool is built."""
NUMBERED = {Driver.FASTRAK, Driver.PATRIOT, Driver.LIBERTY, Driver.FLOCK}
"""Drivers that know tools by the number of their sensor."""


def read_profile(file: Path) -> TrackerProfile:
    """The tracker profile in `file`. Raises SettingsError naming file, key and reason for every kind of mistake."""
    table = read_toml(file)
    if (schema := table.whole("schema", 1, 999)) != SCHEMA:
        table.fail("schema", f"this arguide reads schema {SCHEMA}, the file says {schema}; update arguide")
    rate_hz = table.number("rate_hz", 1, 1000)
    driver = table.choice("driver", Driver)
    profile = TrackerProfile(
        name=file.stem,
        title=table.text("title"),
        driver=driver.value,
        baud=_baud(table) if driver is not Driver.CAMERA or "baud" in table else BAUDS[0],
        rate_hz=rate_hz,
        reply=table.choice("reply", Reply, Reply.AUTO if driver is Driver.NDI else Reply.BINARY).value,
        # Shorter than two frames, a single reply that had to be asked for again would already blank the picture.
        stale_after_s=table.number("stale_after_s", 2 / rate_hz, 2.0, max(0.1, 3 / rate_hz)),
        handshake=table.flag("handshake", False),
        volume=table.whole("volume", 0, 15, 0),
        markers=table.flag("markers", False),
        strays=table.flag("strays", False),
        speed_limit_mm_s=table.number("speed_limit_mm_s", 100, 100_000, 5000),
        filter=table.choice("filter", Filter, Filter.NONE).value,
        jitter_mm=table.number("jitter_mm", 0.0, 20.0, TrackerProfile.jitter_mm),
        jitter_rad=radians(table.number("jitter_deg", 0.0, 20.0, degrees(TrackerProfile.jitter_rad))),
        accuracy_mm=table.number("accuracy_mm", 0.0, 20.0, TrackerProfile.accuracy_mm),
        latency_s=table.number("latency_s", 0.0, 2.0, TrackerProfile.latency_s),
        stream=table.flag("stream", False),
        hemisphere=table.choice("hemisphere", Hemisphere, Hemisphere.FRONT).value,
        accept_errors=table.text("accept_errors", ""),
        full_scale_mm=table.number("full_scale_mm", SMALLEST_SCALE_MM, LARGEST_SCALE_MM, 914.4),
        calibration=table.existing_file("calibration") if driver is Driver.CAMERA else None,
        tools=tuple(_tool(t, driver) for t in table.tables("tool", at_least=1)),
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


def _tool(t: Table, driver: Driver) -> ToolProfile:
    tool = ToolProfile(
        name=t.text("name"),
        definition=t.existing_file("definition") if "definition" in t else None,
        tip_mm=t.vec3("tip_mm") if "tip_mm" in t else None,
        direction=t.direction("direction") if "direction" in t else None,
        port=t.whole("port", 0, MAX_PORT, 0),
        channel=t.whole("channel", 0, 1) if "channel" in t else None,
        serial_number=_serial_number(t),
        part_number=t.text("part_number", ""),
        dof=t.whole("dof", 5, 6) if "dof" in t else 0,
        tip_sd_mm=t.number("tip_sd_mm", 0.0, 20.0, ToolProfile.tip_sd_mm),
        direction_sd_rad=radians(t.number("direction_sd_deg", 0.0, 20.0, degrees(ToolProfile.direction_sd_rad))),
        station=t.whole("station", 0, MAX_STATION) if "station" in t or driver in NUMBERED else None,
        source=t.text("source", ""),
        has_button=t.flag("has_button", False),
    )
    if driver in DEFINED and tool.definition is None and not tool.wired:
        t.fail("definition", "missing; only a wired tool needs none: give its port, serial_number or part_number")
    if tool.tip_mm is not None and max(map(abs, tool.tip_mm)) > MAX_TIP_MM:
        t.fail("tip_mm", f"a tip more than {MAX_TIP_MM:g} mm from the markers is not a hand tool; the unit is mm")
    t.finish()
    return tool


def _serial_number(t: Table) -> str:
    digits = t.text("serial_number", "").upper()
    if digits and (len(digits) != 8 or set(digits) - set("0123456789ABCDEF")):
        t.fail("serial_number", f"expected eight hex digits like 34801403, got {digits!r}")
    return digits


def _check_tools(table: Table, profile: TrackerProfile) -> None:
    if len(profile.tools) > MAX_TOOLS:
        table.fail("tool", f"{len(profile.tools)} tools; a tracker follows at most {MAX_TOOLS} at once")
    names = [tool.name for tool in profile.tools]
    if twice := next((name for name in names if names.count(name) > 1), None):
        table.fail("tool", f"the name {twice!r} is used twice; names must differ")
    stations = [f"station {tool.station}" for tool in profile.tools if tool.station is not None]
    for used in (stations, [f"transform {tool.transform_name}" for tool in profile.tools]):
        if double := next((one for one in used if used.count(one) > 1), None):
            table.fail("tool", f"{double} is used twice; every tool has its own")
    files = [tool.definition for tool in profile.tools if not tool.wired]
    if same := next((path for path in files if path and files.count(path) > 1), None):
        table.fail(
            "tool",
            f"{same.name} is used twice; the tracker tells tools apart by their markers only: give each tool its own",
        )
