"""How fast the scene of the shipped scenario is drawn, off screen, with all views on."""

import time

import numpy as np

from arguide import asset_files
from arguide.geometry.transforms import Array, from_parts, pose_along, rotation_about
from arguide.guidance.state import Deviation, FiducialState, NeedleState, Phase, SessionState, Step, StepView
from arguide.scene.layouts import ARRANGEMENTS, Arrangement
from arguide.scene.stage import Stage
from arguide.settings.scenario import Plan, Scenario
from arguide.settings.scenario_file import read_scenario
from arguide.trackers.reading import Sample

SIZE = (1280, 720)
FRAMES = 60
ROUNDS = 4


def _pose(plan: Plan, before_mm: float) -> Array:
    path = pose_along(plan.target, np.subtract(plan.target, plan.entry))
    return path @ from_parts(np.eye(3), (1.5, -1.0, -before_mm)) @ rotation_about((1, 0, 0), 0.03)


def _state(scenario: Scenario, plan: Plan, k: int) -> SessionState:
    """A needle on its way in: every number changes at every frame."""
    depth = 60.0 - 0.37 * (k % 150)
    clearances = tuple(8.0 + 0.01 * k for _ in scenario.risks)
    deviation = Deviation(depth, 1.8 + 0.01 * k, 1.5, 1.0, 0.03, 2.5, 3.1 + 0.02 * k, abs(depth), clearances)
    return SessionState(
        sample=Sample(k, k / 60, {}),
        view=StepView(Step.GUIDE, "Advance along the path", f"{k / 60:.1f} s", "", 0.5, False),
        needle=NeedleState(_pose(plan, depth), deviation, Phase.INSERTING, ""),
        image_from_stylus_tip=None,
        fiducials=tuple(FiducialState(f.name, True, 0.5, False) for f in scenario.fiducials),
        fre_mm=0.8,
    )


def _rate(
    scenario: Scenario, plan: Plan, smooth: bool, arrangement: Arrangement = ARRANGEMENTS[0]
) -> tuple[float, float, int]:
    """Best frames/s of several rounds, processor ms a frame, and triangles of anatomy."""
    states = [_state(scenario, plan, k) for k in range(FRAMES)]
    best, busy = 0.0, np.inf
    with Stage(scenario, plan, size=SIZE, smooth=smooth) as stage:
        stage.choose(arrangement)
        for _ in range(ROUNDS):
            stage.picture()
            start, worked = time.perf_counter(), time.process_time()
            for state in states:
                stage.show(state, 0.0)
                stage.render()
            stage.picture()  # waits until the last frame is really there
            best = max(best, FRAMES / (time.perf_counter() - start))
            busy = min(busy, 1e3 * (time.process_time() - worked) / FRAMES)
        return best, busy, stage.anatomy.triangles


def measure() -> list[tuple[str, str, str]]:
    """Rows (what, measured, bound) for the table of `python -m bench`."""
    scenario = read_scenario(asset_files.find_scenario("lumbar-facet"))
    plan = scenario.plans[0]
    start = time.perf_counter()
    Stage(scenario, plan, size=SIZE).close()
    opening = time.perf_counter() - start
    plain, busy, triangles = _rate(scenario, plan, smooth=False)
    smooth, _, _ = _rate(scenario, plan, smooth=True)
    what = f"scene {SIZE[0]}×{SIZE[1]}, {triangles / 1e3:.0f} k triangles, layout 3D"
    layouts = [(a, _rate(scenario, plan, smooth=False, arrangement=a)) for a in ARRANGEMENTS[1:]]
    return [
        (what, f"{plain:.0f} frames/s, {busy:.0f} ms of processor a frame", "≥ 30 frames/s"),
        *((f"layout {a.name}", f"{r:.0f} frames/s, {b:.0f} ms", "≥ 30 frames/s") for a, (r, b, _) in layouts),
        ("layout 3D with four samples a pixel (pictures, films)", f"{smooth:.0f} frames/s", "–"),
        ("opening the stage the first time in a process", f"{opening:.1f} s", "–"),
    ]


if __name__ == "__main__":
    for row in measure():
        print("  ".join(row))
