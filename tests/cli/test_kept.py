"""What is kept and may have grown old: generated patients in the cache, scenarios that recordings were made with."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from arguide.asset_files import assets, find_profile
from arguide.cli import patient
from arguide.cli.replay import settings_of
from arguide.errors import RecordingError
from arguide.recording.recording_file import Recording
from arguide.recording.records import header_of
from arguide.settings.profile_file import read_profile
from arguide.settings.scenario_file import read_scenario


def test_a_kept_patient_is_made_again_when_the_generator_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def generate(arguments: list[str], *, quietly: bool = False) -> int:
        out = Path(arguments[-1])
        out.mkdir(parents=True)
        (out / "scenario.toml").touch()
        made.append(out.name)
        return 0

    source = tmp_path / "generator"
    (source / "knee").mkdir(parents=True)
    (source / "knee" / "bones.py").write_text("SIZE = 1\n")
    monkeypatch.setattr(patient, "generate", generate)
    monkeypatch.setattr(patient, "find_spec", lambda name: SimpleNamespace(submodule_search_locations=[str(source)]))
    monkeypatch.setattr("arguide.geometry.distance_field.cache_folder", lambda: tmp_path / "cache")
    first = patient.kept_patient("knee", 7)
    assert patient.kept_patient("knee", 7) == first and len(made) == 1
    (source / "knee" / "bones.py").write_text("SIZE = 2\n")
    assert patient.kept_patient("knee", 7) != first and len(made) == 2


@pytest.mark.parametrize("touched", ["scenario.toml", "meshes/tibia.ply"])
def test_replay_names_what_changed_since_and_who_recorded_it(touched: str, tmp_path: Path) -> None:
    folder = tmp_path / "knee"
    shutil.copytree(assets() / "scenarios" / "knee-injection", folder)
    scenario, profile = read_scenario(folder / "scenario.toml"), read_profile(find_profile("emulated"))
    header = header_of(scenario, profile, scenario.plans[1])
    recording = cast(Recording, SimpleNamespace(header=header, path=Path("session.mcap")))
    assert settings_of(recording, str(folder), None)[1].name == scenario.plans[1].name
    with (folder / touched).open("ab") as file:
        file.write(b"\n")
    with pytest.raises(RecordingError, match=rf"{touched}: changed .* with arguide \d.*--scenario"):
        settings_of(recording, str(folder), None)
