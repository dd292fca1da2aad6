"""Who a knee belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from arguide_sim.anatomy.limb import COMMON, MEANINGS, LimbPerson
from arguide_sim.anatomy.norms import WholeNorm


@dataclass(frozen=True, kw_only=True)
class KneePerson(LimbPerson):
    """Parameters of a person."""

    NORMS: ClassVar[Mapping[str, WholeNorm]] = {
        **COMMON,
        "effusion": WholeNorm(
            men=(7, 2), women=(7, 2), low=2, high=16, unit="mm", source="assumed: what is worth drawing off"
        ),
    }
    effusion: float
    """Depth of the suprapatellar recess where it is fullest."""


KNEE_MEANINGS = {**MEANINGS, "effusion": "depth of fluid in the suprapatellar recess"}
