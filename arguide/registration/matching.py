"""Which touched point is which planned one, when nobody kept the order and some are missing or do not belong.

Distances do not depend on the pose. Every triangle of touched points is looked up among the planned triangles by the
lengths of its sides; each agreement is a hypothesis, a rigid transform that the other points confirm or not (the scheme
of Fischler & Bolles, Comm. ACM 24 (1981) 381–395, with the triangles taken in order of size instead of at random,
scored as in Torr & Zisserman's MSAC, CVIU 78 (2000) 138–156). The answer is refused when another one is nearly as good.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from arguide.errors import RegistrationError
from arguide.geometry.transforms import Array
from arguide.registration.alignment import align, moved
from arguide.registration.checks import check_points, check_spread, check_unit
from arguide.registration.rigid import Registration, register_points

MOST_POINTS = 30
TRIANGLES = 40
HYPOTHESES = 4000
FINALISTS = 12
MIN_SHARE = 0.6
AMBIGUOUS = 0.9
"""Another answer is as good when it loses less than so much of one point's agreement."""


@dataclass(frozen=True)
class Matching:
    """Which points belong together, and the registration that follows."""

    pairs: NDArray[np.intp]
    """(k, 2) places in the touched and in the planned list."""
    spurious: tuple[int, ...]
    """Touched points without a partner."""
    missing: tuple[int, ...]
    """Planned points without a partner."""
    registration: Registration
    """Of the pairs, in their order."""


def match_points(moving: ArrayLike, fixed: ArrayLike, tolerance_mm: float = 2.0) -> Matching:
    """Pair points `moving` (n, 3) with `fixed` (m, 3), mm, n and m from 3 to 30, in no particular order.

    Partners come within `tolerance_mm` of each other: some three or four times the localisation error. At least 60 % of
    the shorter list, and never fewer than three, must find one. RegistrationError if they do not, or if the points look
    alike from several sides so that more than one answer fits.
    """
    a, b = np.asarray(moving, dtype=float).reshape(-1, 3), np.asarray(fixed, dtype=float).reshape(-1, 3)
    _check(a, b)
    transforms = _hypotheses(a, b, tolerance_mm)
    answers = _answers(a, b, transforms, tolerance_mm)
    fewest = max(3, int(np.ceil(MIN_SHARE * min(len(a), len(b)))))
    if not answers or len(answers[0][1]) < fewest:
        raise RegistrationError(_no_match(a, b, tolerance_mm, len(answers[0][1]) if answers else 0, fewest))
    cost, pairs = answers[0]
    if len(answers) > 1 and answers[1][0] < cost + AMBIGUOUS * tolerance_mm**2:
        other = answers[1][1]
        raise RegistrationError(
            f"matching: {len(pairs)} points fit and {len(other)} fit in another order as well; the layout is symmetric or"
            " too few points were touched: touch more, or touch them in the planned order"
        )
    missing = sorted(set(range(len(b))) - set(pairs[:, 1].tolist()))
    spurious = sorted(set(range(len(a))) - set(pairs[:, 0].tolist()))
    registration = register_points(a[pairs[:, 0]], b[pairs[:, 1]])
    return Matching(pairs, tuple(spurious), tuple(missing), registration)


def _check(a: Array, b: Array) -> None:
    for points, which in ((a, "touched"), (b, "planned")):
        check_points(points, which)
        if len(points) > MOST_POINTS:
            raise RegistrationError(f"matching: {len(points)} {which} points, at most {MOST_POINTS} can be matched")
    check_unit(a, b)
    check_spread(a, "touched")
    check_spread(b, "planned")


def _hypotheses(a: Array, b: Array, tolerance: float) -> Array:
    """Transforms (h, 4, 4) that take some large touched triangle onto a planned one of the same sides."""
    gaps = np.linalg.norm(b[:, None] - b[None], axis=2)
    found_a, found_b = [], []
    total = 0
    for i, j, k in _triangles(a):
        sides = np.linalg.norm([a[i] - a[j], a[i] - a[k], a[j] - a[k]], axis=1)
        first = np.abs(gaps - sides[0]) < 2 * tolerance
        second = np.abs(gaps - sides[1]) < 2 * tolerance
        third = np.abs(gaps - sides[2]) < 2 * tolerance
        p, q, r = np.nonzero(first[:, :, None] & second[:, None, :] & third[None, :, :])
        found_b.append(np.column_stack([p, q, r]))
        found_a.append(np.broadcast_to([i, j, k], (len(p), 3)))
        total += len(p)
        if total > HYPOTHESES:
            break
    corners_a, corners_b = np.concatenate(found_a), np.concatenate(found_b)
    return align(a[corners_a], b[corners_b])


