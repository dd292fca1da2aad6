"""How fast the scene of the shipped scenario is drawn, off screen, with all views on."""

import time

import numpy as np

from arguide import asset_files
from arguide.geometry.camera_model import CameraModel
from arguide.geometry.transforms import Array, from_parts, pose_along, rotation_about
from arguide.guidance.live_picture import Augmented, LivePicture
from arguide.guidance.state import Deviation, FiducialState, NeedleState, Phase, SessionState, Step, StepView
from arguide.scene.camera import look_at
from arguide.scene.layouts import ARRANGEMENTS, Arrangement
from arguide.scene.stage import Stage
from arguide.settings.camera_file import read_camera
from arguide.settings.scenario import Plan, Scenario
from arguide.settings.scenario_file import read_scenario
from arguide.trackers.camera.feed import StraightPicture
from arguide.trackers.reading import Sample

SIZE = (1280, 720)
FRAMES = 60
ROUNDS = 4
OTHERS = ("lumbar-biopsy", "lumbar-root", "hip-injection", "knee-injection", "femoral-block")


def _pose(plan: Plan, before_mm: float) -> Array:
    path = pose_along(plan.target, np.subtract(plan.target, plan.entry))
    return path @ from_parts(np.eye(3), (1.5, -1.0, -before_mm)) @ rotation_about((1, 0, 0), 0.03)


def _state(scenario: Scenario, plan: Plan, k: int) -> SessionState:
    """A needle on its way in: every number changes at every frame."""
    depth = 60.0 - 0.37 * (k % 150)
    clearances = tuple(8.0 + 0.01 * k for _ in scenario.risks)
    deviation = Deviation(depth, 1.8 + 0.01 * k, 1.5, 1.0, 0.03, 2.5, 3.1 + 0.02 * k, abs(depth), clearances)
    return SessionState(
        sample=Sample(k, k / 60, {}),
        view=StepView(Step.GUIDE, "Advance along the path", f"{k / 60:.1f} s", "", 0.5, False),
        needle=NeedleState(_pose(plan, depth), deviation, Phase.INSERTING, ""),
        image_from_stylus_tip=None,
        fiducials=tuple(FiducialState(f.name, True, 0.5, False) for f in scenario.fiducials),
        fre_mm=0.8,
    )


def _rate(
    scenario: Scenario, plan: Plan, smooth: bool, arrangement: Arrangement = ARRANGEMENTS[0], keys: tuple[str, ...] = ()
) -> tuple[float, float, int]:
    """Best frames/s of several rounds, processor ms a frame, and triangles of anatomy."""
    states = [_state(scenario, plan, k) for k in range(FRAMES)]
    best, busy = 0.0, np.inf
    with Stage(scenario, plan, size=SIZE, smooth=smooth, watched=True) as stage:
        stage.choose(arrangement)
        for key in keys:
            stage.heed(key)
        for _ in range(ROUNDS):
            stage.picture()
            start, worked = time.perf_counter(), time.process_time()
            for state in states:
                stage.show(state, 0.0)
                stage.render()
            stage.picture()  # waits until the last frame is really there
            best = max(best, FRAMES / (time.perf_counter() - start))
            busy = min(busy, 1e3 * (time.process_time() - worked) / FRAMES)
        return best, busy, stage.anatomy.triangles


def _pose_age_s(scenario: Scenario, plan: Plan) -> float:
    """Median age of the drawn pose at the end of a frame, with samples 60 a second that arrive at once."""
    states = [_state(scenario, plan, k) for k in range(FRAMES)]
    with Stage(scenario, plan, size=SIZE, smooth=False, watched=True) as stage:
        for k in range(ROUNDS * FRAMES):
            now_s = time.monotonic()
            stage.show(states[k % FRAMES], now_s % (1 / 60))
            stage.render()
        return stage.performance.pose_age_s


def _turning_rate(scenario: Scenario, plan: Plan) -> float:
    """Best frames/s of layout 3D while the view is zoomed at every frame, so that nothing can be kept."""
    best, states = 0.0, [_state(scenario, plan, k) for k in range(FRAMES)]
    with Stage(scenario, plan, size=SIZE, smooth=False, watched=True) as stage:
        for _ in range(ROUNDS):
            stage.picture()
            start = time.perf_counter()
            for k, state in enumerate(states):
                stage.heed(("wheel_up", "wheel_down")[k % 2], (400.0, 300.0))
                stage.show(state, 0.0)
                stage.render()
            stage.picture()
            best = max(best, FRAMES / (time.perf_counter() - start))
    return best


