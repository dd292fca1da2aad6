"""What is drawn over a live picture, against the truth of the simulated camera: by the board, and by a tracked camera."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from arguide_sim.camera.source import SimCamera, open_camera
from arguide_sim.camera.studio import SimPicture
from numpy.typing import NDArray

from arguide.asset_files import find_profile, hardware
from arguide.errors import PortError, SettingsError
from arguide.geometry.camera_model import CameraModel
from arguide.geometry.transforms import apply, from_parts, inverse
from arguide.guidance.live_picture import LivePicture
from arguide.guidance.state import NeedleState, Phase, SessionState, Step, StepView
from arguide.settings.body_file import read_body
from arguide.settings.camera_file import read_camera
from arguide.settings.profile_file import read_profile
from arguide.trackers.camera.feed import CameraFeed
from arguide.trackers.reading import Reading, Sample, Visibility

FREE = read_camera(hardware() / "cameras" / "simulated.toml")
TRACKED = read_camera(hardware() / "cameras" / "simulated-tracked.toml")
LENS = CameraModel.of(FREE)
BOARD = read_body(hardware() / "sheets" / "board.toml")
TARGET = np.array([[23.13, -21.14, 42.16]])
Change = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]


class Watched:
    """The simulated camera, its last picture for whoever compares, and what a test does to the pixels."""

    def __init__(self, change: Change | None = None, **options: str) -> None:
        self.sim: SimCamera = open_camera("camera://sim", {"clock": "step", **options}, lambda: 0.0, lambda s: None)
        self.name, self.camera, self.size = self.sim.name, self.sim.camera, self.sim.size
        self.last: SimPicture | None = None
        self._change = change

    def read(self, timeout_s: float) -> SimPicture | None:
        self.last = self.sim.read(timeout_s)
        if self.last and self._change:
            return replace(self.last, pixels=self._change(self.last.pixels.copy()))
        return self.last

    def close(self) -> None:
        self.sim.close()


def by_board(source: Watched) -> tuple[CameraFeed, LivePicture]:
    feed = CameraFeed(lambda: source, lambda _: FREE, lambda: 0.0, BOARD)
    feed.connect()
    return feed, LivePicture(feed, lambda: source.sim.world.image_from_reference)


def miss_px(live: LivePicture, picture: SimPicture | None) -> float:
    """How far the target is drawn beside its true place, in pixels of the straightened picture."""
    now = live.newest()
    assert now is not None and now.image_from_view is not None and picture is not None, now and now.why
    drawn = live.camera.project(apply(inverse(now.image_from_view), TARGET))
    true = live.camera.project(LENS.unproject(picture.pixels_of("phantom", TARGET)))
    return float(np.linalg.norm(drawn - true))


def rms(values: list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def test_the_target_over_a_still_picture_by_the_board() -> None:
    px, mm = [], []
    for seed in ("1", "2", "3"):
        source = Watched(seed=seed, motion="idle")
        feed, live = by_board(source)
        feed.poll()
        px.append(miss_px(live, source.last))
        assert source.last is not None
        mm.append(px[-1] * float(apply(source.last.view_from("phantom"), TARGET)[0, 2]) / live.camera.focal_px)
    assert rms(px) <= 1.5 and rms(mm) <= 1.0


def test_the_target_while_the_camera_moves_at_20_cm_a_second() -> None:
    misses = []
    for seed in ("1", "2"):
        source = Watched(seed=seed, motion="idle", camera="sweep")
        feed, live = by_board(source)
        for _ in range(3):
            feed.poll()
            misses.append(miss_px(live, source.last))
    assert max(misses) <= 3.0


def state_at(source: Watched, time_s: float, arrival_s: float, random: np.random.Generator) -> SessionState:
    """What a tracker with a noise of 0.1 mm and 0.5 mrad says of that moment."""
    view = source.sim._studio._view_at(time_s).poses
    camera = from_parts(np.array(TRACKED.mount.rotation), TRACKED.mount.shift_mm) if TRACKED.mount else np.eye(4)
    poses = {"reference": camera @ view["reference"], "camera": np.eye(4), "needle": camera @ view["needle"]}
    readings = {}
    for name, pose in poses.items():
        noisy = pose.copy()
        noisy[:3, 3] += 0.1 * random.standard_normal(3)
        readings[name] = Reading(name, noisy, Visibility.VISIBLE)
    needle = NeedleState(None, None, Phase.SEARCHING, "")
    view_now = StepView(Step.GUIDE, "", "", "", 0.0, False)
    return SessionState(Sample(round(60 * time_s), arrival_s, readings), view_now, needle, None, (), None)


def test_the_target_by_a_tracked_camera_while_the_phantom_is_knocked() -> None:
    """The default of `demo --ar`: the tracker sees camera and phantom; the picture's own moment counts."""
    source = Watched(profile="emulated-ar", lens=str(TRACKED.file))
    studio, random = source.sim._studio, np.random.default_rng(4)
    feed = CameraFeed(lambda: source, lambda _: TRACKED, lambda: 0.0)
    feed.connect()
    live = LivePicture(feed, lambda: source.sim.world.image_from_reference, TRACKED.mount)
    bump = next(e for e in source.sim.trainee.timeline if e.what == "phantom bumped")
    for k in range(-12, 40):
        live.take((), state_at(source, bump.start_s + k / 60, bump.start_s + k / 60, random))
    for time_s in (bump.start_s - 0.1, bump.start_s + 0.1, bump.start_s + 0.3):
        picture = studio.take(1, time_s, time_s + TRACKED.delay_s)
        feed.newest = feed._taken(picture)
        assert miss_px(live, picture) <= 1.5
        now = live.newest()
        assert now is not None
        true = inverse(picture.view_from("phantom")) @ picture.view_from("needle")
        assert np.linalg.norm(now.tools["needle"][:3, 3] - true[:3, 3]) < 1.0


