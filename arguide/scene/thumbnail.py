"""A small picture of a scenario: its anatomy, planned path and needle, without any words."""

import numpy as np
from panda3d.core import PerspectiveLens

from arguide.geometry.transforms import from_parts, pose_along
from arguide.scene import style
from arguide.scene.camera import FIELD_RAD, Preset, preset
from arguide.scene.eye import SPACE, STILL, Eye
from arguide.scene.film import Picture
from arguide.scene.layout import Rect
from arguide.scene.window import Display
from arguide.scene.world import World
from arguide.settings.scenario import Scenario

SIZE = (480, 300)
BEFORE_MM = 25.0
"""Where the needle's tip is on the picture: so far before the target."""


def thumbnail(scenario: Scenario, size: tuple[int, int] = SIZE) -> Picture:
    """(h, w, 3) RGB of a scenario with its first plan. DisplayError without OpenGL, MeshError for bad anatomy."""
    plan = scenario.plans[0]
    display = Display(size, window=False, smooth=True)
    try:
        display.output.set_clear_color((*style.GROUND, 1))
        world = World(scenario, plan)
        world.stylus.hide()
        path = pose_along(plan.target, np.subtract(plan.target, plan.entry))
        world.needle.place(path @ from_parts(np.eye(3), (0, 0, -BEFORE_MM)))
        orbit = world.anatomy.best_view(preset(plan, Preset.OBLIQUE))
        eye = Eye(display.output, world.root, PerspectiveLens(), 10, SPACE | STILL)
        whole = Rect(0, 0, *size)
        eye.fill(whole, whole, size[1] / style.DESIGN[1])
        eye.lens.set_near_far(20, 4000)
        eye.lens.set_aspect_ratio(size[0] / size[1])
        eye.lens.set_min_fov(float(np.degrees(FIELD_RAD)))
        eye.inputs(dim=1.0, fog_color=style.FOG, fog_range=(orbit.distance_mm, orbit.distance_mm + 420.0))
        eye.look(orbit.image_from_view())
        for _ in range(2):
            display.frame()
        return display.picture()
    finally:
        display.close()
