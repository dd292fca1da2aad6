"""The layouts as they look: `python docs/drawing/views_pictures.py` renders `pictures/layout-*.png`.

Drawn by the stage itself, with the numbers of one needle in the shipped patient; needs OpenGL, so no test renders them
again. The layouts with a camera are drawn for the page on the camera.
"""

from pathlib import Path

import cv2
import numpy as np

from arguide.asset_files import find_scenario
from arguide.geometry.transforms import from_parts, pose_along, rotation_about
from arguide.guidance.anatomy import load_anatomy
from arguide.guidance.deviation import DeviationFrom
from arguide.guidance.state import FiducialState, NeedleState, Phase, SessionState, Step, StepView
from arguide.scene import style
from arguide.scene.layouts import ARRANGEMENTS, ViewKind
from arguide.scene.stage import Stage
from arguide.settings.scenario import Plan, Scenario
from arguide.settings.scenario_file import read_scenario
from arguide.trackers.reading import Sample

FOLDER = Path(__file__).parents[1] / "pictures"
DRAWN = (1280, 720)
KEPT = (960, 540)


def needle_on_its_way(scenario: Scenario, plan: Plan) -> SessionState:
    """A needle 16 mm before the target, a little beside the path and a little tilted."""
    path = pose_along(plan.target, np.subtract(plan.target, plan.entry))
    pose = path @ from_parts(np.eye(3), (1.1, -0.9, -16.0)) @ rotation_about((1, 0.4, 0), 0.04)
    deviation = DeviationFrom(plan, load_anatomy(scenario, plan).clearances)(pose)
    return SessionState(
        sample=Sample(1, 0.0, {}),
        view=StepView(Step.GUIDE, "Advance along the path", "31 s", "", 0.7, False),
        needle=NeedleState(pose, deviation, Phase.INSERTING, ""),
        image_from_stylus_tip=None,
        fiducials=tuple(FiducialState(f.name, True, 0.5, False) for f in scenario.fiducials),
        fre_mm=0.8,
    )


def keep(stage: Stage, name: str) -> None:
    """Write what is shown now, smaller and with six bits a channel."""
    stage.render()
    picture = cv2.resize(stage.picture(), KEPT, interpolation=cv2.INTER_AREA)[..., ::-1] & 0xFC
    file = FOLDER / f"{name}.png"
    cv2.imwrite(str(file), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    print(f"{file} ({file.stat().st_size >> 10} KiB)")


def main() -> None:
    """Render and write the pictures."""
    scenario = read_scenario(find_scenario("lumbar-facet"))
    plan = scenario.plans[0]
    with Stage(scenario, plan, size=DRAWN, smooth=True) as stage:
        stage.show(needle_on_its_way(scenario, plan), 0.0)
        keep(stage, "layout-3d")
        for arrangement in ARRANGEMENTS[3:5]:
            stage.choose(arrangement)
            keep(stage, f"layout-{arrangement.name.lower().replace(' ', '-')}")
        stage.fill(ViewKind.IN_PLANE_90)
        keep(stage, "view-in-plane")
        stage.wear(style.LIGHT)
        stage.choose(ARRANGEMENTS[0])
        keep(stage, "theme-light")


if __name__ == "__main__":
    main()
