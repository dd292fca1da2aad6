"""Who the patient is: age, sex, build and posture, drawn from a seed and changed at will, within what humans are."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from arguide.errors import SettingsError
from arguide_sim.anatomy.norms import LORDOSIS_WITH_SLOPE, WHOLE

SEXES = ("f", "m")
LESIONS = ("none", "lytic", "paraspinal", "renal")


@dataclass(frozen=True, kw_only=True)
class LumbarPerson:
    """All that decides a patient: the same person gives the same bytes. Made by `person`, which checks it."""

    seed: int
    age: float
    """Years."""
    sex: str
    """`f` or `m`."""
    stature: float
    """mm."""
    bmi: float
    """kg/m²."""
    lordosis: float
    """Upper endplate of L1 to that of S1, degrees."""
    sacral_slope: float
    """Endplate of S1 to the axial plane, degrees."""
    scoliosis: float
    """Cobb angle of the lumbar curve, degrees; positive: convex to the right."""
    wear: float
    """Of the facet joints and discs, 0 (young) to 1 (end stage)."""
    osteophytes: float
    """At the rims of the bodies and the joints, 0 to 1."""
    lesion: str = "none"
    """`none`, `lytic` (in the body of L3), `paraspinal` (right, at L2) or `renal` (left kidney)."""

    @property
    def weight(self) -> float:
        """kg."""
        return self.bmi * (self.stature / 1000) ** 2


def person(seed: int, **wanted: Any) -> LumbarPerson:
    """The person numbered `seed`, with what is `wanted` by name put in place of chance.

    What is not asked for follows what is: a deep lordosis brings a steep sacrum, age brings wear. Raises SettingsError
    for a name, a value out of human range (saying the range) or a combination that cannot be (saying the rule).
    """
    _check_names(seed, wanted)
    random = np.random.default_rng([seed, 0])
    z = {name: float(value) for name, value in zip(WHOLE, random.standard_normal(len(WHOLE)), strict=True)}
    sex = wanted.get("sex", SEXES[int(random.random() < 0.5)])
    values: dict[str, Any] = {name: _drawn(name, sex, z[name]) for name in WHOLE}
    if "lordosis" in wanted or "sacral_slope" not in wanted:
        lordosis = float(wanted.get("lordosis", values["lordosis"]))
        values["sacral_slope"] = _goes_with("sacral_slope", "lordosis", lordosis, sex, z["sacral_slope"])
    else:
        values["lordosis"] = _goes_with("lordosis", "sacral_slope", float(wanted["sacral_slope"]), sex, z["lordosis"])
    older = (float(wanted.get("age", values["age"])) - 45) / 100
    for name in ("wear", "osteophytes"):
        values[name] = round(float(np.clip(values[name] + 0.8 * older, 0.0, 0.85 * _most_wear(older * 100 + 45))), 2)
    made = LumbarPerson(seed=seed, **{"lesion": "none", "sex": sex, **values, **wanted})
    _check_rules(made)
    return made


def _drawn(name: str, sex: str, z: float) -> float:
    norm = WHOLE[name]
    mean, spread = norm.of(sex)
    return round(float(np.clip(mean + spread * np.clip(z, -2.3, 2.3), norm.low + 1e-9, norm.high)), 2)


def _goes_with(name: str, other: str, value: float, sex: str, z: float) -> float:
    """`name`, of which a part follows how far `other` is from its mean."""
    (mean, spread), (other_mean, other_spread) = WHOLE[name].of(sex), WHOLE[other].of(sex)
    r = LORDOSIS_WITH_SLOPE
    drawn = mean + spread * (r * (value - other_mean) / other_spread + np.sqrt(1 - r * r) * np.clip(z, -2, 2))
    return round(float(np.clip(drawn, WHOLE[name].low, WHOLE[name].high)), 2)


def _check_names(seed: int, wanted: dict[str, Any]) -> None:
    names = {field.name for field in fields(LumbarPerson)} - {"seed"}
    if unknown := sorted(set(wanted) - names):
        raise SettingsError(f"a patient has no {', '.join(unknown)}; there are: {', '.join(sorted(names))}")
    if not 0 <= seed < 2**63:
        raise SettingsError(f"seed {seed}: a patient's number is 0 or more and below 2^63")
    for name, choices in (("sex", SEXES), ("lesion", LESIONS)):
        if wanted.get(name, choices[0]) not in choices:
            raise SettingsError(f"{name} {wanted[name]!r}: expected one of {', '.join(choices)}")
    for name, norm in WHOLE.items():
        value = wanted.get(name, norm.low)
        if not isinstance(value, int | float) or not norm.low <= value <= norm.high:
            raise SettingsError(
                f"{name} {value}: adults have {norm.low:g} to {norm.high:g} {norm.unit}; choose from these"
            )


def _most_wear(age: float) -> float:
    """The most worn that joints of this age are (assumed)."""
    return float(np.clip((age - 15) / 30, 0.1, 1.0))


def _check_rules(made: LumbarPerson) -> None:
    """Refuse what no one person can be."""
    check_weight(made.bmi, made.stature)
    lean = made.lordosis - made.sacral_slope
    most = _most_wear(made.age)
    rules = (
        (
            -8 <= lean <= 38,
            f"lordosis {made.lordosis:g}° on a sacral slope of {made.sacral_slope:g}° leans L1 back by {lean:.0f}°",
            "-8 to 38°",
        ),
        (made.wear <= most, f"wear {made.wear:g} at {made.age:g} years", f"at most {most:.2f} at that age"),
        (
            made.osteophytes <= most,
            f"osteophytes {made.osteophytes:g} at {made.age:g} years",
            f"at most {most:.2f} at that age",
        ),
    )
    for holds, what, expected in rules:
        if not holds:
            raise _apart(what, expected)


def check_weight(bmi: float, stature: float) -> None:
    """Refuse a weight that no adult has; kg/m², mm."""
    if not 35 <= (weight := bmi * (stature / 1000) ** 2) <= 220:
        raise _apart(f"bmi {bmi:g} at {stature:g} mm is {weight:.0f} kg", "35 to 220 kg")


def _apart(what: str, expected: str) -> SettingsError:
    return SettingsError(f"these do not go together: {what}; people have {expected}; change one of them")
