"""One structure of a generated patient: its shape, where to look for it, and how it is shown."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array
from arguide.settings.scenario import Tissue
from arguide_sim.anatomy.blocks import Corner, extent
from arguide_sim.anatomy.sdf import Points, Shape


@dataclass(frozen=True, kw_only=True)
class Part:
    """One structure: its shape, where to look for it, and how it is shown."""

    name: str
    label: str
    tissue: Tissue
    color: str
    shape: Shape
    """In `frame`."""
    low: Corner
    high: Corner
    """Where the shape is expected, mm in `frame`."""
    spacing: float
    triangles: int
    frame: Array
    """image_from_part, (4, 4)."""
    opacity: float = 1.0
    risk_margin_mm: float | None = None
    mirror: bool = False
    """The shape is the same on both sides of x = 0, which saves half of the work."""
    shaft: tuple[float, float, float] | None = None
    """Of a long bone: z in the image where its shell begins to thicken, where it is as thick as it gets and holds marrow
    instead of cancellous bone, and how thick that is; mm."""

    @cached_property
    def extent(self) -> tuple[Corner, Corner]:
        """Corners (3,) of a box in `frame` that the shape does not leave, whatever `low` and `high` say."""
        return extent(self.shape, self.low, self.high, self.mirror)


class Anatomy(Protocol):
    """A whole patient, as every region makes one: parts, and the deformation that finishes them."""

    @property
    def deformation(self) -> Callable[[Points], Points]:
        """Where points (n, 3) of the undeformed anatomy end up, mm."""

    def parts(self) -> Iterator[Part]:
        """Every structure, the skin among them under the name `skin`."""

    def mesh(self, part: Part, detail: float = 1.0) -> Mesh:
        """The finished mesh of a part, in the image frame."""
