"""Generated beside real: `python docs/drawing/anatomy_comparison.py OUT.png FOLDER FOLDER ...`.

Each scenario folder becomes a row: its bones from behind, from the right and obliquely, at the same camera and scale,
around the middle of L3 and L4. With a scenario made from a CT (`arguide scenario from-labels`) as the first row, a
generated patient can be judged beside it. Needs OpenGL, so no test renders it again.
"""

import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath, OrthographicLens

from arguide.geometry.mesh import read_mesh
from arguide.scene.anatomy import Anatomy
from arguide.scene.camera import SUPERIOR, look_at
from arguide.scene.eye import Eye
from arguide.scene.layout import Rect
from arguide.scene.window import Display
from arguide.settings.scenario import Tissue
from arguide.settings.scenario_file import read_scenario

PANEL = (380, 470)
SPAN_MM = 260.0
FROM = {"behind": (0, -1, 0), "the right": (1, -0.02, 0), "behind, right": (0.75, -1, 0.3)}
BACKGROUND = (0.055, 0.075, 0.105)


def row(folder: Path) -> NDArray[np.uint8]:
    """The bones of one scenario from the three sides, BGR."""
    scenario = read_scenario(folder / "scenario.toml")
    scenario = replace(scenario, structures=tuple(s for s in scenario.structures if s.tissue is Tissue.BONE))
    middle = np.mean([read_mesh(s.mesh).bounds for s in scenario.structures if s.name in ("L3", "L4")], axis=(0, 1))
    space = NodePath("image")
    Anatomy(scenario, scenario.plans[0]).root.reparent_to(space)
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
        eye = middle + 800 * np.array(side) / np.linalg.norm(side)
        view.look(look_at(eye, middle, SUPERIOR))
    display.frame()
    display.frame()
    picture = display.picture()[..., ::-1] & 0xFC  # six bits a channel: half the file
    display.close()
    return np.asarray(picture, np.uint8)


if __name__ == "__main__":
    rows = [row(Path(folder)) for folder in sys.argv[2:]]
    cv2.imwrite(sys.argv[1], np.vstack(rows), [cv2.IMWRITE_PNG_COMPRESSION, 9])
