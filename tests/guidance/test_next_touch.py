"""Where one more fiducial helps most, in words: where a person would put it, and not on the other side of the patient."""

import numpy as np

from arguide.guidance.next_touch import where_next
from arguide.registration.layout import next_fiducial
from arguide.settings.scenario import Fiducial, Plan

PLAN = Plan(name="deep", entry=(0.0, -80.0, 100.0), target=(0.0, -20.0, 100.0))
FIDUCIALS = tuple(
    Fiducial(name=f"F{k}", position=p)
    for k, p in enumerate([(-60.0, -75.0, -60.0), (55.0, -70.0, -70.0), (-65.0, -72.0, 0.0), (60.0, -78.0, 10.0)], 1)
)
GRID = np.stack(np.meshgrid(np.arange(-80.0, 81, 20), [-80.0, 90.0], np.arange(-80.0, 201, 20)), -1).reshape(-1, 3)


def test_beyond_the_target_and_on_the_open_side() -> None:
    words = where_next(FIDUCIALS, [0, 1, 2, 3], GRID, PLAN, 4.0)
    assert "towards the head from F" in words and words.endswith("mm")
    open_ = GRID[GRID[:, 1] < 0]
    fixed = [f.position for f in FIDUCIALS]
    best = next_fiducial(fixed, open_, [PLAN.target], 1.0)
    assert float(words.split()[-2]) <= 4.0 * 0.9 and best.point[1] == -80


def test_one_that_was_left_out_is_not_counted_on() -> None:
    assert "from F2" not in where_next(FIDUCIALS, [0, 2, 3], GRID, PLAN, 4.0)


def test_nothing_is_said_where_nothing_helps() -> None:
    assert where_next(FIDUCIALS, [0, 1, 2, 3], np.empty((0, 3)), PLAN, 4.0) == ""
    assert where_next(FIDUCIALS, [0, 1, 2, 3], GRID[GRID[:, 1] > 0], PLAN, 4.0) == ""
    beyond = [Fiducial(name="G", position=(f.position[0], f.position[1], f.position[2] + 220.0)) for f in FIDUCIALS]
    crowd = (*FIDUCIALS * 4, *beyond * 4)
    assert where_next(crowd, list(range(32)), np.array([[0.0, -75.0, 100.0]]), PLAN, 4.0) == ""
