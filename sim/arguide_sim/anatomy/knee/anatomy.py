"""The whole right knee of one generated patient, as named parts in the image frame."""

from typing import ClassVar

from arguide.settings.scenario import Tissue
from arguide_sim.anatomy.filling import filling
from arguide_sim.anatomy.knee import bones, joint, soft
from arguide_sim.anatomy.knee.person import KneePerson
from arguide_sim.anatomy.limb import LimbAnatomy, Row
from arguide_sim.anatomy.limb_norms import KNEE, dimensions
from arguide_sim.anatomy.sdf import Shape, common, cut, half_space, offset, union

SOFT_GAP_MM = 0.4
DRAWN = {"bicondylar_width": 89.8, "condyle_depth": 65.3, "patella_width": 44.2}
"""What the drawn bones measure at average size, mm."""


class Knee(LimbAnatomy):
    """The patient: shapes of average size, how large they are, and the deformation that finishes them."""

    SHAFTS: ClassVar = {"femur": (72.0, 126.0, 6.0), "tibia": (-52.0, -112.0, 6.0), "fibula": (-44.0, -80.0, 2.4)}

    def __init__(self, person: KneePerson) -> None:
        self.sizes = dimensions(KNEE, person)
        wide, deep = (self.sizes[name] / DRAWN[name] for name in ("bicondylar_width", "condyle_depth"))
        super().__init__(person, PARTS, (wide / person.scale, deep / person.scale, 1.0))
        self.person = person
        self.shapes = self._shapes()

    def _patella(self) -> tuple[float, float]:
        """Its width beside the drawn one, and its thickness in mm at average size."""
        wide = self.sizes["patella_width"] / self.stretch[0] / DRAWN["patella_width"]
        return float(wide), float(self.sizes["patella_thickness"] / self.stretch[1])

    def _shapes(self) -> dict[str, Shape]:
        """Everything at average size, in the knee frame."""
        ends = common(half_space((0, 0, bones.TOP_Z), (0, 0, 1)), half_space((0, 0, bones.BOTTOM_Z), (0, 0, -1)))
        fat = soft.fat_mm(self.person.bmi) / self.scale
        near = self._near
        femur, tibia = near("femur", bones.femur()), near("tibia", bones.tibia())
        patella, fibula = near("patella", bones.patella(*self._patella())), near("fibula", bones.fibula(tibia))
        femoral, on_femur = joint.femoral_cartilage(femur)
        tibial, on_tibia = joint.tibial_cartilage(tibia)
        patellar, on_patella = joint.patellar_cartilage(patella)
        covered = union([on_femur, on_tibia, on_patella, fibula])
        menisci = joint.menisci(on_femur, on_tibia)
        above, below = (
            near("quadriceps-tendon", joint.quadriceps_tendon()),
            near("patellar-tendon", joint.patellar_tendon()),
        )
        quadriceps, tendon = cut(above, patella, 0.15), cut(below, union([patella, tibia]), 0.15)
        fluid = near("recess", joint.recess(self.person.effusion / self.scale))
        recess = cut(fluid, union([covered, above]), 0.3, 0.5)
        artery = near("popliteal-artery", common(soft.artery(), ends))
        vein = near("popliteal-vein", common(soft.vein(), ends))
        courses = near("nerves", common(soft.nerves(), ends))
        nerves = cut(courses, union([femur, tibia, fibula, vein]), SOFT_GAP_MM)
        thin, growth = soft.muscles()
        grown = filling(thin, growth, common(offset(soft.leg(fat), -fat), ends))
        # What is cut off beside a bone need not be cut again: the bone is kept clear of as well.
        kept = union([covered, artery, vein, courses, above, below, fluid])
        fleshy = {name: cut(shape, kept, SOFT_GAP_MM, 1.5) for name, shape in grown.items()}
        return {
            "femur": femur, "tibia": tibia, "fibula": fibula, "patella": patella, "femoral-cartilage": femoral,
            "tibial-cartilage": tibial, "patellar-cartilage": patellar, "menisci": menisci,
            "recess": recess, "quadriceps-tendon": quadriceps, "patellar-tendon": tendon, **fleshy,
            "popliteal-artery": artery, "popliteal-vein": cut(vein, artery, SOFT_GAP_MM), "nerves": nerves,
            "skin": soft.skin(fat),
        }  # fmt: skip


