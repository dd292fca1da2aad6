"""Scenarios as TOML files: `scenario.toml` in a folder, meshes beside it. Frame RAS, mm; angles in degrees.

Reading and writing are each other's inverse, and the file format is exactly what these two functions say.
"""

import os
import re
from math import degrees, radians
from pathlib import Path
from typing import Any

import tomli_w

from arguide.errors import SettingsError
from arguide.settings.method import Method, methods_of
from arguide.settings.scenario import (
    Band,
    Fiducial,
    Limits,
    Needle,
    Plan,
    Scenario,
    Source,
    Structure,
    Tissue,
    Tolerance,
)
from arguide.settings.toml_reader import Table, read_toml

SCHEMA = 1
VOLUMES = (".nii", ".nii.gz")
BANDS = ("lateral_mm", "angle_deg", "depth_mm", "entry_mm", "miss_mm")


def read_scenario(file: Path) -> Scenario:
    """The scenario in `file`. Raises SettingsError naming file, key and reason for every kind of mistake."""
    table = read_toml(file)
    if (schema := table.whole("schema", 1, 999)) != SCHEMA:
        table.fail("schema", f"this arguide reads schema {SCHEMA}, the file says {schema}; update arguide")
    volume = table.table("volume")
    scenario = Scenario(
        name=table.text("name"),
        title=table.text("title"),
        summary=table.text("summary"),
        procedure=table.text("procedure"),
        file=file.resolve(),
        volume=_volume(volume, "ct"),
        labels=_volume(volume, "labels"),
        structures=tuple(_structure(t) for t in table.tables("structure", at_least=1)),
        fiducials=tuple(_fiducial(t) for t in table.tables("fiducial", at_least=3)),
        plans=tuple(_plan(t) for t in table.tables("plan", at_least=1)),
        needle=_needle(table.table("needle")),
        limits=_limits(table.table("limits")),
        needle_calibration=_calibration(table.table("calibration")),
        teaching=table.texts("teaching"),
        sources=tuple(_source(t) for t in table.tables("source")),
    )
    volume.finish()
    table.finish()
    for key, items in (("structure", scenario.structures), ("fiducial", scenario.fiducials), ("plan", scenario.plans)):
        names = [item.name for item in items]
        if twice := next((name for name in names if names.count(name) > 1), None):
            table.fail(key, f"the name {twice!r} is used twice; names must differ")
    return scenario


def write_scenario(scenario: Scenario, folder: Path) -> Path:
    """Write `folder`/scenario.toml (meshes must lie in the folder already); returns its path. Replaces atomically."""
    file = folder / "scenario.toml"
    part = file.with_suffix(".part")
    part.write_text(tomli_w.dumps(_to_toml(scenario, folder.resolve())), encoding="utf-8")
    os.replace(part, file)
    return file


def _volume(t: Table, key: str) -> Path | None:
    if key not in t:
        return None
    file = t.existing_file(key)
    if not file.name.endswith(VOLUMES):
        t.fail(key, f"expected a NIfTI file ({', '.join(VOLUMES)}), got {file.name}; convert the volume")
    return file


def _structure(t: Table) -> Structure:
    structure = Structure(
        name=t.text("name"),
        label=t.text("label"),
        tissue=t.choice("tissue", Tissue),
        mesh=t.existing_file("mesh"),
        color=t.text("color"),
        opacity=t.number("opacity", 0.0, 1.0, 1.0),
        risk_margin_mm=t.number("risk_margin_mm", 0.0, 50.0) if "risk_margin_mm" in t else None,
    )
    if not re.fullmatch("#[0-9a-fA-F]{6}", structure.color):
        t.fail("color", f"expected #rrggbb, got {structure.color!r}")
    t.finish()
    return structure


def _fiducial(t: Table) -> Fiducial:
    fiducial = Fiducial(name=t.text("name"), position=t.vec3("position"), hint=t.text("hint", ""))
    t.finish()
    return fiducial


def _plan(t: Table) -> Plan:
    plan = Plan(
        name=t.text("name"),
        entry=t.vec3("entry"),
        target=t.vec3("target"),
        tolerance=_tolerance(t.table("tolerance")),
        image_plane_normal=t.direction("image_plane_normal", (0.0, 0.0, 1.0)),
        guidance=t.text("guidance", ""),
    )
    t.finish()
    if sum((a - b) ** 2 for a, b in zip(plan.entry, plan.target, strict=True)) < 1.0:
        t.fail("target", "less than 1 mm from the entry: the plan has no direction; move one of them")
    return plan


def _tolerance(t: Table) -> Tolerance:
    given: dict[str, Band] = {}
    for key in BANDS:
        if key not in t:
            continue
        band = _band(t.table(key))
        turn = key.endswith("_deg")
        given[key.replace("_deg", "_rad")] = (
            Band(within=radians(band.within), near=radians(band.near)) if turn else band
        )
    t.finish()
    return Tolerance(**given)


