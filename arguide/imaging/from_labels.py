"""A whole scenario from a patient's CT and its label map: lumbar facet-joint injections at L4/L5, both sides.

Nothing that could name the patient is copied: neither file names nor headers, only shapes.
"""

import re
from pathlib import Path

import numpy as np

from arguide.errors import MeshError, SettingsError
from arguide.geometry.mesh import write_mesh
from arguide.geometry.transforms import Array
from arguide.imaging.facets import Approach, approach
from arguide.imaging.fiducials import fiducials
from arguide.imaging.labels import L1, L2, L3, L4, L5
from arguide.imaging.patient import Patient, Progress, read_patient
from arguide.imaging.spine import LEFT, RIGHT
from arguide.imaging.volume import read_nifti
from arguide.settings.scenario import Needle, Plan, Scenario, Source, Structure, Tissue, Vec3
from arguide.settings.scenario_file import write_scenario
from arguide.settings.whole_folder import whole_folder

OPACITY = {Tissue.SKIN: 0.25, Tissue.ORGAN: 0.7, Tissue.DISC: 0.9}
NEEDLE_LENGTHS_MM = (89.0, 127.0, 178.0)
"""Spinal needles as they are sold: 3.5, 5 and 7 inches."""
OUTSIDE_MM = 15.0
"""What must stay outside the skin to hold the needle by."""


def scenario_from_labels(ct: Path, labels: Path, out: Path, progress: Progress | None = None) -> Path:
    """Make the folder `out` with meshes and scenario.toml from a CT and its label map (NIfTI); returns the TOML file.

    The label map has the numbers of TotalSegmentator's `total` task. The folder appears whole or not at all.
    SettingsError if `out` is there already or cannot be made, MeshError if the volumes will not do.
    """
    tell = progress if progress is not None else lambda done, what: None
    if out.exists():
        raise SettingsError(f"{out}: exists already and is not touched; give a new folder or remove it first")
    tell(0.0, "reading the volumes")
    patient = read_patient(read_nifti(ct), read_nifti(labels), lambda done, what: tell(0.02 + 0.68 * done, what))
    tell(0.7, "risk structures")
    risks = patient.search_fields()
    ways = {}
    for number, (name, side) in enumerate((("right", RIGHT), ("left", LEFT))):
        tell(0.8 + 0.07 * number, f"way to the {name} facet joint")
        ways[name] = approach(patient.spine, L4, L5, side, patient.skin, risks)
    tell(0.95, "writing")
    file = _write(patient, ways, out)
    tell(1.0, "done")
    return file


def _write(patient: Patient, ways: dict[str, Approach], out: Path) -> Path:
    with whole_folder(out) as part:
        (part / "meshes").mkdir()
        write_scenario(_scenario(patient, ways, part, out.name), part)
        for structure, (_, mesh) in zip(_structures(patient, part), patient.surfaces, strict=True):
            write_mesh(mesh, structure.mesh)
    return out / "scenario.toml"


def _scenario(patient: Patient, ways: dict[str, Approach], folder: Path, name: str) -> Scenario:
    longest = max(float(np.linalg.norm(way.entry - way.target)) for way in ways.values())
    if longest + OUTSIDE_MM > NEEDLE_LENGTHS_MM[-1]:
        raise MeshError(f"the joints lie {longest:.0f} mm under the skin: too deep for any spinal needle; check the CT")
    length = next(length for length in NEEDLE_LENGTHS_MM if length >= longest + OUTSIDE_MM)
    numbers = patient.spine.points
    upper = next((level, n) for level, n in (("L1", L1), ("L2", L2), ("L3", L3), ("L4", L4)) if n in numbers)
    middle = ("L3", L3) if L3 in numbers and upper[1] != L3 else ("L4", L4)
    return Scenario(
        name=re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "patient",
        title="Facet-joint injection L4/L5 on a patient's own anatomy",
        summary=(
            "Surfaces from a CT and its label map. If the patient was scanned supine, the back is flattened by the"
            " table; the phantom made from it is placed prone. For training, not for patients."
        ),
        procedure="lumbar facet-joint injection",
        file=folder / "scenario.toml",
        structures=_structures(patient, folder),
        fiducials=fiducials(patient.spine, patient.skin, dict([upper, middle, ("L5", L5)])),
        plans=tuple(_plan(side, way) for side, way in ways.items()),
        needle=Needle(length_mm=length),
        teaching=TEACHING,
        sources=SOURCES,
    )


def _structures(patient: Patient, folder: Path) -> tuple[Structure, ...]:
    return tuple(
        Structure(
            name=part.name,
            label=part.label,
            tissue=part.tissue,
            mesh=folder / "meshes" / f"{part.name}.ply",
            color=part.color,
            opacity=OPACITY.get(part.tissue, 1.0),
            risk_margin_mm=part.risk_margin_mm,
        )
        for part, _ in patient.surfaces
    )


def _plan(side: str, way: Approach) -> Plan:
    oblique, tilt = np.degrees(way.oblique_rad), np.degrees(way.tilt_rad)
    lean = "" if abs(tilt) < 1 else f" and {abs(tilt):.0f}° {'upward' if tilt > 0 else 'downward'}"
    depth = np.linalg.norm(way.entry - way.target)
    return Plan(
        name=f"{side}-L4-L5",
        entry=_rounded(way.entry),
        target=_rounded(way.target),
        guidance=(
            f"Enter {oblique:.0f}° oblique from the {side}{lean}; the rear opening of the joint lies {depth:.0f} mm deep."
            " Advance until bone is felt, then slip between the two articular processes. Going on past the joint"
            " leads to the nerve root and the thecal sac."
        ),
    )


def _rounded(point: Array) -> Vec3:
    x, y, z = (round(float(value), 2) for value in point)
    return x, y, z


TEACHING = (
    (
        "The facet joint lies beside and behind the spinal canal, where the lower process of L4 meets the upper process of"
        " L5. Its rear opening faces backward and outward, so the needle comes obliquely from the same side."
    ),
    (
        "In front of the joint lie the nerve root, in the foramen, and the thecal sac. The discs and the nerve roots of"
        " this scenario were reconstructed from the bones: a CT label map does not show them."
    ),
)
SOURCES = (
    Source(
        what="anatomy",
        source="CT and label map given by the user of `arguide scenario from-labels`; surfaces made by arguide",
        licence="the user's own data: no licence is granted by arguide",
    ),
    Source(
        what="discs, nerve roots, plans and fiducials", source="derived by arguide from the bones", licence="as above"
    ),
)
