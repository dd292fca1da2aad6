"""Attempts with known answers: the plan runs 80 mm straight along +z from the origin, so all formulae are short."""

from dataclasses import dataclass, field
from math import acos, hypot
from pathlib import Path

import numpy as np

from arguide.geometry.transforms import pose_along
from arguide.guidance.state import Deviation, NeedleState, Phase, SessionState, Step, StepView
from arguide.settings.scenario import Fiducial, Plan, Scenario, Source, Structure, Tissue
from arguide.trackers.reading import Sample

RATE_HZ = 60.0
LENGTH_MM = 80.0
PLAN = Plan(name="L4 facet left", entry=(0.0, 0.0, 0.0), target=(0.0, 0.0, LENGTH_MM), guidance="Stay lateral.")
STRAIGHT = np.array([0.0, 0.0, 1.0])


def risk(name: str, margin_mm: float) -> Structure:
    return Structure(
        name=name,
        label=name.capitalize(),
        tissue=Tissue.NERVE,
        mesh=Path(f"{name}.ply"),
        color="#ffff00",
        risk_margin_mm=margin_mm,
    )


SCENARIO = Scenario(
    name="lumbar-facet",
    title="Lumbar facet-joint injection",
    summary="A needle to the facet joint.",
    procedure="Facet-joint injection",
    file=Path("scenario.toml"),
    structures=(risk("root", 3.0), risk("aorta", 10.0)),
    fiducials=tuple(Fiducial(name=f"F{n}", position=(10.0 * n, 0.0, 0.0)) for n in range(1, 5)),
    plans=(PLAN,),
    sources=(Source(what="anatomy", source="generated", licence="Apache-2.0"),),
)


@dataclass
class Attempt:
    """Collects states at 60 Hz; every method appends."""

    states: list[SessionState] = field(default_factory=list)
    tip: np.ndarray = field(default_factory=lambda: np.array([0.0, 0.0, -40.0]))
    axis: np.ndarray = field(default_factory=lambda: STRAIGHT)
    clearances: tuple[float, ...] = (20.0, 40.0)
    step: Step = Step.GUIDE
    frame: int = 5000
    been_inside: bool = False

    def add(self, trouble: str = "") -> None:
        """One state of the needle as it is now; hidden if there is trouble."""
        phase = self._phase()
        needle = (
            NeedleState(None, None, phase, trouble)
            if trouble
            else NeedleState(pose_along(self.tip, self.axis), self._deviation(), phase, "")
        )
        sample = Sample(self.frame, 1000 + self.frame / RATE_HZ, {})
        view = StepView(self.step, "", "", "", 0.0, False)
        self.states.append(SessionState(sample, view, needle, None, (), 0.5))
        self.frame += 1

    def move(self, to, seconds: float) -> "Attempt":
        """In a straight line and at constant speed."""
        start, count = self.tip, round(seconds * RATE_HZ)
        for n in range(1, count + 1):
            self.tip = start + (np.asarray(to, dtype=float) - start) * n / count
            self.add()
        return self

    def hold(self, seconds: float, trouble: str = "") -> "Attempt":
        for _ in range(round(seconds * RATE_HZ)):
            self.add(trouble)
        return self

    def shake(self, seconds: float, hz: float, amplitude_mm: float, speed_mm_s: float) -> "Attempt":
        """Advance while the tip swings along x."""
        start = self.tip
        for n in range(round(seconds * RATE_HZ)):
            t = n / RATE_HZ
            self.tip = start + np.array([amplitude_mm * np.sin(2 * np.pi * hz * t), 0.0, speed_mm_s * t])
            self.add()
        self.tip = np.array([start[0], start[1], self.tip[2]])
        return self

    def skip(self, seconds: float) -> "Attempt":
        """No states at all."""
        self.frame += round(seconds * RATE_HZ)
        return self

    def turn(self, tilt_deg: float) -> "Attempt":
        tilt = np.radians(tilt_deg)
        self.axis = np.array([np.sin(tilt), 0.0, np.cos(tilt)])
        return self

    def _phase(self) -> Phase:
        x, y, z = self.tip
        if z <= 0:
            if self.been_inside:
                return Phase.WITHDRAWN
            return Phase.ALIGNING if hypot(x, y, z) < 20 else Phase.SEARCHING
        self.been_inside = True
        if abs(z - LENGTH_MM) <= 2 and hypot(x, y) <= 4:
            return Phase.AT_TARGET
        return Phase.BEYOND if z > LENGTH_MM + 2 else Phase.INSERTING

    def _deviation(self) -> Deviation:
        x, y, z = self.tip
        ax, ay, az = self.axis
        ahead, back = (LENGTH_MM - z) / az, -z / az
        return Deviation(
            depth_mm=LENGTH_MM - z,
            lateral_mm=hypot(x, y),
            in_plane_mm=x,
            out_of_plane_mm=y,
            angle_rad=acos(min(1.0, az)),
            entry_offset_mm=hypot(x + back * ax, y + back * ay),
            predicted_miss_mm=hypot(x + ahead * ax, y + ahead * ay),
            target_mm=hypot(x, y, LENGTH_MM - z),
            clearances_mm=self.clearances,
        )


def straight() -> Attempt:
    """2 s to the skin, 8 s to the target at 10 mm/s, 3 s there, 4 s out."""
    return Attempt(tip=np.array([0.0, 0.0, -40.0])).move([0, 0, 0], 2).move([0, 0, 80], 8).hold(3).move([0, 0, -20], 4)
