"""What regions of the limbs share: who the person is, how shapes of average size become that person, how plans are found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from arguide.errors import MeshError, SettingsError
from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array
from arguide.settings.scenario import Fiducial, Plan, Tissue
from arguide_sim.anatomy import meshing
from arguide_sim.anatomy.blocks import Corner
from arguide_sim.anatomy.crumbs import without_crumbs
from arguide_sim.anatomy.norms import WHOLE, WholeNorm
from arguide_sim.anatomy.part import Part
from arguide_sim.anatomy.person import check_weight
from arguide_sim.anatomy.region import Box, Parameter
from arguide_sim.anatomy.sdf import Shape, bounded, scaled
from arguide_sim.anatomy.skin_points import on_skin, rounded
from arguide_sim.anatomy.variation import Deformation

REFERENCE_MM = 1760.0
"""Stature at which the landmarks of the limbs were drawn."""
SEXES = ("f", "m")
AROUND_MM = 8.0
"""Air on each side of the skin in the CT."""
USUAL = 2.3
"""How many standard deviations from the mean chance may lead."""
COMMON = {name: WHOLE[name] for name in ("age", "stature", "bmi")}
MEANINGS = {"age": "age", "stature": "stature", "bmi": "body mass index"}

Row: TypeAlias = tuple[
    str, str, Tissue, str, tuple[tuple[float, ...], tuple[float, ...]], float, int, float, float | None
]
"""Name, label, tissue, colour, box in mm at average size, grid in mm, triangles, opacity, risk margin in mm."""


@dataclass(frozen=True, kw_only=True)
class LimbPerson:
    """Parameters of a person: the same person gives the same bytes."""

    NORMS: ClassVar[Mapping[str, WholeNorm]] = COMMON
    seed: int
    age: float
    """Years."""
    sex: str
    """`f` or `m`."""
    stature: float
    """mm."""
    bmi: float
    """kg/m²."""

    @property
    def scale(self) -> float:
        """How large the bones are beside those that were drawn."""
        return self.stature / REFERENCE_MM


P = TypeVar("P", bound=LimbPerson)


def drawn(kind: type[P], seed: int, wanted: Mapping[str, Any]) -> P:
    """The person numbered `seed`, with what is `wanted` by name in place of chance. SettingsError says the range."""
    if not 0 <= seed < 2**63:
        raise SettingsError(f"seed {seed}: a patient's number is 0 or more and below 2^63")
    if unknown := sorted(set(wanted) - set(kind.NORMS) - {"sex"}):
        raise SettingsError(f"such a patient has no {', '.join(unknown)}; there are: sex, {', '.join(kind.NORMS)}")
    random = np.random.default_rng([seed, 0])
    sex = wanted.get("sex", SEXES[int(random.random() < 0.5)])
    if sex not in SEXES:
        raise SettingsError(f"sex {sex!r}: expected one of {', '.join(SEXES)}")
    values: dict[str, Any] = {}
    for name, norm in kind.NORMS.items():
        (mean, spread), z = norm.of(sex), float(np.clip(random.standard_normal(), -USUAL, USUAL))
        values[name] = wanted.get(name, round(float(np.clip(mean + spread * z, norm.low, norm.high)), 2))
        if not isinstance(values[name], int | float) or not norm.low <= values[name] <= norm.high:
            raise SettingsError(
                f"{name} {values[name]}: adults have {norm.low:g} to {norm.high:g} {norm.unit}; choose from these"
            )
    made = kind(seed=seed, sex=sex, **values)
    check_weight(made.bmi, made.stature)
    return made


def parameters(kind: type[LimbPerson], meanings: Mapping[str, str] = MEANINGS) -> tuple[Parameter, ...]:
    """What the command line offers of such a person."""
    numbers = tuple(
        Parameter(name=name, meaning=meanings[name], unit=norm.unit, low=norm.low, high=norm.high)
        for name, norm in kind.NORMS.items()
    )
    return (Parameter(name="sex", meaning="sex", choices=SEXES), *numbers)


class LimbAnatomy:
    """One patient: shapes of average size, how large they are, and the deformation that finishes them."""

    SHAFTS: ClassVar[Mapping[str, tuple[float, float, float]]] = {}
    """Of long bones, by name: as `Part.shaft`, at average size."""

    def __init__(self, person: LimbPerson, rows: Sequence[Row], stretch: ArrayLike = 1.0) -> None:
        self.scale = person.scale
        self.stretch = np.asarray(stretch) * np.full(3, person.scale)
        """How large it is along x, y and z beside what was drawn."""
        self.deformation = Deformation(person.seed)
        self.shapes: dict[str, Shape] = {}
        """By name, at average size."""
        self._rows = rows
        self._boxes = {row[0]: row[4] for row in rows}

    def _near(self, name: str, shape: Shape) -> Shape:
        """A shape that fits the box of a part, about: it may leave it by less than `NEAR_MM`. Far away it costs little."""
        low, high = self._boxes[name]
        return bounded(shape, np.asarray(low, float), np.asarray(high, float))

    def parts(self) -> Iterator[Part]:
        """Everything, bones first, the skin last."""
        for name, label, tissue, color, (low, high), spacing, triangles, opacity, risk in self._rows:
            yield Part(
                name=name, label=label, tissue=tissue, color=color, shape=self.sized(self.shapes[name]),
                low=self._corner(low), high=self._corner(high), spacing=spacing, triangles=triangles, frame=np.eye(4),
                opacity=opacity, risk_margin_mm=risk, shaft=self._shaft(name),
            )  # fmt: skip

    def _shaft(self, name: str) -> tuple[float, float, float] | None:
        if name not in self.SHAFTS:
            return None
        begins, full, thick = self.SHAFTS[name]
        along = float(self.stretch[2])
        return begins * along, full * along, thick * self.scale

    def mesh(self, part: Part, detail: float = 1.0) -> Mesh:
        """The deformed mesh of a part in the image frame; `detail` below 1 samples more coarsely."""
        triangles = int(part.triangles * detail**2)
        return without_crumbs(
            meshing.mesh_of(part.shape, *part.extent, part.spacing / detail, triangles, finish=self.deformation)
        )

    def sized(self, shape: Shape) -> Shape:
        """A shape of average size as large as this person's."""
        return scaled(shape, self.stretch)

    def place(self, point: ArrayLike) -> Array:
        """Where a point (3,) at average size lies in the patient, mm."""
        return np.asarray(self.deformation(np.asarray(point, float) * self.stretch))

    def view(self, ends: tuple[float, float], inward: float | None = None) -> Box:
        """What is scanned: all of the skin, between two heights and from x = `inward` on (mm at average size)."""
        skin = next(part for part in self.parts() if part.name == "skin")
        (x0, y0, _), (x1, y1, _) = skin.extent
        first = x0 - AROUND_MM if inward is None else inward * float(self.stretch[0])
        low, high = (z * float(self.stretch[2]) for z in ends)
        return (first, y0 - AROUND_MM, low), (x1 + AROUND_MM, y1 + AROUND_MM, high)

    def _corner(self, corner: Sequence[float]) -> Corner:
        x, y, z = (float(value) for value in self.stretch * corner)
        return x, y, z

    def plan(self, skin: Mesh, name: str, target: Array, ways: Sequence[Array], clear_of: Shape, guidance: str) -> Plan:
        """The way to a target, at average size, that stays farthest from what it must be `clear_of` for 60 mm.

        `ways`: unit directions (3,) from the target to the skin. The last 4 mm may be near: the target is.
        """
        t = np.arange(4.0, 60.0, 1.0)[:, None]
        free = [float(clear_of(target + t * way).min()) for way in ways]
        best = ways[int(np.argmax(free))]
        if max(free) < 1.0:
            raise MeshError(f"no free way for {name!r}: the best comes within {max(free):.1f} mm; take another seed")
        start, ahead = self.place(target), self.place(target + 30 * best)
        return Plan(name=name, entry=on_skin(skin, start, ahead - start), target=rounded(start), guidance=guidance)

    def touched(
        self, skin: Mesh, points: Sequence[tuple[str, Sequence[float], Sequence[float], str]]
    ) -> tuple[Fiducial, ...]:
        """Points on the skin: name, a place beneath it (3,) at average size, direction out (3,), hint."""
        return tuple(
            Fiducial(name=name, position=on_skin(skin, self.place(inside), np.array(out, float)), hint=hint)
            for name, inside, out, hint in points
        )


def surface_point(
    shape: Shape, start: Sequence[float] | Array, direction: Sequence[float] | Array, off: float = 0.0
) -> Array:
    """The first point (3,) on the way from `start`, inside, along `direction` that is `off` mm outside a shape."""
    at, step = np.asarray(start, float), np.asarray(direction, float)
    step = step / np.linalg.norm(step)
    for _ in range(400):
        if float(shape(at[None])[0]) >= off:
            return at
        at = at + 0.25 * step
    raise MeshError(f"no surface within 100 mm of {start} along {step}; check the shape")
