"""Which views there are and the layouts that place them, as data. `layout` works out the pixels."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from arguide.guidance.levels import Shown


class ViewKind(StrEnum):
    """The views. The value is what the user reads."""

    SPACE = "3D"
    CAMERA = "Camera"
    """The plan drawn on the live picture of the phantom."""
    BULLSEYE = "Bullseye"
    """Down the planned path."""
    NEEDLE_EYE = "Needle's eye"
    """Down the actual shaft."""
    AXIAL = "Axial"
    SAGITTAL = "Sagittal"
    CORONAL = "Coronal"
    IN_PLANE = "In-plane"
    """The plane that contains the shaft and lies closest to axial."""
    IN_PLANE_90 = "In-plane 90°"
    """The plane through the shaft across that one."""


BLEEDING = (ViewKind.SPACE, ViewKind.CAMERA)
"""Views that may go on under title and step guide when they are alone."""


def veiled_kinds(given: Shown) -> frozenset[ViewKind]:
    """The views that a level of guidance withholds. All but two draw the plan, or look along it."""
    veiled = set() if given.plan else set(ViewKind) - {ViewKind.SPACE, ViewKind.BULLSEYE}
    veiled |= set() if given.anatomy else {ViewKind.SPACE}
    return frozenset(veiled | (set() if given.bullseye else {ViewKind.BULLSEYE}))


class Part(NamedTuple):
    """A part of an area, in fractions of its width and height."""

    x: float = 0.0
    y: float = 0.0
    width: float = 1.0
    height: float = 1.0


Slots: TypeAlias = tuple[tuple[ViewKind, Part], ...]


@dataclass(frozen=True)
class Arrangement:
    """One layout: which views lie in the large area, and which one lies at the side over the readout."""

    name: str
    main: Slots
    side: ViewKind

    @property
    def kinds(self) -> tuple[ViewKind, ...]:
        """Its views; the first has the focus at the start."""
        return (*(kind for kind, _ in self.main), self.side)


def _one(kind: ViewKind) -> Slots:
    return ((kind, Part()),)


def _pair(large: ViewKind, small: ViewKind) -> Slots:
    return ((large, Part(width=0.6)), (small, Part(x=0.6, width=0.4)))


def _four(*kinds: ViewKind) -> Slots:
    return tuple((kind, Part(0.5 * (k % 2), 0.5 * (k // 2), 0.5, 0.5)) for k, kind in enumerate(kinds))


ARRANGEMENTS = (
    Arrangement("3D", _one(ViewKind.SPACE), ViewKind.BULLSEYE),
    Arrangement("Camera", _one(ViewKind.CAMERA), ViewKind.BULLSEYE),
    Arrangement("Camera and slice", _pair(ViewKind.CAMERA, ViewKind.IN_PLANE), ViewKind.BULLSEYE),
    Arrangement(
        "Slices", _four(ViewKind.AXIAL, ViewKind.SAGITTAL, ViewKind.CORONAL, ViewKind.SPACE), ViewKind.BULLSEYE
    ),
    Arrangement(
        "Along the needle",
        _four(ViewKind.IN_PLANE, ViewKind.IN_PLANE_90, ViewKind.NEEDLE_EYE, ViewKind.SPACE),
        ViewKind.BULLSEYE,
    ),
    Arrangement("Bullseye", _one(ViewKind.BULLSEYE), ViewKind.SPACE),
)
"""The layouts on the number keys, the first at the start."""
