"""What surprises is asked for twice, what cannot be is withheld, and what happens once in a while is told."""

import itertools
from dataclasses import replace
from math import cos, sin

import pytest

from arguide.asset_files import find_profile
from arguide.settings.profile_file import read_profile
from arguide.trackers.ndi.alerts import PORT_OCCUPIED
from arguide.trackers.ndi.exchange import Statistics
from arguide.trackers.ndi.identity import Identity
from arguide.trackers.ndi.measuring import ASK_AGAIN, BUMP, DOUBT_S, MOST_QUESTIONS, AskAgain, Measuring
from arguide.trackers.ndi.question import Question
from arguide.trackers.ndi.samples import JUMPED
from arguide.trackers.ndi.setup import Bench
from arguide.trackers.ndi.tools import LoadedTool
from arguide.trackers.ndi.tracking_reply import Point, Report, ToolState, TrackingReply
from arguide.trackers.reading import Reading, Sample, Visibility

WHOLE = read_profile(find_profile("emulated"))
PROFILE = replace(WHOLE, tools=WHOLE.tools[:1])
PERIOD_S = 1 / 60
THERE: Point = (700.0, 0.0, -1200.0)


class Line:
    """A measuring driver and a tool in a hand."""

    def __init__(self, form: str = "BX") -> None:
        self.statistics = Statistics()
        bench = Bench(Identity(), 0, Question(form, PROFILE), {1: LoadedTool(1, "reference")})
        self.measuring = Measuring(bench, PROFILE, self.statistics)
        self.number = 100

    def reply(self, at: Point | None = None, number: int | None = None, status: int = 0x31) -> TrackingReply:
        number = self.number if number is None else number
        t = number * PERIOD_S
        place = at or (40 * sin(2 * t), 10.0, -1500.0)
        turn = (cos(0.2 * sin(t)), 0.0, sin(0.2 * sin(t)), 0.0)
        return TrackingReply((ToolState(1, Report.VALID, turn, place, 0.1, status, number),), 0)

    def take(self, reply: TrackingReply, late_s: float = 0.002) -> Sample | AskAgain | None:
        asked = self.number * PERIOD_S
        return self.measuring.take(reply, asked, asked + late_s)

    def run(self, frames: int) -> None:
        """Clean tracking for a while."""
        for _ in range(frames):
            self.number += 1
            if self.take(self.reply()) is ASK_AGAIN:
                assert isinstance(self.take(self.reply()), Sample)

    def next(self) -> TrackingReply:
        self.number += 1
        return self.reply()


def running(form: str = "BX") -> Line:
    line = Line(form)
    line.run(90)
    return line


def reading(taken: object) -> Reading:
    assert isinstance(taken, Sample)
    return taken.readings["reference"]


def test_a_tool_that_appears_needs_a_witness_and_a_moving_one_none() -> None:
    line = Line()
    assert line.take(line.next()) is ASK_AGAIN
    assert reading(line.take(line.reply())).visibility is Visibility.VISIBLE
    before = line.statistics.witnessed
    line.run(300)
    assert line.statistics.witnessed - before < 6
    assert line.statistics.frames == 301


def test_repeated_frame_is_no_sample() -> None:
    line = running()
    assert line.take(line.reply()) is None


def test_pose_that_only_one_reply_tells_is_not_believed() -> None:
    line = running()
    wrong = line.next()._replace(tools=line.reply(at=THERE).tools)
    assert line.take(wrong) is ASK_AGAIN
    right = line.take(line.reply())
    if right is ASK_AGAIN:  # two contradict each other: a third decides
        right = line.take(line.reply())
    pose = reading(right).tracker_from_tool
    assert pose is not None
    assert pose[0, 3] == pytest.approx(line.reply().tools[0].position[0])  # type: ignore[index]
    assert line.statistics.refuted == 1


def test_jump_that_the_device_insists_on_waits_for_the_next_frame() -> None:
    line = running()
    line.number += 1
    jumped = line.reply(at=THERE)
    assert line.take(jumped) is ASK_AGAIN
    first = reading(line.take(jumped))
    assert (first.tracker_from_tool, first.visibility, first.why) == (None, Visibility.HIDDEN, JUMPED)
    line.number += 1
    taken = line.take(line.reply(at=THERE))
    assert reading(taken).tracker_from_tool is not None
    assert line.statistics.withheld == 1


