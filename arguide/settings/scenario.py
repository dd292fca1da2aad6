"""What a scenario is: anatomy, fiducials, plans and limits, all in the `image` frame (RAS, mm).

Only the data; `scenario_file` reads and writes it as TOML.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from arguide.settings.method import Method

Vec3: TypeAlias = tuple[float, float, float]


class Tissue(StrEnum):
    """What a structure is made of: decides how it is drawn and what touching it means."""

    BONE = "bone"
    DISC = "disc"
    CARTILAGE = "cartilage"
    SKIN = "skin"
    NERVE = "nerve"
    VESSEL = "vessel"
    MUSCLE = "muscle"
    ORGAN = "organ"


@dataclass(frozen=True, kw_only=True)
class Structure:
    """One mesh of the anatomy, closed, normals outward."""

    name: str
    label: str
    """What the user reads, e.g. `L4 vertebra`."""
    tissue: Tissue
    mesh: Path
    """Absolute path of the mesh file, RAS mm."""
    color: str
    """`#rrggbb`."""
    opacity: float = 1.0
    risk_margin_mm: float | None = None
    """Keep at least this far away; None: not a risk structure."""


@dataclass(frozen=True, kw_only=True)
class Fiducial:
    """A point on the phantom that the user touches with the stylus to register."""

    name: str
    position: Vec3
    hint: str = ""
    """Where to find it, in the user's words."""


@dataclass(frozen=True, kw_only=True)
class Band:
    """Limits of an absolute deviation: up to `within` is good, up to `near` is close, beyond is out."""

    within: float
    near: float


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """How exact a plan must be followed. Lengths in mm, angle in radians (the file says degrees)."""

    lateral_mm: Band = Band(within=2.0, near=4.0)
    angle_rad: Band = Band(within=0.05236, near=0.10472)
    depth_mm: Band = Band(within=2.0, near=4.0)
    entry_mm: Band = Band(within=3.0, near=6.0)
    miss_mm: Band = Band(within=3.0, near=6.0)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A straight needle path from the skin to the target."""

    name: str
    entry: Vec3
    target: Vec3
    tolerance: Tolerance = Tolerance()
    image_plane_normal: Vec3 = (0.0, 0.0, 1.0)
    """Normal of the imaging plane in which the needle is watched (CT gantry plane: S)."""
    guidance: str = ""
    """Teaching text: how to go there and what to avoid."""


@dataclass(frozen=True, kw_only=True)
class Needle:
    """The needle the scenario is meant for."""

    gauge: int = 22
    diameter_mm: float = 0.72
    length_mm: float = 120.0


@dataclass(frozen=True, kw_only=True)
class Limits:
    """When a calibration or registration is good enough to go on."""

    pivot_rms_mm: float = 0.8
    pivot_cone_rad: float = 0.6981
    """Least full opening angle of the cone the stylus must have swept (file: degrees)."""
    registration_fre_mm: float = 2.0
    pivot_coverage: float = 0.7
    """Share 0..1 of a 60° cone that must be visited before pivoting stops by itself."""
    pivot_error_mm: float = 0.15
    """Standard error of the tip at which pivoting stops by itself."""
    check_mm: Band = Band(within=2.0, near=4.0)
    """How far a touched point may appear from where it is: the light of a verification; also of the held-out check."""
    target_error_mm: float = 3.0
    """A registration with a larger predicted error at the target (95 %) is worth a warning."""
    calibration_days: float = 30.0
    """A stored calibration older than this is asked for again."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where something in the scenario comes from."""

    what: str
    source: str
    licence: str


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A whole exercise."""

    name: str
    title: str
    summary: str
    procedure: str
    file: Path
    """The scenario.toml this was read from."""
    volume: Path | None = None
    """Absolute path of the CT in Hounsfield units, NIfTI in the image frame; None: no slices to show."""
    labels: Path | None = None
    """Absolute path of the label map on the same patient, NIfTI; what its numbers mean stands in `truth.toml`."""
    structures: tuple[Structure, ...]
    fiducials: tuple[Fiducial, ...]
    plans: tuple[Plan, ...]
    needle: Needle = Needle()
    limits: Limits = Limits()
    needle_calibration: tuple[Method, ...] = ()
    """How the needle is calibrated before the fiducials are touched; empty: it is as on its drawing, or as stored."""
    teaching: tuple[str, ...] = ()
    """Paragraphs shown before the attempt."""
    sources: tuple[Source, ...] = field(default=())

    @property
    def risks(self) -> tuple[Structure, ...]:
        """The structures that have a risk margin, in file order."""
        return tuple(s for s in self.structures if s.risk_margin_mm is not None)

    @property
    def skin(self) -> Structure | None:
        """The skin, if the scenario has one."""
        return next((s for s in self.structures if s.tissue is Tissue.SKIN), None)
