"""Real scans lie beside the checkout and are never part of it; without them these tests say so and are skipped."""

from collections.abc import Callable
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    def folder(name: str) -> Path:
        if not (SHARED / name).is_dir():
            pytest.skip(f"no {name} in ../shared/data beside this checkout")
        return SHARED / name

    return folder
