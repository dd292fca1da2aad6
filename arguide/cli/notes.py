"""What goes into the recording besides samples and states: bytes at the port, and results when they are made."""

from collections.abc import Callable
from typing import Literal

import numpy as np

from arguide.guidance.session import Session
from arguide.guidance.state import SessionState
from arguide.guidance.steps import Input
from arguide.recording.recorder import Recorder
from arguide.recording.records import Direction, Event, EventKind, NeedleResult, Packet, PivotResult, RegistrationResult
from arguide.settings.scenario import Scenario

DIRECTIONS = {"in": Direction.RECEIVED, "out": Direction.SENT}


def packet_tap(recorder: Recorder) -> Callable[[Literal["in", "out"], bytes, float], None]:
    """A tap for the port that records every byte."""
    return lambda direction, data, time_s: recorder.packet(Packet(DIRECTIONS[direction], data, time_s))


class ResultNotes:
    """Records each calibration and registration of a session once: a sink for `guidance.live.Live`."""

    def __init__(self, session: Session, scenario: Scenario, recorder: Recorder) -> None:
        self._session, self._scenario, self._recorder = session, scenario, recorder
        self._pivot = session.pivot
        self._registration = session.registration
        self._needle = session.needle_found

    def __call__(self, inputs: tuple[Input, ...], state: SessionState) -> None:
        """Look whether the session has new results."""
        now_s = state.sample.host_time_s
        if self._session.pivot is not self._pivot:
            self._pivot = self._session.pivot
            self._note_pivot(now_s)
        if self._session.needle_found is not self._needle:
            self._needle = self._session.needle_found
            self._note_needle(now_s)
        if self._session.registration is not self._registration:
            self._registration = self._session.registration
            self._note_registration(now_s)

    def _note_pivot(self, now_s: float) -> None:
        if (found := self._pivot) is None:
            return
        x, y, z = found.tip_mm.tolist()
        stylus = self._session.stylus
        result = PivotResult(
            "stylus",
            (x, y, z),
            found.rms_mm,
            found.cone_rad,
            found.poses,
            stylus.error_95_mm if stylus else None,
            found.coverage,
            stylus.check.error_mm if stylus and stylus.check else None,
        )
        self._recorder.event(Event(EventKind.PIVOT, now_s, pivot=result))

    def _note_needle(self, now_s: float) -> None:
        found, shaft = self._needle, self._session.needle_shaft
        if not found.methods:
            return
        tip, axis = found.tip, found.axis
        made = tip.calibration if tip else None
        result = NeedleResult(
            tuple(method.value for method in found.methods),
            shaft.tip_mm,
            shaft.direction,
            made.rms_mm if made else None,
            tip.error_95_mm if tip else None,
            tip.check.error_mm if tip and tip.check else None,
            axis.calibration.rms_rad if axis else None,
            axis.error_95_rad if axis else None,
            axis.held_out_rad if axis else None,
            axis.off_axis_mm(np.array(shaft.tip_mm)) if axis else None,
        )
        self._recorder.event(Event(EventKind.NEEDLE, now_s, needle=result))

    def _note_registration(self, now_s: float) -> None:
        if (found := self._registration) is None:
            return
        names = [fiducial.name for fiducial in self._scenario.fiducials]
        residuals = dict(zip(names, found.residuals_mm.tolist(), strict=True))
        patient = self._session.patient
        result = RegistrationResult(
            found.fixed_from_moving,
            found.fre_mm,
            residuals,
            tuple(names[k] for k in sorted(patient.excluded)) if patient else (),
            self._session.target_95_mm,
        )
        self._recorder.event(Event(EventKind.REGISTRATION, now_s, registration=result))
