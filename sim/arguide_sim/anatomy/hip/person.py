"""Who a hip belongs to: what may be chosen, what is drawn by chance, and within which limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from arguide_sim.anatomy.limb import COMMON, MEANINGS, LimbPerson
from arguide_sim.anatomy.norms import WholeNorm


@dataclass(frozen=True, kw_only=True)
class HipPerson(LimbPerson):
    """Parameters of a person; angles in degrees."""

    NORMS: ClassVar[Mapping[str, WholeNorm]] = {
        **COMMON,
        "neck_shaft": WholeNorm(
            men=(127, 5),
            women=(126, 5),
            low=110,
            high=145,
            unit="°",
            source="between Noble 1988 (124.7) and Toogood 2009 (129.2); spread assumed",
        ),
        "anteversion": WholeNorm(
            men=(11, 7),
            women=(14, 7),
            low=-10,
            high=40,
            unit="°",
            source="between Hoaglund 1980 (7 and 10) and Carmona (14.5 ± 8.1)",
        ),
    }
    neck_shaft: float
    anteversion: float


HIP_MEANINGS = {
    **MEANINGS,
    "neck_shaft": "neck to shaft of the femur",
    "anteversion": "neck of the femur turned forward",
}
