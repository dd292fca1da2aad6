"""A whole lumbar patient with a CT of 1 mm: time, memory, triangles, and the label map against the meshes."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from arguide.geometry.distance_grid import signed_distances
from arguide.geometry.mesh import Mesh, read_mesh
from arguide.imaging.volume import Volume, read_nifti
from arguide.settings.scenario_file import read_scenario


def measure() -> list[tuple[str, str, str]]:
    """Processor seconds are the sum over threads: what a quiet machine would need is half of them on two cores."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "patient"
        began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "arguide_sim.anatomy", "--seed", "7", "-o", str(out)]
        subprocess.run(command, check=True, capture_output=True)
        took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        busy = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
        scenario = read_scenario(out / "scenario.toml")
        meshes = {structure.name: read_mesh(structure.mesh) for structure in scenario.structures}
        assert scenario.labels is not None
        worst, off = _against(meshes, read_nifti(scenario.labels), out / "landmarks.json")
        size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) / 2**20
    return [
        ("lumbar patient with a CT of 1 mm", f"{took:.0f} s ({busy:.0f} s of processor)", "≤ 60 s on two cores"),
        ("its peak memory", f"{after.ru_maxrss / 2**20:.2f} GB", "≤ 4 GB"),
        ("its triangles", f"{sum(len(mesh.faces) for mesh in meshes.values()) / 1000:.0f} k", "≤ 120 k"),
        ("its folder", f"{size:.0f} MB", ""),
        ("label volume against mesh, worst bone or disc", f"{100 * worst:.2f} %", "≤ 1 %"),
        ("surface of labels to mesh, mean, worst", f"{off:.2f} voxels", "≤ 0.5"),
    ]


def _against(meshes: dict[str, Mesh], labels: Volume, landmarks: Path) -> tuple[float, float]:
    """Largest difference of volume, and largest mean distance, over the vertebrae and discs whole in the volume."""
    from arguide_sim.anatomy.numbering import numbered

    assert json.loads(landmarks.read_text("utf-8"))
    numbers = numbered(meshes)
    worst, off = 0.0, 0.0
    for name in [name for name in meshes if name[0] == "L" or name.startswith("disc-L")]:
        mesh = meshes[name]
        low = np.round(labels.to_voxel(mesh.bounds[0])).astype(int) - 3
        high = np.round(labels.to_voxel(mesh.bounds[1])).astype(int) + 4
        box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        inside = np.isin(labels.voxels[box], numbers.of(name))
        distance = signed_distances(mesh, labels.to_image(low), float(labels.spacing_mm[0]), inside.shape)
        worst = max(worst, abs(inside.sum() * float(labels.spacing_mm.prod()) / mesh.volume_mm3 - 1))
        for axis in range(3):
            faces = np.diff(inside.astype(int), axis=axis) != 0
            between = np.abs(np.delete(distance, 0, axis)[faces] + np.delete(distance, -1, axis)[faces]) / 2
            off = max(off, float(between.mean() / labels.spacing_mm[0]))
    return worst, off
