"""Which number stands for which structure in a label map.

Where TotalSegmentator's `total` task (version 2) has a number for a structure, it is that one, so that what reads its
maps reads these; the rest have numbers from 150 on, in the order of the parts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

KNOWN = {
    "T11": (33,), "T12": (32,), "L1": (31,), "L2": (30,), "L3": (29,), "L4": (28,), "L5": (27,), "sacrum": (25,),
    "ilia": (77, 78), "ribs": (103, 115), "thecal-sac": (79,), "aorta": (52,), "vena-cava": (63,), "kidneys": (3, 2),
    "psoas": (88, 89), "paraspinal": (86, 87), "femur": (75, 76), "femora": (75, 76),
}  # fmt: skip
"""Left and right where the two sides have numbers of their own; sides are told apart at x = 0."""

FILLING = {"skin": 200, "fat": 201, "muscle": 202, "bowel": 203, "air": 204, "gel": 205, "polymer": 206, "fluid": 207}
FIRST_OWN = 150


@dataclass(frozen=True)
class Numbers:
    """Numbers by name of part or filling."""

    by_name: dict[str, tuple[int, ...]]

    def of(self, name: str) -> tuple[int, ...]:
        """One number, or that of the left and that of the right side."""
        return self.by_name[name]


def numbered(names: Iterable[str]) -> Numbers:
    """Numbers for these parts and for everything that may fill a body."""
    found: dict[str, tuple[int, ...]] = {name: (number,) for name, number in FILLING.items()}
    free = iter(range(FIRST_OWN, 200))
    for name in names:
        if name not in found:
            found[name] = KNOWN.get(name) or (next(free),)
    return Numbers(found)
