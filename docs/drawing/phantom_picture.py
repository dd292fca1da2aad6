"""The phantom in parts and put together: `python docs/drawing/phantom_picture.py` draws `hardware/phantom/assembly.png`.

From the printable files themselves, so that the picture shows what comes out of the printer.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))

from arguide_sim.anatomy.phantom_box import PITS, RIM_MM, WALL_MM

from arguide.geometry.mesh import Mesh, read_mesh
from arguide.geometry.transforms import Array
from drawing.shading import axes_of, drawn

FOLDER = Path(__file__).parents[2] / "hardware" / "phantom"
GROUND, BOX, BONES, PLATE = "#f4f1ea", "#8f9aa6", "#e8d9b5", "#5f7fa3"
MM, ABOVE = 285.0, np.array([30.0, 4.0, 60.0])
INK = (70, 60, 50)
PANEL = (620, 560)


def moved(mesh: Mesh, by: tuple[float, float, float]) -> Mesh:
    """A mesh somewhere else."""
    return Mesh(mesh.vertices + by, mesh.faces)


def placed(lift: float) -> list[tuple[Mesh, str]]:
    """The parts where they belong, bones and plate `lift` mm above."""
    box, bones, plate = (read_mesh(FOLDER / f"lumbar-{name}.stl") for name in ("box", "bones", "marker-plate"))
    side = float(box.bounds[1, 0]) - (RIM_MM - WALL_MM) / 2
    top = float(box.bounds[1, 2])
    return [
        (box, BOX),
        (moved(bones, (0, 0, WALL_MM + 1.35 * lift)), BONES),
        (moved(plate, (side + 7, 0, top + 0.5 * lift)), PLATE),
    ]


def panel(
    lift: float, seen_from: tuple[float, float, float], mm: float, middle: Array, words: str
) -> NDArray[np.uint8]:
    """One view with its words."""
    picture = drawn(
        placed(lift), axes_of(seen_from, (0, 0, 1) if seen_from[2] < 3 else (0, 1, 0)), middle, mm, PANEL, GROUND
    )
    return written(picture, words, (18, 36))


def written(picture: NDArray[np.uint8], words: str, at: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture with words."""
    return np.asarray(cv2.putText(picture, words, at, cv2.FONT_HERSHEY_SIMPLEX, 0.7, INK, 2, cv2.LINE_AA), np.uint8)


def numbered(picture: NDArray[np.uint8], mm: float, middle: Array) -> NDArray[np.uint8]:
    """The view from above with the pits' numbers outside the rim."""
    outside = read_mesh(FOLDER / "lumbar-box.stl").bounds[1, :2]
    for number, (u, v) in enumerate(PITS, 1):
        away = np.where(np.abs((u, v)) == 1.0, 9.0 + (RIM_MM - WALL_MM) / 2, 0.0)
        place = (u, v) * (outside - (RIM_MM - WALL_MM) / 2) + np.sign((u, v)) * away - middle[:2]
        x, y = PANEL[0] / 2 + place[0] * PANEL[0] / mm, PANEL[1] / 2 - place[1] * PANEL[0] / mm
        picture = written(picture, str(number), (round(x) - 7, round(y) + 8))
    return picture


def main() -> None:
    """Draw and write."""
    views = [
        panel(105.0, (-0.75, -1.0, 0.75), 330, np.array([25, 0, 105]), "in parts"),
        panel(0.0, (-0.75, -1.0, 0.9), 330, np.array([25, 0, 45]), "put together"),
        numbered(panel(0.0, (0.0, -0.001, 6.0), MM, ABOVE, "from above: pits, and the key in a corner"), MM, ABOVE),
    ]
    file = FOLDER / "assembly.png"
    cv2.imwrite(str(file), np.hstack(views) & 0xF8, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    print(f"{file} ({file.stat().st_size >> 10} KiB)")


if __name__ == "__main__":
    main()
