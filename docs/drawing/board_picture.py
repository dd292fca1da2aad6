"""AR by a printed board: `python docs/drawing/board_picture.py` renders `pictures/ar-board.jpg`. Needs OpenGL; no test renders it again.

The board and the needle's cube are those that the simulated camera sees; the camera's place is found by the board in the
picture, the needle's pose is the simulated trainee's own.
"""

from dataclasses import replace
from pathlib import Path

import cv2
from arguide_sim.camera.source import open_camera

from arguide.asset_files import find_profile, find_scenario, hardware
from arguide.guidance.anatomy import load_anatomy
from arguide.guidance.deviation import DeviationFrom
from arguide.guidance.live_picture import LivePicture
from arguide.guidance.state import FiducialState, NeedleState, Phase, SessionState, Step, StepView
from arguide.scene.layouts import ViewKind
from arguide.scene.occluders import occluders_of
from arguide.scene.stage import Stage
from arguide.settings.body_file import read_body
from arguide.settings.camera_file import read_camera
from arguide.settings.profile_file import read_profile
from arguide.settings.scenario_file import read_scenario
from arguide.trackers.camera.feed import CameraFeed
from arguide.trackers.reading import Reading, Sample, Visibility

FILE = Path(__file__).parents[1] / "pictures" / "ar-board.jpg"
SEED, QUALITY = "1", 88
STAGE, SHARE = "advance to the target", 0.4
"""What the trainee does, and how much of it is done."""


def main() -> None:
    """Render and write the picture."""
    scenario, profile = read_scenario(find_scenario("lumbar-facet")), read_profile(find_profile("simulated-camera"))
    plan = scenario.plans[0]
    source = open_camera("camera://sim", {"clock": "step", "seed": SEED}, lambda: 0.0, lambda seconds: None)
    assert source.trainee is not None
    during = next(entry for entry in source.trainee.timeline if entry.what == STAGE)
    time_s = during.start_s + SHARE * (during.end_s - during.start_s)
    source.skip_to(time_s)
    calibration = read_camera(hardware() / "cameras" / "simulated.toml")
    feed = CameraFeed(
        lambda: source, lambda _: calibration, lambda: 0.0, read_body(hardware() / "sheets" / "board.toml")
    )
    feed.connect()
    feed.poll()
    live = LivePicture(feed, lambda: source.world.image_from_reference)
    assert feed.newest is not None
    world, exposed_s = source.world, feed.newest.exposed_s
    tip = source.trainee.script.image_from_tip("needle", exposed_s)
    # As if the tracker's frame were the image's.
    poses = {"reference": world.image_from_reference, "needle": tip @ world.tools["needle"].tip_from_tool}
    readings = {name: Reading(name, pose, Visibility.VISIBLE) for name, pose in poses.items()}
    deviation = DeviationFrom(plan, load_anatomy(scenario, plan).clearances)(tip)
    state = SessionState(
        sample=Sample(1, exposed_s, readings),
        view=StepView(Step.GUIDE, "Advance along the path", "", "", 0.6, False),
        needle=NeedleState(tip, deviation, Phase.INSERTING, ""),
        image_from_stylus_tip=None,
        fiducials=tuple(FiducialState(f.name, True, 0.5, False) for f in scenario.fiducials),
        fre_mm=0.8,
    )
    for later_s in (0.0, 1 / 30):
        live.take((), replace(state, sample=replace(state.sample, host_time_s=exposed_s + later_s)))
    with Stage(scenario, plan, smooth=True, live=live, occluders=occluders_of(profile)) as stage:
        stage.fill(ViewKind.CAMERA)
        stage.show(state, 0.0)
        stage.render()
        stage.render()
        cv2.imwrite(str(FILE), stage.picture()[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    print(f"{FILE} ({FILE.stat().st_size >> 10} KiB)")


if __name__ == "__main__":
    main()
