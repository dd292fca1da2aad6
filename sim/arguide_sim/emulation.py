"""Puts a whole emulation together: a tracker, a world in front of it, and somebody who moves the tools."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Protocol

from arguide.asset_files import find_faults, find_profile, find_scenario
from arguide.errors import SettingsError
from arguide.settings.profile import ToolProfile, TrackerProfile
from arguide.settings.profile_file import read_profile
from arguide.settings.scenario import Plan, Scenario
from arguide.settings.scenario_file import read_scenario
from arguide_sim.actors import idle, wave
from arguide_sim.cameras import Actor, Cameras
from arguide_sim.cameras import Company as AnyCompany
from arguide_sim.clock import Clock, RealClock, StepClock, Time, WallTime
from arguide_sim.coils import Coils, FieldNoise
from arguide_sim.company import Company
from arguide_sim.device import Device
from arguide_sim.faults.fault_file import read_script
from arguide_sim.faults.on_device import TroubledDevice
from arguide_sim.faults.on_line import FaultyLine
from arguide_sim.faults.scene import TroubledCompany
from arguide_sim.faults.schedule import Schedule
from arguide_sim.hands.held import Held
from arguide_sim.ndi.device import NdiDevice
from arguide_sim.ndi.models import MODELS, Model
from arguide_sim.ndi.state import Sensors
from arguide_sim.noise import MarkerNoise
from arguide_sim.recorded import READERS, read_motion
from arguide_sim.timeline import Entry
from arguide_sim.trainee import Trainee, needle_methods
from arguide_sim.truth_log import TruthLog
from arguide_sim.world import World, build_world

CLOCKS: dict[str, Callable[[], Clock]] = {"real": RealClock, "step": StepClock}
MOTIONS = ("trainee", "idle", "wave")
NDI = {"polaris": "spectra"} | {(f"polaris-{n}" if m.optical else n): n for n, m in MODELS.items()}
"""Name of an NDI device on the command line -> the model that it is unless another is asked for."""
AHEAD, FEW_AHEAD = 32, 8
"""Frames computed at once: many where every frame is asked for in its turn, few where somebody waits for the answer."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What can be chosen, on the command line and in a `sim://` address. Everything has a value that just works."""

    model: str = "spectra"
    scenario: str = "lumbar-facet"
    """A shipped scenario's name, a folder or a file."""
    plan: str = ""
    """Name of the plan the trainee follows; empty: the scenario's first."""
    calibrate: str = ""
    """How the trainee calibrates the needle: `template,spin`, `none`, …; empty: as the scenario says."""
    profile: str = "emulated"
    """The tracker profile that names the tools, by name or file."""
    clock: str = "real"
    seed: int = 1
    motion: str = "trainee"
    """Who moves the tools; or a file of poses."""
    faults: str = ""
    """What goes wrong: a shipped fault script's name or a file; empty: nothing."""
    paced: bool = False
    """Whether replies take the time that their bytes take at the line's speed."""
    rate: float = 0.0
    """Frames a second after power-up, of a model that can choose; 0: as delivered."""

    def __post_init__(self) -> None:
        for name, allowed in (("model", MODELS), ("clock", CLOCKS), ("motion", MOTIONS)):
            given = getattr(self, name)
            if given not in allowed and not (name == "motion" and Path(given).suffix in READERS):
                files = f", or a {', '.join(READERS)} file" if name == "motion" else ""
                raise SettingsError(f"emulator: no {name} {given!r}; choose one of {', '.join(allowed)}{files}")
        if not 0 <= self.seed < 2**32:
            raise SettingsError(f"emulator: the seed is a number from 0 to {2**32 - 1}, got {self.seed}")
        rates = MODELS[self.model].frame_rates_hz
        if self.rate and self.rate not in rates:
            known = f"choose one of {', '.join(f'{rate:g}' for rate in rates)}" if rates else "this model has no choice"
            raise SettingsError(f"emulator: no rate {self.rate:g} Hz for a {self.model}; {known}")

    @classmethod
    def from_texts(cls, texts: dict[str, str]) -> "Options":
        """Options written as texts by name. Raises SettingsError for an unknown name or a bad value."""
        known = [field.name for field in fields(cls)]
        if unknown := next((name for name in texts if name not in known), None):
            raise SettingsError(f"emulator: no option {unknown!r}; there are {', '.join(known)}")
        values: dict[str, Any] = dict(texts)
        if "seed" in texts:
            if not texts["seed"].isdecimal():
                raise SettingsError(f"emulator: the seed is a whole number, got {texts['seed']!r}")
            values["seed"] = int(texts["seed"])
        if "paced" in texts:
            values["paced"] = _flag("paced", texts["paced"])
        if "rate" in texts:
            values["rate"] = _number("rate", texts["rate"])
        return cls(**values)


def _flag(name: str, text: str) -> bool:
    if text not in ("0", "1", "yes", "no"):
        raise SettingsError(f"emulator: {name} is yes or no, got {text!r}")
    return text in ("1", "yes")


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SettingsError(f"emulator: {name} is a number, got {text!r}") from None


class StoryTeller(Actor, Protocol):
    """An actor who can tell beforehand what happens when."""

    @property
    def timeline(self) -> list[Entry]:
        """What happens when, in order."""
        ...


