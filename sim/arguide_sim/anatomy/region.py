"""The seam between regions of the body and everything that is made of them.

A region (`lumbar`, `knee`, …) is one object of a subclass of `Region`, entered in `regions.REGIONS` by its name. It says
who can be generated and what that person's anatomy is; meshes, label map, CT, phantom, scenario folder and command line
follow from it and know no region:

    person(seed, **wanted)      who it is: a frozen dataclass with at least `seed` and `age`; checks what is wanted
    anatomy(person)             parts as signed distances, and the deformation that finishes them (`part.Anatomy`)
    filling(person, anatomy)    what lies between skin and parts (`volumes.Filling`), in order
    view(anatomy)               box of the CT's field of view, mm
    exercises(...)              what is practised: plans, needle, words; found on the finished anatomy
    fiducials(skin)             points a finger finds on the skin
    landmarks(anatomy)          what is true by construction, as nested tables for `landmarks.json` and `truth.toml`
    block(anatomy)              where a training phantom of this region is cut out of the body

To add one: a subclass, a line in `regions.py`, and a test that it passes `tests/sim/anatomy/test_regions.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from arguide.geometry.mesh import Mesh
from arguide.settings.scenario import Fiducial, Needle, Plan, Source
from arguide_sim.anatomy.blocks import Corner
from arguide_sim.anatomy.part import Anatomy
from arguide_sim.anatomy.volumes import Filling

Box: TypeAlias = tuple[Corner, Corner]
"""Lowest and highest corner, mm, image frame."""


class Person(Protocol):
    """Who is generated; the same person gives the same bytes."""

    @property
    def seed(self) -> int:
        """The number everything random is drawn from."""

    @property
    def age(self) -> float:
        """Years: decides bone and muscle in the CT."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """What may be wished of a person, as the command line offers it."""

    name: str
    """As in `sacral_slope`, which is `--sacral-slope` on the command line."""
    meaning: str
    unit: str = ""
    low: float = 0.0
    high: float = 0.0
    choices: tuple[str, ...] = ()
    """For words; then there is no range."""
    default: str = "drawn from the seed"


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One procedure on this patient."""

    name: str
    """Short, as in `--procedure facet`."""
    title: str
    summary: str
    procedure: str
    teaching: tuple[str, ...]
    needle: Needle
    plans: tuple[Plan, ...]
    """At least one; names differ within the patient."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """Where a phantom is cut out of the body: a box of gel whose top is the skin side, with pits to touch around it."""

    low: Corner
    high: Corner
    """Box in mm, image frame; what of each bone lies inside is printed, the rest is gel."""
    up: Corner
    """Unit vector toward the trainee, along one axis."""


class Region(ABC):
    """A part of the body that patients can be generated of."""

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    source: Source

    @abstractmethod
    def person(self, seed: int, **wanted: Any) -> Person:
        """The person numbered `seed`, with what is `wanted` in place of chance. SettingsError says range or rule."""

    @abstractmethod
    def anatomy(self, person: Any) -> Anatomy:
        """That person's anatomy."""

    @abstractmethod
    def filling(self, person: Any, anatomy: Any) -> Filling:
        """What lies between the skin and the parts."""

    @abstractmethod
    def view(self, anatomy: Any) -> Box:
        """Field of view of the CT."""

    @abstractmethod
    def exercises(self, person: Any, anatomy: Any, meshes: Mapping[str, Mesh]) -> tuple[Exercise, ...]:
        """What can be practised on this person, the usual first. `meshes` are the finished ones by part name."""

    @abstractmethod
    def fiducials(self, anatomy: Any, skin: Mesh) -> tuple[Fiducial, ...]:
        """At least six points on the skin, spread wide, reachable, out of the needle's way."""

    @abstractmethod
    def landmarks(self, anatomy: Any) -> dict[str, Any]:
        """Points known by construction, mm in the image frame."""

    @abstractmethod
    def block(self, anatomy: Any) -> Block:
        """Where a phantom of this region is cut out."""

    def extras(self, anatomy: Any, folder: Path, detail: float) -> None:  # noqa: B027
        """Write what else belongs into the scenario's folder; `detail` below 1: more coarsely."""

    def cover(self, anatomy: Any) -> Any:
        """From where `Place.depth` counts, as an undeformed shape, e.g. the skin without the cuts at its ends. None: the skin."""
        return None

    def materials(self, anatomy: Any) -> dict[str, str]:
        """Part name: material, for parts that are not what their tissue and name say (see `materials.py`)."""
        return {}
