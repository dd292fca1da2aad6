"""A scenario's anatomy from several sides at one scale, side by side, with the scene's own meshes and light."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from panda3d.core import NodePath, OrthographicLens

from arguide.scene.anatomy import Anatomy
from arguide.scene.camera import SUPERIOR, look_at
from arguide.scene.eye import Eye
from arguide.scene.layout import Rect
from arguide.scene.window import Display
from arguide.settings.scenario import Scenario

BACKGROUND = (0.055, 0.075, 0.105)


def portraits(
    scenario: Scenario,
    middle: ArrayLike,
    sides: Sequence[tuple[float, float, float]],
    panel: tuple[int, int],
    span_mm: float,
) -> NDArray[np.uint8]:
    """(h, n·w, 3) BGR with six bits a channel, half the file: seen from each of n `sides` (directions in RAS), `span_mm`
    from top to bottom of a panel of (w, h) pixels."""
    space, center = NodePath("image"), np.asarray(middle, float)
    Anatomy(scenario, scenario.plans[0]).root.reparent_to(space)
    window = Rect(0, 0, panel[0] * len(sides), panel[1])
    display = Display((int(window.width), int(window.height)), False, smooth=True)
    display.output.set_clear_color((*BACKGROUND, 1))
    for column, side in enumerate(sides):
        lens = OrthographicLens()
        lens.set_film_size(span_mm * panel[0] / panel[1], span_mm)
        lens.set_near_far(10, 2000)
        view = Eye(display.output, space, lens, column)
        view.fill(Rect(column * panel[0], 0, *panel), window)
        view.inputs(dim=1.0, fog_color=BACKGROUND, fog_range=(900.0, 1900.0))
        view.look(look_at(center + 800 * np.array(side) / np.linalg.norm(side), center, SUPERIOR))
    display.frame()
    display.frame()
    picture = display.picture()[..., ::-1] & 0xFC
    display.close()
    return np.asarray(picture, np.uint8)