def test_jump_by_bx2_is_withheld_without_asking_again() -> None:
    line = running("BX2")
    line.number += 1
    assert reading(line.take(line.reply(at=THERE))).why == JUMPED
    line.number += 1
    assert reading(line.take(line.reply(at=THERE))).tracker_from_tool is not None
    assert line.statistics.witnessed == 0


def test_after_damage_every_reply_needs_a_witness_for_a_while() -> None:
    line = running()
    line.measuring.damaged(line.number * PERIOD_S)
    assert line.take(line.next()) is ASK_AGAIN
    assert isinstance(line.take(line.reply()), Sample)
    line.run(int(DOUBT_S / PERIOD_S) + 2)
    assert isinstance(line.take(line.next()), Sample)


@pytest.mark.parametrize("status", [0x30, 0x8031, 0x40000031])
def test_status_that_no_healthy_device_reports_is_asked_for_again_once(status: int) -> None:
    line = running()
    line.number += 1
    assert line.take(line.reply(status=status)) is ASK_AGAIN
    assert isinstance(line.take(line.reply(status=status)), Sample)
    line.number += 1
    assert isinstance(line.take(line.reply(status=status)), Sample), "the device means it, so it is usual from now on"


def test_frame_number_that_runs_ahead_of_the_clock_is_asked_for_again() -> None:
    line = running()
    ahead = line.reply(number=line.number + 500)
    line.number += 1
    assert line.take(ahead) is ASK_AGAIN
    taken = line.take(line.reply())
    assert isinstance(taken if taken is not ASK_AGAIN else line.take(line.reply()), Sample)
    assert isinstance(line.take(line.next()), Sample), "and the true count goes on"


def test_a_slow_line_brings_another_frame_each_time_and_still_comes_to_an_end() -> None:
    line = Line()
    outcomes = []
    for _ in range(10):
        line.number += 4
        outcomes.append(line.take(line.reply(), late_s=0.06))
    assert outcomes[0] is ASK_AGAIN
    assert isinstance(outcomes[1], Sample), "a later frame that fits is as good as a witness"
    assert sum(outcome is ASK_AGAIN for outcome in outcomes) <= 5


def test_questions_about_one_frame_are_bounded() -> None:
    line = running()
    line.number += 1
    answers = [line.take(line.reply(at=(700.0 + 300 * n, 0.0, 0.0))) for n in range(MOST_QUESTIONS + 1)]
    assert [answer is ASK_AGAIN for answer in answers] == [True] * MOST_QUESTIONS + [False]
    assert reading(answers[-1]).why == JUMPED


def test_bump_is_told_until_it_is_cleared() -> None:
    line = running("BX2")
    line.take(line.next()._replace(alerts=(BUMP,)))
    taken = line.take(line.next())
    assert isinstance(taken, Sample)
    assert taken.alerts == (BUMP,)
    line.measuring.bumped = False
    taken = line.take(line.next())
    assert isinstance(taken, Sample)
    assert taken.alerts == ()


def test_plugging_is_noticed_once_though_the_device_repeats_it() -> None:
    line = running()
    for _ in range(3):
        line.take(line.next()._replace(system_status=PORT_OCCUPIED))
    assert line.measuring.ports_changed
    line.measuring.ports_changed = False
    line.take(line.next()._replace(system_status=PORT_OCCUPIED))
    assert not line.measuring.ports_changed


def test_host_time_is_the_clock_of_the_device() -> None:
    line = Line()
    taken = []
    for k in range(200):
        line.number += 1
        sample = line.take(line.reply(), late_s=0.002 + 0.004 * (k % 3))
        taken.append(sample if isinstance(sample, Sample) else line.take(line.reply(), late_s=0.012))
    late = [sample for sample in taken if isinstance(sample, Sample)][100:]
    steps = [b.host_time_s - a.host_time_s for a, b in itertools.pairwise(late)]
    arrived = [b.arrived_s - a.arrived_s for a, b in itertools.pairwise(late)]
    assert max(abs(step - PERIOD_S) for step in steps) < 0.0006
    assert max(abs(step - PERIOD_S) for step in arrived) > 0.0035
