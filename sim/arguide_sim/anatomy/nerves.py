"""Thecal sac down the canal to S2, the roots that leave it below each pedicle, and the medial branches to the joints."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arguide_sim.anatomy import sacrum
from arguide_sim.anatomy.sdf import Column, Distances, Points, Shape, curved, cut, tube, union
from arguide_sim.anatomy.spine_curve import Level, SpineCurve

SAC_SHARE = 0.305, 0.285
"""Half width and half depth of the sac as a share of the canal's width and depth."""

GANGLION_MM, ROOT_MM, NERVE_MM, BRANCH_MM = 2.4, 1.4, 2.1, 0.9
"""Radii in the foramen, before and after it, and of the medial branch, drawn thicker than it is."""

OFF_BONE_MM, SLACK_MM, FREE_MM = 0.4, 0.1, 7.0
"""From the medial branch to the bone on which it lies, at least, so that their meshes stay apart; how much farther off it
may bridge a hollow; and how much of it, from the foramen on, does not lie on bone yet."""
OUTWARD = np.array(
    [(0.5, -0.5, 0.7), (1, 0, 0), (0.7, 0, 0.7), (0.7, -0.7, 0), (0.7, 0.5, 0.5), (0, -0.7, 0.7), (0.1, -1, 0)]
)
"""Ways out of the bone that the branch lies on: to the side, upward and backward, never into joint or canal; (n, 3)."""
OUT_MM, STEP_MM, STIFF = 9.0, 0.5, 8.0
"""How far it may be to get out, in which steps, and how much more it costs to part from the neighbours than from the place."""
TORN_MM, LEAP_MM, FAR_MM = 3.0, 2.0, 12.0
"""So far apart neighbours end on two sides of a bone. A branch so torn is carried out once more, farther, and by shifts that
differ so little between neighbours that no bone fits between them."""
ROUNDS, PULL_MM, LANDING_MM = 30, 0.3, 5.0
"""How often the branch is straightened and laid on its bone again, by how much at once, and along how much of it the pull
begins: drawn down all at once it would kink there."""


def in_image(frame: NDArray[np.float64], *point: float) -> NDArray[np.float64]:
    """A point of a level's frame in the image frame; (3,)."""
    return np.asarray(frame[:3, :3] @ point + frame[:3, 3])


def canal_center(level: Level) -> float:
    """y of the middle of the canal in the level's frame."""
    return level.wall - level.canal_depth * 0.46


def thecal_sac(levels: tuple[Level, ...], curve: SpineCurve, scale: float) -> Shape:
    """Tapers from T12 to its end at S2."""
    nodes = [in_image(curve.bodies[levels[0].name], 0, canal_center(levels[0]), levels[0].height / 2 + 30)]
    sizes = [(SAC_SHARE[0] * levels[0].canal_width, SAC_SHARE[1] * levels[0].canal_depth)]
    for level in levels:
        size = SAC_SHARE[0] * min(level.canal_width, 26.0), SAC_SHARE[1] * level.canal_depth
        for frame in (curve.bodies, curve.discs):
            nodes.append(in_image(frame[level.name], 0, canal_center(level), 0))
            sizes.append(size)
    for s, n, across, deep in ((12, 18.5, 5.5, 3.8), (32, 14.5, 4.0, 2.4), (50, 11, 1.5, 1.5)):
        nodes.append(in_image(curve.sacrum, *(scale * sacrum.on_bone(0, s, n))))
        sizes.append((scale * across, scale * deep))
    return curved(np.array(nodes), sizes, up=(0, 1, 0), blend=1.0)


def foramen(level: Level) -> NDArray[np.float64]:
    """Where the right root passes, below the pedicle, in the level's frame; (3,)."""
    x = level.canal_width / 2 + level.pedicle_width / 2
    below = level.height / 2 - level.pedicle_height - 1.5
    return np.array([x, level.wall - 4.5, below - GANGLION_MM - 2.3])


def pushed(nodes: Points, away_from: Shape, clear: NDArray[np.float64]) -> Points:
    """The nodes (n, 3) moved out of a shape until each is `clear` (n,) of it, mm, as far as there is room."""
    at, steps = nodes.copy(), 0.2 * np.concatenate([np.eye(3), -np.eye(3)])
    for _ in range(5):
        close = clear - away_from(at)
        some = np.flatnonzero(close > 0)
        if not len(some):
            break
        around = away_from((at[some, None] + steps).reshape(-1, 3)).reshape(-1, 6)
        slope = around[:, :3] - around[:, 3:]
        slope /= np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-9)
        at[some] += 0.9 * close[some, None] * slope
    return at


