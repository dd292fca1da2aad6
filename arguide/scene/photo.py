"""The live picture as a texture, and which part of it is seen in a pane: plain arithmetic on pixels.

A pixel's centre has whole coordinates, so the picture reaches from −0.5 to width − 0.5; panes are measured by edges.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from panda3d.core import PerspectiveLens, SamplerState, Texture

from arguide.geometry.camera_model import CameraModel
from arguide.geometry.transforms import Array
from arguide.scene.layout import Pane, Rect

LEAST_SEEN = 0.5
"""So much of a picture is seen however narrow its pane is."""


@dataclass(frozen=True)
class Framing:
    """Where a camera's picture lies in the window."""

    camera: CameraModel
    whole: Rect
    """The whole picture, in pixels of the window; parts of it may lie outside the pane."""
    seen: Rect
    """What of it is in the pane."""

    @classmethod
    def of(cls, camera: CameraModel, pane: Pane) -> "Framing":
        """Cover the pane with the middle of the picture, or as far as half of the picture stays in sight."""
        box = pane.box.whole()
        fit, cover = sorted((box.width / camera.width, box.height / camera.height))
        scale = min(cover, fit / LEAST_SEEN)
        width, height = scale * camera.width, scale * camera.height
        whole = Rect(box.center[0] - width / 2, box.center[1] - height / 2, width, height)
        return cls(camera, whole, whole.common(box))

    @property
    def scale(self) -> float:
        """Pixels of the window for a pixel of the picture."""
        return self.whole.width / self.camera.width

    @property
    def crop(self) -> tuple[float, float, float, float]:
        """Lower left corner and size of the seen part, as texture coordinates 0..1."""
        x, y = (
            (self.seen.x - self.whole.x) / self.whole.width,
            (self.whole.bottom - self.seen.bottom) / self.whole.height,
        )
        return x, y, self.seen.width / self.whole.width, self.seen.height / self.whole.height

    def pixels(self, points: Array) -> Array:
        """Pixels (n, 2) of the window for points (n, 3) of the view frame; edges of pixels are whole numbers."""
        found: Array = (self.camera.project(points) + 0.5) * self.scale + (self.whole.x, self.whole.y)
        return found

    def set(self, lens: PerspectiveLens) -> None:
        """Give a lens exactly the seen part of the camera's view."""
        c, s = self.camera, self.scale
        left = ((self.seen.x - self.whole.x) / s - 0.5 - c.cx) / c.fx
        right = ((self.seen.right - self.whole.x) / s - 0.5 - c.cx) / c.fx
        top = ((self.seen.y - self.whole.y) / s - 0.5 - c.cy) / c.fy
        bottom = ((self.seen.bottom - self.whole.y) / s - 0.5 - c.cy) / c.fy
        lens.set_focal_length(1.0)
        lens.set_film_size(right - left, bottom - top)
        lens.set_film_offset((left + right) / 2, -(top + bottom) / 2)


class PhotoTexture:
    """What is seen of the newest picture, on the graphics card."""

    def __init__(self) -> None:
        self.texture = Texture("live picture")
        self.texture.set_minfilter(SamplerState.FT_linear)
        self.texture.set_magfilter(SamplerState.FT_linear)
        self.texture.set_wrap_u(SamplerState.WM_clamp)
        self.texture.set_wrap_v(SamplerState.WM_clamp)

    def frame(self, framing: Framing) -> tuple[float, float, float, float]:
        """Hold this part of the pictures, black until the next one is set. The `crop` that shaders need to show it.

        Pictures have their first row above, textures below: instead of every picture, the crop is turned over.
        """
        width, height = framing.camera.width, framing.camera.height
        x, y, across, down = framing.crop
        left, top = max(0, int(x * width) - 1), max(0, int((1 - y - down) * height) - 1)
        right, bottom = min(width, int((x + across) * width) + 2), min(height, int((1 - y) * height) + 2)
        self._part = slice(top, bottom), slice(left, right)
        columns, rows = right - left, bottom - top
        self.texture.setup_2d_texture(columns, rows, Texture.T_unsigned_byte, Texture.F_rgba)
        self.set(np.zeros((height, width, 3), dtype=np.uint8))
        return (
            (x * width - left) / columns,
            ((1 - y) * height - top) / rows,
            across * width / columns,
            -down * height / rows,
        )

    def set(self, pixels: NDArray[np.uint8]) -> None:
        """Show these pixels (height, width, 3), blue, green, red from the top."""
        # Four bytes a pixel go to the card as they are; three would be taken apart there one by one. They are written into
        # the texture's own memory: giving it an array instead takes ten times as long.
        rows, columns = self.texture.get_y_size(), self.texture.get_x_size()
        into = np.frombuffer(self.texture.modify_ram_image(), dtype=np.uint8).reshape(rows, columns, 4)
        cv2.cvtColor(pixels[self._part], cv2.COLOR_BGR2BGRA, dst=into)
