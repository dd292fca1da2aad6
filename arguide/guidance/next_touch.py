"""Where one more fiducial would help most, in words that a person at the phantom can follow."""

import numpy as np

from arguide.geometry.transforms import Array
from arguide.registration.layout import next_fiducial
from arguide.settings.scenario import Fiducial, Plan

SIDES = (("right", "left"), ("front", "back"), ("head", "feet"))
"""Of the patient, along x, y and z (RAS): towards more, towards less."""
REACHABLE = np.cos(np.radians(70.0))
"""Skin that the target sees within 70° of the entry: the side that lies open."""
WORTH = 0.9


def where_next(
    fiducials: tuple[Fiducial, ...], taken: list[int], skin_points: Array, plan: Plan, error_mm: float
) -> str:
    """`one more 40 mm towards the head from F3 makes it 2.1 mm`; empty where none helps by a tenth.

    `taken` are the places of the fiducials in use, `skin_points` (n, 3) mm where one could be, `error_mm` the error at the
    plan's target now.
    """
    entry, target = np.array(plan.entry), np.array(plan.target)
    out = (entry - target) / np.linalg.norm(entry - target)
    away = skin_points - target
    open_ = skin_points[away @ out > REACHABLE * np.linalg.norm(away, axis=1)]
    if not len(open_):
        return ""
    fixed = np.array([fiducials[k].position for k in taken])
    best = next_fiducial(fixed, open_, [target], 1.0)
    share = best.tre_mm / best.tre_now_mm
    if share > WORTH:
        return ""
    offs = best.point - fixed
    nearest = int(np.argmin(np.linalg.norm(offs, axis=1)))
    off = offs[nearest]
    axis = int(np.argmax(np.abs(off)))
    side = SIDES[axis][0 if off[axis] > 0 else 1]
    name = fiducials[taken[nearest]].name
    return f"one more {np.linalg.norm(off):.0f} mm towards the {side} from {name} makes it {share * error_mm:.1f} mm"
