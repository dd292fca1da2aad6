"""Registration: point-to-plane ICP beside Open3D's, and ten thousand registrations at once.

Open3D is no dependency; where it is not installed its rows say so. Its python may also be another one: name it in
ARGUIDE_OPEN3D_PYTHON. Both get one thread where OMP_NUM_THREADS=1 is set.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import numpy as np

from arguide.asset_files import find_scenario
from arguide.geometry.mesh import Mesh, joined, read_mesh
from arguide.geometry.transforms import Array, apply, rotation_about, translation
from arguide.geometry.uncertainty import point_covariances
from arguide.registration.alignment import align
from arguide.registration.rigid import register_points
from arguide.registration.surface import SurfaceTarget
from arguide.registration.surface_fit import refine_surface, register_surface

Found = TypeVar("Found")

ROUNDS = 30
POINTS = 500
NOISE_MM = 0.3
NAMES = ("T12", "L1", "L2", "L3", "L4", "L5", "sacrum")


def measure() -> list[tuple[str, str, str]]:
    """Medians of this run; every ICP starts from the same pose, 5° and 4 mm off, with the same points."""
    mesh = _bones()
    target = SurfaceTarget(mesh)
    painted = [_painted(target, seed) for seed in range(ROUNDS)]
    points = painted[0]
    start = translation([2.0, -2, 3]) @ _turned(points.mean(axis=0), 5.0)
    far = translation([12.0, -8, 10]) @ _turned(points.mean(axis=0), 20.0)
    times, found = _timed([partial(refine_surface, target, one, start) for one in painted])
    errors = [_error(one.fixed_from_moving, points) for one, points in zip(found, painted, strict=True)]
    size = f"{len(mesh.faces) / 1000:.0f} k triangles, {POINTS} points"
    return [
        (f"surface target made, {size}", _ms(lambda: SurfaceTarget(mesh), 5), ""),
        (f"ICP, one start, {size}", f"{statistics.median(times) * 1e3:.3g} ms", "Open3D's"),
        ("  RMS error at the patch", f"{_rms(errors):.3f} mm", "Open3D's"),
        *_open3d(mesh, painted, start),
        ("ICP, 64 starts, off by 20° and 18 mm", _ms(lambda: register_surface(target, points, far), 5), ""),
        ("ICP, no start, one vertebra", _ms(_no_start(), 3), ""),
        ("10,000 registrations of 6 fiducials", _ms(_ten_thousand(), 5), "1 s"),
        ("one registration with its covariance", _ms(_one()), ""),
        ("covariance at the tip per reading", _ms(_tip_covariance(), 2000, "µs"), "60 µs"),
    ]


def _timed(tasks: list[Callable[[], Found]]) -> tuple[list[float], list[Found]]:
    """Seconds and result of each."""
    tasks[0]()
    times, results = [], []
    for task in tasks:
        begin = time.perf_counter()
        results.append(task())
        times.append(time.perf_counter() - begin)
    return times, results


def _rms(errors: list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(errors))))


def _ms(what: Callable[[], object], rounds: int = ROUNDS, unit: str = "ms") -> str:
    what()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        what()
        times.append(time.perf_counter() - start)
    return f"{statistics.median(times) * {'ms': 1e3, 'µs': 1e6}[unit]:.3g} {unit}"


def _bones() -> Mesh:
    """The lumbar scenario's spine."""
    folder = find_scenario("lumbar-facet").parent / "meshes"
    return joined([read_mesh(folder / f"{name}.ply") for name in NAMES])


def _painted(target: SurfaceTarget, seed: int = 0) -> Array:
    """Points on the backs of L3 to L5, with noise."""
    rng = np.random.default_rng(seed)
    middle = target.corners.mean(axis=1)
    seen = (target.normals[:, 1] < -0.3) & (middle[:, 1] < -5) & (np.abs(middle[:, 2] - 58) < 50)
    faces = rng.choice(len(seen), POINTS, p=np.where(seen, target.areas, 0) / target.areas[seen].sum())
    return np.asarray(middle[faces] + rng.normal(0, NOISE_MM, (POINTS, 3)))


def _turned(about: Array, degrees: float) -> Array:
    return np.asarray(translation(about) @ rotation_about([1, -2, 1], np.radians(degrees)) @ translation(-about))


def _error(found: Array, points: Array) -> float:
    return float(np.sqrt(np.mean(np.sum((apply(found, points) - points) ** 2, axis=1))))


def _no_start() -> Callable[[], object]:
    target = SurfaceTarget(read_mesh(find_scenario("lumbar-facet").parent / "meshes" / "L4.ply"))
    points = apply(translation([300.0, 100, -900]) @ rotation_about([1, 2, 3], 2.0), _painted(target))
    return lambda: register_surface(target, points)


def _ten_thousand() -> Callable[[], object]:
    rng = np.random.default_rng(2)
    fiducials = rng.uniform(-80, 80, (6, 3))
    touched = fiducials + rng.normal(0, 0.2, (10_000, 6, 3))
    return lambda: align(touched, fiducials)


def _one() -> Callable[[], object]:
    rng = np.random.default_rng(3)
    fiducials = rng.uniform(-80, 80, (6, 3))
    touched = fiducials + rng.normal(0, 0.2, (6, 3))
    return lambda: register_points(touched, fiducials)


def _tip_covariance() -> Callable[[], object]:
    fiducials = np.random.default_rng(4).uniform(-80, 80, (6, 3))
    covariance = register_points(fiducials, fiducials, fle_mm=0.35).covariance
    tip = np.array([10.0, -40, 60])
    return lambda: point_covariances(covariance, tip)


def _open3d(mesh: Mesh, painted: list[Array], start: Array) -> list[tuple[str, str, str]]:
    """Open3D's point-to-plane ICP in its own process: to the mesh's vertices with their normals."""
    python = os.environ.get("ARGUIDE_OPEN3D_PYTHON", sys.executable)
    given = json.dumps([mesh.vertices.tolist(), mesh.faces.tolist(), [p.tolist() for p in painted], start.tolist()])
    run = subprocess.run([python, "-c", OPEN3D], input=given, capture_output=True, text=True, check=False)
    if run.returncode:
        return [("ICP, one start, Open3D", "Open3D is not installed", "")]
    seconds, transforms = json.loads(run.stdout.splitlines()[-1])
    errors = [_error(np.array(found), points) for found, points in zip(transforms, painted, strict=True)]
    return [
        ("ICP, one start, Open3D", f"{statistics.median(seconds) * 1e3:.3g} ms", ""),
        ("  RMS error at the patch, Open3D", f"{_rms(errors):.3f} mm", ""),
    ]


OPEN3D = """
import json, sys, time
import numpy as np, open3d
vertices, faces, painted, start = json.load(sys.stdin)
mesh = open3d.geometry.TriangleMesh(open3d.utility.Vector3dVector(vertices), open3d.utility.Vector3iVector(faces))
mesh.compute_vertex_normals()
target = open3d.geometry.PointCloud(mesh.vertices)
target.normals = mesh.vertex_normals
icp, estimation = open3d.pipelines.registration, open3d.pipelines.registration.TransformationEstimationPointToPlane()
sources = [open3d.geometry.PointCloud(open3d.utility.Vector3dVector(points)) for points in painted]
seconds, found = [], []
for source in [sources[0], *sources]:
    begin = time.perf_counter()
    one = icp.registration_icp(source, target, 20.0, np.array(start), estimation)
    seconds.append(time.perf_counter() - begin)
    found.append(one.transformation.tolist())
print(json.dumps([seconds[1:], found[1:]]))
"""