def _band(t: Table) -> Band:
    within = t.number("within", 0.0, 180.0)
    band = Band(within=within, near=t.number("near", within, 180.0))
    t.finish()
    return band


def _needle(t: Table) -> Needle:
    needle = Needle(
        gauge=t.whole("gauge", 8, 34, Needle.gauge),
        diameter_mm=t.number("diameter_mm", 0.1, 5.0, Needle.diameter_mm),
        length_mm=t.number("length_mm", 20.0, 400.0, Needle.length_mm),
    )
    t.finish()
    return needle


def _limits(t: Table) -> Limits:
    limits = Limits(
        pivot_rms_mm=t.number("pivot_rms_mm", 0.01, 20.0, Limits.pivot_rms_mm),
        pivot_cone_rad=radians(t.number("pivot_cone_deg", 5.0, 170.0, degrees(Limits.pivot_cone_rad))),
        registration_fre_mm=t.number("registration_fre_mm", 0.01, 20.0, Limits.registration_fre_mm),
        pivot_coverage=t.number("pivot_coverage", 0.0, 1.0, Limits.pivot_coverage),
        pivot_error_mm=t.number("pivot_error_mm", 0.01, 20.0, Limits.pivot_error_mm),
        check_mm=_band(t.table("check_mm")) if "check_mm" in t else Limits.check_mm,
        target_error_mm=t.number("target_error_mm", 0.01, 50.0, Limits.target_error_mm),
        calibration_days=t.number("calibration_days", 0.0, 3650.0, Limits.calibration_days),
    )
    t.finish()
    return limits


def _calibration(t: Table) -> tuple[Method, ...]:
    names = t.texts("needle")
    try:
        methods = methods_of(names)
    except ValueError as error:
        t.fail("needle", str(error))
    t.finish()
    return methods


def _source(t: Table) -> Source:
    source = Source(what=t.text("what"), source=t.text("source"), licence=t.text("licence"))
    t.finish()
    return source


def _to_toml(s: Scenario, folder: Path) -> dict[str, Any]:
    volumes = {"ct": s.volume, "labels": s.labels}
    volume = {key: _inside(file, folder, "volume") for key, file in volumes.items() if file is not None}
    return {
        "schema": SCHEMA,
        "name": s.name,
        "title": s.title,
        "summary": s.summary,
        "procedure": s.procedure,
        "teaching": list(s.teaching),
        "needle": {"gauge": s.needle.gauge, "diameter_mm": s.needle.diameter_mm, "length_mm": s.needle.length_mm},
        "limits": _limits_to_toml(s.limits),
        **(
            {"calibration": {"needle": [method.value for method in s.needle_calibration]}}
            if s.needle_calibration
            else {}
        ),
        **({"volume": volume} if volume else {}),
        "structure": [_structure_to_toml(item, folder) for item in s.structures],
        "fiducial": [{"name": f.name, "position": list(f.position), "hint": f.hint} for f in s.fiducials],
        "plan": [_plan_to_toml(item) for item in s.plans],
        "source": [{"what": o.what, "source": o.source, "licence": o.licence} for o in s.sources],
    }


def _limits_to_toml(limits: Limits) -> dict[str, Any]:
    return {
        "pivot_rms_mm": limits.pivot_rms_mm,
        "pivot_cone_deg": round(degrees(limits.pivot_cone_rad), 9),
        "registration_fre_mm": limits.registration_fre_mm,
        "pivot_coverage": limits.pivot_coverage,
        "pivot_error_mm": limits.pivot_error_mm,
        "check_mm": dict(vars(limits.check_mm)),
        "target_error_mm": limits.target_error_mm,
        "calibration_days": limits.calibration_days,
    }


def _structure_to_toml(s: Structure, folder: Path) -> dict[str, Any]:
    table: dict[str, Any] = {
        "name": s.name,
        "label": s.label,
        "tissue": s.tissue.value,
        "mesh": _inside(s.mesh, folder, f"mesh of {s.name!r}"),
        "color": s.color,
        "opacity": s.opacity,
    }
    return table if s.risk_margin_mm is None else table | {"risk_margin_mm": s.risk_margin_mm}


def _inside(file: Path, folder: Path, what: str) -> str:
    """The path of a file relative to the scenario's folder, in which it must lie."""
    try:
        return file.resolve().relative_to(folder).as_posix()
    except ValueError:
        raise SettingsError(f"{file}: the {what} must lie in {folder}; copy it there first") from None


def _plan_to_toml(p: Plan) -> dict[str, Any]:
    bands = {}
    for key in BANDS:
        band = getattr(p.tolerance, key.replace("_deg", "_rad"))
        turn = key.endswith("_deg")
        bands[key] = {k: round(degrees(getattr(band, k)), 9) if turn else getattr(band, k) for k in ("within", "near")}
    return {
        "name": p.name,
        "entry": list(p.entry),
        "target": list(p.target),
        "image_plane_normal": list(p.image_plane_normal),
        "guidance": p.guidance,
        "tolerance": bands,
    }
