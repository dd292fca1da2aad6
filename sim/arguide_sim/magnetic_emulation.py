"""Puts an emulated magnetic tracker together: the same world and the same hands as before a Polaris, beside a transmitter."""

from collections.abc import Callable
from dataclasses import replace

from arguide.asset_files import find_profile
from arguide.errors import SettingsError
from arguide.settings.profile import TrackerProfile
from arguide.settings.profile_file import read_profile
from arguide_sim.clock import Clock
from arguide_sim.emulation import CLOCKS, Emulation, Options, actor_of, exercise_of
from arguide_sim.flock.device import FlockDevice
from arguide_sim.igtl.device import IgtlSource
from arguide_sim.magnetic.device import MagneticDevice
from arguide_sim.magnetic.field import TRANSMITTER_FROM_CAMERAS, Field
from arguide_sim.polhemus.fastrak import FastrakDevice
from arguide_sim.polhemus.liberty import MODELS, LibertyDevice
from arguide_sim.world import build_world

DISTANCE_MM = 400.0
"""From the transmitter to the phantom: as near as hands allow."""
Make = Callable[[Clock, Field, int], MagneticDevice]
DEVICES: dict[str, tuple[str, Make]] = {
    "fastrak": ("Polhemus FASTRAK", FastrakDevice),
    "patriot": ("Polhemus PATRIOT", lambda clock, field, baud: LibertyDevice(MODELS["patriot"], clock, field, baud)),
    "liberty": ("Polhemus LIBERTY", lambda clock, field, baud: LibertyDevice(MODELS["liberty"], clock, field, baud)),
    "flock": ("Ascension Flock of Birds", FlockDevice),
    "igtl": ("OpenIGTLink source, as PLUS is one", IgtlSource),
}
"""Name on the command line -> what it is, and who makes it."""


def emulate_magnetic(name: str, options: Options, baud: int = 115200) -> Emulation:
    """Build everything that `options` ask for around the device `name`; their model is not asked.

    Raises SettingsError when a file or name is wrong.
    """
    profile = read_profile(find_profile(options.profile))
    scenario, plan = exercise_of(options)
    world = build_world(profile, scenario, plan, options.seed, DISTANCE_MM)
    world = replace(world, tracker_from_image=TRANSMITTER_FROM_CAMERAS @ world.tracker_from_image)
    actor = actor_of(options, profile, world, scenario, plan)
    field = Field(actor, sockets(profile), options.seed)
    device = DEVICES[name][1](CLOCKS[options.clock](), field, baud)
    if not device.stations:
        raise SettingsError(f"{profile.file}: none of its stations is one of a {name}; give its tools other stations")
    return Emulation(options, device, world, actor)


def sockets(profile: TrackerProfile) -> dict[int, str]:
    """Which tool is in which socket: by the profile's stations, in its order from 1 on where it names none."""
    numbered = [(n if tool.station is None else tool.station, tool.name) for n, tool in enumerate(profile.tools, 1)]
    return dict(sorted(numbered))
