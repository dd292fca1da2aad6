"""The generated patient from four sides: `python docs/drawing/anatomy_picture.py` renders `pictures/anatomy.png`.

Needs OpenGL, so no test renders it again.
"""

import sys
from pathlib import Path

import cv2

sys.path.insert(0, str(Path(__file__).parents[1]))

from arguide.asset_files import find_scenario
from arguide.settings.scenario_file import read_scenario
from drawing.portraits import portraits

FILE = Path(__file__).parents[1] / "pictures" / "anatomy.png"
PANEL = (380, 462)
"""Width and height of each view in pixels."""
MIDDLE = (0.0, 5.0, 45.0)
SPAN_MM = 360.0
FROM = {"behind": (0, -1, 0), "the right": (1, -0.02, 0), "behind, right": (0.75, -1, 0.3), "in front": (0.35, 1, 0.1)}


if __name__ == "__main__":
    picture = portraits(read_scenario(find_scenario("lumbar-facet")), MIDDLE, list(FROM.values()), PANEL, SPAN_MM)
    cv2.imwrite(str(FILE), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    print(f"{FILE} ({FILE.stat().st_size >> 10} KiB)")
