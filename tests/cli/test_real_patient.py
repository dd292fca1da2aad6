"""The same job on a real patient's CT and label map, where the data are at hand."""

from pathlib import Path

import pytest

from arguide.settings.scenario_file import read_scenario
from tests.cli.whole_job import arguide, check_outputs, error_at_target_mm

DATA = Path(__file__).parents[3] / "shared" / "data" / "lumbar-ct-totalsegmentator"


def test_the_main_job_on_a_real_patient(tmp_path: Path) -> None:
    if not DATA.is_dir():
        reason = f"the real CT is not here: {DATA.name}"
        print(reason)
        pytest.skip(reason)
    ct, labels = DATA / "example_ct.nii.gz", DATA / "example_seg_full.nii.gz"
    patient = tmp_path / "patient"
    assert "made" in arguide("scenario", "from-labels", str(ct), str(labels), "-o", str(patient))
    out = tmp_path / "out"
    arguide("demo", "--headless", "--fast", "--scenario", str(patient), "--size", "640x400", "-o", str(out))
    recording = check_outputs(out)
    plan = read_scenario(patient / "scenario.toml").plans[0]
    assert error_at_target_mm(recording, str(patient), plan) < 1.5
