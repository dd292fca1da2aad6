"""What adults measure: means and spread of lumbar dimensions by level, sex and age, each with its source.

Lengths in mm, angles in degrees. A mean is that of men and women together at 45 years. Standard deviations are those
within one sex, as a share of the mean (of angles: in degrees). How one dimension goes with another is in `COVARIANCE`.
"Second hand" is what was taken as transcribed by others, not read in the original. "Read" means as shown on the web.
"""

from dataclasses import dataclass

LEVELS = ("T12", "L1", "L2", "L3", "L4", "L5")
YEARS = 45.0
"""The age at which the means hold."""

SOURCES = {
    "Bonczar 2024": "Bonczar et al., Surg Radiol Anat 47 (2024) 22: means of 18 studies (1481 adults), Panjabi 1992"
    " among them. Spread in one sex 7 to 10 % (Yadav et al., Int J Spine Surg 14 (2020) 175), women 0.93 there, 0.86 in"
    " van der Houwen 2009. T12: Panjabi et al., Spine 16 (1991) 888, its figure 4. All second hand, from the reference"
    " tables of CTSpinoPelvic1K (Schwing, on GitHub)",
    "Panjabi 1992": "Panjabi et al., Spine 17 (1992) 299; T12: Spine 16 (1991) 888. Lower width of T12 second hand, as in"
    " Bonczar 2024; all else from memory, some rounded; spread assumed. Span of L5 is 5 % above Bonczar 2024 (85.9, second hand)",
    "Cook 2021": "Cook and Baker, Int J Spine Surg 15 (2021) 1072, table 6, read there: means, spread, sex and age at L5, which"
    " hold above it too; pedicle height and its spread rounded (12.9 there). Above L5: canal width and depths of Panjabi 1992"
    " (canal width of T12: 1991), second hand; heights and pedicles from memory, rounded. From L1 to L4 heights lie within 6 % of"
    " Bonczar 2024, pedicle widths within 3 % of Zindrick 1987, both second hand; mean height of L2 to L5 as in Clouthier 2023",
    "Nine series": "mean of nine published series, which differ by 1.6 mm: Panjabi 1992, Griffith 2016, Cizmic 2023,"
    " Abbas 2021, Masharawi 2021, Amonoo-Kuofi 1985, Yadav 2020, Alonge 2021, an Italian one (MRI), all nine second hand;"
    " L5 with Cook 2021; spread within one of them and sex 7 to 17 %",
    "Shin 2024": "mean of Shin et al., Brain Spine 4 (2024) 104162 (700 adults), Bach et al., World Neurosurg 124 (2019)"
    " e106 and Yadav 2020, all three second hand; spread in one sex 17 to 20 % there, less here, where worn discs are narrower besides",
    "Mohanty 2017": "Mohanty et al., J Orthop Surg 25 (2017), CT of 124: means and spreads. Another CT, of 620"
    " (doi 10.1155/2013/693971, abstract read), has L2 to L4 within 8 %, L5 at 47°. T12 assumed; Masharawi et al., Spine 2004, has"
    " 26° or more there (abstract read)",
    "Zindrick 1987": "Zindrick et al., Spine 12 (1987) 160. Means from memory; L1 and L5 agree with teaching tables"
    " that name no source. Spread assumed. At T12 pedicles point outward:"
    " by 4° here, from memory and as a teaching table has it, by 3° in Chadha et al. 2003, by 10° in Kaur et al. 2016",
    "Clouthier 2023": "Clouthier et al., J Biomech 146 (2023) 111421, CT of 87: area of the upper facets 165 (109 to 221),"
    " of the lower 133 (85 to 198) as means of L2 to L5; how it grows downward follows the lower facets of Panjabi 1993,"
    " which are 9 to 20 % larger (128 to 197 from L1 to L5, second hand)",
    "Panjabi 1993": "Panjabi et al., Spine 18 (1993) 1298: sizes of the joint surfaces. From memory; compared with its lower"
    " facets as quoted by Patel et al., J Anat Soc India 56 (2007) 1, table 4: widths of L1 to L5 within 4 %, heights 4 to 13 %"
    " below it and above Patel's own; width of T12 16 % above it; spread assumed",
    "Masharawi 2010": "Masharawi et al., Eur Spine J 19 (2010) 768, table 1, read there: wedging, width between the joints as a"
    " share of the body's (0.63 to 0.77). Wedges 0.6 to 1.7° more lordotic here. Joints rounded from it, L3 to L5 from memory of other"
    " studies; L5 lies beyond the largest of Panjabi 1993 (40.6, its abstract); spread assumed",
    "Legaye 1998": "Legaye et al., Eur Spine J 7 (1998) 99; Bernhardt and Bridwell, Spine 14 (1989) 717. Rounded. Slope"
    " of the sacrum 24 to 55 (two standard deviations), men as women, in Mac-Thiong et al., Eur Spine J 20 (2011) Suppl 5, 572;"
    " its correlation with lordosis 0.75 in Vaz et al., Eur Spine J 2002: both abstracts read",
    "Brummett 2009": "Brummett et al., Reg Anesth Pain Med 34 (2009) 100: needle depth to the foramen by class of body mass"
    " index, abstract read; 2 mm for each unit is what its medians rise, at the middle of their classes; taken as straight behind",
}


