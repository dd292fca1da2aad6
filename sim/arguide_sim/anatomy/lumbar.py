"""The whole lumbar anatomy of one generated patient, as named parts in the image frame."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import apply, inverse
from arguide.settings.scenario import Tissue
from arguide_sim.anatomy import discs, muscles, nerves, organs, pelvis, ribs, sacrum, vertebra, vessels
from arguide_sim.anatomy.blocks import extent, lattice
from arguide_sim.anatomy.crumbs import without_crumbs
from arguide_sim.anatomy.joints import Joint, joint_below
from arguide_sim.anatomy.meshing import mesh_of
from arguide_sim.anatomy.part import Part
from arguide_sim.anatomy.person import LumbarPerson
from arguide_sim.anatomy.sdf import (
    NEAR_MM,
    Column,
    Distances,
    Points,
    Shape,
    bounded,
    common,
    cut,
    half_space,
    mirrored,
    placed,
    roughened,
    smooth_min,
    tube,
    union,
)
from arguide_sim.anatomy.skin import Trunk
from arguide_sim.anatomy.spine_curve import Frame, Level, SpineCurve, lordosis, tilt
from arguide_sim.anatomy.variation import Deformation, levels_of

BONE_GAP_MM = 1.2
"""Least distance between two bones that do not meet in a joint."""

PASSAGE_GAP_MM = 0.6
"""Least distance of bone to the room of a root in its foramen."""

NERVE_GAP_MM, VESSEL_GAP_MM = 0.5, 0.8
"""Least distances of sac and roots, and of vessels to bone and one another: so much that their meshes stay apart."""
SOFT_GAP_MM = 0.4

COVER_MM, RISE_BLEND_MM, RISE_MM = 3.0, 1.0, 20.0
"""Least skin and fat over a bone, how round the skin's rise over it is, and how high it may be."""
LOOKED_MM = 5.0
"""So finely bones are looked for near the skin."""

FIELD_OF_VIEW = (-105.0, 213.0)
"""Image z between which vessels, muscles and thecal sac are made, mm."""

BONES_END = -118.0
"""Image z below which there is no pelvis."""

VERTEBRA_BOX = np.array([-64.0, -88, -40]), np.array([64.0, 28, 40])
"""Every vertebra fits in here, in its own frame."""

SACRUM_BOX = (-72.0, -56.0, -140.0), (72.0, 86.0, 30.0)
"""Where the sacrum is looked for, in its own frame."""

ROUGHNESS = (0.35, 15.0)
"""Height and wavelength of the undulation of bone surfaces, mm."""
SACRUM_ROUGHNESS, WING_ROUGHNESS = (0.6, 16.0), (0.35, 20.0)


