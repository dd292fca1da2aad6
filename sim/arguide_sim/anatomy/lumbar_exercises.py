"""What is practised on a lumbar patient besides the facet joint: nerve root, medial branch, and biopsy of a lesion.

Every way is searched on the generated anatomy: among targets and directions the one farthest from bone (and from what
must not be touched) is taken, where a few millimetres more count no longer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from arguide.errors import MeshError
from arguide.geometry.mesh import Mesh
from arguide.settings.scenario import Plan
from arguide_sim.anatomy import nerves
from arguide_sim.anatomy.lumbar import Lumbar
from arguide_sim.anatomy.needles import needle_for
from arguide_sim.anatomy.part import Part
from arguide_sim.anatomy.plans import Approach, plan
from arguide_sim.anatomy.region import Exercise
from arguide_sim.anatomy.sdf import Shape, union
from arguide_sim.anatomy.words import BIOPSY, BRANCH, ROOT, Words

Point = NDArray[np.float64]
ENOUGH_MM = 4.0
"""More room than this is as good as any."""
ALONG_MM = np.concatenate([np.arange(2.0, 12.0, 1.0), np.arange(12.0, 120.0, 2.0)])
OFF_ROOT_MM = 3.5
"""From the nerve root to where its needle stops: its margin, and room for the error bar."""


def directions(oblique_deg: Iterable[float], tilt_deg: Iterable[float]) -> NDArray[np.float64]:
    """Unit vectors (n, 3) out of the right half of a prone back: so far to the right, so far upward."""
    pairs = np.radians([(a, b) for a in oblique_deg for b in tilt_deg])
    a, b = pairs.T
    return np.column_stack([np.sin(a) * np.cos(b), -np.cos(a) * np.cos(b), np.sin(b)])


def clearest(
    targets: Sequence[Point], out: NDArray[np.float64], avoid: Shape, what: str, least_mm: float = 0.8
) -> Approach:
    """The target and direction with most room, up to `ENOUGH_MM`; of equals the first. MeshError if there is none."""
    best: Approach | None = None
    for target in targets:
        for way in out:
            room = min(float(avoid(target + ALONG_MM[:, None] * way).min()), ENOUGH_MM)
            if room >= least_mm and (best is None or room > best.clearance_mm + 0.1):
                best = Approach(target, way, room)
    if best is None:
        raise MeshError(f"no free way to the {what} of this patient; choose another number or procedure")
    return best


def _on_both_sides(anatomy: Lumbar, skin: Mesh, way: Approach, words: Words) -> Exercise:
    """The same way on the right and, mirrored, on the left."""
    plans = tuple(
        plan(anatomy, skin, way, side, f"{name} {words.target}", words.guidance)
        for side, name in ((1, "Right"), (-1, "Left"))
    )
    return words.exercise(plans, needle_for(plans, 22, 0.72))


def nerve_root(anatomy: Lumbar, skin: Mesh) -> Exercise:
    """Beside both L4 roots, under the pedicle: in the triangle of pedicle, root and outer border of the body."""
    level = next(level for level in anatomy.levels if level.name == "L4")
    frame = anatomy.curve.bodies["L4"]
    bones, roots = union(list(anatomy.near("L4"))), anatomy.soft["nerve-roots"]
    steps = [(x, y, z) for z in (5.0, 4.0, 3.0, 2.0) for y in (0.0, -2.0, -4.0) for x in (6.0, 8.0, 4.0)]
    around = np.array([nerves.in_image(frame, *(nerves.foramen(level) + step)) for step in steps])
    near, bone = roots(around), bones(around)
    targets = list(around[(near > OFF_ROOT_MM) & (near < 7.5) & (bone > 1.0)])
    way = clearest(targets, directions(np.arange(20, 46, 3.0), (0.0, -6.0, 6.0, 12.0)), bones, "L4 nerve root")
    return _on_both_sides(anatomy, skin, way, ROOT)


def medial_branch(anatomy: Lumbar, skin: Mesh) -> Exercise:
    """At both L4 medial branches, where superior articular and transverse process of L5 meet."""
    lower = next(level for level in anatomy.levels if level.name == "L5")
    upper = next(level for level in anatomy.levels if level.name == "L4")
    bones = union(list(anatomy.near("L4")))
    course = nerves.medial_branch(upper, lower, anatomy.curve, anatomy.scale)
    thread = anatomy.branches[anatomy.levels.index(upper)].nodes
    # Of the nerve as it lies on bone, what comes nearest to the groove that its course names.
    targets = [thread[int(np.argmin(np.linalg.norm(thread - node, axis=1)))] for node in course.nodes[1:4]]
    out = directions(np.arange(10, 36, 3.0), (0.0, 8.0, -8.0, 15.0))
    way = clearest(targets, out, bones, "L4 medial branch", 0.5)
    return _on_both_sides(anatomy, skin, way, BRANCH)


def biopsy(anatomy: Lumbar, skin: Mesh, lesion: Part) -> Exercise:
    """Into the middle of the lesion: in bone through the right pedicle, else where the way is free."""
    middle = (np.asarray(lesion.low) + lesion.high) / 2
    side = 1 if middle[0] >= 0 else -1
    if lesion.name == "lesion-bone":
        way = _through_pedicle(anatomy, middle)
        plans: tuple[Plan, ...] = (plan(anatomy, skin, way, 1, "Biopsy through the right pedicle", BIOPSY.guidance),)
    else:
        bones = union([anatomy.bones[name] for name in ("T12", "L1", "L2", "L3", "ribs")])
        target = middle * (side, 1, 1)
        out = directions(np.arange(0, 61, 5.0), (0.0, -10.0, -20.0, 10.0))
        way = clearest([target], out, bones, "lesion", 1.5)
        plans = (plan(anatomy, skin, way, side, "Biopsy", BIOPSY.guidance),)
    made = BIOPSY.exercise(plans, needle_for(plans, 17, 1.47))
    return replace(made, summary=f"{made.summary}: {lesion.label[0].lower()}{lesion.label[1:]}.")


def _through_pedicle(anatomy: Lumbar, target: Point) -> Approach:
    level = next(level for level in anatomy.levels if level.name == "L3")
    frame = anatomy.curve.bodies["L3"]
    z = level.height / 2 - level.pedicle_height / 2 - 1.0
    middle = nerves.in_image(frame, level.canal_width / 2 + level.pedicle_width / 2, level.wall - 4, z)
    # A lesion left of the midline is reached at its near side: the pedicle decides the direction.
    aim = np.array([max(float(target[0]), 2.0), target[1], target[2]])
    out = (middle - aim) / np.linalg.norm(middle - aim)
    return Approach(aim, out, 0.0)


def exercises(anatomy: Lumbar, skin: Mesh) -> tuple[Exercise, ...]:
    """Nerve root, medial branch, and biopsy if there is a lesion."""
    lesion = next((part for part in anatomy.parts() if part.name.startswith("lesion")), None)
    made = (nerve_root(anatomy, skin), medial_branch(anatomy, skin))
    return made if lesion is None else (*made, biopsy(anatomy, skin, lesion))
