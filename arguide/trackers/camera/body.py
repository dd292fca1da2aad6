"""One marker body in one picture: from found markers to a pose, without markers that do not fit, with board corners."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from arguide.geometry.camera_model import CameraModel
from arguide.geometry.transforms import Array
from arguide.settings.body_file import MarkerBody
from arguide.trackers.camera.edges import sharpen
from arguide.trackers.camera.fit import Fit, fit_pose

WORST_PX = 1.5
WORST_OF_SIDE = 0.03
"""A fit whose error is larger than both (pixels, share of a marker's side) is not of this body."""
ROUGHLY = 2.0
"""Before corners are refined a fit may be so many times worse."""
FEW_SADDLES = 6
WINDOW = 0.9
"""Half size of the window in which a board corner is searched, in the distance to the nearest marker: none is in it."""
FARTHEST = 0.12
"""A board corner that is so many squares off is another edge, or something that lies on the board."""


@dataclass(frozen=True)
class Seen:
    """What became of a body in one picture."""

    fit: Fit | None
    used: tuple[int, ...] = ()
    """Numbers of the markers that made the pose."""
    why: str = ""
    """What is wrong, in words; empty when all is well or simply nothing is seen."""


class BodyFitter:
    """Fits one body again and again; remembers its last pose."""

    def __init__(self, body: MarkerBody, camera: CameraModel) -> None:
        self.body = body
        self._camera = camera
        self._corners = {number: np.array(corners) for number, corners in body.markers.items()}
        self._saddles = np.array(body.saddles).reshape(-1, 3)
        self._last: Array | None = None

    def fit(self, grey: NDArray[np.uint8], found: Mapping[int, Array]) -> Seen:
        """The pose in a picture (height, width) in which markers were found at (4, 2) pixels."""
        own = {number: found[number] for number in self._corners if number in found}
        seen = self._by_saddles(grey, own) or self._fit_markers(self._sharpened(grey, own))
        self._last = None if seen.fit is None else seen.fit.view_from_body
        return seen

    def _sharpened(self, grey: NDArray[np.uint8], found: Mapping[int, Array]) -> dict[int, Array]:
        exact = sharpen(grey, np.array(list(found.values())).reshape(-1, 4, 2), self._camera)
        return dict(zip(found, exact, strict=True))

    def _fit_markers(self, found: dict[int, Array], slack: float = 1.0) -> Seen:
        if not found:
            return Seen(None)
        fit = self._together(found)
        if _is_good(fit, found, slack):
            return Seen(fit, tuple(found))
        if len(found) > 2:
            fit, worst = self._without_the_worst(found)
            kept = {number: corners for number, corners in found.items() if number != worst}
            if _is_good(fit, kept, slack):
                return Seen(fit, tuple(kept), f"marker {worst} is where it should not be and was left out")
        off = "" if fit is None else f" (off by {fit.rms_px:.1f} pixels)"
        return Seen(None, (), f"its markers are not where {self.body.file.name} says{off}: folded or printed wrongly?")

    def _together(self, found: Mapping[int, Array]) -> Fit | None:
        points = np.concatenate([self._corners[number] for number in found])
        return fit_pose(points, np.concatenate(list(found.values())), self._camera, self._last)

    def _without_the_worst(self, found: Mapping[int, Array]) -> tuple[Fit | None, int]:
        tries = [(self._together({k: c for k, c in found.items() if k != number}), number) for number in found]
        return min(tries, key=lambda one: one[0].rms_px if one[0] else np.inf)

    def _by_saddles(self, grey: NDArray[np.uint8], found: dict[int, Array]) -> Seen | None:
        """The pose by the board's inner corners next to markers that were seen; None if there are not enough."""
        if self.body.board is None:
            return None
        # Roughly found corners do to begin with: what counts is where the inner corners are then.
        seen = self._fit_markers(found, ROUGHLY)
        if seen.fit is None:
            return None
        spacing = self.body.board.square_mm
        middles = np.array([self._corners[number].mean(axis=0) for number in seen.used])
        near = np.linalg.norm(self._saddles[:, None] - middles, axis=2).min(axis=1) < 0.75 * spacing
        points = self._saddles[near]
        pose = seen.fit.view_from_body
        expected = self._camera.project(points @ pose[:3, :3].T + pose[:3, 3])
        square_px = _shortest_square(points, expected, spacing)
        rim = (1 - self.body.board.marker_mm / spacing) / 2
        half = int(np.clip(WINDOW * rim * square_px, 2, 12))
        inside = (expected > half + 2).all(axis=1) & (expected < np.array(grey.shape[::-1]) - half - 3).all(axis=1)
        points, expected = points[inside], expected[inside]
        if len(points) < FEW_SADDLES:
            return None
        exact = _sharpened(grey, expected, half)
        true = np.linalg.norm(exact - expected, axis=1) < max(FARTHEST * square_px, 1.0)
        if true.sum() < FEW_SADDLES:
            return None
        fit = fit_pose(points[true], exact[true], self._camera, pose)
        if fit is None or fit.rms_px > max(WORST_PX, WORST_OF_SIDE * square_px):
            return None
        return Seen(fit, seen.used, seen.why)


def _is_good(fit: Fit | None, found: Mapping[int, Array], slack: float) -> bool:
    side = np.median([np.linalg.norm(corners[0] - corners[1]) for corners in found.values()])
    return fit is not None and fit.rms_px <= slack * max(WORST_PX, WORST_OF_SIDE * float(side))


def _shortest_square(points: Array, pixels: Array, spacing_mm: float) -> float:
    """Pixels per square in the direction in which the board is seen most foreshortened."""
    if len(points) < 3:
        return 0.0
    away = np.linalg.norm(points[:, None] - points, axis=2)
    apart = np.linalg.norm(pixels[:, None] - pixels, axis=2)
    neighbours = np.isclose(away, spacing_mm, rtol=0.01)
    return float(apart[neighbours].min()) if neighbours.any() else 0.0


def _sharpened(grey: NDArray[np.uint8], pixels: Array, half: int) -> Array:
    """Corners (n, 2) to a fraction of a pixel (Förstner & Gülch 1987, as OpenCV's `cornerSubPix`)."""
    start = pixels.astype(np.float32).reshape(-1, 1, 2)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 40, 0.003)
    return np.asarray(cv2.cornerSubPix(grey, start, (half, half), (-1, -1), stop), dtype=float).reshape(-1, 2)
