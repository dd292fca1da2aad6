"""What is shown besides the plan: where the needle will go, how far off tip and target may be, and the fiducials."""

import numpy as np
from panda3d.core import NodePath

from arguide.geometry.transforms import Array
from arguide.guidance.levels import shown
from arguide.guidance.state import SessionState, Step, grade
from arguide.scene import style
from arguide.scene.camera import unit
from arguide.scene.error_region import ErrorRegion
from arguide.scene.fiducials import Markers
from arguide.scene.needle import Prediction, reach
from arguide.settings.scenario import Plan, Scenario


class Hints:
    """The same in space and on a live picture, each with its own pose of the needle."""

    def __init__(self, parent: NodePath, scenario: Scenario, plan: Plan, on_picture: bool = False) -> None:
        """`on_picture`: on what is bright too, and with nothing behind which a fiducial could be hidden."""
        self._target = np.asarray(plan.target, float)
        self._axis = unit(np.subtract(plan.target, plan.entry))
        self._band = plan.tolerance.miss_mm
        self.root = parent.attach_new_node("hints")
        self._markers = Markers(self.root, scenario, -self._axis)
        self._markers.root.set_depth_test(not on_picture)
        self._prediction = Prediction(self.root, edged=on_picture)
        self._tip_region = ErrorRegion(self.root, style.PREDICTED)
        self._target_region = ErrorRegion(self.root, style.TARGET)

    def show(self, state: SessionState, image_from_tip: Array | None) -> None:
        """Move everything; `image_from_tip` (4, 4) is None where it is not known."""
        self._markers.show(state.view.step)
        guided = image_from_tip is not None and state.view.step is Step.GUIDE and shown(state).plan
        tip = image_from_tip if guided else None
        self._predict(state, tip)
        self._doubt(state, tip)

    def extent(self) -> Array | None:
        """Points (n, 3) between which all of it lies; None while the fiducials are shown, which lie everywhere."""
        if not self._markers.root.is_hidden():
            return None
        return np.concatenate([part.extent() for part in (self._prediction, self._tip_region, self._target_region)])

    def _predict(self, state: SessionState, tip: Array | None) -> None:
        deviation = state.needle.deviation
        if tip is None or deviation is None:
            self._prediction.hide()
            return
        depth_mm = float((self._target - tip[:3, 3]) @ self._axis)
        angle_rad = float(np.arccos(np.clip(tip[:3, 2] @ self._axis, -1.0, 1.0)))
        color = style.GRADE_COLORS[grade(deviation.predicted_miss_mm, self._band)]
        self._prediction.place(tip, reach(depth_mm, angle_rad), color)

    def _doubt(self, state: SessionState, tip: Array | None) -> None:
        sure = state.needle.uncertainty
        if tip is None or sure is None:
            self._tip_region.hide()
            self._target_region.hide()
            return
        self._tip_region.place(tip[:3, 3], sure.tip.matrix)
        self._target_region.place(self._target, sure.target.matrix)
