"""What all slices of one stage share: the meshes made ready to be cut, the CT if there is one, and its window."""

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
    """Read once, when the first slice is opened."""

    def __init__(self, scenario: Scenario) -> None:
        self.structures = sorted(scenario.structures, key=lambda s: LAYERS.index(s.tissue) if s.tissue in LAYERS else 2)
        self.sections = Sections([read_mesh(structure.mesh) for structure in self.structures])
        self.line_colors = np.array([line_color(structure) for structure in self.structures])
        self.ct = CtTexture(read_nifti(scenario.volume)) if scenario.volume else None
        self.windowing = Windowing()


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
