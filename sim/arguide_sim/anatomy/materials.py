"""What structures are made of: how a CT sees it, and how sound goes through it.

Hounsfield units: unenhanced CT at 120 kV. Fat, muscle, blood, kidney, fluid: Prokop and Galanski, Spiral and Multislice
Computed Tomography of the Body (2003), and Bushberg et al., The Essential Physics of Medical Imaging (2011); compared
with ranges that teaching pages quote, not with the books. Cancellous bone falls with age: Jang et al., Radiology 291
(2019) 360, abstract (L1: 226 HU before 30 years, 89 HU from 90). Compact bone reaches 1800 HU; thin shells show less,
because a voxel holds more than the shell. Muscle fades with age as fat grows into it: Anderson et al., J Gerontol A 68
(2013), doi 10.1093/gerona/gls168. How much is assumed: whole muscles of women at L3 measure less, 43 HU below 45 years
and 25 HU from 75 (Framingham, Invest Radiol 59 (2024) 259).

Sound: Duck, Physical Properties of Tissue (1990); Goss et al., J Acoust Soc Am 64 (1978) 423; not compared with either.
Speeds of skin, muscle, kidney, cartilage and compact bone lie within the ranges of Mech Mater 44 (2012) 174, table 3; fat
is 1 to 3 % slower, tendon at its low end. Skin weakens sound more here than in other tables (0.35 to 1.1 dB/cm/MHz).
Scatter is relative to liver, from Szabo, Diagnostic Ultrasound Imaging (2014), by eye where no figure is published.
Polymers and gel: makers' data sheets.
"""

from dataclasses import dataclass

from arguide.settings.scenario import Tissue

NONE = 0.0


@dataclass(frozen=True)
class Material:
    """Hounsfield units and their grain; sound speed, impedance, attenuation and scatter."""

    hu: float
    spread: float
    """Standard deviation of the texture, HU, before the scanner's noise."""
    grain_mm: float
    """Size of the texture's grain."""
    speed_m_s: float
    density_kg_m3: float
    attenuation_db_cm_mhz: float
    scatter_db: float
    """Backscatter relative to liver, dB; -99: none."""
    shell_mm: float = 0.0
    """Thickness of a denser shell; 0: none."""
    shell_hu: float = 0.0

    @property
    def impedance_mrayl(self) -> float:
        """Acoustic impedance, 10⁶ kg / (m² s)."""
        return round(self.speed_m_s * self.density_kg_m3 / 1e6, 3)


MATERIALS = {
    "air": Material(-1000, 0, 4, 343, 1.2, 12.0, -99),
    "skin": Material(20, 12, 2, 1624, 1109, 2.2, 3),
    "fat": Material(-104, 8, 5, 1450, 916, 0.6, -6),
    "muscle": Material(54, 9, 4, 1580, 1065, 1.1, -3),
    "bone": Material(180, 55, 1.6, 3500, 1900, 8.0, 6, shell_mm=1.0, shell_hu=1150),
    "marrow": Material(-55, 14, 5, 1450, 960, 0.7, -6),
    "disc": Material(82, 9, 5, 1640, 1100, 2.0, -2),
    "cartilage": Material(75, 6, 3, 1660, 1100, 2.5, -8),
    "csf": Material(12, 4, 5, 1515, 1007, 0.02, -40),
    "nerve": Material(32, 6, 3, 1570, 1040, 1.0, 0),
    "blood": Material(44, 4, 6, 1575, 1055, 0.2, -25),
    "organ": Material(34, 6, 5, 1570, 1055, 0.9, -1),
    "bowel": Material(28, 20, 9, 1560, 1045, 0.8, -2),
    "tumour": Material(42, 14, 4, 1560, 1055, 0.9, -6),
    "lytic": Material(48, 18, 3, 1570, 1055, 1.2, -4),
    "tendon": Material(85, 6, 3, 1650, 1110, 4.0, 2),
    "fluid": Material(8, 3, 5, 1510, 1005, 0.05, -40),
    "gel": Material(12, 2, 6, 1540, 1020, 0.5, -4),
    "polymer": Material(110, 10, 3, 2250, 1240, 6.0, -10),
}
"""By name."""

COMPACT_HU = 300.0
"""How much denser the shell of a shaft is than a thin one."""
OF_TISSUE = {
    Tissue.BONE: "bone",
    Tissue.DISC: "disc",
    Tissue.SKIN: "skin",
    Tissue.NERVE: "nerve",
    Tissue.VESSEL: "blood",
    Tissue.MUSCLE: "muscle",
    Tissue.ORGAN: "organ",
}
OF_PART = (
    ("thecal-sac", "csf"),
    ("lesion-bone", "lytic"),
    ("lesion", "tumour"),
    ("cartilage", "cartilage"),
    ("menisc", "cartilage"),
    ("labrum", "cartilage"),
    ("effusion", "fluid"),
    ("recess", "fluid"),
    ("bladder", "fluid"),
    ("tendon", "tendon"),
    ("ligament", "tendon"),
    ("fascia", "tendon"),
    ("fat", "fat"),
    ("capsule", "fluid"),
)
"""A part whose name has the word is made of this; else its tissue decides."""


def material_of(name: str, tissue: Tissue) -> str:
    """The material's name of a part."""
    return next((material for word, material in OF_PART if word in name), OF_TISSUE[tissue])


def aged(name: str, age: float) -> Material:
    """A material in a person of that age, in years."""
    from dataclasses import replace

    material = MATERIALS[name]
    if name == "bone":
        return replace(material, hu=226 - 2.1 * (age - 25), shell_hu=material.shell_hu - 3.0 * max(age - 40, 0))
    if name == "muscle":
        return replace(material, hu=58 - 0.3 * (age - 30), spread=7 + 0.12 * max(age - 30, 0))
    return material
