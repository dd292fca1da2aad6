"""The window in pictures: `python docs/drawing/session_pictures.py [NAME ...]` renders those of the pages on views, AR, panels
and guidance, or only the named ones.

A whole session of `arguide demo --ar` is gone through on a simulated clock; each picture is what the window shows at its
moment. Needs OpenGL and a minute, so no test renders them again.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from arguide.asset_files import find_profile, find_scenario
from arguide.cli.ar import SIM_PROFILE, Pictures, simulated_camera
from arguide.cli.clocks import FrameClock
from arguide.cli.device_rows import device_rows
from arguide.cli.emulator import emulated_tracker
from arguide.cli.progress import progress_bar
from arguide.cli.sources import open_source
from arguide.guidance.anatomy import load_anatomy
from arguide.guidance.live import Live
from arguide.guidance.session import Session
from arguide.guidance.state import Alert, Phase, SessionState, Step
from arguide.scene import style
from arguide.scene.layouts import ARRANGEMENTS, ViewKind
from arguide.scene.occluders import occluders_of
from arguide.scene.stage import Stage
from arguide.settings.profile_file import read_profile
from arguide.settings.scenario_file import read_scenario

FOLDER = Path(__file__).parents[1] / "pictures"
DRAWN, KEPT = (1280, 720), (960, 540)
SEED = 1
SPACE, CAMERA, CAMERA_SLICE, SLICES, ALONG, BULLSEYE = ARRANGEMENTS
QUALITY = 88


@dataclass(frozen=True)
class Moment:
    """When a picture is taken, and what is done to the stage before."""

    name: str
    when: Callable[[SessionState], bool]
    lay: Callable[[Stage], None]
    after: Callable[[Stage], None] = lambda stage: None


def touching(done: int) -> Callable[[SessionState], bool]:
    """While the stylus goes to the next fiducial."""
    return lambda s: s.view.step is Step.TOUCH and sum(f.touched for f in s.fiducials) == done


def before_target(mm: float) -> Callable[[SessionState], bool]:
    """When the needle is inserted so far."""
    return lambda s: (
        s.needle.phase is Phase.INSERTING and s.needle.deviation is not None and s.needle.deviation.depth_mm <= mm
    )


def warned(state: SessionState) -> bool:
    """When the error bar reaches into a margin at the end of the path."""
    return state.needle.phase is Phase.AT_TARGET and any(risk.alert is Alert.DOUBTFUL for risk in state.needle.risks)


def held(state: SessionState) -> bool:
    """While the needle is held at the target."""
    deviation = state.needle.deviation
    return state.needle.phase is Phase.AT_TARGET and deviation is not None and abs(deviation.depth_mm) < 0.6


def show_panels(stage: Stage) -> None:
    stage.choose(SPACE)
    for key in ("f3", "f4", "f5"):
        stage.heed(key)


def show_light(stage: Stage) -> None:
    stage.wear(style.LIGHT)
    stage.choose(SPACE)


FACET = (
    Moment("ar-fiducials", touching(6), lambda stage: stage.choose(CAMERA)),
    Moment("ar", before_target(21.0), lambda stage: stage.choose(CAMERA)),
    Moment("layout-camera-and-slice", before_target(20.5), lambda stage: stage.choose(CAMERA_SLICE)),
    Moment("layout-bullseye", before_target(18.0), lambda stage: stage.choose(BULLSEYE)),
    Moment("layout-3d", before_target(16.0), lambda stage: stage.choose(SPACE)),
    Moment("layout-slices", before_target(15.5), lambda stage: stage.choose(SLICES)),
    Moment("layout-along-the-needle", before_target(15.0), lambda stage: stage.choose(ALONG)),
    Moment(
        "view-in-plane",
        before_target(14.5),
        lambda stage: stage.fill(ViewKind.IN_PLANE_90),
        lambda stage: stage.choose(SPACE),
    ),
    Moment("theme-light", before_target(13.0), show_light, lambda stage: stage.wear(style.DARK)),
    Moment("numbers", held, lambda stage: stage.choose(SPACE)),
    Moment("panels", lambda state: state.needle.phase is Phase.AT_TARGET, show_panels),
)
MOMENTS = {
    "lumbar-facet": FACET,
    "lumbar-root": (Moment("warning", warned, lambda stage: stage.choose(SPACE)),),
}
"""By scenario."""
PHOTOS = ("ar", "ar-fiducials", "layout-camera-and-slice")


def write(name: str, picture: NDArray[np.uint8]) -> None:
    """Photos whole as JPEG, everything else smaller and with six bits a channel."""
    file = FOLDER / f"{name}.{'jpg' if name in PHOTOS else 'png'}"
    if name in PHOTOS:
        cv2.imwrite(str(file), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    else:
        small = cv2.resize(picture, KEPT, interpolation=cv2.INTER_AREA)[..., ::-1] & 0xFC
        cv2.imwrite(str(file), small, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    print(f"{file} ({file.stat().st_size >> 10} KiB)")


@contextmanager
def rehearsal(name: str) -> Iterator[tuple[Stage, Callable[[], SessionState], Callable[[], None]]]:
    """Of a scenario: a stage, what goes on by one sample, and what fetches the camera's picture of now."""
    scenario, profile = read_scenario(find_scenario(name)), read_profile(find_profile(SIM_PROFILE))
    plan, clock = scenario.plans[0], FrameClock(profile.rate_hz)
    with ExitStack() as stack:
        port = stack.enter_context(emulated_tracker(scenario.file, plan.name, profile, (), fast=True, seed=SEED))
        tracker = open_source(profile, port, clock)
        stack.callback(tracker.close)
        tracker.connect()
        camera = simulated_camera(scenario, plan, profile, SEED, calibrate="none")
        pictures = Pictures(camera, profile, tracker, clock, stack)
        session = Session(scenario, plan, profile, load_anatomy(scenario, plan))
        live_picture = pictures.join(lambda: session)
        stage = Stage(
            scenario, plan, size=DRAWN, smooth=True, clock=clock, live=live_picture, occluders=occluders_of(profile)
        )
        stack.callback(stage.close)
        stage.facts.devices += device_rows(profile, port, tracker)
        tracker.start()
        live = Live(tracker, session, [live_picture.take, stage.facts.watch])
        assert pictures.feed is not None

        def go_on() -> SessionState:
            clock.tick()
            return live.step()

        yield stage, go_on, pictures.feed.poll


