"""People at the ends of what people are: refused in one line that names the rule, or whole. Many more: `python -m bench extremes`."""

from typing import Any

import numpy as np
import pytest
from arguide_sim.anatomy.regions import region_named

from arguide.errors import SettingsError

WHOLE = [
    ("knee", {"bmi": 16, "effusion": 16}),
    ("hip", {"bmi": 16, "stature": 2050, "anteversion": 40, "neck_shaft": 110}),
    ("hip", {"bmi": 50, "anteversion": -10, "neck_shaft": 145}),
]
REFUSED = [
    ("knee", {"bmi": 16, "stature": 1400}, "do not go together: bmi 16 at 1400 mm is 31 kg; people have 35 to 220 kg"),
    ("hip", {"bmi": 16, "stature": 1400}, "31 kg"),
    ("lumbar", {"bmi": 16, "stature": 1400}, "31 kg"),
    ("lumbar", {"lordosis": 20, "sacral_slope": 65}, "leans L1 back by -45°; people have -8 to 38°"),
    ("lumbar", {"age": 18, "wear": 1}, "wear 1 at 18 years"),
]


@pytest.mark.parametrize(("name", "wanted"), WHOLE)
def test_who_may_be_is_seen_whole_and_reached_by_the_needle(name: str, wanted: dict[str, Any]) -> None:
    region = region_named(name)
    person = region.person(500, **wanted)
    anatomy = region.anatomy(person)  # asks the rules
    parts = {part.name: part for part in anatomy.parts()}
    meshes = {"skin": anatomy.mesh(parts["skin"], 0.4)}
    low, high = (np.asarray(corner) for corner in region.view(anatomy))
    seen = meshes["skin"].vertices
    assert np.maximum(low - seen.min(axis=0), seen.max(axis=0) - high)[:2].max() < 5, "the CT is as wide as the skin"
    for exercise in region.exercises(person, anatomy, meshes):
        deep = [np.linalg.norm(np.subtract(plan.entry, plan.target)) for plan in exercise.plans]
        assert max(deep) <= exercise.needle.length_mm - 8
    assert len(region.fiducials(anatomy, meshes["skin"])) >= 6


@pytest.mark.parametrize(("name", "wanted", "words"), REFUSED)
def test_who_cannot_be_is_refused_in_one_line(name: str, wanted: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError) as told:
        region_named(name).person(500, **wanted)
    assert words in str(told.value) and "\n" not in str(told.value)
