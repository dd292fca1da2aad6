"""What the 3D view is drawn from: solid anatomy, which stands still, and over it plan, instruments and glass.

Glass lies before the instruments as well as behind them, so it cannot be kept under them: it is drawn at every frame, which
for a leg with its muscles takes more than all the rest. While the eye rests there is therefore a second plate, of everything
but what moves. That is laid down, and only where something moves all is drawn anew: a stencil tells where that is.
"""

import numpy as np
from panda3d.core import (
    ColorWriteAttrib,
    DepthTestAttrib,
    DepthWriteAttrib,
    Lens,
    NodePath,
    PerspectiveLens,
    RenderAttrib,
    StencilAttrib,
)

from arguide.geometry.transforms import Array
from arguide.scene.eye import LASTING, MOVING, SPACE, STILL, Eye, flat_lens
from arguide.scene.layout import Rect
from arguide.scene.plate import Plate
from arguide.scene.window import Display

RESTED = 4
"""After so many frames without a change the eye counts as resting: the second plate takes a frame of its own to draw."""
EDGE_PX = 8.0
"""Design pixels around what moves: lines have a least width."""
ONLY = StencilAttrib
LEAVE_A_MARK = (
    ONLY.make(True, ONLY.SCF_always, ONLY.SO_replace, ONLY.SO_replace, ONLY.SO_replace, 1, 0xFF, 0xFF),
    ColorWriteAttrib.make(ColorWriteAttrib.C_off),
    DepthTestAttrib.make(RenderAttrib.M_none),
    DepthWriteAttrib.make(DepthWriteAttrib.M_off),
)
ON_MARKS = ONLY.make(True, ONLY.SCF_equal, ONLY.SO_keep, ONLY.SO_keep, ONLY.SO_keep, 1, 0xFF, 0xFF)


class SpacePlates:
    """The eyes of a 3D view, in the order in which they draw."""

    def __init__(self, display: Display, backdrop: NodePath, scene: NodePath, lens: Lens) -> None:
        self._still = Plate(display, 0, deep=True)
        self._still.eye(backdrop, flat_lens(1, 1))
        self._free = Eye(display.output, scene, lens, 10, SPACE)
        self._turning = [self._still.eye(scene, lens, STILL), self._free]
        self._whole = Plate(display, 1, under=self._still) if self._still.keeps else None
        self._patches: list[Eye] = []
        if self._whole:
            self._whole.eye(self._still.sheet(deep=True), flat_lens(1, 1))
            narrow = PerspectiveLens()
            marks = Eye(display.output, scene, narrow, 2, MOVING)
            marks.force(*LEAVE_A_MARK)
            ground = self._still.patch(3)
            moving = Eye(display.output, scene, narrow, 4, SPACE)
            for eye in (ground, moving):
                eye.force(ON_MARKS)
            self._patches = [marks, ground, moving]
            self._turning += [self._whole.eye(scene, lens, LASTING), marks, moving]
            self._whole.portrait[:] = [*self._still.portrait, self._free.region]
            self._lens, self._narrow = lens, narrow
            display.portrayed.update({eye.region: [] for eye in self._patches})
        self._display = display
        self._quiet = 0
        self._wanted = self._touched = True

    def fill(self, box: Rect, window: Rect, unit: float) -> None:
        """Take this rectangle of the window."""
        self._place = box.whole(), window, unit
        for part in (self._still, self._whole, self._free):
            if part:
                part.fill(box, window, unit)
        self._quiet = 0

    def inputs(self, **values: object) -> None:
        """Shader inputs for everything in space."""
        for eye in self._turning:
            eye.inputs(**values)

    def look(self, pose: Array, moving: Array | None, *seen: object) -> None:
        """Right before every frame: stand there; draw what has changed of what is `seen`, besides what moves.

        `moving`: pixels (n, 2) of the window between which lies what moves; None: anywhere.
        """
        for eye in self._turning:
            eye.look(pose)
        self._quiet = 0 if self._still.look(pose.tobytes(), *seen) else self._quiet + 1
        if self._whole and self._quiet >= RESTED:
            self._whole.look(pose.tobytes(), *seen)
            self._focus(moving)
        self._open()

    def open(self, wanted: bool) -> None:
        """Draw, or rest."""
        self._wanted = wanted
        self._open()

    def _open(self) -> None:
        resting = self._whole is not None and self._quiet >= RESTED
        for part in (self._still, self._free):
            part.open(self._wanted and not resting)
        if self._whole:
            self._whole.open(self._wanted and resting)
        for part in self._patches:
            part.open(self._wanted and resting and self._touched)

    def _focus(self, moving: Array | None) -> None:
        """Draw what moves in the smallest rectangle that holds it."""
        box, window, unit = self._place
        part = box if moving is None or not np.isfinite(moving).all() else _around(moving, EDGE_PX * unit).common(box)
        self._touched = part.width > 0 and part.height > 0
        if not self._touched:
            return
        across, down = self._lens.get_film_size()
        across, down = across / box.width, down / box.height
        self._narrow.set_focal_length(self._lens.get_focal_length())
        self._narrow.set_film_size(across * part.width, down * part.height)
        (x, y), (middle_x, middle_y) = part.center, box.center
        self._narrow.set_film_offset(across * (x - middle_x), down * (middle_y - y))
        self._narrow.set_near_far(self._lens.get_near(), self._lens.get_far())
        for eye in self._patches:
            eye.fill(part, window, unit)

    def close(self) -> None:
        """Give the eyes and the plates back."""
        for eye in self._patches:
            self._display.portrayed.pop(eye.region, None)
            eye.close()
        for part in (self._free, self._whole, self._still):
            if part:
                part.close()


def _around(spots: Array, edge: float) -> Rect:
    """The rectangle from pixel to pixel that holds spots (n, 2), and an edge around them."""
    if not len(spots):
        return Rect(0, 0, 0, 0)
    (left, top), (right, bottom) = np.floor(spots.min(axis=0) - edge), np.ceil(spots.max(axis=0) + edge)
    return Rect(float(left), float(top), float(right - left), float(bottom - top))