def keep(scenario: str, moments: Sequence[Moment]) -> None:
    """Go through a session and keep these pictures."""
    wanted = list(moments)
    with rehearsal(scenario) as (stage, go_on, look), progress_bar(scenario) as progress:
        state = go_on()
        look()  # a camera's time begins with the first question
        whole = len(wanted)
        while wanted and state.view.step is not Step.DONE:
            state = go_on()
            if (found := next((moment for moment in wanted if moment.when(state)), None)) is None:
                continue
            wanted.remove(found)
            # The tracker tells of a picture's moment only after it.
            for _ in range(4 if found.name in PHOTOS else 0):
                look()
                state = go_on()
            stage.show(state, 0.01)
            found.lay(stage)
            for _ in range(3):
                stage.show(state, 0.01)
                stage.render()
            write(found.name, stage.picture())
            found.after(stage)
            progress(1 - len(wanted) / whole, found.name)
    if wanted:
        raise SystemExit(f"this never came: {', '.join(moment.name for moment in wanted)}")


def main(names: list[str]) -> None:
    """Keep what is asked for."""
    for scenario, moments in MOMENTS.items():
        if found := [moment for moment in moments if not names or moment.name in names]:
            keep(scenario, found)


if __name__ == "__main__":
    main(sys.argv[1:])
