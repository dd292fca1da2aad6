"""The truth: tools as they really are, and where everything lies before anybody moves it.

The phantom lies 1 to 1.5 m in front of the tracker, which looks down at it from one end, some 30° off the vertical.
Placement and the errors of making are seeded: the same seed gives the same world.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from arguide.errors import SettingsError
from arguide.geometry.transforms import Array, from_parts, inverse, rotation_about, translation
from arguide.settings.body_file import read_body
from arguide.settings.profile import ToolProfile, TrackerProfile
from arguide.settings.scenario import Plan, Scenario
from arguide_sim.hands.motion import aim
from arguide_sim.ndi.definition import SIZE, Definition, checksum, read_definition
from arguide_sim.ndi.refusal import Refusal
from arguide_sim.printed import printed

STYLUS_BENT_MM = (1.0, 2.0)
"""How far a stylus tip is off its drawing: enough that pivoting matters."""
NEEDLE_BENT_MM = (0.05, 0.2)
CAMERA = "camera"
"""The tool that a camera is fixed to."""
BODY_FROM_CAMERA = from_parts([[1, 0, 0], [0, 0, 1], [0, -1, 0]], [4.0, 58.0, -22.0])
"""Where the camera's lens truly is on that tool: what a hand-eye calibration has to find, (4, 4)."""
FAVOUR = 1.5
"""So much steeper a path must be from another side for the phantom to be turned over."""
ROOM_MM = 450.0
"""The phantom lies so much farther from a tracker that is to see a camera over it too: its volume is narrow near by."""
CAMERA_AT, CAMERA_TO = (290.0, -48.0, 420.0), (15.0, -10.0, -20.0)
"""Where it hangs and what it looks at, aside, along and up from the middle of the phantom, mm."""


@dataclass(frozen=True)
class Tool:
    """One tracked tool as it really is."""

    name: str
    definition: Definition
    tip_mm: Array
    """True tip in the tool's marker frame, (3,); the middle of the markers for a tool without a tip."""
    tool_from_tip: Array
    """(4, 4): origin at the true tip, +z the direction of advance, +x the side the markers look to."""

    @cached_property
    def tip_from_tool(self) -> Array:
        """The inverse of `tool_from_tip`, (4, 4)."""
        return inverse(self.tool_from_tip)


@dataclass(frozen=True)
class World:
    """Everything that is true before the first frame. Lengths in mm."""

    seed: int
    tools: Mapping[str, Tool]
    tracker_from_image: Array
    """Where the phantom lies at first, (4, 4)."""
    reference_from_image: Array
    """Where the reference body is fixed to it: what a registration has to find, (4, 4)."""
    centre: Array
    """The middle of the worked-on part of the phantom, image frame, (3,)."""
    up: Array
    """Out of the phantom towards whoever works on it, a unit vector in the image frame, (3,)."""
    along: Array
    """Along the table, a unit vector in the image frame, (3,)."""
    half_width_mm: float
    """How far the side tables are from the centre."""

    @cached_property
    def image_from_reference(self) -> Array:
        """Where the reference body is on the phantom, (4, 4)."""
        return inverse(self.reference_from_image)

    @cached_property
    def face(self) -> Array:
        """From the phantom towards the tracker, a unit vector in the image frame, (3,)."""
        way = inverse(self.tracker_from_image)[:3, 3] - self.centre
        unit: Array = way / np.linalg.norm(way)
        return unit

    @cached_property
    def aside(self) -> Array:
        """Across the table, a unit vector in the image frame, (3,)."""
        return np.cross(self.up, self.along)

    @cached_property
    def image_from_camera(self) -> Array:
        """Where a camera hangs that a tracker sees, (4, 4) `view` frame: aslant over the phantom, its head to the left."""
        eye, goal = self.place(*CAMERA_AT), self.place(*CAMERA_TO)
        forward = (goal - eye) / np.linalg.norm(goal - eye)
        right = -(self.along - (self.along @ forward) * forward)
        right /= np.linalg.norm(right)
        right = right if np.cross(forward, right) @ self.up < 0 else -right
        return from_parts(np.column_stack([right, np.cross(forward, right), forward]), eye)

    def place(self, aside: float, along: float, up: float) -> Array:
        """A point of the image frame, given in mm from the centre, (3,)."""
        point: Array = self.centre + aside * self.aside + along * self.along + up * self.up
        return point

    def resting_place(self, tool: str) -> Array:
        """Where a tool lies when nobody holds it: image_from_tip (4, 4), on a side table left or right of the phantom.

        A camera hangs over it.
        """
        if tool == CAMERA:
            return self.image_from_camera @ inverse(BODY_FROM_CAMERA) @ self.tools[tool].tool_from_tip
        row = [name for name in self.tools if name != "reference"].index(tool)
        side, rank = (-1 if row % 2 else 1), row // 2
        return aim(self.place(side * (self.half_width_mm + 45.0 * rank), 30.0, -40.0), self.along, self.face)