@dataclass(frozen=True, kw_only=True)
class Norm:
    """One dimension of every level."""

    mean: tuple[float, ...]
    """From T12 to L5."""
    spread: float | tuple[float, ...]
    """Standard deviation within a sex, of every level or from T12 to L5: share of the mean; degrees for angles."""
    women: float = 1.0
    """Women's mean as a share of men's."""
    per_year: float = 0.0
    """Change of the mean with each year of age."""
    source: str
    angle: bool = False

    def of(self, level: str, sex: str, age: float) -> tuple[float, float]:
        """Mean and standard deviation of a level of somebody of this sex and age."""
        k = LEVELS.index(level)
        both = self.mean[k] + self.per_year * (age - YEARS)
        share = 2 / (1 + self.women) * (self.women if sex == "f" else 1.0)
        spread = self.spread[k] if isinstance(self.spread, tuple) else self.spread
        return both * share, spread if self.angle else spread * both * share


NORMS = {
    "width_up": Norm(mean=(39.2, 41.1, 43.0, 44.8, 47.5, 48.8), spread=0.075, women=0.90, source="Bonczar 2024"),
    "width_low": Norm(mean=(42.3, 43.3, 45.5, 48.0, 49.5, 49.4), spread=0.075, women=0.90, source="Panjabi 1992"),
    "depth_up": Norm(
        mean=(32.0, 34.1, 34.6, 35.2, 35.5, 35.7), spread=0.085, women=0.90, per_year=0.084, source="Cook 2021"
    ),
    "depth_low": Norm(
        mean=(33.0, 35.3, 34.9, 34.8, 34.8, 35.3), spread=0.085, women=0.90, per_year=0.071, source="Cook 2021"
    ),
    "height": Norm(mean=(25.0, 26.0, 26.8, 27.4, 27.8, 28.3), spread=0.063, women=0.96, source="Cook 2021"),
    "canal_width": Norm(
        mean=(22.2, 23.7, 23.8, 24.3, 25.4, 28.2), spread=0.105, women=0.97, per_year=0.033, source="Cook 2021"
    ),
    "canal_depth": Norm(mean=(17.0, 17.0, 16.0, 15.1, 15.4, 16.2), spread=0.12, women=0.97, source="Nine series"),
    "pedicle_width": Norm(
        mean=(8.0, 8.5, 9.0, 10.5, 13.0, 16.1), spread=0.14, women=0.91, per_year=0.033, source="Cook 2021"
    ),
    "pedicle_height": Norm(mean=(15.5, 15.2, 14.8, 14.4, 14.0, 13.3), spread=0.10, women=0.95, source="Cook 2021"),
    "pedicle_angle": Norm(mean=(-4.2, 10.9, 12.0, 14.4, 17.7, 29.8), spread=4.0, angle=True, source="Zindrick 1987"),
    "span": Norm(mean=(47.0, 71.0, 77.0, 91.0, 86.0, 90.0), spread=0.075, women=0.92, source="Panjabi 1992"),
    "spinous": Norm(mean=(25.0, 29.0, 31.0, 31.0, 28.0, 22.0), spread=0.11, women=0.92, source="Panjabi 1992"),
    "disc": Norm(mean=(5.8, 6.8, 8.0, 9.0, 9.5, 8.8), spread=0.17, women=0.93, source="Shin 2024"),
    "joint_spacing": Norm(mean=(27.0, 29.5, 31.5, 35.0, 40.0, 46.0), spread=0.07, women=0.96, source="Masharawi 2010"),
    "joint_angle": Norm(
        mean=(22.0, 23.6, 28.0, 39.5, 48.3, 53.5),
        spread=(7.0, 7.2, 7.0, 6.1, 6.4, 6.7),
        angle=True,
        source="Mohanty 2017",
    ),
    "facet_height": Norm(mean=(13.0, 14.0, 14.5, 15.0, 15.5, 16.0), spread=0.10, women=0.93, source="Panjabi 1993"),
    "facet_width": Norm(mean=(11.0, 12.0, 12.5, 13.5, 14.5, 15.5), spread=0.10, women=0.93, source="Panjabi 1993"),
}
"""Of a level, its disc below and the joints below it."""

