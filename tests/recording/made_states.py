"""Samples, states and headers made up for tests: by hypothesis, or plain ones by number."""

from dataclasses import fields

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from arguide.geometry.transforms import translation
from arguide.guidance.state import (
    Aid,
    Alert,
    Deviation,
    FiducialState,
    Level,
    NeedleState,
    Phase,
    RiskState,
    SessionState,
    Step,
    StepView,
)
from arguide.recording.records import Header
from arguide.trackers.reading import Reading, Sample, Visibility

any_float = st.floats(allow_nan=True, allow_infinity=True)
names = st.text(max_size=8)
matrices = arrays(np.float64, (4, 4), elements=any_float)
vectors = st.tuples(any_float, any_float, any_float)

readings = st.builds(
    Reading,
    tool=names,
    tracker_from_tool=st.none() | matrices,
    visibility=st.sampled_from(Visibility),
    error_mm=any_float,
    buttons=st.integers(0, 2**16),
)
samples = st.builds(
    Sample,
    frame_number=st.integers(0, 2**32 - 1),
    host_time_s=st.floats(0, 1e8),
    readings=st.dictionaries(names, readings, max_size=3),
    alerts=st.lists(names, max_size=2).map(tuple),
)
deviations = st.builds(
    Deviation,
    **{f.name: any_float for f in fields(Deviation) if f.name != "clearances_mm"},
    clearances_mm=st.lists(any_float, max_size=4).map(tuple),
)
needles = st.builds(
    NeedleState,
    image_from_tip=st.none() | matrices,
    deviation=st.none() | deviations,
    phase=st.sampled_from(Phase),
    trouble=names,
    risks=st.lists(st.builds(RiskState, st.sampled_from(Alert), *[any_float] * 5), max_size=2).map(tuple),
)
views = st.builds(StepView, st.sampled_from(Step), names, names, names, any_float, st.booleans())
states = st.builds(
    SessionState,
    sample=samples,
    view=views,
    needle=needles,
    image_from_stylus_tip=st.none() | matrices,
    fiducials=st.lists(
        st.builds(FiducialState, names, st.booleans(), st.none() | any_float, st.booleans()), max_size=3
    ).map(tuple),
    fre_mm=st.none() | any_float,
    stylus_directions=st.lists(vectors, max_size=3).map(tuple),
    aid=st.builds(Aid, st.sampled_from(Level), st.booleans()),
)


def sample(number: int) -> Sample:
    """Sample `number` of a quiet session at 60 Hz that started at 100 s; every tenth hides the needle."""
    pose = translation([number / 7, 1e-9, -0.0])
    needle = Reading("needle", None, Visibility.HIDDEN) if number % 10 == 9 else seen("needle", pose)
    return Sample(1000 + number, 100 + number / 60, {"reference": seen("reference", pose), "needle": needle})


def seen(tool: str, pose: np.ndarray) -> Reading:
    """A visible reading."""
    return Reading(tool, pose, Visibility.VISIBLE, error_mm=0.1)


def state(number: int) -> SessionState:
    """State `number` of the quiet session; directions grow as while pivoting."""
    deviation = Deviation(90 - number / 3, 1.5, 1.0, 0.5, 0.01, float("inf"), 2.0, 90.0, (5.0, float("nan")))
    return SessionState(
        sample=sample(number),
        view=StepView(Step.GUIDE, "advance", "", "", number / 1000, False),
        needle=NeedleState(translation([0, 0, number]), deviation, Phase.INSERTING, ""),
        image_from_stylus_tip=None,
        fiducials=(FiducialState("F1", True, 0.4, False),),
        fre_mm=0.5,
        stylus_directions=tuple((0.0, n / 10, 1.0) for n in range(number % 30)),
    )


def header() -> Header:
    """A header with every field filled."""
    return Header(
        scenario_name="lumbar",
        scenario_toml='name = "lumbar"\n',
        scenario_sha256="ab" * 32,
        mesh_sha256={"skin": "cd" * 32},
        profile_name="polaris",
        profile_toml='name = "polaris"\n',
        profile_sha256="ef" * 32,
        rom_sha256={"needle": "01" * 32},
        plan="L4 facet",
        rate_hz=60.0,
        wall_start_ns=1_700_000_000_000_000_000,
        monotonic_start_s=100.0,
        extra={"seed": "7"},
    )
