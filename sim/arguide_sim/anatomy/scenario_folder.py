"""A generated patient as a scenario folder: meshes, label map, CT, plans, and everything that is known to be true.

The folder appears whole or not at all. The same person, arguide and options give the same bytes.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import tomli_w

from arguide import __version__
from arguide.errors import SettingsError
from arguide.geometry.mesh import Mesh, write_mesh
from arguide.imaging.volume import write_nifti
from arguide.settings.scenario import Scenario, Structure
from arguide.settings.scenario_file import write_scenario
from arguide.settings.whole_folder import whole_folder
from arguide_sim.anatomy.materials import aged
from arguide_sim.anatomy.numbering import FILLING, Numbers
from arguide_sim.anatomy.part import Part
from arguide_sim.anatomy.region import Exercise, Person, Region
from arguide_sim.anatomy.scanner import Scanner
from arguide_sim.anatomy.volumes import volumes_of
from arguide_sim.anatomy.workshop import Patient, Workshop

Progress: TypeAlias = Callable[[float, str], None]


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a patient is written."""

    scanner: Scanner = field(default_factory=Scanner)
    procedure: str | None = None
    """Name of the one exercise to keep; None: all of the region."""
    name: str = "patient"
    detail: float = 1.0
    """Below 1: coarser meshes, faster."""
    effort: int = 6
    """Of gzip, 1 to 9."""
    processes: int = 1
    """Changes the time it takes and no byte. With more than one, the program that calls must guard its `__main__`."""


def write_patient(
    region: Region, person: Person, out: Path, options: Options, progress: Progress = lambda done, what: None
) -> Path:
    """Generate a patient into the new folder `out`; returns its scenario.toml. SettingsError if it cannot be written."""
    patient = Patient(region, person, options.scanner, options.detail)
    with Workshop(patient, options.processes) as shop, whole_folder(out) as folder:
        made, slabs = shop.meshes(), shop.slabs()
        meshes = _kept(patient, made, folder, lambda done, what: progress(0.5 * done, what))
        exercises = _chosen(region.exercises(person, patient.anatomy, meshes), options.procedure)
        ct, labels = volumes_of(
            patient.body, options.scanner, slabs, lambda done: progress(0.5 + 0.45 * done, "scanning")
        )
        progress(0.95, "writing")
        region.extras(patient.anatomy, folder, options.detail)
        write_nifti(ct, folder / "ct.nii.gz", options.effort)
        write_nifti(labels, folder / "labels.nii.gz", options.effort)
        landmarks = region.landmarks(patient.anatomy)
        (folder / "landmarks.json").write_text(json.dumps(landmarks, indent=1) + "\n", encoding="utf-8")
        truth = _truth(patient, meshes, options) | {"landmarks": landmarks}
        (folder / "truth.toml").write_text(tomli_w.dumps(truth), encoding="utf-8")
        write_scenario(replace(_scenario(patient, exercises, meshes["skin"], folder), name=options.name), folder)
    progress(1.0, "done")
    return out / "scenario.toml"


def _kept(patient: Patient, made: Iterable[Mesh], folder: Path, progress: Progress) -> dict[str, Mesh]:
    """Every part's mesh, in the order of the parts, written as it comes."""
    (folder / "meshes").mkdir()
    meshes: dict[str, Mesh] = {}
    for part, mesh in zip(patient.parts.values(), made, strict=True):
        meshes[part.name] = mesh
        write_mesh(mesh, folder / "meshes" / f"{part.name}.ply")
        progress(len(meshes) / len(patient.parts), part.label)
    return meshes


def _chosen(exercises: tuple[Exercise, ...], procedure: str | None) -> tuple[Exercise, ...]:
    if procedure is None:
        return exercises
    if found := tuple(exercise for exercise in exercises if exercise.name == procedure):
        return found
    names = ", ".join(exercise.name for exercise in exercises)
    raise SettingsError(f"--procedure {procedure}: this patient has {names}; choose one of these")


def _scenario(patient: Patient, exercises: tuple[Exercise, ...], skin: Mesh, folder: Path) -> Scenario:
    first, region = exercises[0], patient.region
    source = replace(region.source, source=region.source.source.format(seed=patient.person.seed))
    return Scenario(
        name="patient",
        title=first.title if len(exercises) == 1 else f"{region.title}, patient {patient.person.seed}",
        summary=first.summary,
        procedure=first.procedure,
        file=folder / "scenario.toml",
        volume=folder / "ct.nii.gz",
        labels=folder / "labels.nii.gz",
        structures=tuple(_structure(part, folder) for part in patient.parts.values()),
        fiducials=region.fiducials(patient.anatomy, skin),
        plans=tuple(plan for exercise in exercises for plan in exercise.plans),
        needle=first.needle,
        teaching=first.teaching,
        sources=(source,),
    )


def _structure(part: Part, folder: Path) -> Structure:
    return Structure(
        name=part.name, label=part.label, tissue=part.tissue, mesh=folder / "meshes" / f"{part.name}.ply",
        color=part.color, opacity=part.opacity, risk_margin_mm=part.risk_margin_mm,
    )  # fmt: skip


def _truth(patient: Patient, meshes: dict[str, Mesh], options: Options) -> dict[str, Any]:
    """What is known of the patient by construction."""
    person, body = patient.person, patient.body
    stuff = {part.name: body.made_of(part) for part in body.parts}
    stuff |= {name: name for name in FILLING if name not in stuff}
    given = {key: value for key, value in asdict(person).items() if key != "seed"}  # type: ignore[call-overload]
    return {
        "generator": f"arguide {__version__}",
        "region": patient.region.name,
        "seed": person.seed,
        "person": given,
        "scanner": asdict(options.scanner),
        "volume_mm3": {name: round(mesh.volume_mm3, 1) for name, mesh in meshes.items()},
        "label": [row for name, material in stuff.items() for row in _rows(name, material, body.numbers, person.age)],
    }


def _rows(name: str, material: str, numbers: Numbers, age: float) -> list[dict[str, Any]]:
    """A label's number, name and what it is made of; two rows where left and right have numbers of their own."""
    seen = aged(material, age)
    sides = ("left", "right") if len(numbers.of(name)) > 1 else ("",)
    return [
        {
            "number": number,
            "name": f"{name} {side}".strip(),
            "material": material,
            "hu": round(seen.hu, 1),
            "speed_m_s": seen.speed_m_s,
            "impedance_mrayl": seen.impedance_mrayl,
            "attenuation_db_cm_mhz": seen.attenuation_db_cm_mhz,
            "scatter_db": seen.scatter_db,
        }
        for number, side in zip(numbers.of(name), sides, strict=True)
    ]


def scenario_name(text: str) -> str:
    """A folder's name as a scenario's."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "patient"