@dataclass(frozen=True)
class Emulation:
    """A running emulation, and what only the simulation knows."""

    options: Options
    device: Device
    world: World
    actor: StoryTeller
    time: Time = field(default_factory=WallTime)
    """How time passes on the line."""
    inside: TroubledDevice | None = None
    """The tracker behind the line, for those who may reach into it."""
    company: AnyCompany | None = None
    """Everybody before it."""
    schedule: Schedule = field(default_factory=Schedule)
    """What goes wrong; more may be added while it runs."""
    held: Held | None = None
    """The hand that the keyboard moves."""
    refresh: Callable[[], None] = lambda: None
    """To be called when the world was changed by hand."""

    def log_to(self, log: TruthLog) -> None:
        """Write down from now on what happens."""
        if self.inside is not None and isinstance(self.device, FaultyLine):
            self.inside.state.watch = log.write
            self.device.report = log.outage

    def truth(self) -> dict[str, Any]:
        """What a host should find out, as plain JSON data; lengths in mm, transforms as rows of 4."""
        world = self.world
        return {
            "seed": self.options.seed,
            "model": self.options.model,
            "tracker_from_image": world.tracker_from_image.tolist(),
            "reference_from_image": world.reference_from_image.tolist(),
            "tips_mm": {name: tool.tip_mm.tolist() for name, tool in world.tools.items() if name != "reference"},
            "timeline": [list(entry) for entry in self.actor.timeline],
            "trainee": self.actor.truth() if isinstance(self.actor, Trainee) else None,
        }


def emulate(options: Options, time: Time | None = None, network: bool = False) -> Emulation:
    """Build everything that `options` ask for. Raises SettingsError when a file or name is wrong.

    `time` is how time passes (as on the wall); `network`: the line has no speed.
    """
    time = time or WallTime()
    model = MODELS[options.model]
    profile = read_profile(find_profile(options.profile))
    scenario, plan = exercise_of(options)
    world = build_world(profile, scenario, plan, options.seed, model.working_distance_mm)
    actor = actor_of(options, profile, world, scenario, plan)
    held = Held(actor)
    clock = RealClock(time.now) if options.clock == "real" else StepClock()
    script = read_script(find_faults(options.faults)).faults if options.faults else ()
    schedule = Schedule(script, options.seed)
    company = TroubledCompany(Company(world.tools, held, model.volumes[0].centre), schedule, clock)
    wired = wired_tools(profile) if model.wired_ports else ()
    sensor = _sensor(options, model, company, wired)
    inside = TroubledDevice(
        NdiDevice(model, clock, sensor, wired, network, options.rate), schedule, clock, options.seed
    )
    line = FaultyLine(inside, schedule, clock, time.now, options.paced, options.seed)
    return Emulation(options, line, world, actor, time, inside, company, schedule, held, sensor.refresh)


def _sensor(options: Options, model: Model, company: AnyCompany, wired: tuple[Sensors, ...]) -> Cameras | Coils:
    noise = MarkerNoise(options.seed)
    if wired:
        degrees = {tool: plug.degrees for plug in wired for tool in plug.tools}
        return Coils(company, model.volumes[0], FieldNoise(noise), degrees)
    return Cameras(company, model.volumes[0], noise, AHEAD if options.clock == "step" else FEW_AHEAD)


def wired_tools(profile: TrackerProfile) -> tuple[Sensors, ...]:
    """What is plugged in: as the profile's sockets say; without any, one tool in a socket, the third and fourth in one.

    Two tools in one socket are the two single coils of one plug.
    """
    ports: dict[int, list[ToolProfile]] = {}
    for number, tool in enumerate(profile.tools):
        ports.setdefault(tool.port or min(number + 1, 3 + number // 4), []).append(tool)
    plugs = [sorted(tools, key=lambda tool: tool.channel or 0)[:2] for _, tools in sorted(ports.items())]
    return tuple(
        Sensors(tuple(tool.name for tool in tools), 5 if len(tools) > 1 or tools[0].dof == 5 else 6) for tools in plugs
    )


def exercise_of(options: Options) -> tuple[Scenario | None, Plan | None]:
    """The scenario and the plan in it; only the trainee needs one."""
    if options.motion != "trainee":
        return None, None
    scenario = read_scenario(find_scenario(options.scenario))
    if not options.plan:
        return scenario, scenario.plans[0]
    plan = next((plan for plan in scenario.plans if plan.name == options.plan), None)
    if plan is None:
        names = ", ".join(repr(plan.name) for plan in scenario.plans)
        raise SettingsError(f"{scenario.file}: no plan {options.plan!r}; it has {names}")
    return scenario, plan


def actor_of(
    options: Options, profile: TrackerProfile, world: World, scenario: Scenario | None, plan: Plan | None
) -> StoryTeller:
    if options.motion not in MOTIONS:
        return read_motion(Path(options.motion), world, MODELS[options.model].volumes[0])
    if scenario is None or plan is None:
        return idle(world) if options.motion == "idle" else wave(world)
    for name in ("reference", "stylus", "needle"):
        tool = profile.tool(name)
        if tool is None or (name != "reference" and (tool.tip_mm is None or tool.direction is None)):
            raise SettingsError(
                f"{profile.file}: the simulated trainee needs a {name!r} with tip_mm and direction; add it, or use"
                " --motion wave"
            )
    return Trainee(world, scenario, plan, options.seed, needle_methods(options.calibrate, scenario))
