"""The whole right hip and groin of one generated patient, as named parts in the image frame."""

from typing import ClassVar

import numpy as np

from arguide.settings.scenario import Tissue
from arguide_sim.anatomy.filling import filling
from arguide_sim.anatomy.hip import bones, muscles, vessels
from arguide_sim.anatomy.hip import skin as surface
from arguide_sim.anatomy.hip.person import HipPerson
from arguide_sim.anatomy.limb import LimbAnatomy, Row
from arguide_sim.anatomy.limb_norms import GROIN, HIP, dimensions
from arguide_sim.anatomy.sdf import Shape, beside, common, cut, half_space, offset, union

SOFT_GAP_MM = 0.5
"""Least distance of soft parts to bone, and to one another."""
BONE_GAP_MM = 1.2
"""Least distance of the hip bone to the femur beyond the joint: in a turned femur the trochanter comes near the ischium."""
ARTERY_MM, NERVE_MM, NERVE_GAP_MM = 9.0, 14.2, 3.25
"""What is drawn, as it measures: the artery's diameter, the nerve's width and the room between, at the crease of the groin."""
HEAD_TAKEN_MM, REACH_TAKEN_MM = 0.05, 3.0
"""What rounding and the bow of the shaft add to the head's radius and take from the offset: so the mesh measures right."""
ENDS_MM = (-160.0, 160.0)
"""z between which soft parts are made: the skin is closed beyond."""


class Hip(LimbAnatomy):
    """The patient: shapes of average size, how large they are, and the deformation that finishes them."""

    SHAFTS: ClassVar = {"femur": (-46.0, -112.0, 7.0)}

    def __init__(self, person: HipPerson) -> None:
        super().__init__(person, PARTS)
        self.person = person
        self.sizes = dimensions({**HIP, **GROIN}, person)
        drawn = {name: mm / person.scale for name, mm in self.sizes.items()}
        self.artery_wide, self.nerve_wide = drawn["artery"] / ARTERY_MM, drawn["nerve"] / NERVE_MM
        """How wide both are beside the drawn ones."""
        wider = (drawn["artery"] - ARTERY_MM + drawn["nerve"] - NERVE_MM) / 2
        self.nerve_out = wider + drawn["nerve_gap"] - NERVE_GAP_MM
        """How much farther out than drawn the nerve lies, mm at average size."""
        self.nerve_at = np.array([-6.0 + self.nerve_out, 45.5, 0.0])
        self.nerve_edge = float(self.nerve_at[0] + drawn["nerve"] / 2)
        """Middle (3,) of the nerve at the crease and x of its outer edge."""
        self.femur = bones.Femur(
            head_mm=drawn["head"] / 2 - HEAD_TAKEN_MM,
            reach_mm=drawn["offset"] + REACH_TAKEN_MM,
            neck_shaft_rad=np.radians(person.neck_shaft),
            anteversion_rad=np.radians(person.anteversion),
        )
        self.shapes = self._shapes()

    def _shapes(self) -> dict[str, Shape]:
        """Everything at average size, in the hip frame."""
        ends = common(half_space((0, 0, ENDS_MM[1]), (0, 0, 1)), half_space((0, 0, ENDS_MM[0]), (0, 0, -1)))
        fat = surface.fat_mm(self.person.bmi) / self.scale
        skin = surface.skin(fat)
        core = offset(surface.body(fat), -fat)
        near = self._near
        femur, solid = near("femur", bones.femur(self.femur)), near("hip-bone", bones.hip_bone(self.femur.head_mm))
        hip_bone = cut(solid, femur, BONE_GAP_MM, 1.0)
        bone = beside(solid, femur, BONE_GAP_MM, 1.0)
        artery = near("femoral-artery", common(vessels.artery(self.artery_wide), ends))
        nerve = near("femoral-nerve", common(vessels.nerve(self.nerve_out, self.nerve_wide), ends))
        vein = near("femoral-vein", common(vessels.vein(max(surface.LEAN_FAT_MM - fat, 0.0)), ends))
        bundle = union([nerve, artery, vein])
        joint = near("capsule", muscles.capsule(self.femur))
        thin = muscles.bodies()
        grown = filling(thin, muscles.GROWTH_MM, common(core, ends))
        iliaca = near("fascia-iliaca", muscles.fascia_iliaca(union([thin["iliopsoas"], nerve])))
        lata = muscles.fascia_lata(core)
        ligament = cut(muscles.inguinal_ligament(), union([hip_bone, bundle, grown["sartorius"]]), 0.3)
        # What is cut off beside a bone need not be cut again: the bone is kept clear of as well.
        kept = {"iliopsoas": union([bone, bundle]), "sartorius": bundle}
        deep = union([bone, bundle, joint])
        fleshy = {name: cut(shape, kept.get(name, deep), SOFT_GAP_MM, 1.5) for name, shape in grown.items()}
        return {
            "hip-bone": hip_bone, "femur": femur, "capsule": cut(joint, bone, 0.15, 1.0), **fleshy,
            "inguinal-ligament": ligament, "fascia-iliaca": cut(cut(iliaca, bundle, 0.2, 0.8), bone, 0.3, 0.8),
            "fascia-lata": cut(lata, vein, 0.2), "femoral-nerve": cut(nerve, union([bone, artery]), SOFT_GAP_MM),
            "femoral-artery": cut(artery, bone, SOFT_GAP_MM),
            "femoral-vein": cut(cut(vein, artery, SOFT_GAP_MM, 0.5), bone, SOFT_GAP_MM), "skin": skin,
        }  # fmt: skip


