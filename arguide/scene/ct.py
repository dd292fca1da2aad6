"""The CT on the graphics card: one texture of Hounsfield units for all slices, and the window in which it is looked at."""

from dataclasses import dataclass

import numpy as np
from panda3d.core import SamplerState, Texture

from arguide.geometry.transforms import Array
from arguide.imaging.volume import Volume

LARGEST = 512
"""Voxels along an axis; more are left out by taking every second, third, …"""
LOWEST_HU, HIGHEST_HU = -1024.0, 3071.0
"""What is kept of the Hounsfield scale."""


@dataclass(frozen=True)
class Window:
    """Which Hounsfield units are shown from black to white."""

    name: str
    level_hu: float
    width_hu: float

    @property
    def words(self) -> str:
        """Name, level and width, as radiologists give them."""
        return f"{self.name}  L {self.level_hu:.0f}  W {self.width_hu:.0f}".replace("-", "−")


PRESETS = (Window("Bone", 400, 1800), Window("Soft tissue", 50, 400), Window("Wide", 300, 3000))
LEVEL_STEP_HU, WIDTH_FACTOR = 25.0, 1.15


class Windowing:
    """The window of all slices, changed by keys."""

    def __init__(self) -> None:
        self.now = PRESETS[0]

    def handle(self, event: str) -> bool:
        """Heed a key; whether it was one of these."""
        now = self.now
        match event.removesuffix("-repeat"):
            case "w":
                names = [preset.name for preset in PRESETS]
                self.now = PRESETS[(names.index(now.name) + 1) % len(PRESETS) if now.name in names else 0]
            case "[" | "]":
                step = LEVEL_STEP_HU if event[0] == "]" else -LEVEL_STEP_HU
                self.now = Window("Own", now.level_hu + step, now.width_hu)
            case "-" | "=":
                factor = WIDTH_FACTOR if event[0] == "=" else 1 / WIDTH_FACTOR
                self.now = Window("Own", now.level_hu, float(np.clip(now.width_hu * factor, 20, 6000)))
            case _:
                return False
        return True


class CtTexture:
    """A volume as a three-dimensional texture of 16 bits."""

    def __init__(self, volume: Volume) -> None:
        steps = [-(-n // LARGEST) for n in volume.voxels.shape]
        voxels = volume.voxels[tuple(slice(None, None, step) for step in steps)]
        scaled = (np.clip(voxels, LOWEST_HU, HIGHEST_HU) - LOWEST_HU) * (65535 / (HIGHEST_HU - LOWEST_HU))
        self.texture = Texture("ct")
        self.texture.setup_3d_texture(*voxels.shape, Texture.T_unsigned_short, Texture.F_luminance)
        self.texture.set_ram_image(np.ascontiguousarray(scaled.astype(np.uint16).transpose(2, 1, 0)).tobytes())
        self.texture.set_minfilter(SamplerState.FT_linear)
        self.texture.set_magfilter(SamplerState.FT_linear)
        for wrap in (self.texture.set_wrap_u, self.texture.set_wrap_v, self.texture.set_wrap_w):
            wrap(SamplerState.WM_clamp)
        texture_from_voxel = np.diag([*(1 / (step * n) for step, n in zip(steps, voxels.shape, strict=True)), 1.0])
        texture_from_voxel[:3, 3] = [0.5 / n for n in voxels.shape]
        self.texture_from_image: Array = texture_from_voxel @ volume.voxel_from_image
