"""What a tracker profile is: which device, how fast, which tools. `profile_file` reads it as TOML."""

from dataclasses import dataclass
from pathlib import Path

from arguide.settings.scenario import Vec3


@dataclass(frozen=True, kw_only=True)
class ToolProfile:
    """One tracked tool."""

    name: str
    """Role in the program: `reference`, `stylus`, `needle`, or any further name."""
    definition: Path | None
    """Absolute path of the tool-definition (.rom) file; None for trackers and wired tools that need none."""
    tip_mm: Vec3 | None = None
    """Nominal tip in the tool's marker frame by its drawing; a calibration replaces it."""
    direction: Vec3 | None = None
    """Direction of advance in the tool's marker frame (unit length), for tools with a shaft."""
    # How to tell a wired tool: what is given must agree, what is not given may be anything.
    port: int = 0
    """Number of the socket it is plugged into, from 1."""
    channel: int | None = None
    """0 or 1: which half of a tool with two sensors."""
    serial_number: str = ""
    """Eight hex digits, as the tracker reports them."""
    part_number: str = ""
    dof: int = 0
    """5 or 6 degrees of freedom; 0: as the tracker says."""
    tip_sd_mm: float = 0.15
    """Standard deviation, along each axis, of the real tip from the nominal one; a calibration replaces it."""
    direction_sd_rad: float = 0.003
    """Standard deviation of the shaft's real direction from the nominal one (0.17°); a calibration replaces it."""

    @property
    def wired(self) -> bool:
        """Whether the tool hangs on a cable, so that the device finds it by itself."""
        return bool(self.port or self.serial_number or self.part_number)

    station: int | None = None
    """Where the sensor is plugged in, for trackers with numbered sensors: station, bird address."""
    source: str = ""
    """What a sender of named transforms calls it, e.g. `StylusToTracker`; empty: by its name."""
    has_button: bool = False
    """Whether the sensor sits in a stylus with a button, for trackers that must be told."""

    @property
    def transform_name(self) -> str:
        """The name of its transform among others: `source`, or `StylusToTracker` for the tool `stylus`."""
        return self.source or f"{''.join(part.capitalize() for part in self.name.split())}ToTracker"


@dataclass(frozen=True, kw_only=True)
class TrackerProfile:
    """A tracker and its tools, as one user's bench has them."""

    name: str
    title: str
    driver: str
    """Whose protocol it speaks; `arguide.trackers.opening.DRIVERS` has them all."""
    baud: int
    rate_hz: float
    """Nominal rate of device frames."""
    reply: str
    """How poses are told: `BX2`, `BX`, `TX` or `auto` (the one that tells most) by NDI trackers, `binary` or `text` by
    others."""
    stale_after_s: float
    """Older than this a pose is not live any more: hidden, not drawn."""
    tools: tuple[ToolProfile, ...]
    file: Path
    handshake: bool = False
    volume: int = 0
    """Measurement volume to select, from 1; 0: the one the device has selected."""
    markers: bool = False
    """Whether readings shall tell of every marker."""
    strays: bool = False
    """Whether samples shall tell of markers that belong to no tool."""
    speed_limit_mm_s: float = 5000.0
    """Faster than this no tool moves: such a pose is withheld until the next one confirms it."""
    filter: str = "none"
    """`none`, `one-euro` or `kalman`; every filter but none makes poses late, and says by how much."""
    stream: bool = False
    """Let the device send by itself instead of being asked for each frame."""
    hemisphere: str = "+x"
    """Half of space in which magnetic sensors are: the field alone cannot tell a place from its mirror image."""
    accept_errors: str = ""
    """Error letters of a magnetic tracker whose poses are taken all the same, marked as disturbed."""
    full_scale_mm: float = 914.4
    """Position that a Flock of Birds reports by its largest number: 36 inches, 144 with the extended range."""
    calibration: Path | None = None
    """Absolute path of the camera's calibration, for a camera as tracker."""
    jitter_mm: float = 0.1
    """Nominal noise of a tool's position along each axis, standard deviation; only until it was measured."""
    jitter_rad: float = 0.001
    """Nominal noise of a tool's orientation about each axis, standard deviation (0.06°); only until it was measured."""
    accuracy_mm: float = 0.0
    """RMS length of a tool's steady error, which no scatter shows: the static accuracy on the maker's data sheet."""
    latency_s: float = 0.03
    """From the moment the tracker sees the tools to the moment the user sees them."""

    def tool(self, name: str) -> ToolProfile | None:
        """The tool with this name, or None."""
        return next((tool for tool in self.tools if tool.name == name), None)
