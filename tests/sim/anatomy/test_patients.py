"""Whole patients: the same number the same bytes however many threads, another number another person, nothing half."""

import errno
import hashlib
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arguide_sim.anatomy import scenario_folder
from arguide_sim.anatomy.__main__ import main
from arguide_sim.anatomy.regions import region_named
from arguide_sim.anatomy.scanner import Scanner
from arguide_sim.anatomy.scenario_folder import Options, write_patient
from arguide_sim.anatomy.volumes import volumes_of
from arguide_sim.anatomy.workshop import Patient, Workshop

from arguide.errors import SettingsError
from arguide.imaging.volume import read_nifti
from arguide.settings.scenario_file import read_scenario

QUICK = Options(scanner=Scanner(spacing_mm=8.0), detail=0.45)


def hashes(folder: Path) -> dict[str, str]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Patient 3, made by one process."""
    folder = tmp_path_factory.mktemp("patients") / "three"
    region = region_named("lumbar")
    write_patient(region, region.person(3), folder, QUICK)
    return folder


def test_the_same_number_gives_the_same_bytes_by_any_number_of_processes_in_any_chunks(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    region = region_named("lumbar")
    write_patient(region, region.person(3), tmp_path / "by-two", replace(QUICK, processes=2))
    assert hashes(made) == hashes(tmp_path / "by-two") and len(hashes(made)) > 20
    monkeypatch.setattr("arguide_sim.anatomy.blocks.CHUNK", 7000)
    body = Patient(region, region.person(3), QUICK.scanner).body
    ct, labels = volumes_of(body, QUICK.scanner)
    assert np.array_equal(ct.voxels, read_nifti(made / "ct.nii.gz").voxels)
    assert np.array_equal(labels.voxels, read_nifti(made / "labels.nii.gz").voxels)


def test_the_folder_is_a_scenario_with_its_truth(made: Path) -> None:
    scenario = read_scenario(made / "scenario.toml")
    assert scenario.volume is not None and scenario.labels is not None and len(scenario.plans) >= 3
    truth = tomllib.loads((made / "truth.toml").read_text())
    assert (truth["region"], truth["seed"]) == ("lumbar", 3)
    assert set(truth["volume_mm3"]) == {structure.name for structure in scenario.structures}
    known = {row["number"]: row for row in truth["label"]}
    assert len(known) == len(truth["label"])
    seen = set(np.unique(read_nifti(scenario.labels).voxels)) - {0}
    assert seen <= set(known) and len(seen) > 15
    assert all(1400 < row["speed_m_s"] < 4000 or row["material"] == "air" for row in known.values())


def test_a_full_disk_leaves_nothing(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(scenario_folder, "write_nifti", full)
    monkeypatch.setattr(scenario_folder, "volumes_of", lambda *_: (None, None))
    monkeypatch.setattr(Workshop, "meshes", lambda _: _meshes_of(made).values())
    region = region_named("lumbar")
    with pytest.raises(SettingsError, match="cannot be written .No space left on device.; is the disk full"):
        write_patient(region, region.person(3), tmp_path / "out", QUICK)
    assert list(tmp_path.iterdir()) == []


def _meshes_of(folder: Path) -> dict[str, Any]:
    from arguide.geometry.mesh import read_mesh

    structures = read_scenario(folder / "scenario.toml").structures
    return {structure.name: read_mesh(structure.mesh) for structure in structures}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--region", "foot"], "no region 'foot'; patients can be generated of: lumbar"),
        (["--age", "150"], "age 150.* 18 to 95 years"),
        (["--age", "old"], "--age old: expected a number from 18 to 95 years"),
        (["--sex", "x"], "sex 'x': expected one of f, m"),
        (["--spacing", "9"], "--spacing 9: expected 0.5 to 3 mm"),
        (["--dose", "0"], "--dose 0: expected 0.5 to 60 mGy"),
        (["--age", "20", "--wear", "0.9"], "do not go together: wear 0.9 at 20 years; people have at most"),
        (["--seed", "-4"], "seed -4"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import re

    assert main(["--seed", "1", "-o", str(tmp_path / "x"), *arguments]) == 1
    said = capsys.readouterr().err.strip()
    assert re.search(message, said) and said.count("\n") == 0
    assert not (tmp_path / "x").exists()
