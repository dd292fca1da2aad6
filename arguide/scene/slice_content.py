"""What all slices of one stage share: the meshes made ready to be cut, the CT if there is one, and its window."""

from concurrent import futures
from pathlib import Path

import numpy as np

from arguide.geometry.mesh import read_mesh
from arguide.geometry.section import Sections
from arguide.imaging.volume import read_nifti
from arguide.scene import style
from arguide.scene.ct import CtTexture, Windowing
from arguide.settings.scenario import Scenario, Structure, Tissue

LAYERS = (Tissue.SKIN, Tissue.MUSCLE, Tissue.ORGAN, Tissue.BONE, Tissue.DISC, Tissue.VESSEL, Tissue.NERVE)
"""What is filled first lies under what is filled later."""
FILL = 0.74


class SliceContent:
    """Read once, when the first slice is opened. A CT that cannot be read is told in the slices; they go on without it."""

    def __init__(self, scenario: Scenario, wait: bool = True) -> None:
        """`wait` for the CT, or read it beside while people watch."""
        self.structures = sorted(scenario.structures, key=lambda s: LAYERS.index(s.tissue) if s.tissue in LAYERS else 2)
        self.sections = Sections([read_mesh(structure.mesh) for structure in self.structures])
        self.line_colors = np.array([line_color(structure) for structure in self.structures])
        self.windowing = Windowing()
        self._reading = _reading(scenario.volume) if scenario.volume else None
        if self._reading and wait:
            futures.wait([self._reading])

    @property
    def ct(self) -> CtTexture | None:
        """The CT, once it is there."""
        done = self._reading is not None and self._reading.done() and not self._reading.exception()
        return self._reading.result() if done and self._reading else None

    @property
    def words(self) -> str:
        """The window in which the CT is seen, or why it is not."""
        if self._reading is None:
            return ""
        if not self._reading.done():
            return "The CT is being read …"
        trouble = self._reading.exception()
        return f"No CT: {trouble}" if trouble else self.windowing.now.words


def _reading(file: Path) -> "futures.Future[CtTexture]":
    """Large volumes take seconds."""
    with_one_thread = futures.ThreadPoolExecutor(1, "ct")
    started = with_one_thread.submit(lambda: CtTexture(read_nifti(file)))
    with_one_thread.shutdown(wait=False)
    return started


def line_color(structure: Structure) -> style.Rgb:
    """The colour of a contour: that of the structure, light enough to be seen on black."""
    color = np.asarray(style.rgb(structure.color))
    red, green, blue = (color + max(0.0, 0.5 - float(color.max())) * (1 - color)).tolist()
    return (red, green, blue)


def fill_color(structure: Structure) -> style.Rgb:
    """The colour of what is cut: darker than its contour; under the skin lies soft tissue, not skin."""
    if structure.tissue is Tissue.SKIN:
        return style.SOFT_TISSUE
    red, green, blue = (FILL * np.asarray(style.rgb(structure.color))).tolist()
    return (red, green, blue)
