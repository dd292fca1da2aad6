"""What the numbers in a label map mean, and what becomes of them in a scenario.

Numbers of the `total` task of TotalSegmentator, version 2. Only what a lumbar procedure meets is listed.
"""

from dataclasses import dataclass

from arguide.settings.scenario import Tissue

SACRUM, S1, L5, L4, L3, L2, L1, T12 = 25, 26, 27, 28, 29, 30, 31, 32
CANAL = 79
"""Content of the spinal canal: below the cord's end, the thecal sac."""
LEVELS = {"T12": T12, "L1": L1, "L2": L2, "L3": L3, "L4": L4, "L5": L5}
"""The vertebrae from above."""
BONES = (T12, L1, L2, L3, L4, L5, S1, SACRUM)
BONE, DISC, SAC, ARTERY, VEIN, KIDNEY, ROOT, SKIN = (
    "#e6dcc3",
    "#8fb3c9",
    "#f2cf63",
    "#c8372d",
    "#3f66b5",
    "#9c4f45",
    "#f5e05a",
    "#d9a78c",
)


@dataclass(frozen=True)
class Part:
    """A structure made from one or several labels."""

    name: str
    label: str
    tissue: Tissue
    color: str
    numbers: tuple[int, ...]
    risk_margin_mm: float | None = None
    smoothing_mm: float = 1.5
    """Standard deviation of the smoothing; thin bone bears less than a vessel."""


PARTS = (
    *(Part(name, f"{name} vertebra", Tissue.BONE, BONE, (number,)) for name, number in LEVELS.items()),
    Part("sacrum", "sacrum", Tissue.BONE, BONE, (SACRUM, S1), None, 1.8),
    Part("hip-right", "right hip bone", Tissue.BONE, BONE, (78,), None, 1.8),
    Part("hip-left", "left hip bone", Tissue.BONE, BONE, (77,), None, 1.8),
    Part("thecal-sac", "thecal sac", Tissue.NERVE, SAC, (CANAL,), 2.0, 2.5),
    Part("arteries", "aorta and iliac arteries", Tissue.VESSEL, ARTERY, (52, 65, 66), 5.0, 2.5),
    Part("veins", "vena cava and iliac veins", Tissue.VESSEL, VEIN, (63, 67, 68), 5.0, 2.5),
    Part("kidneys", "kidneys", Tissue.ORGAN, KIDNEY, (2, 3), 5.0, 3.0),
)
