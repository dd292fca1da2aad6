"""What is shared: names in the field's words, transforms that come back, nothing that is not known."""

import struct
from dataclasses import replace

import numpy as np
from numpy.testing import assert_allclose

from arguide.asset_files import find_scenario
from arguide.geometry.transforms import translation
from arguide.guidance.state import Deviation, NeedleState, Phase, SessionState, Step, StepView
from arguide.settings.scenario_file import read_scenario
from arguide.sharing.messages import DEVIATION, of_plan, of_state, values
from arguide.trackers.igtl.contents import decode_status, decode_transform
from arguide.trackers.igtl.packets import Message
from arguide.trackers.reading import Reading, Sample, Visibility

DEVIATION_NOW = Deviation(12.0, 2.0, 1.5, -1.0, 0.1, 3.0, 2.5, 12.2, (7.0, 8.0))
NEEDLE = NeedleState(translation([1, 2, 3]), DEVIATION_NOW, Phase.INSERTING, "")
SAMPLE = Sample(
    5,
    100.0,
    {
        "needle": Reading("needle", translation([4, 5, 6]), Visibility.VISIBLE),
        "stylus": Reading("stylus", None, Visibility.HIDDEN),
    },
)
STATE = SessionState(SAMPLE, StepView(Step.GUIDE, "", "", "", 0.5, False), NEEDLE, translation([7, 8, 9]), (), 0.5)


def by_name(state: SessionState) -> dict[str, Message]:
    return {message.name: message for message in of_state(state, 50.0)}


def test_a_live_needle() -> None:
    messages = by_name(STATE)
    expected = {"NeedleToTracker", "StylusTipToImage", "NeedleTipToImage", "NeedleDeviation", "NeedleDeviationText"}
    assert set(messages) == expected | {"Needle"}
    for name, where in (("NeedleToTracker", [4, 5, 6]), ("NeedleTipToImage", [1, 2, 3])):
        pose = decode_transform(messages[name].content)
        assert pose is not None
        assert_allclose(pose, translation(where))
    text = messages["NeedleDeviationText"].content[4:].decode()
    assert text == "inserting: depth 12.0 mm, lateral 2.0 mm, angle 5.7°, target 12.2 mm"
    kind, dimensions, size = struct.unpack(">BBH", messages["NeedleDeviation"].content[:4])
    assert (kind, dimensions, size) == (11, 1, 10)
    assert_allclose(np.frombuffer(messages["NeedleDeviation"].content[4:], ">f8"), values(DEVIATION_NOW))
    assert decode_status(messages["Needle"].content).code == 1
    assert all(len(name) <= 20 and message.time_s == 50.0 for name, message in messages.items())


def test_the_array_begins_as_documented() -> None:
    assert values(DEVIATION_NOW)[: len(DEVIATION)] == [getattr(DEVIATION_NOW, name) for name in DEVIATION]
    assert values(DEVIATION_NOW)[len(DEVIATION) :] == [2.5, 12.2, 7.0, 8.0]


def test_what_is_not_known_is_not_sent() -> None:
    lost = replace(STATE, needle=NeedleState(None, None, Phase.INSERTING, "needle hidden"), image_from_stylus_tip=None)
    messages = by_name(lost)
    assert set(messages) == {"NeedleToTracker", "Needle"}
    assert decode_status(messages["Needle"].content).words == "needle hidden"


def test_the_plan() -> None:
    plan = read_scenario(find_scenario("lumbar-facet")).plans[0]
    message = of_plan(plan, 1.0)
    assert (message.kind, message.name, len(message.content)) == ("POINT", "Plan", 2 * 136)
    for n, point in enumerate((plan.entry, plan.target)):
        assert_allclose(struct.unpack(">3f", message.content[136 * n + 100 : 136 * n + 112]), point, rtol=1e-6)