MUSCLE, TENDON = "#a4493f", "#e9e2cf"
PARTS: tuple[Row, ...] = (
    ("hip-bone", "Hip bone", Tissue.BONE, "#ecdfc3", ((-100, -100, -75), (60, 70, 165)), 1.2, 14000, 1.0, None),
    ("femur", "Femur", Tissue.BONE, "#ecdfc3", ((-35, -55, -182), (90, 40, 35)), 1.1, 9000, 1.0, None),
    ("capsule", "Joint capsule", Tissue.ORGAN, "#9fc7d9", ((-45, -50, -70), (80, 50, 45)), 0.9, 6000, 0.45, None),
    ("iliopsoas", "Iliopsoas", Tissue.MUSCLE, MUSCLE, ((-65, -45, -75), (40, 65, 178)), 1.3, 4000, 0.9, None),
    ("sartorius", "Sartorius", Tissue.MUSCLE, MUSCLE, ((-65, 15, -185), (55, 90, 105)), 1.3, 2500, 0.5, None),
    ("rectus-femoris", "Rectus femoris", Tissue.MUSCLE, MUSCLE, ((-20, 10, -185), (75, 85, 60)), 1.5, 2500, 0.5, None),
    ("tensor", "Tensor fasciae latae", Tissue.MUSCLE, MUSCLE, ((10, -25, -125), (110, 80, 110)), 1.5, 2500, 0.5, None),
    ("pectineus", "Pectineus", Tissue.MUSCLE, MUSCLE, ((-85, -30, -100), (35, 65, 25)), 1.3, 2500, 0.5, None),
    ("adductors", "Adductors", Tissue.MUSCLE, MUSCLE, ((-110, -65, -185), (50, 70, 0)), 1.8, 3000, 0.5, None),
    ("vasti", "Vasti", Tissue.MUSCLE, MUSCLE, ((0, -50, -185), (115, 80, 0)), 1.6, 3500, 0.5, None),
    ("hamstrings", "Hamstrings", Tissue.MUSCLE, MUSCLE, ((-80, -110, -185), (65, 5, -20)), 1.8, 3000, 0.5, None),
    ("rotators", "Deep rotators", Tissue.MUSCLE, MUSCLE, ((-85, -95, -45), (80, 5, 45)), 1.6, 2500, 0.6, None),
    ("quadratus-femoris", "Quadratus femoris", Tissue.MUSCLE, MUSCLE, ((-70, -80, -80), (55, 0, -5)), 1.4, 2000, 0.6, None),
    ("gluteus-medius", "Gluteus medius and minimus", Tissue.MUSCLE, MUSCLE, ((-35, -85, -55), (110, 55, 170)), 1.8, 3500, 0.6, None),
    ("gluteus-maximus", "Gluteus maximus", Tissue.MUSCLE, MUSCLE, ((-110, -135, -125), (100, 0, 120)), 2.0, 3500, 0.6, None),
    ("inguinal-ligament", "Inguinal ligament", Tissue.DISC, TENDON, ((-80, 40, -20), (45, 70, 100)), 0.7, 1500, 0.9, None),
    ("fascia-iliaca", "Iliac fascia", Tissue.DISC, TENDON, ((-38, 16, -38), (22, 58, 80)), 0.7, 10000, 0.35, None),
    ("fascia-lata", "Fascia lata", Tissue.DISC, TENDON, ((-85, 0, -112), (95, 110, 62)), 0.7, 6000, 0.25, None),
    ("femoral-nerve", "Femoral nerve", Tissue.NERVE, "#ffb000", ((-35, -25, -185), (35, 65, 178)), 0.7, 4000, 1.0, 1.0),
    ("femoral-artery", "Femoral artery", Tissue.VESSEL, "#d0312d", ((-70, -25, -185), (35, 65, 178)), 0.9, 4000, 1.0, 3.0),
    ("femoral-vein", "Femoral vein", Tissue.VESSEL, "#3f63c8", ((-85, -25, -185), (35, 75, 178)), 1.0, 4000, 1.0, 3.0),
    ("skin", "Skin", Tissue.SKIN, "#e0ac8f", ((-130, -160, -190), (165, 140, 182)), 3.0, 12000, 0.25, None),
)  # fmt: skip
"""Name, label, tissue, colour, box and grid in mm, triangles, opacity, risk margin in mm."""
