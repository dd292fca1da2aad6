"""Scenario files: what is written is read back equal; every kind of mistake is named by file, key and reason."""

import tomllib
from dataclasses import replace
from math import radians
from pathlib import Path

import pytest
import tomli_w

from arguide.errors import SettingsError
from arguide.settings.method import Method
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
from arguide.settings.scenario_file import read_scenario, write_scenario


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    (tmp_path / "l4.ply").touch()
    (tmp_path / "ct.nii.gz").touch()
    return Scenario(
        name="test",
        title="A test",
        summary="Only a test.",
        procedure="injection",
        file=(tmp_path / "scenario.toml").resolve(),
        volume=(tmp_path / "ct.nii.gz").resolve(),
        structures=(
            Structure(name="l4", label="L4", tissue=Tissue.BONE, mesh=(tmp_path / "l4.ply").resolve(), color="#e8dcc0"),
            Structure(
                name="root",
                label="L4 root",
                tissue=Tissue.NERVE,
                mesh=(tmp_path / "l4.ply").resolve(),
                color="#FFDD00",
                opacity=0.5,
                risk_margin_mm=2.0,
            ),
        ),
        fiducials=tuple(Fiducial(name=f"F{n}", position=(float(n), 0.0, 1.5), hint="here") for n in range(4)),
        plans=(
            Plan(
                name="right",
                entry=(1.0, 2.0, 3.0),
                target=(1.0, 52.0, 3.0),
                tolerance=Tolerance(angle_rad=Band(within=radians(2), near=radians(5))),
                guidance="Slowly.",
            ),
        ),
        needle=Needle(gauge=20, diameter_mm=0.9, length_mm=90.0),
        needle_calibration=(Method.TEMPLATE, Method.SPIN),
        limits=Limits(pivot_cone_rad=radians(50), registration_fre_mm=1.5),
        teaching=("One.", "Two."),
        sources=(Source(what="all", source="made up", licence="Apache-2.0"),),
    )


def test_written_is_read_back_equal(scenario: Scenario) -> None:
    file = write_scenario(scenario, scenario.file.parent)
    read = read_scenario(file)
    angles = read.plans[0].tolerance.angle_rad, read.limits.pivot_cone_rad
    assert angles[0].within == pytest.approx(radians(2)) and angles[1] == pytest.approx(radians(50))
    plan = replace(read.plans[0], tolerance=scenario.plans[0].tolerance)
    assert replace(read, plans=(plan,), limits=scenario.limits) == scenario
    assert [risk.name for risk in read.risks] == ["root"]


def test_a_scenario_without_a_volume_has_none(scenario: Scenario) -> None:
    file = write_scenario(replace(scenario, volume=None), scenario.file.parent)
    assert "volume" not in tomllib.loads(file.read_text())
    assert (read := read_scenario(file)).volume is None and read.labels is None


def test_a_mesh_elsewhere_is_not_written(scenario: Scenario, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="must lie in"):
        write_scenario(scenario, tmp_path / "elsewhere")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("structure", 0, "tissue"), "bonne", r"structure\[1\].tissue: .*did you mean 'bone'"),
        (("structure", 0, "mesh"), "gone.ply", r"structure\[1\].mesh: no such file"),
        (("volume", "ct"), "gone.nii.gz", r"volume.ct: no such file"),
        (("volume", "ct"), "l4.ply", r"volume.ct: expected a NIfTI file"),
        (("volume", "lables"), "ct.nii.gz", "volume.lables: unknown key; did you mean 'labels'"),
        (("structure", 0, "color"), "red", r"structure\[1\].color: expected #rrggbb"),
        (("structure", 1, "name"), "l4", "the name 'l4' is used twice"),
        (("fiducial", 2, "position"), [1, 2], r"fiducial\[3\].position: expected three finite numbers"),
        (("fiducial", 2, "position"), [1, 2, float("nan")], "expected three finite numbers"),
        (("plan", 0, "target"), [1.0, 2.0, 3.0], r"plan\[1\].target: less than 1 mm from the entry"),
        (("plan", 0, "image_plane_normal"), [0, 0, 0], "a direction must not be"),
        (("plan", 0, "tolerance", "angle_deg", "near"), 1.0, r"plan\[1\].tolerance.angle_deg.near: expected a number"),
        (("needle", "gauge"), 22.5, "needle.gauge: expected a whole number"),
        (("needle", "lenght_mm"), 90.0, "needle.lenght_mm: unknown key; did you mean 'length_mm'"),
        (("schema",), 2, "this arguide reads schema 1"),
        (("name",), "", "name: expected a text that is not empty"),
    ],
)
def test_mistakes_are_named(scenario: Scenario, path: tuple[str | int, ...], value: object, message: str) -> None:
    file = write_scenario(scenario, scenario.file.parent)
    data = tomllib.loads(file.read_text())
    place = data
    for key in path[:-1]:
        place = place[key]  # type: ignore[index]
    place[path[-1]] = value  # type: ignore[index]
    file.write_text(tomli_w.dumps(data))
    with pytest.raises(SettingsError, match=message) as error:
        read_scenario(file)
    assert str(file) in str(error.value) and "\n" not in str(error.value)


def test_too_few_fiducials_and_missing_keys(scenario: Scenario) -> None:
    file = write_scenario(replace(scenario, fiducials=scenario.fiducials[:2]), scenario.file.parent)
    with pytest.raises(SettingsError, match="at least 3"):
        read_scenario(file)
    file.write_text('schema = 1\ntitel = "x"\nname = "n"\n')
    with pytest.raises(SettingsError, match="title: missing; found 'titel' instead"):
        read_scenario(file)


def test_not_toml_and_not_there(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("[[[")
    with pytest.raises(SettingsError, match="not valid TOML"):
        read_scenario(tmp_path / "bad.toml")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_scenario(tmp_path / "gone.toml")
