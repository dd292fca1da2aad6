"""No command of a test reads or writes the user's own calibrations."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_calibrations(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where this test's calibrations are kept."""
    folder = tmp_path / "calibrations"
    monkeypatch.setenv("ARGUIDE_CALIBRATIONS", str(folder))
    return folder