def _augmented_rate(scenario: Scenario, plan: Plan, paced: bool) -> tuple[float, float]:
    """Best frames/s with camera, slice and bullseye, and the median age of what is drawn; pictures are 30 a second.

    `paced` as in a window, where frames wait for a picture that is about to come: no more than 30 a second.
    """
    pictures = _Pictures(plan)
    live = LivePicture(pictures, lambda: np.eye(4))
    live.newest = pictures.augmented  # type: ignore[method-assign]
    best, states = 0.0, [_state(scenario, plan, k) for k in range(FRAMES)]
    with Stage(scenario, plan, size=SIZE, smooth=False, live=live, watched=True) as stage:
        stage.choose(ARRANGEMENTS[2])
        for _ in range(ROUNDS):
            stage.picture()
            start = time.perf_counter()
            for state in states:
                stage.show(state, 0.0)
                stage.render()
                if paced:
                    stage.rest()
            stage.picture()
            best = max(best, FRAMES / (time.perf_counter() - start))
        return best, stage.performance.picture_waits_s


def _other_scenarios() -> list[tuple[str, str, str]]:
    """The other shipped scenarios, in 3D and with camera, slice and bullseye; those of limbs have their muscles of glass."""
    rows = []
    for name in OTHERS:
        scenario = read_scenario(asset_files.find_scenario(name))
        plan = scenario.plans[0]
        space, busy, _ = _rate(scenario, plan, smooth=False)
        augmented, _ = _augmented_rate(scenario, plan, paced=False)
        rows.append(
            (f"{name}: 3D; with AR", f"{space:.0f} frames/s, {busy:.0f} ms; {augmented:.0f} frames/s", "≥ 30 frames/s")
        )
    return rows


class _Pictures:
    """A camera whose pictures come 30 a second and cost nothing."""

    name, looks_for_board, trouble = "bench", False, ""

    def __init__(self, plan: Plan) -> None:
        lens = CameraModel.of(read_camera(asset_files.hardware() / "cameras" / "simulated.toml"))
        self.camera = lens.straightened()
        random = np.random.default_rng(1)
        self._pixels = [random.integers(0, 255, (720, 1280, 3), dtype=np.uint8) for _ in range(2)]
        out = np.subtract(plan.entry, plan.target)
        eye = np.add(plan.entry, 450 * out / np.linalg.norm(out)) + (0, 0, 180)
        self._image_from_view = look_at(eye, plan.target, (0, 0, 1))
        self._tip = _pose(plan, 20.0)
        self._last: Augmented | None = None

    @property
    def newest(self) -> StraightPicture:
        """The picture of this thirtieth of a second."""
        return self.augmented().picture

    def augmented(self) -> Augmented:
        """That picture, and where things were."""
        number = int(30 * time.monotonic())
        if self._last is None or self._last.picture.number != number:
            arrived_s = number / 30
            picture = StraightPicture(number, self._pixels[number % 2], arrived_s - 0.042, arrived_s)
            self._last = Augmented(picture, self._image_from_view, self._tip)
        return self._last


def measure() -> list[tuple[str, str, str]]:
    """Rows (what, measured, bound) for the table of `python -m bench`."""
    scenario = read_scenario(asset_files.find_scenario("lumbar-facet"))
    plan = scenario.plans[0]
    start = time.perf_counter()
    Stage(scenario, plan, size=SIZE).close()
    opening = time.perf_counter() - start
    plain, busy, triangles = _rate(scenario, plan, smooth=False)
    smooth, _, _ = _rate(scenario, plan, smooth=True)
    augmented, _ = _augmented_rate(scenario, plan, paced=False)
    paced, age = _augmented_rate(scenario, plan, paced=True)
    what = f"scene {SIZE[0]}×{SIZE[1]}, {triangles / 1e3:.0f} k triangles, layout 3D"
    panels = _rate(scenario, plan, smooth=False, keys=("f8",))
    layouts = [(a, _rate(scenario, plan, smooth=False, arrangement=a)) for a in ARRANGEMENTS[1:]]
    return [
        (what, f"{plain:.0f} frames/s, {busy:.0f} ms of processor a frame", "≥ 30 frames/s"),
        ("layout 3D while the view turns", f"{_turning_rate(scenario, plan):.0f} frames/s", "–"),
        ("layout 3D with all panels open", "{:.0f} frames/s, {:.0f} ms".format(*panels[:2]), "≥ 30 frames/s"),
        *((f"layout {a.name}", f"{r:.0f} frames/s, {b:.0f} ms", "≥ 30 frames/s") for a, (r, b, _) in layouts),
        ("layout 3D with four samples a pixel (pictures, films)", f"{smooth:.0f} frames/s", "–"),
        ("1280×720 with AR, bullseye and one slice, 30 pictures/s", f"{augmented:.1f} frames/s", "≥ 30"),
        ("the same in step with the pictures, as in a window", f"{paced:.1f} frames/s", "30"),
        (
            "age of the drawn pose when it is on screen, layout 3D, 60 samples/s, median",
            f"{1e3 * _pose_age_s(scenario, plan):.0f} ms",
            "≤ 38",
        ),
        (
            "age of what is drawn on a picture when it is on screen, since it arrived, median",
            f"{1e3 * age:.0f} ms",
            "≤ 38",
        ),
        *_other_scenarios(),
        ("opening the stage the first time in a process", f"{opening:.1f} s", "–"),
    ]


if __name__ == "__main__":
    for row in measure():
        print("  ".join(row))