@dataclass(frozen=True)
class Course:
    """Where a nerve runs, before bone has been asked: nodes (n, 3) in the image frame and radii (n,), mm."""

    nodes: Points
    radii: NDArray[np.float64]

    def even(self, step: float = 1.0) -> "Course":
        """With a node about every `step` mm."""
        along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(self.nodes, axis=0), axis=1))])
        at = np.linspace(0.0, along[-1], int(along[-1] / step) + 2)
        nodes = np.stack([np.interp(at, along, self.nodes[:, k]) for k in range(3)], axis=1)
        return Course(nodes, np.interp(at, along, self.radii))

    def fine(self) -> "Course":
        """With three nodes more between any two."""
        at = np.linspace(0, len(self.nodes) - 1, 4 * (len(self.nodes) - 1) + 1)
        known = np.arange(len(self.nodes))
        nodes = np.stack([np.interp(at, known, self.nodes[:, k]) for k in range(3)], axis=1)
        return Course(nodes, np.interp(at, known, self.radii))

    def longest(self) -> float:
        """The longest way between two nodes, mm."""
        return float(np.linalg.norm(np.diff(self.nodes, axis=0), axis=1).max())


def led_around(courses: list[Course], bones: Shape, gap: float) -> Shape:
    """The nerves, led around bone and straightened."""
    fine = [course.fine() for course in courses]
    ends = np.cumsum([len(course.nodes) for course in fine])[:-1]
    at, size = np.concatenate([c.nodes for c in fine]), np.concatenate([c.radii for c in fine])
    for _ in range(3):
        at = pushed(at, bones, size + gap)
        for one in np.split(at, ends):
            one[1:-1] = 0.25 * one[:-2] + 0.5 * one[1:-1] + 0.25 * one[2:]
    at = pushed(at, bones, size + gap)
    pieces = zip(np.split(at, ends), np.split(size, ends), strict=True)
    return union([tube(nodes, np.column_stack([r, r]), up=(0.03, 1, 0.02)) for nodes, r in pieces])


def laid_on(courses: list[Course], column: Column, torn: Sequence[int] = ()) -> list[Course]:
    """Medial branches as threads on their beds, clear of all bones: carried out of them, then straightened and laid on by turns.

    The bed of the first is the second bone from the top of the `column`, that of the next the third, and so on; `torn` are the
    places of those that had a bone between their nodes.
    """
    bones = column.shapes[::-1]
    now = [course.even() for course in courses]
    now = [Course(_carried_out(a.nodes, union(bones[k : k + 3]), k in torn), a.radii).even() for k, a in enumerate(now)]
    for _ in range(ROUNDS):
        for nodes in 2 * [course.nodes for course in now]:
            nodes[1:-1] = 0.25 * nodes[:-2] + 0.5 * nodes[1:-1] + 0.25 * nodes[2:]
        now = [course.even() for course in _laid(now, column)]
    for _ in range(4):
        now = _laid(now, column)
    again = [k for k, one in enumerate(now) if one.longest() > TORN_MM]
    return laid_on(courses, column, again) if again and not torn else now


def _carried_out(nodes: Points, bones: Shape, torn: bool) -> Points:
    """Nodes (n, 3) moved out of bone, each one of the ways `OUTWARD`, so that they stay near their places and in line.

    Of all that would be free the cheapest sequence is taken (Viterbi): the squares of the shifts, and of the differences
    between neighbours' shifts, each for as many candidates as there are ways and steps.
    """
    ways = OUTWARD / np.linalg.norm(OUTWARD, axis=1, keepdims=True)
    steps = np.arange(STEP_MM, FAR_MM if torn else OUT_MM, STEP_MM)
    shifts = np.concatenate([np.zeros((1, 3)), (steps[:, None, None] * ways).reshape(-1, 3)])
    room = bones((nodes[:, None] + shifts).reshape(-1, 3)).reshape(len(nodes), -1)
    lacking = np.maximum(BRANCH_MM + OFF_BONE_MM - room, 0.0)
    own = (shifts**2).sum(axis=1) + 1e3 * lacking**2
    differ = ((shifts[:, None] - shifts) ** 2).sum(axis=2)
    apart = STIFF * differ + (1e6 * (differ > LEAP_MM**2) if torn else 0.0)
    cost, before = own[0], []
    for one in own[1:]:
        whole = cost[:, None] + apart
        before.append(whole.argmin(axis=0))
        cost = whole.min(axis=0) + one
    best = [int(cost.argmin())]
    for came in reversed(before):
        best.append(int(came[best[-1]]))
    return np.asarray(nodes + shifts[best[::-1]])


def _laid(courses: list[Course], column: Column) -> list[Course]:
    """Each moved by the distances to its bed and to the bones above and below: all are asked of every bone at once."""
    steps = np.concatenate([np.zeros((1, 3)), 0.1 * np.eye(3)])
    points = [(course.nodes[:, None] + steps).reshape(-1, 3) for course in courses]
    each = np.array(column.each(np.concatenate(points))[::-1])
    groups = np.split(each, np.cumsum([len(some) for some in points])[:-1], axis=1)
    return [
        Course(_moved(course.nodes, of[k + 1, ::4], of[k : k + 3].min(axis=0).reshape(-1, 4)), course.radii)
        for k, (course, of) in enumerate(zip(courses, groups, strict=True))
    ]


