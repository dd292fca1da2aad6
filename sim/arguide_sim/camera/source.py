"""`camera://sim?scenario=lumbar-facet&seed=1`: the simulated camera as a source of pictures in the host's process.

Structurally an `arguide.ports.pictures.PictureSource`; the host learns no more from it than from a webcam.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from arguide.asset_files import find_profile, find_scenario, hardware
from arguide.errors import PortError, SettingsError
from arguide.settings.camera_file import CameraCalibration, read_camera
from arguide.settings.profile_file import read_profile
from arguide.settings.scenario_file import read_scenario
from arguide_sim.actors import idle, wave
from arguide_sim.camera.bench import MOTIONS as CAMERA_MOTIONS
from arguide_sim.camera.bench import build_bench, camera_motion, things_of, views_of
from arguide_sim.camera.lens import Lens, Shutter
from arguide_sim.camera.sensor import Sensor
from arguide_sim.camera.studio import SimPicture, Studio
from arguide_sim.cameras import Actor
from arguide_sim.trainee import Trainee, needle_methods
from arguide_sim.world import World

RATE_HZ = 30.0
CLOCKS = ("real", "step")
HANDS = ("trainee", "idle", "wave")


@dataclass(frozen=True, kw_only=True)
class Options:
    """What can be chosen in a `camera://sim` address. Everything has a value that just works."""

    scenario: str = "lumbar-facet"
    plan: str = ""
    profile: str = "simulated-camera"
    lens: str = ""
    """Calibration file of the true lens; empty: hardware/cameras/simulated.toml."""
    calibration: str = ""
    """What the host believes of it; not the camera's business."""
    clock: str = "real"
    """`step`: every reading is the next picture, in simulated time."""
    seed: int = 1
    motion: str = "trainee"
    calibrate: str = ""
    """How the trainee calibrates the needle; empty: as the scenario says."""
    camera: str = "still"
    exposure_ms: float = 8.0

    def __post_init__(self) -> None:
        for name, allowed in (("clock", CLOCKS), ("motion", HANDS), ("camera", CAMERA_MOTIONS)):
            if (given := getattr(self, name)) not in allowed:
                raise SettingsError(f"camera://sim: no {name} {given!r}; choose one of {', '.join(allowed)}")
        if not 0 <= self.seed < 2**32 or not 0 <= self.exposure_ms <= 1000 / RATE_HZ:
            raise SettingsError(
                f"camera://sim: seed from 0 to {2**32 - 1}, exposure_ms from 0 to {1000 / RATE_HZ:.0f};"
                f" got {self.seed} and {self.exposure_ms:g}"
            )

    @classmethod
    def from_texts(cls, texts: dict[str, str]) -> "Options":
        """Options written as texts by name. Raises SettingsError for an unknown name or a bad value."""
        known = [field.name for field in fields(cls)]
        if unknown := next((name for name in texts if name not in known), None):
            raise SettingsError(f"camera://sim: no option {unknown!r}; there are {', '.join(known)}")
        values: dict[str, Any] = dict(texts)
        for name, kind in (("seed", int), ("exposure_ms", float)):
            try:
                values |= {name: kind(texts[name])} if name in texts else {}
            except ValueError:
                raise SettingsError(f"camera://sim: {name} is a number, got {texts[name]!r}") from None
        return cls(**values)


class SimCamera:
    """An open simulated camera. Its exposure delay is the one that its calibration file states."""

    def __init__(
        self,
        name: str,
        studio: Studio,
        calibration: CameraCalibration,
        world: World,
        trainee: Trainee | None,
        clock: Callable[[], float],
        wait: Callable[[float], Any] | None,
    ) -> None:
        self.name = name
        self.camera = calibration.camera
        self.size = (calibration.width, calibration.height)
        self.world = world
        """What is true, for whoever may know."""
        self.trainee = trainee
        """Who moves the tools, if it is the trainee."""
        self._studio = studio
        self._delay_s = calibration.delay_s
        self._clock = clock
        self._wait = wait
        self._begun_s: float | None = None
        self._next = 0
        self._closed = False

    def read(self, timeout_s: float) -> SimPicture | None:
        """The next picture; in real time, pictures that nobody fetched are dropped as a webcam drops them."""
        if self._closed:
            raise PortError(f"{self.name} is closed; open it again")
        if self._begun_s is None:
            self._begun_s = self._clock()
        if self._wait is not None and not self._is_due(timeout_s):
            return None
        number, self._next = self._next, self._next + 1
        taken_s = number / RATE_HZ
        return self._studio.take(number, taken_s, self._begun_s + taken_s + self._delay_s)

    def skip_to(self, time_s: float) -> None:
        """Let the next picture be that of a later simulated time."""
        self._next = max(self._next, round(time_s * RATE_HZ))

    def close(self) -> None:
        """Close; closing twice is allowed."""
        self._closed = True

    def _is_due(self, timeout_s: float) -> bool:
        assert self._wait is not None and self._begun_s is not None
        passed_s = self._clock() - self._begun_s - self._delay_s
        self._next = max(self._next, int(passed_s * RATE_HZ))
        if (early_s := self._next / RATE_HZ - passed_s) > 0:
            self._wait(min(early_s, timeout_s))
        return early_s <= timeout_s


def open_camera(url: str, texts: dict[str, str], clock: Callable[[], float], wait: Callable[[float], Any]) -> SimCamera:
    """Build everything that the options ask for. Raises SettingsError when a file or name is wrong."""
    options = Options.from_texts(texts)
    profile = read_profile(find_profile(options.profile))
    scenario = read_scenario(find_scenario(options.scenario))
    plan = next((one for one in scenario.plans if options.plan in ("", one.name)), None)
    if plan is None:
        names = ", ".join(repr(one.name) for one in scenario.plans)
        raise SettingsError(f"{scenario.file}: no plan {options.plan!r}; it has {names}")
    calibration = read_camera(find_lens(options.lens))
    world = build_bench(profile, scenario, plan, options.seed)
    actor: Actor
    if options.motion == "trainee":
        actor = Trainee(world, scenario, plan, options.seed, needle_methods(options.calibrate, scenario))
    else:
        actor = idle(world) if options.motion == "idle" else wave(world)
    studio = Studio(
        things_of(profile, world, scenario),
        views_of(world, actor, camera_motion(options.camera, options.seed)),
        Lens.of(calibration),
        Shutter(options.exposure_ms / 1000, calibration.rolling_s),
        Sensor(options.seed),
    )
    trainee = actor if isinstance(actor, Trainee) else None
    return SimCamera(url, studio, calibration, world, trainee, clock, wait if options.clock == "real" else None)


def find_lens(file: str) -> Path:
    """The calibration file that holds the true lens."""
    return Path(file) if file else hardware() / "cameras" / "simulated.toml"
