"""From replies to samples one can rely on: new frames only, dated by the device's clock, and no pose that cannot be.

The checksum lets one damaged reply in 65,536 through. What it lets through is found by what the reply says: tools we
know, status bits that are defined, quaternions of length one, a frame number that fits the time that went by, poses
where the tools' motion leads. A reply that surprises in any of this is a reason to ask again: the device repeats its
newest frame word for word, damage does not repeat itself. While replies are being damaged every reply needs such a
witness. A pose that is witnessed but faster than a hand is withheld until the next frame confirms it.
"""

from dataclasses import dataclass
from math import inf
from typing import NamedTuple, TypeAlias

from arguide.settings.profile import TrackerProfile
from arguide.trackers.ndi.alerts import ALERT, BUMPED, PORT_OCCUPIED, PORT_UNOCCUPIED, describe_alert
from arguide.trackers.ndi.exchange import Statistics
from arguide.trackers.ndi.samples import FrameCounter, sample_of
from arguide.trackers.ndi.setup import Bench
from arguide.trackers.ndi.tracking_reply import PortStatus, Report, ToolState, TrackingReply
from arguide.trackers.plausible import Motion, Verdict
from arguide.trackers.reading import Sample
from arguide.trackers.timebase import Timebase

DOUBT_S = 1.0
"""After a damaged reply every other needs a witness for so long."""
MOST_QUESTIONS = 4
"""So often is one frame asked for; what still surprises then is taken, what is impossible is withheld."""
NORM_ERROR = 2e-3
"""Of the square of a quaternion's length: ten times what rounding to four digits does."""
MOST_ERROR_MM = 10.0
FRAMES_AHEAD = 3
"""A frame number may be so many frames before what the clock lets expect."""
FOLLOWED = 1000
"""Of more frames than this the numbers say nothing about the time that went by."""
BUMP = describe_alert(ALERT, BUMPED)
_UNDEFINED = 0xFFFFC000
_HEALTHY = int(PortStatus.OCCUPIED | PortStatus.INITIALIZED | PortStatus.ENABLED)
_OUT = int(PortStatus.OUT_OF_VOLUME)

Verdicts: TypeAlias = dict[int, Verdict]
Looks: TypeAlias = tuple[bool, tuple[tuple[int, bool], ...]]


class AskAgain:
    """The reply is new but surprising: ask once more, at once."""


ASK_AGAIN = AskAgain()


class _Witness(NamedTuple):
    """A reply that surprised."""

    reply: TrackingReply
    verdicts: Verdicts
    asked_s: float
    arrived_s: float


@dataclass(frozen=True, slots=True)
class _Moment:
    """One new reply in time."""

    ahead: int
    asked_s: float
    arrived_s: float
    at_s: float
    """To judge motion by: the longer of what both clocks say went by."""


