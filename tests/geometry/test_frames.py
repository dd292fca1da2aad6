"""The table of frames: names that can stand in `a_from_b`, and how files spell them."""

import pytest

from arguide.geometry.frames import FRAMES, name_in_files


def test_names_are_different_words_that_python_takes() -> None:
    names = [frame.name for frame in FRAMES]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name.islower() and "_from_" not in name for name in names)
    assert {"tracker", "reference", "stylus", "needle", "tip", "image"} <= set(names), "the chain is complete"


def test_only_voxels_are_not_in_millimetres() -> None:
    assert [frame.name for frame in FRAMES if frame.unit != "mm"] == ["voxel"]


@pytest.mark.parametrize(
    ("target", "source", "expected"),
    [
        ("image", "tip", "TipToImage"),
        ("reference", "needle_tip", "NeedleTipToReference"),
        ("tracker", "reference", "ReferenceToTracker"),
    ],
)
def test_files_name_the_source_first(target: str, source: str, expected: str) -> None:
    assert name_in_files(target, source) == expected
