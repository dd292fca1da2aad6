"""From tracker readings to the needle in patient space: the chain of frames, and what breaks it."""

from collections.abc import Mapping, Sequence

import numpy as np

from arguide.geometry.transforms import Array, inverse
from arguide.guidance.anatomy import Anatomy
from arguide.guidance.breach import RiskWatch
from arguide.guidance.deviation import DeviationFrom
from arguide.guidance.jitter import Jitter
from arguide.guidance.phases import NEXT, observe
from arguide.guidance.state import Deviation, NeedleState, Phase, RiskState, Uncertainty
from arguide.guidance.uncertainty import HitChance, NeedleUncertainty
from arguide.guidance.velocity import Velocity
from arguide.settings.scenario import Plan
from arguide.trackers.reading import Sample


def reference_from_tool(sample: Sample, tool: str) -> tuple[Array | None, str]:
    """Pose (4, 4) of a tool in the reference frame, or None and the reason in the user's words."""
    for name in ("reference", tool):
        reading = sample.readings.get(name)
        if reading is None:
            return None, f"{name} is not among the tracked tools"
        if reading.tracker_from_tool is None:
            return None, f"{name} {reading.visibility.value}"
    reference = sample.readings["reference"].tracker_from_tool
    moving = sample.readings[tool].tracker_from_tool
    assert reference is not None and moving is not None
    return inverse(reference) @ moving, ""


def advanced(image_from_tip: Array, way_mm: float) -> Array:
    """The pose (4, 4) of a needle that has gone so far straight on."""
    pose = image_from_tip.copy()
    pose[:3, 3] += way_mm * pose[:3, 2]
    return pose


class Navigator:
    """Follows one needle against one plan; remembers the phase, and how fast the needle moves."""

    def __init__(
        self,
        plan: Plan,
        needle_from_tip: Array,
        anatomy: Anatomy,
        bars: NeedleUncertainty | None = None,
        jitter: Mapping[str, Jitter] | None = None,
        margins_mm: Sequence[float] = (),
    ) -> None:
        """Without `bars` and the tools' `jitter` it does not say how sure it is; without `margins_mm`, one for each of
        the anatomy's clearances, it does not warn."""
        self._plan = plan
        self._entry = np.array(plan.entry)
        self._needle_from_tip = needle_from_tip
        self._deviation_of = DeviationFrom(plan, anatomy.clearances)
        self._clearances, self._under_skin = anatomy.clearances, anatomy.under_skin
        self._bars, self._jitter = bars, jitter or {}
        self._velocity, self._chance = Velocity(), HitChance(plan)
        self._risks = RiskWatch(margins_mm) if margins_mm else None
        self.phase = Phase.SEARCHING

    def update(self, sample: Sample, image_from_reference: Array) -> NeedleState:
        """The needle's state at this sample. Without a pose the phase stays as it was."""
        reference_from_needle, trouble = reference_from_tool(sample, "needle")
        if reference_from_needle is None:
            self._velocity.take(sample.host_time_s, None)
            return NeedleState(None, None, self.phase, trouble)
        image_from_tip = image_from_reference @ reference_from_needle @ self._needle_from_tip
        deviation = self._deviation_of(image_from_tip)
        tip = image_from_tip[:3, 3]
        seen = observe(deviation, float(np.linalg.norm(tip - self._entry)), self._under_skin(tip), self._plan.tolerance)
        self.phase = NEXT[self.phase, seen]
        uncertainty = self._uncertainty(sample, image_from_reference, image_from_tip, deviation)
        risks = self._warnings(sample.host_time_s, image_from_tip, deviation, uncertainty)
        return NeedleState(image_from_tip, deviation, self.phase, "", uncertainty, risks)

    def _warnings(
        self, now_s: float, image_from_tip: Array, deviation: Deviation, sure: Uncertainty | None
    ) -> tuple[RiskState, ...]:
        if self._risks is None:
            return ()
        ahead = deviation.clearances_mm
        if deviation.depth_mm > 0:
            ahead = self._clearances(advanced(image_from_tip, deviation.depth_mm))
        tip_95_mm, has_way = sure.tip_95_mm if sure else 0.0, self.phase is not Phase.BEYOND
        return self._risks.take(now_s, deviation.clearances_mm, tip_95_mm, ahead if has_way else None)

    def _uncertainty(
        self, sample: Sample, image_from_reference: Array, image_from_tip: Array, deviation: Deviation
    ) -> Uncertainty | None:
        if self._bars is None:
            return None
        velocity = self._velocity.take(sample.host_time_s, image_from_tip)
        reference, needle = (sample.readings[name].tracker_from_tool for name in ("reference", "needle"))
        assert reference is not None and needle is not None, "the pose was worked out from both"
        jitters = self._jitter["needle"].covariance, self._jitter["reference"].covariance
        motion, target = self._bars.covariances(image_from_reference, reference, needle, *jitters, velocity)
        speed_mm_s = float(np.linalg.norm(velocity[3:]))
        chance = self._chance.at(sample.host_time_s, image_from_tip, motion)
        return self._bars.bars(image_from_tip, deviation, motion, target, chance, speed_mm_s)
