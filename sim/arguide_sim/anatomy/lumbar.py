"""The whole lumbar anatomy of one generated patient, as named parts in the image frame."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from arguide.geometry.mesh import Mesh, moved
from arguide.geometry.transforms import inverse
from arguide.settings.scenario import Tissue
from arguide_sim.anatomy import discs, nerves, pelvis, ribs, sacrum, skin, vertebra, vessels
from arguide_sim.anatomy.joints import Joint, joint_below
from arguide_sim.anatomy.meshing import mesh_of
from arguide_sim.anatomy.part import Part
from arguide_sim.anatomy.person import LumbarPerson
from arguide_sim.anatomy.sdf import Shape, bounded, common, cut, half_space, placed, roughened, union
from arguide_sim.anatomy.spine_curve import Frame, Level, SpineCurve, lordosis
from arguide_sim.anatomy.variation import Deformation, varied

BONE_GAP_MM = 1.2
"""Least distance between two bones that do not meet in a joint."""


NERVE_GAP_MM = 0.5
"""Least distance of sac and roots to bone."""

FIELD_OF_VIEW = (-105.0, 213.0)
"""Image z between which vessels and thecal sac are made, mm."""

VERTEBRA_BOX = np.array([-54.0, -74, -34]), np.array([54.0, 24, 34])
"""Every vertebra fits in here, in its own frame."""

ROUGHNESS = (0.3, 17.0)
"""Height and wavelength of the undulation of bone surfaces, mm."""


class Lumbar:
    """One patient: symmetric shapes, and the deformation that finishes them."""

    def __init__(self, person: LumbarPerson) -> None:
        self.person = person
        self.levels = varied(person.seed)
        self.curve: SpineCurve = lordosis(self.levels)
        self.deformation = Deformation(person.seed)
        self.joints: dict[str, Joint] = {
            level.name: joint_below(level, self.curve.discs[level.name]) for level in self.levels
        }
        self.bones = self._bones()
        self.soft_tissues = self._soft_tissues()

    def _bones(self) -> dict[str, Shape]:
        """Sacrum and vertebrae in the image frame, each kept clear of the one below."""
        shape = sacrum.sacrum(self._seen(self.joints["L5"], self.curve.sacrum))
        lower = roughened(placed(shape, self.curve.sacrum), *ROUGHNESS)
        bones = {"sacrum": lower}
        for level in reversed(self.levels):
            frame = self.curve.bodies[level.name]
            below, above = self._seen(self.joints[level.name], frame), self._seen(self._joint_above(level), frame)
            local = bounded(vertebra.bone(level, below, above), *VERTEBRA_BOX)
            bone = roughened(placed(local, frame), *ROUGHNESS)
            bones[level.name] = cut(bone, lower, BONE_GAP_MM, 1.0)
            lower = bone
        bones["ilia"] = cut(pelvis.ilia(), bones["sacrum"], pelvis.GAP_MM, 1.0)
        bones["ribs"] = cut(ribs.twelfth(self.curve.bodies["T12"]), bones["T12"], BONE_GAP_MM, 0.5)
        return bones

    def near(self, level: str) -> list[Shape]:
        """The vertebra named, its neighbours and the next but one below, in the image frame."""
        names = [item.name for item in self.levels] + ["sacrum"]
        at = names.index(level)
        return [self.bones[name] for name in names[max(at - 1, 0) : at + 3]]

    def _joint_above(self, level: Level) -> Joint:
        """The uppermost vertebra has the joint above it where the next one has."""
        at = self.levels.index(level)
        if at > 0:
            return self.joints[self.levels[at - 1].name]
        next_frame = self.curve.bodies[self.levels[1].name]
        return self.joints[level.name].seen_from(self.curve.bodies[level.name] @ inverse(next_frame))

    @staticmethod
    def _seen(joint: Joint, frame: Frame) -> Joint:
        return joint.seen_from(inverse(frame))

    def parts(self) -> Iterator[Part]:
        """Everything, bones first."""
        for level in self.levels:
            yield self._vertebra(level)
        yield _part(
            "sacrum", "Sacrum", Tissue.BONE, "#e3d3b0", self._local("sacrum", self.curve.sacrum),
            ((-64, -48, -125), (64, 75, 25)), 1.0, 14000, frame=self.curve.sacrum,
        )  # fmt: skip
        yield _part("ilia", "Iliac wings", Tissue.BONE, "#e3d3b0", self.bones["ilia"], ((-155, -85, -130), (155, 100, 65)), 1.6, 12000)  # fmt: skip
        yield _part("ribs", "Twelfth ribs", Tissue.BONE, "#e3d3b0", self.bones["ribs"], ((-135, -110, 80), (135, 50, 230)), 1.2, 4000)  # fmt: skip
        for upper, lower in zip(self.levels, [level.name for level in self.levels[1:]] + ["sacrum"], strict=True):
            yield self._disc(upper, lower)
        yield from self._soft_parts()

    def _local(self, bone: str, frame: Frame) -> Shape:
        return placed(self.bones[bone], inverse(frame))

    def _vertebra(self, level: Level) -> Part:
        frame = self.curve.bodies[level.name]
        return _part(
            level.name, f"{level.name} vertebra", Tissue.BONE, "#ecdfc3", self._local(level.name, frame),
            ((-60, -80, -40), (60, 30, 40)), 0.9, 12000, frame=frame,
        )  # fmt: skip

    def _disc(self, upper: Level, lower: str) -> Part:
        name = f"{upper.name}-{lower if lower != 'sacrum' else 'S1'}"
        frame = self.curve.discs[upper.name]
        shape = discs.disc(upper, frame, self.bones[upper.name], self.bones[lower])
        return _part(
            f"disc-{name}", f"Disc {name.replace('-', '/')}", Tissue.DISC, "#8fb0c4", placed(shape, inverse(frame)),
            ((-34, -28, -18), (34, 28, 18)), 0.8, 4000, frame=frame,
        )  # fmt: skip

    def _soft_tissues(self) -> dict[str, Shape]:
        """Nerves and vessels in the image frame: nerves kept off the bone, all cut flat where the picture ends."""
        bottom, top = (half_space((0, 0, z), (0, 0, sign)) for z, sign in zip(FIELD_OF_VIEW, (-1, 1), strict=True))
        spine = union([self.bones[name] for name in ("sacrum", *(level.name for level in self.levels))])
        made = {
            "thecal-sac": cut(nerves.thecal_sac(self.levels, self.curve), spine, NERVE_GAP_MM, 1.0),
            "nerve-roots": cut(nerves.roots(self.levels, self.curve), spine, NERVE_GAP_MM, 1.0),
            "aorta": vessels.aorta(self.levels, self.curve),
            "vena-cava": vessels.vena_cava(self.levels, self.curve),
        }
        return {name: common(shape, common(bottom, top), 1.0) for name, shape in made.items()}

    def _soft_parts(self) -> Iterator[Part]:
        for name, label, tissue, color, spacing, triangles, risk in (
            ("thecal-sac", "Thecal sac", Tissue.NERVE, "#f2d64b", 1.0, 5000, 3.0),
            ("nerve-roots", "Nerve roots", Tissue.NERVE, "#ffb000", 0.8, 12000, 2.0),
            ("aorta", "Aorta and iliac arteries", Tissue.VESSEL, "#d0312d", 1.2, 6000, 5.0),
            ("vena-cava", "Vena cava and iliac veins", Tissue.VESSEL, "#3f63c8", 1.2, 6000, 5.0),
        ):
            box = ((-80, -75, -115), (80, 95, 225))
            yield _part(name, label, tissue, color, self.soft_tissues[name], box, spacing, triangles, risk=risk)
        box = ((-195, -140, -145), (195, 190, 245))
        trunk = skin.skin(self.levels, self.curve)
        yield _part("skin", "Skin", Tissue.SKIN, "#e0ac8f", trunk, box, 3.5, 12000, opacity=0.25)

    def mesh(self, part: Part, detail: float = 1.0) -> Mesh:
        """The deformed mesh of a part in the image frame; `detail` below 1 samples more coarsely."""
        local = mesh_of(part.shape, part.low, part.high, part.spacing / detail, int(part.triangles * detail**2))
        whole = moved(local, part.frame)
        return Mesh(self.deformation(whole.vertices), whole.faces)

    def place(self, point: NDArray[np.float64], side: int = 1) -> NDArray[np.float64]:
        """Where a point of the symmetric anatomy's right half (+1) or its mirror image (-1) lies in the patient; (3,)."""
        return self.deformation(point * (side, 1, 1))


def _part(
    name: str, label: str, tissue: Tissue, color: str, shape: Shape, box: tuple[tuple[float, ...], tuple[float, ...]],
    spacing: float, triangles: int, *, frame: Frame | None = None, opacity: float = 1.0, risk: float | None = None,
) -> Part:  # fmt: skip
    (x0, y0, z0), (x1, y1, z1) = box
    return Part(
        name=name, label=label, tissue=tissue, color=color, shape=shape, low=(x0, y0, z0), high=(x1, y1, z1),
        spacing=spacing, triangles=triangles, frame=np.eye(4) if frame is None else frame, opacity=opacity,
        risk_margin_mm=risk,
    )  # fmt: skip
