"""People are drawn within human range, follow what is asked of them, and cannot be what nobody is."""

from dataclasses import asdict

import numpy as np
import pytest
from arguide_sim.anatomy.norms import WHOLE
from arguide_sim.anatomy.person import LESIONS, SEXES, LumbarPerson, person
from hypothesis import given
from hypothesis import strategies as st

from arguide.errors import SettingsError


@given(st.integers(0, 2**63 - 1))
def test_every_seed_is_somebody(seed: int) -> None:
    somebody = person(seed)
    assert somebody == person(seed)
    for name, norm in WHOLE.items():
        assert norm.low <= getattr(somebody, name) <= norm.high, name
    assert somebody.sex in SEXES and somebody.lesion in LESIONS


def test_a_crowd_is_as_published() -> None:
    crowd = [person(seed) for seed in range(600)]
    for sex in SEXES:
        some = [one for one in crowd if one.sex == sex]
        assert 240 < len(some) < 360
        for name in ("stature", "bmi", "lordosis", "sacral_slope"):
            mean, spread = WHOLE[name].of(sex)
            values = np.array([getattr(one, name) for one in some])
            assert abs(values.mean() - mean) < 0.2 * spread and 0.85 < values.std() / spread < 1.15, name
    along = np.corrcoef([one.lordosis for one in crowd], [one.sacral_slope for one in crowd])[0, 1]
    assert 0.7 < along < 0.88


def test_what_is_asked_for_is_given_and_the_rest_follows() -> None:
    wanted = {"age": 67, "sex": "f", "bmi": 31, "lordosis": 48, "scoliosis": 12, "lesion": "renal"}
    made = asdict(person(7, **wanted))
    assert {name: made[name] for name in wanted} == wanted
    assert person(7, lordosis=70).sacral_slope > person(7, lordosis=30).sacral_slope + 15
    assert person(7, sacral_slope=50).lordosis > person(7, sacral_slope=25).lordosis + 15
    assert person(7, age=80).wear > person(7, age=30).wear
    assert person(7, age=80).stature == person(7, age=30).stature


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"age": 12}, "18 to 95 years"),
        ({"bmi": 80}, "16 to 50 kg/m²"),
        ({"bmi": float("nan")}, "16 to 50 kg/m²"),
        ({"lordosis": "steep"}, "20 to 80 °"),
        ({"sex": "x"}, "one of f, m"),
        ({"lesion": "big"}, "one of none, lytic"),
        ({"weight": 80}, "there are: age, bmi"),
        ({"lordosis": 75, "sacral_slope": 20}, "leans L1 back by 55°; people have -8 to 38°"),
        ({"age": 20, "wear": 0.9}, "wear 0.9 at 20 years; people have at most 0.17"),
        ({"bmi": 16.0, "stature": 1400}, "31 kg; people have 35 to 220 kg"),
    ],
)
def test_what_nobody_is_is_refused(wanted: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message.replace("(", r"\(")):
        person(1, **wanted)


def test_weight_is_bmi_times_height_squared() -> None:
    somebody = LumbarPerson(
        seed=0, age=40, sex="m", stature=1800, bmi=25, lordosis=45, sacral_slope=38, scoliosis=0, wear=0, osteophytes=0
    )
    assert somebody.weight == pytest.approx(81.0)


def test_a_negative_number_is_nobody() -> None:
    with pytest.raises(SettingsError, match="0 or more"):
        person(-1)
