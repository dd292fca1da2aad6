"""What hips and knees measure: means and spreads of men and women, each with its source; and one person's dimensions.

Lengths in mm, angles in degrees, spreads are standard deviations within a sex.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from arguide_sim.anatomy.norms import WHOLE

FARTHEST = 2.3
"""Standard deviations from the mean beyond which nobody is drawn."""
SOURCES = {
    "Terzidis 2012": "Terzidis et al., Anat Res Int 2012: 679658, 360 femora (abstract read)",
    "Terzidis 2012, Kapur": "between Terzidis 2012 (61.1 ± 3.4 and 55.7 ± 2.5) and Kapur et al., Folia Medica, 100 femora (63.3 ±"
    " 4.3 and 55.6 ± 3.6; abstract read); mean of both condyles",
    "Iranpour 2008": "Iranpour et al., Clin Orthop 466 (2008) 2694: both sexes together 44.8 ± 4.8 wide and 22.4 ± 2.3"
    " thick (second hand); parted by the ratio of the femora",
    "Noble 1988": "Noble et al., Clin Orthop 235 (1988) 148: both sexes together 46.1 and 43.0 (means second hand, in a table"
    " of Cho et al., Biomed Res Int 2015: 730538), spreads 4.8 and 6.8 from memory; parted by sex as assumed, spread"
    " rounded down. Offset in a CT series of 628: 42.9 ± 6.8 (Carmona et al., abstract read)",
    "Sandgren 1999": "Sandgren et al., J Vasc Surg 29 (1999) 503: wider in men, and with age and height (abstract read);"
    " inside 9.8 in men and 8.2 in women (second hand, in the vessel geometry of the HuBMAP reference library); the"
    " spread, the share of height and the change with age are assumed",
    "Vloka 1999": "Vloka et al., Anesth Analg 89 (1999) 1467, 17 groins (abstract read): at the crease the nerve is 14.0 ± 2.0 wide, at"
    " the ligament 9.8 ± 2.0, both sexes together (spreads in an earlier abstract of the same); parted by sex as assumed."
    " Needles beside the artery met it in 71 %, needles 20 mm from it never: the gap between both is assumed. In 20 volunteers"
    " ultrasound found 9.8 ± 2.1 wide (Gruber et al., J Ultrasound Med 22 (2003) 163, abstract read)",
}


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One dimension: mean and standard deviation of men and of women, and how it goes with their height."""

    men: tuple[float, float]
    women: tuple[float, float]
    with_height: float
    """Correlation with the height of the body within a sex (assumed)."""
    source: str
    per_year: float = 0.0
    """Change with each year of age from 50 on."""


class Sized(Protocol):
    """Of whom dimensions are drawn."""

    @property
    def seed(self) -> int:
        """The patient's number."""

    @property
    def sex(self) -> str:
        """`f` or `m`."""

    @property
    def stature(self) -> float:
        """mm."""

    @property
    def age(self) -> float:
        """Years."""


KNEE = {
    "bicondylar_width": Measure(men=(88.6, 4.2), women=(78.5, 3.0), with_height=0.5, source="Terzidis 2012"),
    "condyle_depth": Measure(men=(62.2, 3.8), women=(55.6, 3.1), with_height=0.5, source="Terzidis 2012, Kapur"),
    "patella_width": Measure(men=(47.2, 4.0), women=(42.4, 3.6), with_height=0.4, source="Iranpour 2008"),
    "patella_thickness": Measure(men=(23.6, 2.0), women=(21.2, 1.8), with_height=0.3, source="Iranpour 2008"),
}
HIP = {
    "head": Measure(men=(48.7, 3.0), women=(43.5, 2.8), with_height=0.5, source="Noble 1988"),
    "offset": Measure(men=(44.5, 5.5), women=(41.0, 5.0), with_height=0.4, source="Noble 1988"),
    "artery": Measure(men=(9.8, 0.9), women=(8.2, 0.8), with_height=0.3, per_year=0.02, source="Sandgren 1999"),
    "nerve": Measure(men=(14.5, 1.9), women=(13.5, 1.9), with_height=0.3, source="Vloka 1999"),
}
"""Of the hip; the diameter of the `artery` and the width of the `nerve` at the crease of the groin."""
GROIN = {"nerve_gap": Measure(men=(1.6, 0.4), women=(1.6, 0.4), with_height=0.0, source="Vloka 1999")}
"""Drawn as well, and in no publication: the room between artery and nerve at the crease."""
TOGETHER = 0.4
"""Share of the variance, beside that of height, that all dimensions of a joint have in common (assumed)."""


def dimensions(measures: Mapping[str, Measure], person: Sized) -> dict[str, float]:
    """What the joint of a person measures, by name; the same person has the same."""
    random = np.random.default_rng([person.seed, 3])
    mean, spread = WHOLE["stature"].of(person.sex)
    tall, common = (person.stature - mean) / spread, random.standard_normal()
    found = {}
    for name, measure in measures.items():
        middle, deviation = measure.women if person.sex == "f" else measure.men
        rest = np.sqrt(TOGETHER) * common + np.sqrt(1 - TOGETHER) * random.standard_normal()
        z = measure.with_height * tall + np.sqrt(1 - measure.with_height**2) * rest
        grown = measure.per_year * (person.age - 50)
        found[name] = round(float(middle + grown + deviation * np.clip(z, -FARTHEST, FARTHEST)), 3)
    return found