def _moved(nodes: Points, bed: Distances, around: NDArray[np.float64]) -> Points:
    """Nodes (n, 3) moved out of bone, or, beyond the first `FREE_MM`, down to near their bed; a little at a time.

    `bed` (n,): distances to it; `around` (n, 4): to the nearest bone, here and a step along each axis.
    """
    away, slope = around[:, 0], around[:, 1:] - around[:, :1]
    slope /= np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-9)
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(nodes, axis=0), axis=1))])
    pull = np.where(bed < away + 0.01, PULL_MM * np.clip((along - FREE_MM) / LANDING_MM, 0.0, 1.0), 0.0)
    lacking = BRANCH_MM + OFF_BONE_MM - away
    move = np.clip(np.maximum(lacking, np.minimum(lacking + SLACK_MM, 0.0)), -pull, 1.0)
    return np.asarray(nodes + 0.9 * move[:, None] * slope)


def root(level: Level, curve: SpineCurve) -> Course:
    """The right root of a level: out of the sac, around the pedicle's lower edge, forward and down beside the body."""
    x, y, z = foramen(level)
    medial = SAC_SHARE[0] * level.canal_width
    ahead = 15.0 if level.name == "L5" else 0.0  # over the front of the sacral wing
    local = [
        (0.5 * medial, canal_center(level), z + 24),
        (medial + 0.5, y - 1.0, z + 8),
        (x - 2, y, z + 1),
        (x + 3, y + 1, z - 2),
        (x + 12, y + 7 + ahead, z - 14),
        (x + 16, y + 12 + 2 * ahead, z - 32),
    ]
    nodes = np.array([in_image(curve.bodies[level.name], *point) for point in local])
    return Course(nodes, np.array([ROOT_MM, ROOT_MM, GANGLION_MM, GANGLION_MM, NERVE_MM, NERVE_MM]))


def sacral_root(level: Level, curve: SpineCurve, scale: float) -> Course:
    """The right S1 root: down the canal beside the sac from the lowest `level`, out through the first sacral foramen."""
    x, s, _ = sacrum.FORAMINA[0]
    flat = ((8.5, 9, 18), (x - 4.5, s - 2.5, 13), (x, s, 7), (x + 2, s + 1, -12), (x + 10, s + 8, -24))
    nodes = [
        in_image(curve.bodies[level.name], 4.0, canal_center(level) + 1, -2),
        in_image(curve.discs[level.name], 7.0, canal_center(level) + 1, 0),
        *(in_image(curve.sacrum, *(scale * sacrum.on_bone(*point))) for point in flat),
    ]
    return Course(np.array(nodes), np.array([1.2, 1.4, 1.4, 1.4, 1.7, 2.2, 2.2]))


def roots(levels: tuple[Level, ...], curve: SpineCurve, bones: Shape, scale: float) -> Shape:
    """The right roots, T12 to S1, led around the bones (of the right half)."""
    courses = [root(level, curve) for level in levels]
    return led_around([*courses, sacral_root(levels[-1], curve, scale)], bones, 0.6)


def medial_branch(level: Level, lower: Level | None, curve: SpineCurve, scale: float) -> Course:
    """The right medial branch of a level's dorsal ramus, at the bone of the next level.

    It runs over the junction of superior articular and transverse process, between mamillary and accessory process, and
    down over the lamina to the joint (Bogduk et al., J Anat 134 (1982) 383); that of L5 over the wing of the sacrum.
    """
    x, y, z = foramen(level)
    start = [in_image(curve.bodies[level.name], x + 6, y - 1, z - 4)]
    if lower is None:
        flat = ((30, -3, 25), (33, 7, 28), (28, 17, 32), (20, 26, 28))
        way = [in_image(curve.sacrum, *(scale * sacrum.on_bone(*point))) for point in flat]
    else:
        px = lower.canal_width / 2 + lower.pedicle_width / 2
        top = lower.height / 2 - lower.pedicle_height / 2 - 1.5
        local = (
            (px + 5, lower.wall - 7, top + 4), (px + 5.5, lower.wall - 12, top - 1),
            (px + 4, lower.wall - 17, top - 5), (px - 2, lower.wall - 21, top - 12), (px - 6, lower.wall - 23, top - 18),
        )  # fmt: skip
        way = [in_image(curve.bodies[lower.name], *point) for point in local]
    return Course(np.array(start + way), np.full(1 + len(way), BRANCH_MM))


def medial_branches(laid: list[Course], column: Column) -> Shape:
    """The right ones, laid on the right halves of the bones from the sacrum to T12."""
    tubes = [tube(one.nodes, np.column_stack([one.radii, one.radii]), up=(0.03, 1, 0.02)) for one in laid]
    return cut(union(tubes), column, OFF_BONE_MM - 0.1)
