"""The anatomy: meshes with the look of their tissue, thinned for drawing, with light worked out once."""

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

import numpy as np
import scipy
from panda3d.core import NodePath

from arguide.errors import MeshError
from arguide.geometry import mesh as mesh_room
from arguide.geometry.mesh import Mesh, decimated, read_mesh
from arguide.geometry.transforms import Array
from arguide.scene import daylight, shape_cache, style
from arguide.scene.camera import SUPERIOR, Orbit, across, project, unit
from arguide.scene.layer import Layer, ranks
from arguide.scene.shapes import Shape, shape
from arguide.settings.scenario import Plan, Scenario, Structure, Tissue

SKIN_SHARE = 0.14
"""Part of the triangle budget that skin and other glass gets: it is smooth."""
GLASS = 0.5
"""What is drawn with less opacity than this is glass."""
GRID = 24
FOREGROUND_MM = 50.0
FOREGROUND_STEP = 7
"""Of the points that may stand in front every seventh is looked at: cells are coarse, and projecting all takes a second."""
AROUND_MM = 5.0
"""What reaches farther out of the skin's box lies around it; bones may end with it."""
GLOW = (1.0, 0.34, 0.12)
GLOW_S = 0.9
"""Period of the glow of a risk structure that is too near …"""
GLOW_STEPS = 8
"""… and how many steps it takes from weak to strong: no more pictures than the eye can tell apart."""


def load(scenario: Scenario, plan: Plan, triangles: int = style.TRIANGLES) -> dict[str, Shape]:
    """What is drawn of each structure, by name: thinned, and colours (sky, lamp, mottling, 1) for the tissue shader."""
    files = tuple((s.mesh, _changed(s.mesh), _is_glass(s)) for s in scenario.structures)
    return dict(
        zip((s.name for s in scenario.structures), _lit(files, plan.entry, plan.target, triangles), strict=True)
    )


def _is_glass(structure: Structure) -> bool:
    return structure.tissue is Tissue.SKIN or structure.opacity < GLASS


