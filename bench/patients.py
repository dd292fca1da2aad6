"""A whole lumbar patient with a CT of 1 mm: time, memory, triangles, and the label map against the meshes."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from arguide_sim.anatomy.numbering import numbered
from arguide_sim.anatomy.volumes import laid_at

from arguide.geometry.mesh import Mesh, read_mesh
from arguide.geometry.transforms import Array
from arguide.imaging.volume import Volume, read_nifti
from arguide.settings.scenario import Scenario
from arguide.settings.scenario_file import read_scenario
from bench._labels import beside


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
        worst, *off = _against(scenario, meshes, read_nifti(scenario.labels))
        size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) / 2**20
    return [
        ("lumbar patient with a CT of 1 mm", f"{took:.0f} s ({busy:.0f} s of processor)", "≤ 60 s on two cores"),
        ("its peak memory", f"{after.ru_maxrss / 2**20:.2f} GB", "≤ 4 GB"),
        ("its triangles", f"{sum(len(mesh.faces) for mesh in meshes.values()) / 1000:.0f} k", "≤ 120 k"),
        ("its folder", f"{size:.0f} MB", ""),
        ("label volume against mesh, worst structure", worst, "≤ 1 %"),
        *(
            (f"surface of labels to mesh, {what}, worst structure", one, "≤ 0.5")
            for what, one in zip(FAR, off, strict=True)
        ),
    ]


FAR: dict[str, Callable[[Array], Any]] = {
    "mean": np.mean,
    "95 %": lambda far: np.percentile(far, 95),
    "99 %": lambda far: np.percentile(far, 99),
}
"""How the distances of all voxel faces on a surface are summed up."""


def _against(scenario: Scenario, meshes: dict[str, Mesh], labels: Volume) -> list[str]:
    """Worst difference of volume, and worst distances as in `FAR`, over all structures."""
    laid = sorted(scenario.structures, key=lambda item: (laid_at(item.tissue), "lesion" in item.name))
    worst, off = (0.0, ""), [(0.0, "")] * len(FAR)
    for one in beside([item.name for item in laid], meshes, numbered(meshes), labels):
        worst = max(worst, (abs(one.labelled / one.meshed - 1), one.name))
        off = [max(now, (float(of(one.far)), one.name)) for now, of in zip(off, FAR.values(), strict=True)]
    return [f"{100 * worst[0]:.2f} % ({worst[1]})", *(f"{far:.2f} voxels ({name})" for far, name in off)]