BONE, CARTILAGE, TENDON, MUSCLE = "#ecdfc3", "#bcd7e2", "#e9e2cf", "#a4493f"
PARTS: tuple[Row, ...] = (
    ("femur", "Femur", Tissue.BONE, BONE, ((-60, -55, -12), (65, 60, 150)), 1.0, 12000, 1.0, None),
    ("tibia", "Tibia", Tissue.BONE, BONE, ((-60, -50, -150), (65, 50, 15)), 1.1, 10000, 1.0, None),
    ("fibula", "Fibula", Tissue.BONE, BONE, ((12, -65, -150), (70, 12, 2)), 1.0, 4000, 1.0, None),
    ("patella", "Patella", Tissue.BONE, BONE, ((-35, 20, 0), (42, 72, 70)), 0.8, 5000, 1.0, None),
    ("femoral-cartilage", "Cartilage of the femur", Tissue.DISC, CARTILAGE, ((-60, -55, -14), (65, 60, 65)), 0.7, 9000, 1.0, 0.5),
    ("tibial-cartilage", "Cartilage of the tibia", Tissue.DISC, CARTILAGE, ((-60, -50, -22), (65, 50, 14)), 0.7, 4500, 1.0, 0.5),
    ("patellar-cartilage", "Cartilage of the patella", Tissue.DISC, CARTILAGE, ((-35, 18, 0), (42, 72, 70)), 0.7, 3000, 1.0, 0.5),
    ("menisci", "Menisci", Tissue.DISC, "#c9a0b8", ((-60, -50, -22), (65, 50, 14)), 0.7, 5000, 1.0, None),
    ("recess", "Suprapatellar recess with effusion", Tissue.ORGAN, "#6fb1e0", ((-72, -22, 0), (78, 62, 125)), 0.9, 6000, 0.6, None),
    ("quadriceps-tendon", "Quadriceps tendon", Tissue.DISC, TENDON, ((-32, 28, 18), (42, 72, 128)), 0.8, 3000, 0.8, 1.0),
    ("patellar-tendon", "Patellar tendon", Tissue.DISC, TENDON, ((-32, 12, -64), (42, 72, 42)), 0.8, 3000, 0.8, 1.0),
    ("vastus-medialis", "Vastus medialis", Tissue.MUSCLE, MUSCLE, ((-85, -25, 10), (25, 75, 150)), 1.5, 3000, 0.5, None),
    ("vastus-lateralis", "Vastus lateralis", Tissue.MUSCLE, MUSCLE, ((-10, -25, 10), (85, 80, 150)), 1.5, 3000, 0.5, None),
    ("rectus-femoris", "Rectus femoris", Tissue.MUSCLE, MUSCLE, ((-35, 15, 60), (55, 90, 150)), 1.4, 2000, 0.5, None),
    ("biceps-femoris", "Biceps femoris", Tissue.MUSCLE, MUSCLE, ((-15, -85, -40), (85, 10, 150)), 1.5, 3000, 0.5, None),
    ("semimembranosus", "Semimembranosus", Tissue.MUSCLE, MUSCLE, ((-80, -85, -40), (30, 10, 150)), 1.5, 3000, 0.5, None),
    ("gastrocnemius-medial", "Gastrocnemius, medial head", Tissue.MUSCLE, MUSCLE, ((-75, -105, -150), (30, -5, 60)), 1.5, 3000, 0.5, None),
    ("gastrocnemius-lateral", "Gastrocnemius, lateral head", Tissue.MUSCLE, MUSCLE, ((-25, -105, -150), (80, -5, 60)), 1.5, 3000, 0.5, None),
    ("deep-calf", "Popliteus and soleus", Tissue.MUSCLE, MUSCLE, ((-60, -85, -150), (75, 15, -15)), 1.5, 3000, 0.5, None),
    ("shin", "Tibialis anterior and peronei", Tissue.MUSCLE, MUSCLE, ((5, -55, -150), (80, 45, -15)), 1.5, 3000, 0.5, None),
    ("popliteal-artery", "Popliteal artery", Tissue.VESSEL, "#d0312d", ((-40, -65, -150), (40, 10, 150)), 0.9, 3000, 1.0, 5.0),
    ("popliteal-vein", "Popliteal vein", Tissue.VESSEL, "#3f63c8", ((-40, -70, -150), (40, 10, 150)), 1.0, 3000, 1.0, 5.0),
    ("nerves", "Tibial and common peroneal nerve", Tissue.NERVE, "#ffb000", ((-40, -80, -150), (72, 12, 150)), 0.9, 4000, 1.0, 5.0),
    ("skin", "Skin", Tissue.SKIN, "#e0ac8f", ((-95, -115, -165), (115, 105, 165)), 2.5, 10000, 0.25, None),
)  # fmt: skip
"""Name, label, tissue, colour, box and grid in mm, triangles, opacity, risk margin in mm."""