def half_covered(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    pixels[:, :870] = 96
    return pixels


def twice(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    pixels[:, :560] = pixels[:, 720:]
    return pixels


def test_a_board_of_which_half_is_covered_still_tells() -> None:
    source = Watched(half_covered, motion="idle")
    feed, live = by_board(source)
    feed.poll()
    assert miss_px(live, source.last) <= 1.5


def test_two_identical_boards_are_named_and_nothing_is_drawn() -> None:
    source = Watched(twice, motion="idle")
    feed, live = by_board(source)
    feed.poll()
    now = live.newest()
    assert now is not None and now.image_from_view is None and "twice; take one of the two sheets away" in now.why


def test_without_the_board_the_picture_stays() -> None:
    source = Watched(lambda pixels: np.full_like(pixels, 90), motion="idle")
    feed, live = by_board(source)
    feed.poll()
    now = live.newest()
    assert now is not None and now.picture is feed.newest and "the board is not in the picture" in now.why


def test_a_camera_that_is_unplugged_leaves_its_last_picture_and_a_sentence() -> None:
    source = Watched(motion="idle")
    feed, live = by_board(source)
    feed.poll()

    def gone(timeout_s: float) -> SimPicture | None:
        raise PortError("camera://0: the camera sends no pictures any more; was it unplugged?")

    source.read = gone  # type: ignore[method-assign]
    feed.start()
    feed._thread.join(5.0)
    assert "unplugged" in live.trouble and live.newest() is not None
    feed.close()


@pytest.mark.parametrize("change", [{"camera": "Another camera"}, {"width": 640, "height": 360}])
def test_a_calibration_for_another_camera_or_size_is_refused(change: dict[str, object]) -> None:
    source = Watched(motion="idle")
    other = replace(FREE, **change)  # type: ignore[arg-type]
    feed = CameraFeed(lambda: source, lambda _: other, lambda: 0.0, BOARD)
    with pytest.raises(SettingsError, match="made for"):
        feed.connect()
    with pytest.raises(PortError, match="is closed"):
        source.sim.read(0.0)


def test_the_file_of_the_tracked_camera_says_what_is_true() -> None:
    from arguide_sim.world import BODY_FROM_CAMERA

    assert TRACKED.mount is not None
    assert np.allclose(from_parts(np.array(TRACKED.mount.rotation), TRACKED.mount.shift_mm), BODY_FROM_CAMERA)
    profile = read_profile(find_profile("emulated-ar"))
    tool = profile.tool(TRACKED.mount.body)
    assert tool is not None and tool.definition is not None
    from arguide.trackers.ndi.rom import read_rom

    TRACKED.mount.check(f"{read_rom(tool.definition).serial_number:08X}")


def test_a_picture_that_is_ahead_of_the_tracker_waits_for_it() -> None:
    source = Watched(profile="emulated-ar", lens=str(TRACKED.file), motion="idle")
    feed = CameraFeed(lambda: source, lambda _: TRACKED, lambda: 0.0)
    feed.connect()
    live, random = (
        LivePicture(feed, lambda: source.sim.world.image_from_reference, TRACKED.mount),
        np.random.default_rng(1),
    )
    taken = feed._taken(source.sim._studio.take(0, 0.0, TRACKED.delay_s))
    for k in range(-4, 4):
        live.take((), state_at(source, k / 60, k / 60, random))
    feed.newest = replace(taken, exposed_s=0.0)
    first = live.newest()
    assert first is not None and first.image_from_view is not None
    feed.newest = replace(taken, exposed_s=0.2)
    assert live.newest() is first, "0.2 s is not told of yet"
    for k in range(4, 14):
        live.take((), state_at(source, k / 60, k / 60, random))
    now = live.newest()
    assert now is not None and now.picture is feed.newest and now.image_from_view is not None
    feed.newest = replace(taken, exposed_s=0.9)
    lost = live.newest()
    assert lost is not None and lost.image_from_view is None and "did not see the camera" in lost.why


def test_the_emulated_tracker_sees_the_camera_over_the_phantom() -> None:
    from arguide_sim.emulation import MODELS
    from arguide_sim.world import CAMERA, build_world

    from arguide.asset_files import find_scenario
    from arguide.settings.scenario_file import read_scenario

    profile, scenario = read_profile(find_profile("emulated-ar")), read_scenario(find_scenario("lumbar-facet"))
    model = MODELS["spectra"]
    for seed in range(40):
        world = build_world(profile, scenario, scenario.plans[0], seed, model.working_distance_mm)
        tool = world.tools[CAMERA]
        pose = world.tracker_from_image @ world.resting_place(CAMERA) @ tool.tip_from_tool
        assert model.volumes[0].contains(apply(pose, tool.definition.markers)).all(), seed
