"""A small anatomy of balls and boxes, states by hand, and one stage for all tests that look at pictures."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from arguide.errors import DisplayError
from arguide.geometry.mesh import Mesh, write_mesh
from arguide.geometry.transforms import Array, from_parts, pose_along, rotation_about
from arguide.guidance.state import (
    Alert,
    Deviation,
    FiducialState,
    NeedleState,
    Phase,
    RiskState,
    SessionState,
    Step,
    StepView,
)
from arguide.imaging.volume import Volume, write_nifti
from arguide.scene.layouts import ARRANGEMENTS
from arguide.scene.shapes import ellipsoid
from arguide.scene.stage import Stage
from arguide.settings.scenario import Fiducial, Plan, Scenario, Structure, Tissue
from arguide.trackers.reading import Reading, Sample, Visibility

StateMaker = Callable[..., SessionState]
PoseMaker = Callable[..., Array]


def _mesh(folder: Path, name: str, center: tuple[float, float, float], radii: tuple[float, float, float]) -> Path:
    drawn = ellipsoid(center, radii, 48)
    file = folder / f"{name}.ply"
    write_mesh(Mesh(drawn.vertices, drawn.faces.astype(np.int32)), file)
    return file


@pytest.fixture(scope="session")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """A body with a bone left and right of the path, a nerve beside the target, and three fiducials."""
    folder = tmp_path_factory.mktemp("anatomy")
    bone, nerve = "#ecdfc3", "#f2c94c"
    parts = (
        ("left", "Left bone", Tissue.BONE, bone, (-30.0, 10, 0), (14.0, 22, 30), None),
        ("right", "Right bone", Tissue.BONE, bone, (34.0, 14, 10), (13.0, 20, 28), None),
        ("nerve", "Nerve root", Tissue.NERVE, nerve, (4.0, 14, 0), (3.0, 3, 45), 4.0),
        ("vein", "Vein", Tissue.VESSEL, "#3f63c8", (0.0, 45, 0), (8.0, 8, 60), 5.0),
        ("skin", "Skin", Tissue.SKIN, "#e0ac8f", (0.0, 20, 0), (110.0, 80, 130), None),
    )
    structures = tuple(
        Structure(
            name=name,
            label=label,
            tissue=tissue,
            mesh=_mesh(folder, name, center, radii),
            color=color,
            opacity=0.25 if tissue is Tissue.SKIN else 1.0,
            risk_margin_mm=margin,
        )
        for name, label, tissue, color, center, radii, margin in parts
    )
    points = ((40.0, -52.0, 40.0), (-40.0, -52.0, 40.0), (0.0, -58.0, -30.0))
    return Scenario(
        name="balls",
        title="Balls and boxes",
        summary="for tests",
        procedure="none",
        file=folder / "scenario.toml",
        structures=structures,
        fiducials=tuple(Fiducial(name=f"F{k + 1}", position=p) for k, p in enumerate(points)),
        plans=(Plan(name="Straight in", entry=(12.0, -59.0, 4.0), target=(2.0, 5.0, 0.0)),),
    )


@pytest.fixture(scope="session")
def with_ct(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """The balls with a CT: air, and a cube of bone in the patient's left, back and lower part."""
    voxels = np.full((60, 64, 68), -1000, dtype=np.int16)
    image_from_voxel = np.diag([2.0, 2.0, 2.0, 1.0])
    image_from_voxel[:3, 3] = -60
    voxels[20:28, 20:28, 20:28] = 1000  # -20 to -6 mm
    file = tmp_path_factory.mktemp("ct") / "ct.nii.gz"
    write_nifti(Volume(voxels, image_from_voxel), file)
    return replace(scenario, volume=file)


@pytest.fixture(scope="session")
def plan(scenario: Scenario) -> Plan:
    return scenario.plans[0]


@pytest.fixture(scope="session")
def pose_at(plan: Plan) -> PoseMaker:
    """`pose_at(before_mm, aside_mm, tilt_rad)`: a needle so far before the target, beside the path, and tilted."""

    def make(before_mm: float, aside_mm: float = 0.0, tilt_rad: float = 0.0) -> Array:
        path = pose_along(plan.target, np.subtract(plan.target, plan.entry))
        moved = path @ from_parts(np.eye(3), (aside_mm, 0, -before_mm))
        return moved @ rotation_about((0, 1, 0), tilt_rad)

    return make


@pytest.fixture(scope="session")
def state_of(scenario: Scenario) -> StateMaker:
    """`state_of(pose=…, step=…, …)`: a whole session state; the deviation is a plausible one, not computed."""

    def make(
        pose: Array | None = None,
        step: Step = Step.GUIDE,
        trouble: str = "",
        time_s: float = 0.0,
        touched: int = 0,
        clearances: tuple[float, ...] = (12.0, 30.0),
        hidden: str = "",
        directions: tuple[tuple[float, float, float], ...] = (),
        residuals: bool = False,
        instruction: str = "Advance along the path",
        depth_mm: float = 30.0,
    ) -> SessionState:
        deviation = Deviation(depth_mm, 1.2, 1.0, 0.5, 0.02, 1.5, 4.4, depth_mm, clearances)
        margins = [structure.risk_margin_mm or 0.0 for structure in scenario.risks]
        risks = tuple(
            RiskState(Alert.TOO_CLOSE if clearance < margin else Alert.CLEAR, 0.0, 0.0, 0.0, 0.0, 0.0)
            for clearance, margin in zip(clearances, margins, strict=False)
        )
        tools = ("reference", "stylus", "needle")
        readings = {
            name: Reading(
                name,
                None if name == hidden else np.eye(4),
                Visibility.HIDDEN if name == hidden else Visibility.VISIBLE,
            )
            for name in tools
        }
        fiducials = tuple(
            FiducialState(f.name, k < touched, 0.4 + 2 * k if residuals else None, k == touched and step is Step.TOUCH)
            for k, f in enumerate(scenario.fiducials)
        )
        return SessionState(
            sample=Sample(1, time_s, readings),
            view=StepView(step, instruction, "1.2 mm RMS", "Swing wider", 0.5, False),
            needle=NeedleState(
                pose,
                deviation if pose is not None else None,
                Phase.INSERTING,
                trouble,
                risks=risks if pose is not None else (),
            ),
            image_from_stylus_tip=None,
            fiducials=fiducials,
            fre_mm=None,
            stylus_directions=directions,
        )

    return make


@pytest.fixture(scope="session")
def open_stage(scenario: Scenario, plan: Plan) -> Callable[..., Stage]:
    """Opens an off-screen stage, or skips where this machine has no OpenGL at all."""

    def make(**options: object) -> Stage:
        try:
            return Stage(scenario, plan, **options)  # type: ignore[arg-type]
        except DisplayError as error:
            pytest.skip(f"no OpenGL here: {error}")

    return make


@pytest.fixture(scope="session")
def shared_stage(open_stage: Callable[..., Stage]) -> Iterator[Stage]:
    """One stage of 1280×720 for all tests of a worker."""
    made = open_stage(size=(1280, 720))
    yield made
    made.close()


@pytest.fixture
def stage(shared_stage: Stage) -> Stage:
    """The shared stage in the layout it opens with."""
    shared_stage.choose(ARRANGEMENTS[0])
    return shared_stage
