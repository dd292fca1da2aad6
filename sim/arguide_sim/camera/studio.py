"""Takes a picture: phantom, sheets and shafts as they are at the time, through lens, shutter and sensor."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from arguide.geometry.transforms import Array
from arguide_sim.camera.lens import Lens, Moving, Shutter, seen_at
from arguide_sim.camera.paper import Sheet, lay_on
from arguide_sim.camera.sensor import Sensor
from arguide_sim.camera.solids import LIGHT, Solid, cover, draw_rod, draw_solid, draw_star

TABLE = np.array([96.0, 104.0, 108.0])


@dataclass(frozen=True)
class Thing:
    """One body that the camera may see."""

    name: str
    sheets: tuple[Sheet, ...] = ()
    solid: Solid | None = None
    rod: Array | None = None
    """Ends (2, 3) of a shaft, mm."""
    rod_mm: float = 1.0
    balls: Array | None = None
    """Middles (n, 3) of the spheres of a tracker's marker body, mm."""


@dataclass(frozen=True)
class View:
    """Where everything is at one time."""

    poses: Mapping[str, Array]
    """view_from_body (4, 4) by the thing's name; what is not in it is not there."""
    covered: frozenset[str] = frozenset()
    """Things that a hand is held before."""


@dataclass(frozen=True, eq=False)
class SimPicture:
    """A picture and the truth. Structurally an `arguide.ports.pictures.Picture`."""

    number: int
    arrived_s: float
    pixels: NDArray[np.uint8]
    taken_s: float
    """The middle of its exposure, in the simulated time."""
    lens: Lens
    shutter: Shutter
    moving: Mapping[str, Moving] = field(repr=False)

    def view_from(self, name: str) -> Array:
        """True pose (4, 4) of a body at the middle of the exposure."""
        return self.moving[name].middle

    def pixels_of(self, name: str, points: Array) -> Array:
        """Where points (n, 3) of a body truly appear in this picture, (n, 2)."""
        return seen_at(self.lens, self.shutter, self.moving[name], points)


class Studio:
    """A camera and everything before it."""

    def __init__(
        self,
        things: tuple[Thing, ...],
        view_at: Callable[[float], View],
        lens: Lens,
        shutter: Shutter,
        sensor: Sensor,
    ) -> None:
        self._things = things
        self._view_at = view_at
        self._lens = lens
        self._shutter = shutter
        self._sensor = sensor
        self._table = _table(lens)
        self._still: tuple[bytes, NDArray[np.uint8], NDArray[np.float32]] | None = None

    def take(self, number: int, taken_s: float, arrived_s: float) -> SimPicture:
        """The picture whose exposure has its middle at `taken_s`."""
        now = self._view_at(taken_s)
        present = [thing for thing in self._things if thing.name in now.poses]
        moving = {
            thing.name: Moving(lambda t, n=thing.name: self._view_at(t).poses[n], taken_s, self._shutter)  # type: ignore[misc]
            for thing in present
        }
        picture, depth = self._solids(present, moving)
        # Nearer things over farther ones; they do not reach into each other.
        for thing in sorted(present, key=lambda one: -float(moving[one.name].middle[2, 3])):
            self._draw(picture, depth, thing, moving[thing.name], thing.name in now.covered)
        exposed = self._sensor.expose(picture, number)
        return SimPicture(number, arrived_s, exposed, taken_s, self._lens, self._shutter, moving)

    def _solids(
        self, present: list[Thing], moving: Mapping[str, Moving]
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """The table with all solids; kept for as long as they and the camera lie still."""
        solids = [thing for thing in present if thing.solid is not None]
        key = b"".join(moving[thing.name].path.round(4).tobytes() for thing in solids)
        if self._still is None or self._still[0] != key:
            picture = self._table.copy()
            depth = np.full(picture.shape[:2], np.inf, np.float32)
            for thing in solids:
                assert thing.solid is not None
                draw_solid(picture, depth, thing.solid, self._lens, self._shutter, moving[thing.name])
            self._still = key, picture, depth
        return self._still[1].copy(), self._still[2]

    def _draw(
        self, picture: NDArray[np.uint8], depth: NDArray[np.float32], thing: Thing, moving: Moving, covered: bool
    ) -> None:
        if thing.rod is not None:
            draw_rod(picture, depth, thing.rod, thing.rod_mm, self._lens, self._shutter, moving)
        if thing.balls is not None:
            draw_star(picture, thing.balls, self._lens, self._shutter, moving)
        for sheet in thing.sheets:
            facing = -float(moving.middle[:3, :3] @ sheet.body_from_sheet[:3, 2] @ LIGHT)
            lay_on(picture, sheet, self._lens, self._shutter, moving, 0.62 + 0.38 * max(facing, 0.0))
        if covered and thing.sheets:
            corners = np.concatenate([sheet.corners for sheet in thing.sheets])
            pixels = seen_at(self._lens, self._shutter, moving, corners)
            cover(picture, pixels.mean(axis=0), 0.75 * float(np.ptp(pixels, axis=0).max()))


def _table(lens: Lens) -> NDArray[np.uint8]:
    """A table top with a soft gradient and a little grain, which a detector must not fall for."""
    y, x = np.mgrid[0 : 1 : lens.height * 1j, 0 : 1 : lens.width * 1j]
    light = 0.85 + 0.25 * x - 0.18 * y
    grain = np.random.default_rng(7).standard_normal((lens.height // 4 + 1, lens.width // 40 + 1)).astype(np.float32)
    wood = cv2.resize(grain, (lens.width, lens.height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip((light + 0.015 * wood)[..., None] * TABLE, 0, 255), dtype=np.uint8)
