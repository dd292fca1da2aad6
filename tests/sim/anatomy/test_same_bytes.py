"""The same person has the same meshes on any machine: no instruction set, number of threads or library shows."""

import os
import subprocess
import sys

from numpy._core._multiarray_umath import __cpu_dispatch__

CODE = """
import hashlib
from arguide_sim.anatomy.lumbar import Lumbar
from arguide_sim.anatomy.person import person
anatomy, wanted = Lumbar(person(5, scoliosis=14)), ("L4", "disc-L4-L5", "ribs")
for part in anatomy.parts():
    if part.name in wanted:
        mesh = anatomy.mesh(part, 0.34)
        print(part.name, hashlib.sha256(mesh.vertices.tobytes() + mesh.faces.tobytes()).hexdigest())
"""
OLD_MACHINE = {
    "NPY_DISABLE_CPU_FEATURES": " ".join(__cpu_dispatch__),
    "OPENBLAS_CORETYPE": "Nehalem",
    "OPENBLAS_NUM_THREADS": "4",
}
"""Makes NumPy and OpenBLAS compute as on the oldest processor that they run on: nothing is chosen at run time."""


def made(environment: dict[str, str]) -> str:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CODE], env=os.environ | {"PYTHONPATH": path} | environment,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_another_machine_makes_the_same() -> None:
    here = made({})
    assert len(here.splitlines()) == 3
    assert made(OLD_MACHINE) == here