def _triangles(a: Array) -> NDArray[np.intp]:
    """(TRIANGLES, 3) triangles of many different points, the fattest first."""
    corners = np.array(list(combinations(range(len(a)), 3)))
    p, q, r = a[corners].transpose(1, 0, 2)
    area = np.linalg.norm(np.cross(q - p, r - p), axis=1)
    corners = corners[np.argsort(-area)]
    # The fattest all share the outermost points; if one of these is spurious they all fail. So points take turns.
    often = np.zeros(len(a), dtype=int)
    taken = np.zeros(len(corners), dtype=int)
    chosen = []
    for _ in range(min(TRIANGLES, len(corners))):
        pick = int(np.argmin(often[corners].sum(axis=1) + taken))
        taken[pick] = len(corners)
        often[corners[pick]] += 1
        chosen.append(corners[pick])
    return np.array(chosen)


def _answers(a: Array, b: Array, transforms: Array, tolerance: float) -> list[tuple[float, NDArray[np.intp]]]:
    """The distinct best correspondences with their cost in mm², best first."""
    if not len(transforms):
        return []
    off2 = _squares(moved(transforms, a), b)
    nearest, rough = off2.argmin(axis=2), np.minimum(off2.min(axis=2), (2 * tolerance) ** 2)
    partners = np.where(rough < (2 * tolerance) ** 2, nearest, -1)
    cost = rough.sum(axis=1)
    # Many triangles tell the same story: each story is worked out once, from its best triangle.
    by_cost = np.argsort(cost)
    _, first_of_story = np.unique(partners[by_cost], axis=0, return_index=True)
    best: dict[bytes, tuple[float, NDArray[np.intp]]] = {}
    for h in by_cost[np.sort(first_of_story)][: 2 * FINALISTS]:
        answer = _refined(a, b, transforms[h], tolerance)
        known = best.get(answer[1].tobytes())
        if known is None or answer[0] < known[0]:
            best[answer[1].tobytes()] = answer
    ranked = sorted(best.values(), key=lambda one: one[0])
    return [ranked[0], *(one for one in ranked[1:] if _contradicts(one[1], ranked[0][1]))]


def _contradicts(other: NDArray[np.intp], first: NDArray[np.intp]) -> bool:
    """Whether two correspondences give some point different partners (and not only one pair more or less)."""
    partner = dict(first.tolist())
    return any(partner.get(i, j) != j for i, j in other.tolist())


def _squares(points: Array, b: Array) -> Array:
    """Squared distances (..., n, m) between points (..., n, 3) and b (m, 3)."""
    cross = points @ b.T
    return np.asarray((points**2).sum(axis=-1)[..., None] + (b**2).sum(axis=1) - 2 * cross)


def _refined(a: Array, b: Array, transform: Array, tolerance: float) -> tuple[float, NDArray[np.intp]]:
    """Cost and pairs after assigning and aligning in turns; unmatched points cost tolerance² each."""
    pairs = np.empty((0, 2), dtype=np.intp)
    limit = 2 * tolerance  # three noisy points make a poor first transform
    for _ in range(6):
        off2 = ((moved(transform, a)[:, None] - b[None]) ** 2).sum(axis=2)
        rows, columns = scipy.optimize.linear_sum_assignment(np.minimum(off2, limit**2))
        near = off2[rows, columns] < limit**2
        now = np.column_stack([rows[near], columns[near]])
        if len(now) < 3 or (np.array_equal(now, pairs) and limit == tolerance):
            pairs = now
            break
        pairs, limit = now, tolerance
        transform = align(a[pairs[:, 0]], b[pairs[:, 1]])
    off2 = ((moved(transform, a)[pairs[:, 0]] - b[pairs[:, 1]]) ** 2).sum(axis=1)
    inside = off2 < tolerance**2
    cost = off2[inside].sum() + tolerance**2 * (min(len(a), len(b)) - inside.sum())
    return float(cost), pairs[inside]


def _no_match(a: Array, b: Array, tolerance: float, found: int, fewest: int) -> str:
    mirrored = _answers(a * [-1.0, 1, 1], b, _hypotheses(a * [-1.0, 1, 1], b, tolerance), tolerance)
    if mirrored and len(mirrored[0][1]) >= max(fewest, 4):
        return (
            f"matching: {len(mirrored[0][1])} points fit if one list is mirrored, {found} as they are: one list is"
            " left-handed; flip one of its axes"
        )
    return (
        f"matching: only {found} of {min(len(a), len(b))} points fit within {tolerance:g} mm, at least {fewest} needed;"
        " is it the right plan? Touch again or raise the tolerance"
    )
