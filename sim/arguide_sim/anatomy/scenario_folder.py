"""A generated patient as a scenario folder: meshes, label map, CT, plans, and everything that is known to be true.

The folder appears whole or not at all. The same person, arguide and options give the same bytes.
"""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
from arguide_sim.anatomy.numbering import FILLING, Numbers, numbered
from arguide_sim.anatomy.part import Anatomy, Part
from arguide_sim.anatomy.region import Exercise, Person, Region
from arguide_sim.anatomy.scanner import Scanner
from arguide_sim.anatomy.volumes import Body, volumes_of

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


def write_patient(
    region: Region, person: Person, out: Path, options: Options, progress: Progress = lambda done, what: None
) -> Path:
    """Generate a patient into the new folder `out`; returns its scenario.toml. SettingsError if it cannot be written."""
    anatomy = region.anatomy(person)
    with whole_folder(out) as folder:
        (folder / "meshes").mkdir()
        meshes = _meshes(anatomy, options.detail, lambda done, what: progress(0.5 * done, what))
        for name, mesh in meshes.items():
            write_mesh(mesh, folder / "meshes" / f"{name}.ply")
        exercises = _chosen(region.exercises(person, anatomy, meshes), options.procedure)
        body = body_of(region, person, anatomy)
        ct, labels = volumes_of(body, options.scanner, lambda done, what: progress(0.5 + 0.45 * done, what))
        progress(0.95, "writing")
        write_nifti(ct, folder / "ct.nii.gz", options.effort)
        write_nifti(labels, folder / "labels.nii.gz", options.effort)
        landmarks = region.landmarks(anatomy)
        (folder / "landmarks.json").write_text(json.dumps(landmarks, indent=1) + "\n", encoding="utf-8")
        truth = _truth(region, person, body, meshes, options) | {"landmarks": landmarks}
        (folder / "truth.toml").write_text(tomli_w.dumps(truth), encoding="utf-8")
        scenario = _scenario(region, person, anatomy, exercises, meshes["skin"], folder)
        write_scenario(replace(scenario, name=options.name), folder)
    progress(1.0, "done")
    return out / "scenario.toml"


def _meshes(anatomy: Anatomy, detail: float, progress: Progress) -> dict[str, Mesh]:
    """Every part's mesh, in the order of the parts; made side by side."""
    parts = tuple(anatomy.parts())
    done: list[str] = []

    def make(part: Part) -> Mesh:
        mesh = anatomy.mesh(part, detail)
        done.append(part.name)
        progress(len(done) / len(parts), part.label)
        return mesh

    with ThreadPoolExecutor() as pool:
        return dict(zip((part.name for part in parts), pool.map(make, parts), strict=True))


def _chosen(exercises: tuple[Exercise, ...], procedure: str | None) -> tuple[Exercise, ...]:
    if procedure is None:
        return exercises
    if found := tuple(exercise for exercise in exercises if exercise.name == procedure):
        return found
    names = ", ".join(exercise.name for exercise in exercises)
    raise SettingsError(f"--procedure {procedure}: this patient has {names}; choose one of these")


def body_of(region: Region, person: Person, anatomy: Anatomy) -> Body:
    """What is scanned of a person."""
    low, high = region.view(anatomy)
    return Body(
        anatomy=anatomy, filling=region.filling(person, anatomy),
        numbers=numbered(part.name for part in anatomy.parts()), seed=person.seed, age=person.age, low=low, high=high,
        cover=region.cover(anatomy), materials=region.materials(anatomy),
    )  # fmt: skip


def _scenario(
    region: Region, person: Person, anatomy: Anatomy, exercises: tuple[Exercise, ...], skin: Mesh, folder: Path
) -> Scenario:
    first = exercises[0]
    source = replace(region.source, source=region.source.source.format(seed=person.seed))
    return Scenario(
        name="patient",
        title=first.title if len(exercises) == 1 else f"{region.title}, patient {person.seed}",
        summary=first.summary,
        procedure=first.procedure,
        file=folder / "scenario.toml",
        volume=folder / "ct.nii.gz",
        labels=folder / "labels.nii.gz",
        structures=tuple(_structure(part, folder) for part in anatomy.parts()),
        fiducials=region.fiducials(anatomy, skin),
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


def _truth(region: Region, person: Person, body: Body, meshes: dict[str, Mesh], options: Options) -> dict[str, Any]:
    """What is known of the patient by construction."""
    stuff = {part.name: body.made_of(part) for part in body.parts}
    stuff |= {name: name for name in FILLING if name not in stuff}
    given = {key: value for key, value in asdict(person).items() if key != "seed"}  # type: ignore[call-overload]
    return {
        "generator": f"arguide {__version__}",
        "region": region.name,
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
