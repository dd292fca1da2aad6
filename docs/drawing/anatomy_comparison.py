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

sys.path.insert(0, str(Path(__file__).parents[1]))

from arguide.geometry.mesh import read_mesh
from arguide.settings.scenario import Tissue
from arguide.settings.scenario_file import read_scenario
from drawing.portraits import portraits

PANEL = (380, 470)
SPAN_MM = 260.0
FROM = {"behind": (0, -1, 0), "the right": (1, -0.02, 0), "behind, right": (0.75, -1, 0.3)}


def row(folder: Path) -> NDArray[np.uint8]:
    """The bones of one scenario from the three sides, BGR."""
    scenario = read_scenario(folder / "scenario.toml")
    scenario = replace(scenario, structures=tuple(s for s in scenario.structures if s.tissue is Tissue.BONE))
    middle = np.mean([read_mesh(s.mesh).bounds for s in scenario.structures if s.name in ("L3", "L4")], axis=(0, 1))
    return portraits(scenario, middle, list(FROM.values()), PANEL, SPAN_MM)


if __name__ == "__main__":
    rows = [row(Path(folder)) for folder in sys.argv[2:]]
    cv2.imwrite(sys.argv[1], np.vstack(rows), [cv2.IMWRITE_PNG_COMPRESSION, 9])
