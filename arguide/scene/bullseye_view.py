"""The views along a straight line: the bullseye down the planned path, the needle's eye down the actual shaft."""

from dataclasses import replace

from panda3d.core import BitMask32, OrthographicLens

from arguide.geometry.transforms import Array, apply, inverse
from arguide.guidance.state import SessionState, Step
from arguide.scene import style
from arguide.scene.bullseye import Bullseye, aim, image_from_barrel, pose_down
from arguide.scene.canvas import Canvas
from arguide.scene.eye import BARREL, SHAFT
from arguide.scene.layout import Pane
from arguide.scene.layouts import ViewKind
from arguide.scene.plate import Plate
from arguide.scene.views import Props, View
from arguide.settings.scenario import Band, Tolerance

STANDOFF_MM = 300.0
BEYOND_MM = 70.0
"""How deep beyond the target the anatomy is still seen."""
DIM = 0.62


class RingsView(View):
    """Rings over the anatomy, seen without perspective along a line, so that a distance from it can be read anywhere."""

    words: str
    mask: BitMask32
    restless: bool
    """Whether the line moves."""

    def __init__(self, kind: ViewKind, props: Props) -> None:
        super().__init__(kind, props)
        self._plate = Plate(props.display, 12, restless=self.restless)
        self._eye = self._plate.eye(props.world.root, OrthographicLens(), self.mask)
        self._eye.clear(style.BULLSEYE)
        self._eye.inputs(dim=DIM, fog_color=style.BULLSEYE)
        self._pose = image_from_barrel(props.plan)
        self._depths(1.0, STANDOFF_MM)

    def _depths(self, nearest_mm: float, clear_mm: float) -> None:
        """See from one distance from the eye on, and without fog up to another one."""
        self._clear_mm = clear_mm
        self._eye.inputs(fog_range=(clear_mm, clear_mm + BEYOND_MM))
        self._eye.lens.set_near_far(nearest_mm, clear_mm + BEYOND_MM)

    def arrange(self, pane: Pane, canvas: Canvas) -> None:
        """Fill the pane with the round picture and its rings."""
        self._box = pane.box
        self._plate.fill(pane.box, canvas.window, canvas.unit)
        under = self._plate.cover(canvas)
        self._flat = Bullseye(canvas, under, pane.box, self.words, *self.bands(self.props.plan.tolerance))

    def bands(self, limits: Tolerance) -> tuple[Band, Band]:
        """The limits of full and open dot."""
        return limits.lateral_mm, limits.miss_mm

    def look(self) -> None:
        """As wide as the rings are now."""
        scale = self._mm_per_pixel
        self._eye.lens.set_film_size(self._box.width * scale, self._box.height * scale)
        eye = self._pose.copy()
        eye[:3, 3] -= STANDOFF_MM * eye[:3, 2]
        self._eye.look(eye)
        self._plate.look(eye.tobytes(), self._clear_mm, scale, self.props.world.anatomy.changes)
        self._flat.turn(self._pose)

    def open(self, wanted: bool) -> None:
        """Draw, or rest."""
        self._plate.open(wanted)

    def pixels_of(self, points: Array) -> Array:
        """Where points are drawn."""
        seen = apply(inverse(self._pose), points)[..., :2]
        result: Array = seen / self._mm_per_pixel + self._box.center
        return result

    def close(self) -> None:
        """Give the camera back."""
        self._plate.close()

    @property
    def _mm_per_pixel(self) -> float:
        return 2 * self._flat.half_width_mm / min(self._box.width, self._box.height)


class BullseyeView(RingsView):
    """Down the planned path."""

    words = "Down the planned path"
    mask = BARREL
    restless = False

    def show(self, state: SessionState, image_from_tip: Array | None) -> None:
        """The tip, and where it will pass the target."""
        self._flat.show(None if image_from_tip is None else aim(inverse(self._pose) @ image_from_tip))


class NeedleEyeView(RingsView):
    """Down the actual shaft, from the tip on."""

    words = "Down the needle"
    mask = SHAFT
    restless = True

    def show(self, state: SessionState, image_from_tip: Array | None) -> None:
        """The target, and where the planned path passes the tip; without a needle the last view stays."""
        if image_from_tip is None or state.view.step not in (Step.GUIDE, Step.DONE):
            self._flat.show(None)
            return
        self._pose = pose_down(image_from_tip[:3, 3], image_from_tip[:3, 2])
        found = aim(inverse(self._pose) @ image_from_barrel(self.props.plan))
        self._flat.show(replace(found, depth_mm=abs(found.depth_mm)))
        self._depths(STANDOFF_MM - 0.5, STANDOFF_MM + max(0.0, -found.depth_mm))

    def bands(self, limits: Tolerance) -> tuple[Band, Band]:
        """The target must be hit; the path must be kept."""
        return limits.miss_mm, limits.lateral_mm
