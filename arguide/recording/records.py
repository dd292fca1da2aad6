"""What a recording holds besides samples and states, and the header that says what it is a recording of."""

import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from arguide import __version__
from arguide.errors import RecordingError
from arguide.geometry.transforms import Array
from arguide.settings.method import Method
from arguide.settings.profile import TrackerProfile
from arguide.settings.scenario import Plan, Scenario, Vec3

FORMAT = "1"
"""Version of the recording format. Raised only when an older arguide could misread a newer file."""


class Direction(StrEnum):
    """Which way bytes went, seen from the program."""

    RECEIVED = "received"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Packet:
    """Raw bytes at the port. A received piece is what one read gave, not one packet of the protocol."""

    direction: Direction
    data: bytes
    host_time_s: float
    """Monotonic host clock after the read or before the write."""


@dataclass(frozen=True, slots=True)
class Input:
    """What the user asked for; it took effect with the sample it names."""

    text: str
    sample: int
    """Index into the recording's samples."""


class EventKind(StrEnum):
    """What an event tells."""

    NOTE = "note"
    PIVOT = "pivot calibration"
    NEEDLE = "needle calibration"
    REGISTRATION = "registration"


@dataclass(frozen=True, slots=True)
class PivotResult:
    """A finished pivot calibration."""

    tool: str
    tip_mm: Vec3
    """In the tool's marker frame."""
    rms_mm: float
    cone_rad: float
    poses: int
    error_95_mm: float | None = None
    """Half width of the tip's 95 % region where it is widest."""
    coverage: float | None = None
    """Share 0..1 of a 60° cone that was visited."""
    held_out_mm: float | None = None
    """How far the tip was from the divot in poses that were not used."""


@dataclass(frozen=True, slots=True)
class NeedleResult:
    """What a session has found of its needle: tip, axis or both."""

    methods: tuple[str, ...]
    """How: `pivot`, `template`, `spin`."""
    tip_mm: Vec3
    """In the needle's marker frame, as used from then on."""
    direction: Vec3
    """Of advance, unit length, same frame, as used from then on."""
    tip_rms_mm: float | None = None
    tip_95_mm: float | None = None
    """Half width of the tip's 95 % region where it is widest."""
    held_out_mm: float | None = None
    """How far the tip was from the divot in poses that were not used."""
    wobble_rad: float | None = None
    axis_95_rad: float | None = None
    """Half width of the direction's 95 % region where it is widest."""
    axis_held_out_rad: float | None = None
    """How far the axis was off in poses that were not used."""
    off_axis_mm: float | None = None
    """How far the tip lies beside the axis."""


@dataclass(frozen=True, slots=True)
class RegistrationResult:
    """A finished registration of touched to planned fiducials."""

    image_from_reference: Array
    """(4, 4), mm."""
    fre_mm: float
    residuals_mm: Mapping[str, float]
    """By fiducial name, in the order of the scenario."""
    excluded: tuple[str, ...] = ()
    """Fiducials that were left out."""
    target_95_mm: float | None = None
    """How far off it may be at the target in 95 of 100 cases."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened once: a result or a note."""

    kind: EventKind
    host_time_s: float
    text: str = ""
    pivot: PivotResult | None = None
    registration: RegistrationResult | None = None
    needle: NeedleResult | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What was recorded, and with what. Holds no name of a person and no path of a home folder."""

    scenario_name: str
    scenario_toml: str
    scenario_sha256: str
    """Of the file as it was; the text above may have had a home folder taken out."""
    mesh_sha256: Mapping[str, str]
    """By structure name."""
    profile_name: str
    profile_toml: str
    profile_sha256: str
    rom_sha256: Mapping[str, str]
    """By tool name."""
    plan: str
    rate_hz: float
    """Nominal rate of device frames."""
    wall_start_ns: int
    """Wall clock (ns since 1970, UTC) at the start …"""
    monotonic_start_s: float
    """… and the monotonic clock of all host times at the same moment."""
    arguide_version: str = __version__
    calibrations: Mapping[str, str] = field(default_factory=dict)
    """By tool name: the text of the calibration file that the session began with."""
    needle_methods: tuple[Method, ...] = ()
    """How the needle was calibrated in the session."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Further remarks, e.g. the seed of a simulated trainee."""

    def wall_ns(self, host_time_s: float) -> int:
        """Wall clock in ns at a monotonic host time, kept within what 64 bits hold; a NaN time is the start."""
        since_s = host_time_s - self.monotonic_start_s
        if not abs(since_s) < 1e9:
            return self.wall_start_ns
        return min(max(0, self.wall_start_ns + round(since_s * 1e9)), 2**64 - 1)


def header_of(
    scenario: Scenario,
    profile: TrackerProfile,
    plan: Plan,
    *,
    monotonic_s: float | None = None,
    wall_ns: int | None = None,
    calibrations: Mapping[str, str] | None = None,
    needle_methods: tuple[Method, ...] = (),
    extra: Mapping[str, str] | None = None,
) -> Header:
    """The header for a recording that starts now; hashes every file the scenario and the profile name.

    Clocks are read unless given. Raises RecordingError when a file cannot be read.
    """
    scenario_data, profile_data = _read(scenario.file), _read(profile.file)
    return Header(
        scenario_name=scenario.name,
        scenario_toml=without_home(scenario_data.decode("utf-8", "replace")),
        scenario_sha256=hashlib.sha256(scenario_data).hexdigest(),
        mesh_sha256={structure.name: sha256_of(structure.mesh) for structure in scenario.structures},
        profile_name=profile.name,
        profile_toml=without_home(profile_data.decode("utf-8", "replace")),
        profile_sha256=hashlib.sha256(profile_data).hexdigest(),
        rom_sha256={tool.name: sha256_of(tool.definition) for tool in profile.tools if tool.definition},
        plan=plan.name,
        rate_hz=profile.rate_hz,
        wall_start_ns=time.time_ns() if wall_ns is None else wall_ns,
        monotonic_start_s=time.monotonic() if monotonic_s is None else monotonic_s,
        calibrations=dict(calibrations or {}),
        needle_methods=needle_methods,
        extra={key: without_home(value) for key, value in (extra or {}).items()},
    )


def sha256_of(file: Path) -> str:
    """Hex SHA-256 of a file's bytes. Raises RecordingError when it cannot be read."""
    return hashlib.sha256(_read(file)).hexdigest()


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise RecordingError(f"{file}: cannot be read for the recording's header ({error.strerror})") from None


# Home folders of Linux, macOS and Windows: a recording that is shared must not tell whose machine it was.
_HOME = re.compile(r"(/home/|/Users/|[A-Za-z]:[\\/]+Users[\\/]+)[^/\\\s\"']+")


def without_home(text: str) -> str:
    """`text` with every home folder in it replaced by `~`."""
    home = str(Path.home())
    return _HOME.sub("~", text.replace(home, "~") if len(home) > 1 else text)
