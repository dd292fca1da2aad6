"""The bench before the simulated camera: the same world, hands and scenario as before the emulated tracker.

The camera hangs some 68 cm above, phantom and board in view. Its own motion is chosen by name.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from arguide.errors import SettingsError
from arguide.geometry.mesh import Mesh, read_mesh
from arguide.geometry.transforms import Array, from_parts, inverse, rotation_about, translation
from arguide.settings.body_file import read_body
from arguide.settings.profile import TrackerProfile
from arguide.settings.scenario import Plan, Scenario
from arguide_sim.camera.paper import sheets_of
from arguide_sim.camera.solids import PLASTIC, Solid
from arguide_sim.camera.studio import Thing, View
from arguide_sim.cameras import Actor
from arguide_sim.hands.motion import aim
from arguide_sim.ndi.models import MODELS
from arguide_sim.world import BODY_FROM_CAMERA, CAMERA, World, build_world

DISTANCE_MM = 680.0
VIEW_FROM_TRACKER = np.diag([1.0, -1.0, -1.0, 1.0])
"""The simulated world's tracker looks along −z with y up; a camera along +z with y down."""
BESIDE_MM = 95.0
"""The middle of the picture lies so far from the phantom's middle towards the board."""
PHANTOM = "phantom"
BOX = "box"
"""A structure of printed phantoms that is seen from outside: what the gel is poured into."""
LARGEST_MM = 12.0
"""Edge of a triangle of a box: less than the wall is thick."""
SWEEP_MM, SWEEP_MM_S = 60.0, 200.0
MOTIONS = ("still", "hand", "sweep")


def build_bench(profile: TrackerProfile, scenario: Scenario, plan: Plan | None, seed: int) -> World:
    """The world as the camera finds it: the board lies beyond the phantom's end, flat, its print up.

    A camera that is itself a tool of a tracker is in the tracker's world, as it is.
    """
    if profile.tool(CAMERA):
        return build_world(profile, scenario, plan, seed, MODELS["spectra"].working_distance_mm)
    world = build_world(profile, scenario, plan, seed, DISTANCE_MM)
    world = replace(world, tracker_from_image=world.tracker_from_image @ translation(-BESIDE_MM * world.along))
    if "reference" not in world.tools:
        return world
    skin = scenario.skin
    ends = read_mesh(skin.mesh).vertices if skin else np.array([f.position for f in scenario.fiducials])
    beyond = float(((ends - world.centre) @ world.along).max()) + 105.0
    random = np.random.default_rng([seed, 3])
    lean = world.up + 0.12 * world.face + 0.03 * random.standard_normal(3)
    # The board's y axis (its short side) along the table, its z axis up.
    board = aim(world.place(float(random.uniform(-15, 15)), beyond, -10.0), lean, world.along)
    image_from_reference = board @ from_parts(
        np.column_stack([[0, -1, 0], [1, 0, 0], [0, 0, 1]]).astype(float), [0, 0, 0]
    )
    return replace(world, reference_from_image=inverse(image_from_reference))


def things_of(profile: TrackerProfile, world: World, scenario: Scenario) -> tuple[Thing, ...]:
    """Everything that can be drawn. A camera does not see itself."""
    things = [Thing(PHANTOM, solid=solid) for solid in _phantom(scenario)]
    for tool in profile.tools:
        if tool.name == CAMERA:
            continue
        if tool.definition is None:
            raise SettingsError(f"{profile.file}: tool {tool.name!r} has no marker body; the simulated camera needs it")
        rod = None
        if tool.tip_mm is not None:
            tip = world.tools[tool.name].tool_from_tip
            rod = np.array([tip[:3, 3] - np.dot(tip[:3, 3], tip[:3, 2]) * tip[:3, 2], tip[:3, 3]])
        thick = scenario.needle.diameter_mm if tool.name == "needle" else 4.0
        printed = tool.definition.suffix == ".toml"
        sheets = tuple(sheets_of(read_body(tool.definition))) if printed else ()
        balls = None if printed else world.tools[tool.name].definition.markers
        things.append(Thing(tool.name, sheets, None, rod, thick, balls))
    return tuple(things)


def _phantom(scenario: Scenario) -> list[Solid]:
    """The skin, and a box about it. Whole triangles hide one another, so those of a box are cut small."""
    boxes = [structure for structure in scenario.structures if structure.name == BOX]
    cut = cut_small if boxes else lambda mesh: mesh
    skins = [Solid(cut(read_mesh(scenario.skin.mesh)))] if scenario.skin else []
    return skins + [Solid(cut(read_mesh(box.mesh)), PLASTIC) for box in boxes]


def cut_small(mesh: Mesh) -> Mesh:
    """The same surface of triangles with edges of at most `LARGEST_MM`."""
    from trimesh.remesh import subdivide_to_size

    return Mesh(*subdivide_to_size(mesh.vertices, mesh.faces, LARGEST_MM))


def views_of(world: World, actor: Actor, camera: Callable[[float], Array]) -> Callable[[float], View]:
    """Where things are, seen from the camera, as a function of time; `camera` gives rest_from_camera (4, 4)."""

    def view_at(time_s: float) -> View:
        moment = actor.at(time_s)
        rest = inverse(moment.poses[CAMERA] @ BODY_FROM_CAMERA) if CAMERA in moment.poses else VIEW_FROM_TRACKER
        view_from_tracker = inverse(camera(time_s)) @ rest
        poses = {name: view_from_tracker @ pose for name, pose in moment.poses.items()}
        tracker_from_image = world.tracker_from_image
        if "reference" in moment.poses:
            tracker_from_image = moment.poses["reference"] @ world.reference_from_image
        poses[PHANTOM] = view_from_tracker @ tracker_from_image
        return View(poses, frozenset(moment.hidden))

    return view_at


def camera_motion(name: str, seed: int) -> Callable[[float], Array]:
    """How the camera moves against its rest, (4, 4) as a function of time: still, held in a hand, swept to and fro."""
    if name == "still":
        return lambda time_s: np.eye(4)
    random = np.random.default_rng([seed, 5])
    if name == "hand":
        speeds, phases = random.uniform(1.5, 6.0, 6), random.uniform(0, 2 * np.pi, 6)
        sizes = np.array([2.0, 2.0, 2.0, 0.002, 0.002, 0.002])
        return lambda time_s: _moved(sizes * np.sin(speeds * time_s + phases))
    way = random.standard_normal(3) * (1.0, 1.0, 0.3)
    way = np.append(way / np.linalg.norm(way), np.zeros(3))
    return lambda time_s: _moved(SWEEP_MM * np.sin(SWEEP_MM_S / SWEEP_MM * time_s) * way)


def _moved(six: Array) -> Array:
    turn = np.eye(4)
    for axis, angle in zip(np.eye(3), six[3:], strict=True):
        turn = turn @ rotation_about(axis, float(angle))
    return translation(six[:3]) @ turn