class Measuring:
    """Takes the replies of one run of tracking."""

    def __init__(self, bench: Bench, profile: TrackerProfile, statistics: Statistics) -> None:
        self._bench = bench
        self._period_s = 1 / profile.rate_hz
        self._motions = {handle: Motion(profile.speed_limit_mm_s) for handle in bench.tools}
        self._absent = bench.absent(profile)
        self._looks: Looks = (False, tuple((handle, False) for handle in bench.tools))
        """How replies usually look: which handles, and which of them have something odd."""
        self._doubt_until_s = -inf
        self._witness: _Witness | None = None
        self._questions = 0
        self._last_s: float | None = None
        self._at_s = 0.0
        self._ports = 0
        self._statistics = statistics
        self._frames = FrameCounter()
        self.timebase = Timebase(self._period_s)
        self.bumped = bench.bumped
        self.ports_changed = False
        """Whether the device has just said that a tool was plugged in or out."""

    def damaged(self, now_s: float) -> None:
        """A reply could not be read: for a while trust no single one."""
        self._doubt_until_s = now_s + DOUBT_S

    def take(self, reply: TrackingReply, asked_s: float, arrived_s: float) -> Sample | AskAgain | None:
        """The sample of a new device frame, None for a frame we have already, or the wish to ask again."""
        ahead = self._frames.ahead(reply.frames)
        if ahead <= 0:
            return None
        witness = self._witness
        if witness is not None and witness.reply.frames == reply.frames:
            now = self._moment(ahead, witness.asked_s, witness.arrived_s)
            if witness.reply.tools == reply.tools:
                return self._sample(reply, witness.verdicts, now)
            self._statistics.refuted += 1
        else:
            now = self._moment(ahead, asked_s, arrived_s)
        verdicts = self._judge(reply, now.at_s)
        if self._bench.question.repeats and self._doubts(reply, verdicts, now):
            return self._ask_again(reply, verdicts, now)
        return self._sample(reply, verdicts, now)

    def _moment(self, ahead: int, asked_s: float, arrived_s: float) -> _Moment:
        if self._last_s is None:
            return _Moment(ahead, asked_s, arrived_s, arrived_s)
        by_frames_s = ahead / max(self._frames.step, 1) * self._period_s if ahead < FOLLOWED else 0.0
        return _Moment(ahead, asked_s, arrived_s, self._at_s + max(by_frames_s, arrived_s - self._last_s))

    def _judge(self, reply: TrackingReply, at_s: float) -> Verdicts:
        verdicts = {}
        for tool in reply.tools:
            motion = self._motions.get(tool.handle)
            if motion and tool.quaternion and tool.position and not tool.status & _OUT:
                verdicts[tool.handle] = motion.judge(tool.position, tool.quaternion, at_s)
        return verdicts

    def _doubts(self, reply: TrackingReply, verdicts: Verdicts, now: _Moment) -> bool:
        """Whether to ask again before this reply is believed."""
        surprising = max(verdicts.values(), default=Verdict.EXPECTED) is not Verdict.EXPECTED
        if self._witness is not None and self._witness.reply.frames != reply.frames:
            return surprising and self._questions < MOST_QUESTIONS  # a later frame confirms what surprised before
        if self._witness is not None:
            return self._questions < MOST_QUESTIONS
        return (
            surprising
            or now.arrived_s < self._doubt_until_s
            or _looks(reply, self._frames.step) != self._looks
            or self._leaps(now)
        )

    def _leaps(self, now: _Moment) -> bool:
        """Whether the frame number runs ahead of the clock."""
        if self._last_s is None:
            return False
        expected = (now.arrived_s - self._last_s) / self._period_s
        return now.ahead / max(self._frames.step, 1) > FRAMES_AHEAD + 1.5 * expected

    def _ask_again(self, reply: TrackingReply, verdicts: Verdicts, now: _Moment) -> AskAgain:
        self._statistics.witnessed += not self._questions
        self._questions += 1
        self._witness = _Witness(reply, verdicts, now.asked_s, now.arrived_s)
        for tool in reply.tools:
            if verdicts.get(tool.handle) and tool.position and tool.quaternion:
                self._motions[tool.handle].suspect(tool.position, tool.quaternion, now.at_s)
        return ASK_AGAIN

    def _sample(self, reply: TrackingReply, verdicts: Verdicts, now: _Moment) -> Sample:
        taken = self._frames.take(reply.frames)
        assert taken is not None, "only new frames come here"
        frame, skipped = taken
        self._statistics.frames += 1
        self._statistics.skipped += skipped
        self._witness, self._questions = None, 0
        self._looks = _looks(reply, self._frames.step)
        withheld = self._follow(reply, verdicts, now.at_s)
        self._last_s, self._at_s = now.arrived_s, now.at_s
        self.bumped |= BUMP in reply.alerts
        self._watch_ports(reply.system_status)
        return sample_of(
            reply,
            self._bench.tools,
            frame,
            # A device that answers with its newest frame measured it hardly longer than a period ago.
            self.timebase.date(frame, now.arrived_s, now.asked_s - 1.5 * self._period_s),
            now.arrived_s,
            absent=self._absent,
            withheld=withheld,
            alerts=(BUMP,) if self.bumped and BUMP not in reply.alerts else (),
        )

    def _follow(self, reply: TrackingReply, verdicts: Verdicts, at_s: float) -> set[int]:
        """Learn from the poses; returns the handles whose pose is withheld."""
        withheld = set()
        for tool in reply.tools:
            verdict = verdicts.get(tool.handle)
            if verdict is None or not tool.position or not tool.quaternion:
                continue
            if verdict is Verdict.IMPOSSIBLE:
                self._motions[tool.handle].suspect(tool.position, tool.quaternion, at_s)
                withheld.add(tool.handle)
            else:
                self._motions[tool.handle].accept(tool.position, tool.quaternion, at_s)
        self._statistics.withheld += len(withheld)
        return withheld

    def _watch_ports(self, system_status: int) -> None:
        """Notice when a tool is plugged in or out; the device may repeat it until it was asked for its ports."""
        ports = system_status & (PORT_OCCUPIED | PORT_UNOCCUPIED)
        self.ports_changed |= bool(ports & ~self._ports)
        self._ports = ports


def _looks(reply: TrackingReply, step: int) -> Looks:
    """What stays the same from reply to reply of a healthy device, whatever the tools do."""
    frames = reply.frames
    apart = max(frames, default=0) - min(frames, default=0) > 2 * max(step, 1)
    return apart, tuple([(tool.handle, _odd(tool)) for tool in reply.tools])


def _odd(tool: ToolState) -> bool:
    """Whether a pose comes with something that a healthy device does not say."""
    if tool.report is not Report.VALID or tool.quaternion is None:
        return False
    if tool.status & _UNDEFINED or tool.status & _HEALTHY != _HEALTHY or not 0 <= tool.error_mm < MOST_ERROR_MM:
        return True
    q0, qx, qy, qz = tool.quaternion
    return abs(q0 * q0 + qx * qx + qy * qy + qz * qz - 1) > NORM_ERROR
