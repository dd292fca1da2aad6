"""The needle for a person: the usual one, or the next longer that reaches."""

from collections.abc import Sequence

import numpy as np

from arguide.settings.scenario import Needle, Plan

LENGTHS_MM = (90.0, 120.0, 150.0, 200.0)
OUTSIDE_MM = 20.0
"""So much of a needle looks out of the skin at its target."""


def needle_for(
    plans: Sequence[Plan],
    gauge: int,
    diameter_mm: float,
    lengths_mm: Sequence[float] = LENGTHS_MM,
    outside_mm: float = OUTSIDE_MM,
) -> Needle:
    """The shortest needle that is long enough."""
    longest = max(float(np.linalg.norm(np.subtract(p.entry, p.target))) for p in plans) + outside_mm
    length = next((length for length in lengths_mm if length >= longest), lengths_mm[-1])
    return Needle(gauge=gauge, diameter_mm=diameter_mm, length_mm=length)
