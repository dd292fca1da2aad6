"""Shapes come back from the cache as they were made, and are made anew when anything about them has changed."""

from pathlib import Path

import numpy as np
import pytest

from arguide.scene import anatomy, shape_cache
from arguide.scene.shapes import ball, joined
from arguide.settings.scenario import Plan, Scenario

SHAPES = (ball(3.0, 8), joined(ball(2.0, 6), ball(5.0, 10)))


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "shapes.npz"
    assert shape_cache.load(file) is None
    shape_cache.save(SHAPES, file)
    found = shape_cache.load(file)
    assert found is not None
    for before, after in zip(SHAPES, found, strict=True):
        for name in ("vertices", "normals", "faces", "colors"):
            np.testing.assert_array_equal(getattr(before, name), getattr(after, name))


@pytest.mark.parametrize("broken", ["cut", "foreign", "corner"])
def test_what_is_not_whole_is_made_again(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "shapes.npz"
    wrong = ball(3.0, 8)
    wrong.faces[3, 1] = len(wrong.vertices)
    shape_cache.save((wrong,) if broken == "corner" else SHAPES, file)
    data = file.read_bytes()
    file.write_bytes({"cut": data[:-200], "foreign": b"not an archive", "corner": data}[broken])
    assert shape_cache.load(file) is None


def test_another_mesh_or_setting_has_another_place(tmp_path: Path) -> None:
    first, second = tmp_path / "a.ply", tmp_path / "b.ply"
    first.write_bytes(b"one")
    second.write_bytes(b"two")
    places = [
        shape_cache.place([__file__], [first], 1),
        shape_cache.place([__file__], [second], 1),
        shape_cache.place([__file__], [first], 2),
        shape_cache.place([], [first], 1),
    ]
    assert len(set(places)) == 4
    assert places[0] == shape_cache.place([__file__], [first], 1)


def test_the_next_program_draws_the_same(
    scenario: Scenario, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARGUIDE_CACHE", str(tmp_path))
    anatomy._lit.cache_clear()
    made = anatomy.load(scenario, plan)
    anatomy._lit.cache_clear()
    monkeypatch.setattr(anatomy, "_made", None)
    kept = anatomy.load(scenario, plan)
    anatomy._lit.cache_clear()
    for name, drawn in made.items():
        np.testing.assert_array_equal(drawn.colors, kept[name].colors)
        np.testing.assert_array_equal(drawn.faces, kept[name].faces)
