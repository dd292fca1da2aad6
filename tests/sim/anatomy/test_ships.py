"""All that ships: readable, small, and the same bytes as the generator makes now."""

from pathlib import Path

import pytest
from arguide_sim.anatomy.regions import region_named
from arguide_sim.anatomy.shipped import SHIPPED, Shipped

from arguide.asset_files import assets, scenario_names
from arguide.geometry.mesh import write_mesh
from arguide.imaging.volume import read_nifti
from arguide.settings.scenario_file import read_scenario

FOLDER = assets() / "scenarios"


def test_what_is_listed_is_what_ships_and_is_small() -> None:
    assert scenario_names() == sorted(shipped.name for shipped in SHIPPED)
    assert sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file()) < 25 * 2**20


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda shipped: shipped.name)
def test_a_shipped_scenario_is_whole(shipped: Shipped) -> None:
    scenario = read_scenario(FOLDER / shipped.name / "scenario.toml")
    assert scenario.name == shipped.name and scenario.teaching and scenario.skin is not None
    assert scenario.volume is not None and scenario.labels is not None
    ct, labels = read_nifti(scenario.volume), read_nifti(scenario.labels)
    assert ct.voxels.shape == labels.voxels.shape and ct.spacing_mm[0] == pytest.approx(shipped.spacing_mm)


@pytest.mark.parametrize("name", ["lumbar-root"])
def test_a_shipped_mesh_is_made_again_bit_for_bit(name: str, tmp_path: Path) -> None:
    shipped = next(shipped for shipped in SHIPPED if shipped.name == name)
    region = region_named(shipped.region)
    anatomy = region.anatomy(region.person(shipped.seed, **shipped.wanted))
    part = next(part for part in anatomy.parts() if part.name == "disc-L4-L5")
    write_mesh(anatomy.mesh(part), tmp_path / "again.ply")
    kept = FOLDER / name / "meshes" / f"{part.name}.ply"
    assert (tmp_path / "again.ply").read_bytes() == kept.read_bytes()