class Lumbar:
    """One patient: shapes that are the same on both sides, and the deformation that finishes them.

    `bones` and `soft` hold shapes in the undeformed image frame; `deformation.deformed` gives any of them as it lies in
    the finished patient.
    """

    def __init__(self, person: LumbarPerson) -> None:
        self.person = person
        self.levels = levels_of(person)
        self.curve: SpineCurve = lordosis(self.levels, person.sacral_slope)
        self.deformation = Deformation(person.seed, person.scoliosis)
        self.scale = float(np.clip(0.5 * self.levels[-1].width_low / 50.5 + 0.5 * person.stature / 1700, 0.8, 1.22))
        """Size of sacrum, pelvis, ribs and organs: 1 in the average adult."""
        self.pelvis: Frame = tilt(38.0 - person.sacral_slope) @ np.diag([self.scale] * 3 + [1.0])
        """image_from_pelvis, with the scale in it, (4, 4)."""
        self.joints: dict[str, Joint] = {
            level.name: joint_below(level, self.curve.discs[level.name], person.wear) for level in self.levels
        }
        self.trunk = Trunk(person, self.levels, self.curve)
        self._right = self._right_bones()
        self.bones = {name: mirrored(shape) for name, shape in self._right.items()}

    def _right_bones(self) -> dict[str, Shape]:
        """The right halves of all bones in the image frame, each vertebra kept clear of the bone below."""
        shape = sacrum.half_sacrum(self._seen(self.joints["L5"], self.curve.sacrum), self.scale)
        shape = bounded(shape, *extent(shape, *SACRUM_BOX, mirror=True))
        shape = cut(shape, self._passages(self.levels[-1:], self.curve.sacrum), PASSAGE_GAP_MM, 1.5)
        self._column = Column(roughened(placed(shape, self.curve.sacrum), *SACRUM_ROUGHNESS), BONE_GAP_MM, 0.8)
        bones = {"sacrum": self._column.shapes[0]}
        for level in reversed(self.levels):
            frame = self.curve.bodies[level.name]
            below, above = self._seen(self.joints[level.name], frame), self._seen(self._joint_above(level), frame)
            half = vertebra.half_bone(level, below, above, self.person.osteophytes)
            half = cut(bounded(half, *VERTEBRA_BOX), self._passages(self._and_above(level), frame), PASSAGE_GAP_MM, 1.5)
            bone = roughened(placed(half, frame), *ROUGHNESS, calm=placed(vertebra.smooth_pedicle(level), frame))
            bones[level.name] = self._column.add(bone)
        wing = roughened(_resized(pelvis.half_pelvis(), self.pelvis, self.scale), *WING_ROUGHNESS)
        bones["ilia"] = cut(cut(wing, bones["sacrum"], pelvis.GAP_MM, 1.0), bones["L5"], pelvis.GAP_MM, 1.0)
        bones["ilia"] = common(bones["ilia"], half_space((0, 0, BONES_END), (0, 0, -1)), 1.0)
        bones["ribs"] = cut(ribs.twelfth(self.curve.bodies["T12"], self.scale), bones["T12"], BONE_GAP_MM, 0.5)
        return bones

    def _and_above(self, level: Level) -> tuple[Level, ...]:
        at = self.levels.index(level)
        return self.levels[max(at - 1, 0) : at + 1]

    def _passages(self, levels: tuple[Level, ...], frame: Frame) -> Shape:
        """The way of the right roots of these levels, in a bone's frame, which bone leaves free."""
        ways = []
        for level in levels:
            x, y, z = nerves.foramen(level)
            steps = [(x + k, y + 0.1 * k, z - 0.2 * k) for k in (-6, 0, 9)]
            nodes = np.array([nerves.in_image(self.curve.bodies[level.name], *point) for point in steps])
            ways.append(tube((nodes - frame[:3, 3]) @ frame[:3, :3], (2.6, 3.4), up=(0, 0, 1)))
        return union(ways)

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

    @cached_property
    def branches(self) -> list[nerves.Course]:
        """The right medial branches of T12 to L5 as they lie on bone, in the image frame."""
        lower = (*self.levels[1:], None)
        ways = [nerves.medial_branch(*pair, self.curve, self.scale) for pair in zip(self.levels, lower, strict=True)]
        return nerves.laid_on(ways, self._column)

    @cached_property
    def soft(self) -> dict[str, Shape]:
        """Nerves, vessels, muscles and organs in the image frame, cut flat where the picture ends."""
        levels, curve, right = self.levels, self.curve, self._right
        spine = self._column
        every = union([spine, right["ilia"], right["ribs"]])
        frame = tilt(38.0 - self.person.sacral_slope)
        bulk = float(np.clip((1.08 if self.person.sex == "m" else 0.94) * (1.06 - 0.003 * self.person.age), 0.75, 1.1))
        covered = self.trunk.below_fascia()
        front = mirrored(spine)
        bones = union([front, self.bones["ilia"]])
        made = {
            "thecal-sac": mirrored(cut(nerves.thecal_sac(levels, curve, self.scale), spine, NERVE_GAP_MM, 1.0)),
            "nerve-roots": mirrored(cut(nerves.roots(levels, curve, spine, self.scale), spine, NERVE_GAP_MM, 0.3)),
            "medial-branches": mirrored(nerves.medial_branches(self.branches, spine)),
            "aorta": cut(vessels.aorta(levels, curve, frame, front), bones, VESSEL_GAP_MM, 1.0),
            "vena-cava": cut(vessels.vena_cava(levels, curve, frame, front), bones, VESSEL_GAP_MM, 1.0),
        }
        made["vena-cava"] = cut(made["vena-cava"], made["aorta"], VESSEL_GAP_MM, 1.0)  # A vein gives way to an artery.
        multifidus = common(muscles.multifidus(levels, curve, self.pelvis, bulk), covered, 1.0)
        erector = common(muscles.erector(levels, curve, self.pelvis, bulk), covered, 1.0)
        psoas, quadratus = (
            muscles.psoas(levels, curve, self.pelvis, bulk),
            muscles.quadratus(levels, curve, self.pelvis, self.scale, bulk),
        )
        clear = muscles.kept_clear
        made["multifidus"] = mirrored(clear(multifidus, [every], SOFT_GAP_MM))
        made["erector-spinae"] = mirrored(clear(erector, [every, multifidus], SOFT_GAP_MM))
        # Cut by the vessels of both sides on both sides, so that it stays its own mirror image; the roots run inside it.
        vessel = union([made["aorta"], made["vena-cava"]])
        either = union([vessel, lambda p: vessel(p * (-1, 1, 1))])
        made["psoas"] = mirrored(clear(psoas, [every, either], SOFT_GAP_MM))
        made["quadratus-lumborum"] = mirrored(clear(quadratus, [every, psoas, erector], SOFT_GAP_MM))
        kidneys = organs.kidneys(curve, self.scale)
        made["kidneys"] = clear(kidneys, [mirrored(psoas), mirrored(quadratus), self.bones["ribs"]], 1.0)
        made["fascia"] = clear(
            self.trunk.fascia(), [self.bones[name] for name in ("T12", "L1", "L2", "L3", "L4", "L5")], 0.3
        )
        ends = [half_space((0, 0, z), (0, 0, sign)) for z, sign in zip(FIELD_OF_VIEW, (-1, 1), strict=True)]
        return {name: common(shape, common(ends[0], ends[1]), 1.0) for name, shape in made.items()}

    def parts(self) -> Iterator[Part]:
        """Everything, bones first; always the same, which know their extents once they were asked."""
        return iter(self._parts)

    @cached_property
    def _parts(self) -> tuple[Part, ...]:
        return tuple(self._made())

    def _made(self) -> Iterator[Part]:
        yield from self.bone_parts()
        for upper, lower in zip(self.levels, [level.name for level in self.levels[1:]] + ["sacrum"], strict=True):
            yield self._disc(upper, lower)
        yield from self._soft_parts()
        yield from self._lesion()

    def bone_parts(self) -> Iterator[Part]:
        """The bones alone."""
        for level in self.levels:
            yield self._vertebra(level)
        yield self._bone("sacrum", "Sacrum", SACRUM_BOX, 1.1, 8500, self.curve.sacrum)
        turned = tilt(38.0 - self.person.sacral_slope)
        box = np.array([(-160, -90, -165), (160, 124, 68)]) * self.scale
        yield self._bone("ilia", "Hip bones", box, 1.6, 8000, turned)
        yield self._bone("ribs", "Twelfth ribs", ((-150, -140, 60), (150, 60, 290)), 1.1, 2400)

    def _bone(
        self, name: str, label: str, box: object, spacing: float, triangles: int, frame: Frame | None = None
    ) -> Part:
        shape = self.bones[name] if frame is None else placed(self.bones[name], inverse(frame))
        return _part(name, label, Tissue.BONE, "#e3d3b0", shape, box, spacing, triangles, frame=frame, mirror=True)

    def _vertebra(self, level: Level) -> Part:
        frame = self.curve.bodies[level.name]
        local = placed(self.bones[level.name], inverse(frame))
        box = ((-66, -90, -46), (66, 32, 42))
        return _part(
            level.name,
            f"{level.name} vertebra",
            Tissue.BONE,
            "#ecdfc3",
            local,
            box,
            0.85,
            7000,
            frame=frame,
            mirror=True,
        )

    def _disc(self, upper: Level, lower: str) -> Part:
        name = f"{upper.name}-{lower if lower != 'sacrum' else 'S1'}"
        frame = self.curve.discs[upper.name]
        shape = mirrored(discs.disc(upper, frame, self._right[upper.name], self._right[lower]))
        return _part(
            f"disc-{name}", f"Disc {name.replace('-', '/')}", Tissue.DISC, "#8fb0c4", placed(shape, inverse(frame)),
            ((-40, -34, -22), (40, 34, 22)), 0.8, 1500, frame=frame, mirror=True,
        )  # fmt: skip

    def _soft_parts(self) -> Iterator[Part]:
        for name, label, tissue, color, spacing, triangles, risk, opacity, mirror in SOFT_PARTS:
            yield _part(
                name, label, tissue, color, self.soft[name], BOXES.get(name, SOFT_BOX), spacing, triangles,
                risk=risk, opacity=opacity, mirror=mirror,
            )  # fmt: skip
        half = 1.25 * 172 * self.person.stature / 1700 * (1 + 0.024 * max(self.person.bmi - 24, 0))
        box = ((-half, -320, -145), (half, 420, 245))
        yield _part("skin", "Skin", Tissue.SKIN, "#e0ac8f", self._skin, box, 3.5, 9000, opacity=0.25, mirror=True)

    @cached_property
    def _skin(self) -> Shape:
        """The trunk's, which rises over bones that would come through it: slim people's hips, a steep sacrum."""
        trunk = self.trunk.surface(0.0)
        if not self.high_bones:
            return trunk
        bones = union([self.bones[bone.name] for bone in self.high_bones])

        def shape(p: Points) -> Distances:
            d = trunk(p)
            near = (d > -COVER_MM) & (d < NEAR_MM + RISE_MM)
            d[near] = smooth_min(d[near], bones(p[near]) - COVER_MM, RISE_BLEND_MM)
            return d

        return shape

    @cached_property
    def high_bones(self) -> list[Part]:
        """Those that may come nearer to the trunk's surface than `COVER_MM`."""
        deep, most = -COVER_MM - RISE_BLEND_MM - LOOKED_MM, LOOKED_MM
        return [
            one for one in self.bone_parts() if self.bones[one.name](self.beyond(one, deep)).min(initial=most) < most
        ]

    def beyond(self, bone: Part, depth: float) -> Points:
        """Points (n, 3) about the right half of a bone that are farther out than `depth` mm from the trunk's surface."""
        low, high = np.asarray(bone.low), np.asarray(bone.high)
        low[0] = 0.0
        points = apply(bone.frame, lattice(low, np.ceil((high - low) / LOOKED_MM).astype(int), LOOKED_MM))
        return points[self.trunk.surface(0.0)(points) > depth]

    def _lesion(self) -> Iterator[Part]:
        made = {
            "lytic": (organs.lytic, "lesion-bone", "Lytic lesion of L3", "#7a3b52"),
            "paraspinal": (organs.paraspinal, "lesion-paraspinal", "Mass in the right erector spinae", "#8a4f7d"),
            "renal": (organs.renal, "lesion-renal", "Mass of the left kidney", "#8a4f7d"),
        }
        if self.person.lesion in made:
            make, name, label, color = made[self.person.lesion]
            at, shape = make(self.levels, self.curve, self.scale)
            box = at - 27.0, at + 27.0
            yield _part(name, label, Tissue.ORGAN, color, shape, box, 0.9, 1800)

    def mesh(self, part: Part, detail: float = 1.0) -> Mesh:
        """The deformed mesh of a part in the image frame; `detail` below 1 samples more coarsely."""
        triangles = int(part.triangles * detail**2)
        mesh = mesh_of(
            part.shape, *part.extent, part.spacing / detail, triangles, part.mirror,
            finish=lambda points: self.deformation(apply(part.frame, points)),
        )  # fmt: skip
        return without_crumbs(mesh)

    def place(self, point: NDArray[np.float64], side: int = 1) -> NDArray[np.float64]:
        """Where a point of the symmetric anatomy's right half (+1) or its mirror image (-1) lies in the patient; (3,)."""
        return self.deformation(point * (side, 1, 1))


