"""A part of the picture that is drawn only when it has changed, and kept in between with its depth.

While the eye rests, anatomy stands still and only the needle moves. Where the processor draws, laying a kept plate down
costs a tenth of drawing what is on it, and the pixels are the same. Where several samples a pixel are drawn nothing is
kept: edges would lose them, and graphics hardware has no need of it.
"""

import numpy as np
from panda3d.core import BitMask32, DepthTestAttrib, DisplayRegion, Lens, NodePath, OrthographicLens, RenderAttrib

from arguide.scene.canvas import Canvas, rounded
from arguide.scene.eye import Eye, flat_lens
from arguide.scene.layout import Rect
from arguide.scene.shading import shader
from arguide.scene.shapes import geometry
from arguide.scene.window import Display, Kept


class Plate:
    """Eyes that are made here draw on the plate, one over the other; `look` draws it anew when it has to."""

    def __init__(
        self, display: Display, sort: int, deep: bool = False, restless: bool = False, under: "Plate | None" = None
    ) -> None:
        """`sort`: when it is laid down. `deep`: with its depth, for an eye that comes later and does not clear.

        `restless`: something moves on it at every frame, so that keeping it would not pay. `under`: it is laid down with the
        depth of that plate.
        """
        self._display, self._sort = display, sort
        self._eyes: list[Eye] = []
        self.portrait: list[DisplayRegion] = []
        """What a portrait draws instead of laying it down."""
        self._cover: Eye | None = None
        self._covered = NodePath("cover")
        self._drawn: tuple[object, ...] | None = None
        self._kept = None if restless else display.keeping(deep)
        if self._kept:
            ground = (under or self)._kept if deep or under else None
            self._sheet = Eye(display.output, _sheet(self._kept, ground), flat_lens(1, 1), sort)
            self._sheets = [self._sheet]
            display.portrayed[self._sheet.region] = self.portrait

    def eye(self, scene: NodePath, lens: Lens, mask: BitMask32 | None = None) -> Eye:
        """One more eye, over those before."""
        output = self._kept.buffer if self._kept else self._display.output
        made = Eye(output, scene, lens, self._sort + len(self._eyes), mask)
        self._eyes.append(made)
        self.portrait.append(made.region)
        return made

    @property
    def keeps(self) -> bool:
        """Whether it is kept, and not drawn at every frame."""
        return self._kept is not None

    def sheet(self, deep: bool) -> NodePath:
        """What lays it down a second time, from the lower left; only where it is kept."""
        assert self._kept, "kept plates only"
        return _sheet(self._kept, self._kept if deep else None)

    def patch(self, sort: int) -> Eye:
        """An eye that lays its colours down a second time; whoever asks for it fills and closes it."""
        made = Eye(self._display.output, self.sheet(deep=False), flat_lens(1, 1), sort)
        self._sheets.append(made)
        return made

    def fill(self, box: Rect, window: Rect, unit: float = 1.0) -> None:
        """Take this rectangle of the window."""
        self._place = box, window, unit
        inside = (Rect(0, 0, box.width, box.height),) * 2
        for eye in self._eyes:
            eye.fill(*(inside if self._kept else (box, window)), unit)
        if self._kept:
            self._sheet.fill(box, window)
            region = self._sheet.region
            self._kept.buffer.set_size(max(1, region.get_pixel_width()), max(1, region.get_pixel_height()))
            for sheet in self._sheets:
                sheet.node.get_parent().set_shader_input("corner", _corner(region, window))
        self._drawn = None

    def cover(self, canvas: Canvas) -> Canvas:
        """After `fill`: a new canvas for what is flat and lies over what the eyes see; `look` must be told when it changes."""
        if self._cover is None:
            self._cover = self.eye(self._covered, OrthographicLens())
            self.fill(*self._place)
        region = (self._sheet if self._kept else self._cover).region
        (left, low), width, height = _corner(region, canvas.window), region.get_pixel_width(), region.get_pixel_height()
        self._cover.lens.set_film_size(width, height)
        self._cover.lens.set_film_offset(left + width / 2, low + height / 2 - canvas.window.height)
        self._cover.lens.set_near_far(-10, 10)
        self._covered.find_all_matches("sheet").detach()
        return canvas.sheet(self._covered.attach_new_node("sheet"))

    def look(self, *seen: object) -> bool:
        """Right before every frame: draw it, unless all that is seen on it is as it was. Whether it has changed."""
        if seen == self._drawn:
            return False
        self._drawn = seen
        if self._kept:
            self._display.due.add(self._kept.buffer)
        return True

    def open(self, wanted: bool) -> None:
        """Draw, or rest."""
        for eye in (self._sheet,) if self._kept else self._eyes:
            eye.open(wanted)

    def close(self) -> None:
        """Give the eyes and the plate back."""
        for eye in self._eyes:
            eye.close()
        if self._kept:
            del self._display.portrayed[self._sheet.region]
            self._sheet.close()
            self._kept.close()


def _corner(region: DisplayRegion, window: Rect) -> tuple[int, int]:
    """Where a region begins, in pixels from the lower left, to the last bit as Panda3D has it."""
    part, whole = (region.get_left(), region.get_bottom()), (window.width, window.height)
    left, low = (np.array(part, np.float32) * np.array(whole, np.float32)).tolist()
    return int(left + 0.5), int(low + 0.5)


def _sheet(kept: Kept, ground: Kept | None) -> NodePath:
    """What lays a plate down, pixel for pixel, with the depth of `ground`."""
    node = NodePath(geometry("plate", rounded(Rect(0, 0, 1, 1), 0)))
    node.set_shader(shader("flat", "deep_plate" if ground else "plate"))
    node.set_shader_inputs(plate=kept.colors, corner=(0, 0))
    if ground:
        node.set_shader_input("plate_depth", ground.depth)
    node.set_depth_write(ground is not None)
    node.set_attrib(DepthTestAttrib.make(RenderAttrib.M_always if ground else RenderAttrib.M_none))
    node.set_two_sided(True)
    return node
