"""The generated patient from three sides: `python docs/drawing/anatomy_picture.py` renders `pictures/anatomy.png`.

Drawn with the scene's own meshes and light; needs OpenGL, so no test renders it again.
"""

from pathlib import Path

import cv2
import numpy as np
from panda3d.core import NodePath, OrthographicLens

from arguide.asset_files import find_scenario
from arguide.scene.anatomy import Anatomy
from arguide.scene.camera import SUPERIOR, look_at
from arguide.scene.eye import Eye
from arguide.scene.layout import Rect
from arguide.scene.window import Display
from arguide.settings.scenario_file import read_scenario

FILE = Path(__file__).parents[1] / "pictures" / "anatomy.png"
PANEL = (380, 462)
"""Width and height of each view in pixels."""
MIDDLE = np.array([0.0, 5.0, 45.0])
SPAN_MM = 360.0
FROM = {"behind": (0, -1, 0), "the right": (1, -0.02, 0), "behind, right": (0.75, -1, 0.3), "in front": (0.35, 1, 0.1)}
BACKGROUND = (0.055, 0.075, 0.105)


def main() -> None:
    """Render and write the picture."""
    scenario = read_scenario(find_scenario("lumbar-facet"))
    space = NodePath("image")
    anatomy = Anatomy(scenario, scenario.plans[0])
    anatomy.root.reparent_to(space)
    window = Rect(0, 0, PANEL[0] * len(FROM), PANEL[1])
    display = Display((window.width, window.height), False, smooth=True)
    display.output.set_clear_color((*BACKGROUND, 1))
    for column, side in enumerate(FROM.values()):
        lens = OrthographicLens()
        lens.set_film_size(SPAN_MM * PANEL[0] / PANEL[1], SPAN_MM)
        lens.set_near_far(10, 2000)
        view = Eye(display.output, space, lens, column)
        view.fill(Rect(column * PANEL[0], 0, *PANEL), window)
        view.inputs(dim=1.0, fog_color=BACKGROUND, fog_range=(900.0, 1900.0))
        eye = MIDDLE + 800 * np.array(side) / np.linalg.norm(side)
        view.look(look_at(eye, MIDDLE, SUPERIOR))
    display.frame()
    display.frame()
    picture = display.picture()[..., ::-1] & 0xFC  # six bits a channel: half the file
    cv2.imwrite(str(FILE), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    display.close()
    print(f"{FILE} ({FILE.stat().st_size >> 10} KiB)")


if __name__ == "__main__":
    main()