N, V, M, O = Tissue.NERVE, Tissue.VESSEL, Tissue.MUSCLE, Tissue.ORGAN
SOFT_PARTS = (
    ("thecal-sac", "Thecal sac", N, "#f2d64b", 1.0, 2400, 3.0, 1.0, True),
    ("nerve-roots", "Nerve roots", N, "#ffb000", 0.9, 6000, 2.0, 1.0, True),
    ("medial-branches", "Medial branches", N, "#ffe27a", 0.5, 5000, None, 1.0, True),
    ("aorta", "Aorta and iliac arteries", V, "#d0312d", 1.3, 2500, 5.0, 1.0, False),
    ("vena-cava", "Vena cava and iliac veins", V, "#3f63c8", 1.3, 2500, 5.0, 1.0, False),
    ("kidneys", "Kidneys", O, "#9c4a3c", 1.8, 2000, None, 1.0, False),
    ("psoas", "Psoas", M, "#a4473f", 1.9, 3300, None, 0.1, True),
    ("multifidus", "Multifidus", M, "#b5564c", 1.4, 3000, None, 0.1, True),
    ("erector-spinae", "Erector spinae", M, "#a94c43", 1.6, 3300, None, 0.1, True),
    ("quadratus-lumborum", "Quadratus lumborum", M, "#b05a4e", 1.4, 1600, None, 0.1, True),
    ("fascia", "Thoracolumbar fascia", M, "#d9d2c3", 1.1, 3500, None, 0.06, True),
)
"""Name, label, tissue, colour, spacing, triangles, risk margin, opacity, and whether both sides are the same."""


SOFT_BOX = ((-150, -150, -115), (150, 130, 225))
BOXES = {"thecal-sac": ((-30, -110, -115), (30, 60, 225)), "medial-branches": ((-70, -120, -60), (70, 60, 225))}


def _resized(shape: Shape, image_from_local: Frame, scale: float) -> Shape:
    """A shape seen through a frame that also enlarges by `scale`."""
    rotation = image_from_local[:3, :3] / scale
    return lambda p: scale * shape(p @ rotation / scale)


def _part(
    name: str, label: str, tissue: Tissue, color: str, shape: Shape, box: object, spacing: float, triangles: int,
    *, frame: Frame | None = None, opacity: float = 1.0, risk: float | None = None, mirror: bool = False,
) -> Part:  # fmt: skip
    (x0, y0, z0), (x1, y1, z1) = np.asarray(box, float).tolist()
    return Part(
        name=name, label=label, tissue=tissue, color=color, shape=shape, low=(x0, y0, z0), high=(x1, y1, z1),
        spacing=spacing, triangles=triangles, frame=np.eye(4) if frame is None else frame, opacity=opacity,
        risk_margin_mm=risk, mirror=mirror,
    )  # fmt: skip