def build_world(
    profile: TrackerProfile, scenario: Scenario | None, plan: Plan | None, seed: int, distance_mm: float = 1200.0
) -> World:
    """Lay out the world that this profile's tracker sees, the phantom `distance_mm` before it.

    Raises SettingsError for a tool that cannot be built.
    """
    random = np.random.default_rng([seed, 0])
    tools = {tool.name: _tool(tool, random) for tool in profile.tools}
    points = np.array([f.position for f in scenario.fiducials]) if scenario else np.zeros((1, 3))
    up, along = _directions(plan, points)
    distance_mm += ROOM_MM if CAMERA in tools else 0.0
    width = float(np.abs((points - points.mean(axis=0)) @ np.cross(up, along)).max())
    world = World(
        seed=seed,
        tools=tools,
        tracker_from_image=_placement(points.mean(axis=0), up, along, distance_mm, random),
        reference_from_image=np.eye(4),
        centre=points.mean(axis=0),
        up=up,
        along=along,
        half_width_mm=max(170.0, width + 70.0),
    )
    return replace(world, reference_from_image=_reference_from_image(world, points, random))


def _tool(profile: ToolProfile, random: np.random.Generator) -> Tool:
    try:
        definition = _definition(profile.definition)
    except OSError as error:
        raise SettingsError(
            f"{profile.definition}: {error.strerror}; the profile names it for {profile.name!r}"
        ) from None
    except Refusal as refusal:
        raise SettingsError(
            f"{profile.definition}: not a tool-definition file ({refusal}); make or download it again"
        ) from None
    middle = definition.markers.mean(axis=0) if len(definition.markers) else np.zeros(3)
    off = random.uniform(*(STYLUS_BENT_MM if profile.name == "stylus" else NEEDLE_BENT_MM))
    tip = middle if profile.tip_mm is None else np.array(profile.tip_mm) + off * _any_direction(random)
    direction = _across(definition.normal) if profile.direction is None else profile.direction
    return Tool(profile.name, definition, tip, aim(tip, direction, definition.normal))


def _definition(file: Path | None) -> Definition:
    if file is not None and file.suffix == ".toml":
        return printed(read_body(file))
    return read_definition(file.read_bytes() if file else _bare_sensor())


def _bare_sensor() -> bytes:
    """The definition of a tool of which nobody has told how it is built: four points in its y-z plane."""
    image = bytearray(SIZE)
    image[:3], image[28] = b"NDI", 4
    struct.pack_into("<12f", image, 72, *(0, 20, 0), *(0, -20, 0), *(0, 0, 25), *(0, 0, -30))
    struct.pack_into("<H", image, 4, checksum(bytes(image)))
    return bytes(image)


def _directions(plan: Plan | None, points: Array) -> tuple[Array, Array]:
    """Up and along for a phantom that lies so that the plan goes downwards: the axes of the image nearest to that.

    A patient is not turned over for a path that is only a little steeper from the side than from where the fiducials
    lie, `points` (n, 3) mm.
    """
    out = np.array([0.0, -1.0, 0.0]) if plan is None else np.subtract(plan.entry, plan.target)
    likely = np.where(np.arange(3) == np.argmin(np.ptp(points, axis=0)), FAVOUR, 1.0)
    axis = int(np.argmax(likely * np.abs(out)))
    up = np.sign(out[axis]) * np.eye(3)[axis]
    return up, np.eye(3)[1 if axis == 2 else 2]


def _placement(centre: Array, up: Array, along: Array, distance_mm: float, random: np.random.Generator) -> Array:
    flat = from_parts([along, np.cross(up, along), up], np.zeros(3))
    leaning = rotation_about([0, 1, 0], np.radians(random.uniform(25, 32)))
    turned = rotation_about([0, 0, 1], np.radians(random.uniform(-10, 10)))
    where = np.array([0.0, 0.0, -distance_mm]) + random.uniform(-15, 15, 3)
    return translation(where) @ turned @ leaning @ flat @ translation(-centre)


def _reference_from_image(world: World, points: Array, random: np.random.Generator) -> Array:
    """The reference body stands beyond the last fiducial, its markers towards the tracker."""
    if "reference" not in world.tools:
        return np.eye(4)
    beyond = ((points - world.centre) @ world.along).max() + 70.0
    where = world.place(random.uniform(40, 60), beyond, 35.0)
    # +x of its tip frame is where the markers look: up, leaning a little towards the tracker.
    image_from_tip = aim(where, world.along, world.up + 0.3 * world.face + 0.1 * random.standard_normal(3))
    return world.tools["reference"].tool_from_tip @ inverse(image_from_tip)


def _across(direction: ArrayLike) -> Array:
    """Some direction at right angles to `direction`."""
    d = np.asarray(direction, dtype=float)
    return np.cross(d, np.eye(3)[int(np.argmin(np.abs(d)))])


def _any_direction(random: np.random.Generator) -> Array:
    way = random.standard_normal(3)
    unit: Array = way / np.linalg.norm(way)
    return unit


def identify(bodies: Mapping[str, Definition], markers: Array, tolerance_mm: float = 0.5) -> str | None:
    """The tool whose markers are at these (n, 3) places in the marker frame, or None."""
    for name, body in bodies.items():
        own = body.markers
        if own.shape == markers.shape and len(own) and np.abs(own - markers).max() <= tolerance_mm:
            return name
    return None
