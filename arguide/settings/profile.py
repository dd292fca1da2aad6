"""What a tracker profile is: which device, how fast, which tools. `profile_file` reads it as TOML."""

from dataclasses import dataclass
from pathlib import Path

from arguide.settings.scenario import Vec3


@dataclass(frozen=True, kw_only=True)
class ToolProfile:
    """One tracked tool."""

    name: str
    """Role in the program: `reference`, `stylus`, `needle`, or any further name."""
    definition: Path
    """Absolute path of the tool-definition (.rom) file."""
    tip_mm: Vec3 | None = None
    """Nominal tip in the tool's marker frame by its drawing; a calibration replaces it."""
    direction: Vec3 | None = None
    """Direction of advance in the tool's marker frame (unit length), for tools with a shaft."""
    tip_sd_mm: float = 0.15
    """Standard deviation, along each axis, of the real tip from the nominal one; a calibration replaces it."""
    direction_sd_rad: float = 0.003
    """Standard deviation of the shaft's real direction from the nominal one (0.17°); a calibration replaces it."""


@dataclass(frozen=True, kw_only=True)
class TrackerProfile:
    """A tracker and its tools, as one user's bench has them."""

    name: str
    title: str
    driver: str
    """`ndi` for now."""
    baud: int
    rate_hz: float
    """Nominal rate of device frames."""
    reply: str
    """`BX` or `TX`."""
    stale_after_s: float
    """Older than this a pose is not live any more: hidden, not drawn."""
    tools: tuple[ToolProfile, ...]
    file: Path
    handshake: bool = False
    jitter_mm: float = 0.1
    """Nominal noise of a tool's position along each axis, standard deviation; only until it was measured."""
    jitter_rad: float = 0.001
    """Nominal noise of a tool's orientation about each axis, standard deviation (0.06°); only until it was measured."""
    latency_s: float = 0.03
    """From the moment the tracker sees the tools to the moment the user sees them."""

    def tool(self, name: str) -> ToolProfile | None:
        """The tool with this name, or None."""
        return next((tool for tool in self.tools if tool.name == name), None)
