"""The needle itself is calibrated, where the scenario or the user asks for it: its tip, its axis, or both in turn.

X goes on without: the needle then stays as it is on its drawing, or as it was stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from arguide.calibration.pivot import PivotCalibration
from arguide.guidance.pivot_step import PivotStep, ToolTip
from arguide.guidance.rest_part import Divot, RestPart
from arguide.guidance.shafts import Shaft
from arguide.guidance.spin_part import NeedleAxis, SpinPart
from arguide.guidance.state import Step, StepView
from arguide.guidance.steps import Event, Input
from arguide.settings.method import Method
from arguide.settings.scenario import Limits, Vec3
from arguide.trackers.reading import Sample

_Part: TypeAlias = PivotStep | RestPart | SpinPart


@dataclass(frozen=True)
class NeedleFound:
    """What was found of the needle in this session."""

    tip: ToolTip | None = None
    axis: NeedleAxis | None = None

    @property
    def methods(self) -> tuple[Method, ...]:
        """How."""
        tip = () if self.tip is None else (self._tip_method,)
        return tip if self.axis is None else (*tip, Method.SPIN)

    @property
    def _tip_method(self) -> Method:
        assert self.tip is not None
        return Method.PIVOT if isinstance(self.tip.calibration, PivotCalibration) else Method.TEMPLATE

    def shaft(self, before: Shaft) -> Shaft:
        """The needle with this; what was not found is as before."""
        if self.tip is not None:
            before = replace(before, tip_mm=_vec(self.tip.tip_mm), tip_covariance=self.tip.covariance)
        if self.axis is not None:
            spin = self.axis.calibration
            before = replace(before, direction=_vec(spin.direction), direction_covariance=spin.direction_covariance)
        return before


def _vec(values: np.ndarray) -> Vec3:
    x, y, z = values.tolist()
    return x, y, z


class NeedleStep:
    """One part after the other."""

    def __init__(
        self, methods: Sequence[Method], limits: Limits, drawn: Shaft, stylus: ToolTip, divot: Divot | None
    ) -> None:
        """`drawn`: the needle before it is calibrated; `divot`: where the stylus was pivoted in this session."""
        self._limits, self._drawn, self._stylus, self._divot = limits, drawn, stylus, divot
        self._methods = list(methods)
        self.result = NeedleFound()
        self._said = ""
        self._part = self._next_part()

    def _next_part(self) -> _Part:
        method = self._methods.pop(0)
        if method is Method.PIVOT:
            return PivotStep(self._limits, self._drawn.direction, tool="needle", step=Step.NEEDLE)
        if method is Method.TEMPLATE:
            return RestPart(self._limits, self._stylus, self._divot)
        return SpinPart(self.result.shaft(self._drawn))

    @property
    def directions(self) -> tuple[Vec3, ...]:
        """Unit directions of the needle seen so far while it is pivoted, in the reference frame, oldest first."""
        return self._part.directions if isinstance(self._part, PivotStep) else ()

    def take(self, sample: Sample) -> Event | None:
        """Let the present part collect."""
        return self._go_on() if self._part.take(sample) else None

    def press(self, what: Input) -> Event | None:
        """Let the present part obey, or go on without it."""
        if what is Input.EXCLUDE or self._part.press(what):
            return self._go_on()
        return None

    def _go_on(self) -> Event | None:
        """Keep what the part has found, if it has; then the next part, or the end."""
        if isinstance(self._part, SpinPart):
            self.result = replace(self.result, axis=self._part.result)
        elif (tip := self._part.result) is not None:
            self.result = replace(self.result, tip=tip)
            self._said = f"needle tip ± {tip.error_95_mm:.2f} mm" + (
                f", in the check off by {tip.check.error_mm:.2f} mm" if tip.check else ""
            )
        if not self._methods:
            return Event.CALIBRATED
        self._part = self._next_part()
        return None

    def view(self) -> StepView:
        """What the user must read now."""
        view = self._part.view()
        return replace(view, measured=view.measured or self._said or "X leaves it as it is on the drawing")