def _changed(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError as error:
        raise MeshError(f"{file}: cannot be read ({error.strerror}); check the path in the scenario") from error


@lru_cache(maxsize=4)
def _lit(
    files: tuple[tuple[Path, int, bool], ...],
    entry: tuple[float, float, float],
    target: tuple[float, float, float],
    triangles: int,
) -> tuple[Shape, ...]:
    """Kept, so that a second stage opens at once, and the next program soon; a file's time is in its key."""
    sources = (__file__, daylight.__file__, mesh_room.__file__)
    meshes, glass = [path for path, _, _ in files], [skin for _, _, skin in files]
    place = shape_cache.place(sources, meshes, glass, entry, target, triangles)
    kept = shape_cache.load(place)
    if kept is None or len(kept) != len(files):
        kept = _made(files, entry, target, triangles)
        shape_cache.save(kept, place)
    return kept


def _made(
    files: tuple[tuple[Path, int, bool], ...],
    entry: tuple[float, float, float],
    target: tuple[float, float, float],
    triangles: int,
) -> tuple[Shape, ...]:
    full = [read_mesh(path) for path, _, _ in files]
    skins = [glass for _, _, glass in files]
    counts = budget([mesh.area_mm2 for mesh in full], skins, triangles)
    thin = [decimated(mesh, count) for mesh, count in zip(full, counts, strict=True)]
    normals = [smooth_normals(mesh, origin) for mesh, origin in zip(thin, full, strict=True)]
    light = _light(thin, normals, skins, lights(np.asarray(entry), np.asarray(target))[0])
    return tuple(shape(m.vertices, n, m.faces, c) for m, n, c in zip(thin, normals, light, strict=True))


def _light(meshes: list[Mesh], normals: list[Array], skins: list[bool], lamp: Array) -> list[Array]:
    """Colours (n, 4) of each mesh for the tissue shader. Glass casts no shadow and gets none."""
    colors = [np.tile([1.0, 1.0, 0.5, 1.0], (len(mesh.vertices), 1)) for mesh in meshes]
    solid = [k for k, skin in enumerate(skins) if not skin]
    if solid:
        points = np.concatenate([meshes[k].vertices for k in solid])
        outward = np.concatenate([normals[k] for k in solid])
        occluders = np.concatenate([daylight.scatter(meshes[k].vertices, meshes[k].faces) for k in solid])
        sky, shadow = daylight.light(points, outward, occluders, lamp)
        lit = np.stack([sky, shadow, daylight.mottling(points), np.ones(len(points))], -1)
        ends = np.cumsum([len(meshes[k].vertices) for k in solid])[:-1]
        for k, part in zip(solid, np.split(lit, ends), strict=True):
            colors[k] = daylight.smoothed(part, meshes[k].faces)
    return colors


def budget(areas: list[float], skins: list[bool], total: int) -> list[int]:
    """How many triangles each mesh may have: small ones more than their area's share, skins a share of their own."""
    weights = np.asarray(areas) ** 0.7
    skin = np.asarray(skins, dtype=bool)
    part = np.where(skin, SKIN_SHARE, 1 - SKIN_SHARE * skin.any())
    group = np.where(skin, weights[skin].sum(), weights[~skin].sum())
    return [int(n) for n in total * part * weights / group]


def smooth_normals(thin: Mesh, full: Mesh) -> Array:
    """Normals (n, 3) of the full mesh at the thinned mesh's vertices: few triangles that still look smooth."""
    nearest = scipy.spatial.cKDTree(full.vertices).query(thin.vertices)[1]
    normals: Array = full.vertex_normals[nearest]
    return normals


def lights(entry: Array, target: Array) -> tuple[Array, Array]:
    """Unit directions (3,) towards the lamp and towards the middle of the sky: the skin's side is up."""
    up = unit(entry - target)
    head = across(SUPERIOR, up) if abs(up @ SUPERIOR) < 0.95 else across(np.array([1.0, 0, 0]), up)
    return unit(up + 0.75 * head + 0.35 * np.cross(up, head)), up


class Anatomy:
    """The structures under one node; the skin, and what lies around it, stand apart from the `opaque` others."""

    def __init__(self, scenario: Scenario, plan: Plan) -> None:
        self.root = NodePath("anatomy")
        self.opaque = self.root.attach_new_node("opaque")
        self.skin = self.root.attach_new_node("skin")
        self.around = self.root.attach_new_node("around")
        """What reaches out of the skin, such as the box of a phantom: a camera sees it as it is."""
        shapes = load(scenario, plan)
        self._plan = plan
        self.shapes = shapes
        skins = [shapes[s.name].vertices for s in scenario.structures if s.tissue is Tissue.SKIN]
        self._skin_box = (
            (np.min(np.concatenate(skins), 0), np.max(np.concatenate(skins), 0)) if skins else (-np.inf, np.inf)
        )
        self._solid = [shapes[s.name] for s in scenario.structures if s.tissue is not Tissue.SKIN]
        self.triangles = sum(len(s.faces) for s in shapes.values())
        lamp, up = lights(np.asarray(plan.entry), np.asarray(plan.target))
        self.root.set_shader_inputs(lamp_axis=tuple(lamp.tolist()), sky_axis=tuple(up.tolist()), glow=(*GLOW, 0.0))
        self._layers = {
            structure.name: Layer(self._parent(structure), structure, shapes[structure.name], rank)
            for structure, rank in zip(scenario.structures, ranks(list(shapes.values())), strict=True)
        }
        self._risks = [self._layers[s.name].root for s in scenario.risks]
        self._glowing: dict[int, float] = {}
        self.changes = 0
        """Counts every change of what is seen: a picture of the anatomy is good as long as this stays."""

    def _parent(self, structure: Structure) -> NodePath:
        if structure.tissue is Tissue.SKIN:
            return self.skin
        points = self.shapes[structure.name].vertices
        least, most = self._skin_box
        out = len(points) and max((least - points).max(), (points - most).max()) > AROUND_MM
        return self.around if out else self.opaque

    # -- layers: what the user may hide and fade, by the scenario's names ------------------------------------------

    def shown(self, name: str) -> bool:
        """Whether a structure is drawn at all."""
        return self._layers[name].shown

    def show(self, name: str, shown: bool) -> None:
        """Draw a structure or not."""
        self._layers[name].show(shown)
        self.changes += 1

    def opacity(self, name: str) -> float:
        """How opaque a structure is, 0..1."""
        return self._layers[name].opacity

    def fade(self, name: str, opacity: float) -> None:
        """Draw a structure with this opacity 0..1."""
        self._layers[name].fade(opacity)
        self.changes += 1

    def best_view(self, start: Orbit) -> Orbit:
        """Of the views around `start`, the one that sees most of the planned path and its target past the anatomy."""
        path = np.linspace(self._plan.entry, self._plan.target, 24)[4:]
        occluders = np.concatenate([daylight.scatter(s.vertices, s.faces) for s in self._solid] or [np.zeros((1, 3))])

        def leaving(orbit: Orbit) -> float:
            return 0.15 * (abs(orbit.turn_rad - start.turn_rad) + abs(orbit.rise_rad - start.rise_rad))

        def cost(orbit: Orbit, least: float) -> float:
            """Leaving `start`, hidden part of the path, and part of the picture taken by what stands in front; not
            worked out to the end once it is more than the `least` so far."""
            pose, total = orbit.image_from_view(), leaving(orbit)
            if total < least:
                total += 1.0 - float(daylight.visible_from(-pose[:3, 2], path, occluders).mean())
            if total < least:
                total += 0.8 * _foreground(pose, orbit.distance_mm, occluders[::FOREGROUND_STEP])
            return total

        turns, rises = np.radians([0, -20, 20, -40, 40, -65, 65, -90, 90]), np.radians([0, 14, -12])
        best, least = start, np.inf
        for orbit in sorted((start.turned(turn, rise) for rise in rises for turn in turns), key=leaving):
            if (found := cost(orbit, least)) < least:
                best, least = orbit, found
        return best

    def toggle_skin(self) -> None:
        """Show or hide the skin."""
        self.skin.show() if self.skin.is_hidden() else self.skin.hide()
        self.changes += 1

    def alert(self, close: Collection[int], time_s: float) -> None:
        """Let the risk structures with these numbers glow, because their margin is not kept, and no others."""
        beat = round(GLOW_STEPS * (0.5 + 0.5 * float(np.cos(2 * np.pi * time_s / GLOW_S)))) / GLOW_STEPS
        glowing = dict.fromkeys(close, 0.35 + 0.45 * beat)
        if glowing == self._glowing:
            return
        for index in glowing | self._glowing:
            self._risks[index].set_shader_input("glow", (*GLOW, glowing.get(index, 0.0)))
        self._glowing = glowing
        self.changes += 1


def _foreground(image_from_view: Array, distance_mm: float, points: Array) -> float:
    """Part 0..1 of a square picture that is covered by points (n, 3) well before the middle of the scene."""
    spots = project(image_from_view, points, (GRID, GRID))
    depth = (points - image_from_view[:3, 3]) @ image_from_view[:3, 2]
    near = (depth < distance_mm - FOREGROUND_MM) & (depth > 0)
    cells = np.floor(spots[near]).astype(int)
    cells = cells[((cells >= 0) & (cells < GRID)).all(axis=1)]
    return np.count_nonzero(np.bincount(cells @ (GRID, 1), minlength=1)) / GRID**2
