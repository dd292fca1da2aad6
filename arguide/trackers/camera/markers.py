"""Find ArUco markers in a picture, with corners to about a pixel.

Garrido-Jurado et al. 2014 as OpenCV has it; here only: which markers count, and which number was seen twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from arguide.geometry.transforms import Array

SAME_MARKER = 0.5
"""Two finds of one number nearer than half a side are one marker, found by its inner and its outer edge."""


@dataclass(frozen=True)
class Found:
    """The markers of one set in one picture."""

    corners: Mapping[int, Array]
    """By number: (4, 2) pixels, in the order of the printed marker's corners."""
    twice: tuple[int, ...]
    """Numbers that are there more than once; which is the true one nobody can tell, so none is in `corners`."""


class MarkerFinder:
    """Finds the markers of one dictionary."""

    def __init__(self, dictionary: str) -> None:
        parameters = cv2.aruco.DetectorParameters()
        # Corners are refined by `edges.sharpen`; OpenCV's way pulls those of slanted markers to their neighbours.
        parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_NONE
        self._detector = cv2.aruco.ArucoDetector(
            cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, f"DICT_{dictionary}")), parameters
        )

    def find(self, grey: NDArray[np.uint8]) -> Found:
        """The markers in a picture (height, width) of brightness."""
        quads, numbers, _ = self._detector.detectMarkers(grey)
        corners: dict[int, Array] = {}
        twice: set[int] = set()
        listed = [] if numbers is None else np.asarray(numbers, dtype=int).ravel().tolist()
        for number, quad in zip(listed, quads, strict=True):
            points = np.asarray(quad, dtype=float).reshape(4, 2)
            if number not in corners:
                corners[number] = points
            elif _apart(corners[number], points):
                twice.add(number)
        return Found({n: c for n, c in corners.items() if n not in twice}, tuple(sorted(twice)))


def seen_twice(numbers: Sequence[int]) -> str:
    """What is wrong when markers of one body are there more than once, and what to do."""
    others = f" and {len(numbers) - 1} more are" if len(numbers) > 1 else " is"
    return f"marker {numbers[0]}{others} in the picture twice; take one of the two sheets away"


def _apart(first: Array, second: Array) -> bool:
    side = float(np.linalg.norm(first[0] - first[1]))
    return float(np.linalg.norm(first.mean(axis=0) - second.mean(axis=0))) > SAME_MARKER * side
