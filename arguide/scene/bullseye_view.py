"""The bullseye as a view: the flat rings of `bullseye` over the anatomy seen along the planned path."""

from panda3d.core import OrthographicLens

from arguide.geometry.transforms import Array, apply, inverse
from arguide.guidance.state import SessionState
from arguide.scene import style
from arguide.scene.bullseye import Bullseye, image_from_barrel
from arguide.scene.canvas import Canvas
from arguide.scene.eye import BARREL, Eye
from arguide.scene.layout import Pane
from arguide.scene.layouts import ViewKind
from arguide.scene.views import Props, View

STANDOFF_MM = 300.0
BEYOND_MM = 70.0
"""How deep beyond the target the bullseye still shows anatomy."""
BARREL_DIM = 0.62


class BullseyeView(View):
    """Down the planned path."""

    def __init__(self, kind: ViewKind, props: Props) -> None:
        super().__init__(kind, props)
        self._eye = Eye(props.output, props.world.root, OrthographicLens(), 12, BARREL)
        self._eye.clear(style.BULLSEYE)
        fog = (STANDOFF_MM, STANDOFF_MM + BEYOND_MM)
        self._eye.inputs(dim=BARREL_DIM, fog_color=style.BULLSEYE, fog_range=fog)
        self._eye.lens.set_near_far(1, STANDOFF_MM + BEYOND_MM)
        self._barrel = image_from_barrel(props.plan)
        eye = self._barrel.copy()
        eye[:3, 3] -= STANDOFF_MM * eye[:3, 2]
        self._eye.look(eye)

    def arrange(self, pane: Pane, canvas: Canvas) -> None:
        """Fill the pane with the round picture and its rings."""
        self._box = pane.box
        self._eye.fill(pane.box, canvas.window, canvas.unit)
        self._flat = Bullseye(canvas, pane.box, self.props.plan)

    def show(self, state: SessionState, image_from_tip: Array | None) -> None:
        """Show the aim."""
        self._flat.show(image_from_tip)

    def look(self) -> None:
        """As wide as the rings are now."""
        scale = self._mm_per_pixel
        self._eye.lens.set_film_size(self._box.width * scale, self._box.height * scale)

    def open(self, wanted: bool) -> None:
        """Draw, or rest."""
        self._eye.open(wanted)

    def pixels_of(self, points: Array) -> Array:
        """Where points are drawn."""
        seen = apply(inverse(self._barrel), points)[..., :2]
        result: Array = seen / self._mm_per_pixel + self._box.center
        return result

    def close(self) -> None:
        """Give the camera back."""
        self._eye.close()

    @property
    def _mm_per_pixel(self) -> float:
        return 2 * self._flat.half_width_mm / min(self._box.width, self._box.height)
