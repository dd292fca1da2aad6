"""Planned paths are free, oblique and aim into the joint, for other patients too."""

import numpy as np
import pytest
from arguide_sim.anatomy.lumbar import Lumbar
from arguide_sim.anatomy.person import person
from arguide_sim.anatomy.plans import FIDUCIALS, approach
from arguide_sim.anatomy.sdf import union


@pytest.mark.parametrize("seed", [0, 4])
@pytest.mark.parametrize("level", ["L3", "L4"])
def test_the_way_into_the_joint_is_free(seed: int, level: str) -> None:
    anatomy = Lumbar(person(seed))
    way = approach(anatomy, level)
    assert way.clearance_mm > 2.0
    oblique = np.degrees(np.arctan2(way.out[0], -way.out[1]))
    assert 15 <= oblique <= 30 and way.out[2] == 0
    t = np.arange(0, 80, 0.25)
    bones = union(list(anatomy.bones.values()))(way.target + t[:, None] * way.out)
    assert bones.min() > 0.36, "room for a 22 G needle all the way"
    assert abs(anatomy.joints[level].inside(way.target[None])[0]) < 1e-6


def test_fiducial_names_differ() -> None:
    assert len({name for name, *_ in FIDUCIALS}) == len(FIDUCIALS) == 8
