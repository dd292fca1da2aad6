"""From an open line to a tracker whose tools are enabled."""

from dataclasses import dataclass, field

from arguide.errors import SettingsError
from arguide.settings.profile import TrackerProfile
from arguide.trackers.ndi import connecting, tools
from arguide.trackers.ndi.exchange import Exchange
from arguide.trackers.ndi.identity import Identity, revision
from arguide.trackers.ndi.parameters import BUMPED, peek
from arguide.trackers.ndi.question import AUTO, Question
from arguide.trackers.ndi.rates import choose_rate
from arguide.trackers.ndi.tools import LoadedTool
from arguide.trackers.ndi.volumes import select_volume


@dataclass
class Bench:
    """A tracker that is set up: how it speaks, and which tools it knows."""

    identity: Identity
    baud: int
    """Speed agreed with the device; 0 on a network."""
    question: Question
    tools: dict[int, LoadedTool] = field(default_factory=dict)
    """By port handle."""
    warnings: tuple[str, ...] = ()
    bumped: bool = False

    def absent(self, profile: TrackerProfile) -> tuple[str, ...]:
        """Tools of the profile that no handle stands for: wired ones that are not plugged in."""
        present = {tool.name for tool in self.tools.values()}
        return tuple(tool.name for tool in profile.tools if tool.name not in present)


def set_up(exchange: Exchange, profile: TrackerProfile, found: int) -> Bench:
    """Agree on speed, volume and rate, load and enable the profile's tools. The device was `found` at that speed.

    Raises PortTimeoutError (nobody answers), TrackerError and its kinds (the device refuses).
    """
    connecting.initialize(exchange)
    identity = revision(exchange)
    form = identity.best_reply if profile.reply == AUTO else profile.reply
    bench = Bench(identity, 0, Question(form, profile))
    bench.baud = connecting.change_speed(exchange, found, profile.baud, profile.handshake)
    if 0 < bench.baud < profile.baud:
        bench.warnings += (f"running at {bench.baud} baud: device or line refused {profile.baud}",)
    if profile.volume:
        select_volume(exchange, profile.volume)
    if not identity.magnetic:
        warning = choose_rate(exchange, identity.major, profile.rate_hz)
        bench.warnings += (warning,) if warning else ()
        bench.bumped = peek(exchange, BUMPED) == "1"
    tools.free_leftovers(exchange)
    for tool in profile.tools:
        if not tool.wired:
            _keep(bench, tools.load_passive(exchange, tool))
    plug_in(exchange, profile, bench)
    tools.check_enabled(exchange, bench.tools.values())
    if profile.tools and not bench.tools:
        raise SettingsError(
            f"{profile.file}: none of its tools is plugged in ({', '.join(bench.absent(profile))}); plug one in, or mend"
            " port and serial_number"
        )
    return bench


def plug_in(exchange: Exchange, profile: TrackerProfile, bench: Bench) -> None:
    """Look for wired tools that were plugged in, and forget those that were pulled out. Not while tracking."""
    if not any(tool.wired for tool in profile.tools):
        return
    for handle in tools.free_unplugged(exchange):
        bench.tools.pop(handle, None)
    wanted = [tool for tool in profile.tools if tool.wired and tool.name in bench.absent(profile)]
    for tool in tools.find_wired(exchange, wanted, bench.tools):
        _keep(bench, tool)


def _keep(bench: Bench, tool: LoadedTool) -> None:
    if tool.name:
        bench.tools[tool.handle] = tool
    if tool.warning:
        bench.warnings += (tool.warning,)