FACET_AREA = Norm(mean=(110.0, 117.0, 126.0, 141.0, 156.0, 173.0), spread=0.16, women=0.87, source="Clouthier 2023")
"""Of a joint below, mean of both bones, mm²: not drawn, but what comes of height and width."""

BODY_WEDGE = {"T12": -3.0, "L1": -2.0, "L2": 0.0, "L3": 1.0, "L4": 2.5, "L5": 7.5}
DISC_WEDGE = {"T12": 2.0, "L1": 3.5, "L2": 5.0, "L3": 7.0, "L4": 10.0, "L5": 13.5}
"""Share of each body and disc in a lordosis of 48 degrees (Masharawi 2010, Bernhardt and Bridwell 1989)."""

COVARIANCE = {"size": 0.35, "kind": 0.40, "own": 0.25}
"""Share of each dimension's variance that comes from the size of the person, from the dimension itself at all levels
alike, and from the level alone. Assumed: Cook 2021 and Panjabi 1992 print no covariances."""

NOT_WITH_SIZE = ("pedicle_angle", "joint_angle", "canal_depth", "canal_width", "disc")
"""Dimensions that hardly go with stature: the canal is full-grown before the body is (assumed)."""


@dataclass(frozen=True, kw_only=True)
class WholeNorm:
    """A number of the whole person: mean and standard deviation of men and of women."""

    men: tuple[float, float]
    women: tuple[float, float]
    low: float
    high: float
    unit: str
    source: str

    def of(self, sex: str) -> tuple[float, float]:
        """Mean and standard deviation."""
        return self.women if sex == "f" else self.men


WHOLE = {
    "age": WholeNorm(men=(52, 16), women=(52, 16), low=18, high=95, unit="years", source="assumed: adults of a clinic"),
    "stature": WholeNorm(men=(1760, 70), women=(1630, 65), low=1400, high=2050, unit="mm", source="assumed: Europe"),
    "bmi": WholeNorm(men=(27, 4.2), women=(26.5, 5.2), low=16, high=50, unit="kg/m²", source="assumed: Europe"),
    "lordosis": WholeNorm(men=(46, 9), women=(50, 9), low=20, high=80, unit="°", source="Legaye 1998"),
    "sacral_slope": WholeNorm(men=(38, 7), women=(38.5, 7), low=12, high=65, unit="°", source="Legaye 1998"),
    "scoliosis": WholeNorm(men=(0, 3), women=(0, 3), low=-40, high=40, unit="°", source="assumed: below 10° mostly"),
    "wear": WholeNorm(men=(0.3, 0.2), women=(0.3, 0.2), low=0, high=1, unit="of 1", source="assumed: rises with age"),
    "osteophytes": WholeNorm(
        men=(0.25, 0.2), women=(0.25, 0.2), low=0, high=1, unit="of 1", source="assumed: rises with age"
    ),
}
LORDOSIS_WITH_SLOPE = 0.8
"""Correlation of lordosis and sacral slope, rounded from Legaye 1998."""

FAT_PER_BMI = 2.0
"""mm that the skin moves away from the joint at L4 with each unit of body mass index (Brummett 2009)."""
