"""From the last byte of a packet on the pseudo-terminal to the deviation published, at 60 Hz with four tools.

The emulated tracker runs in a process of its own and notes when it wrote each reply; both processes read the same
monotonic clock. Measured alone, and while the scene draws as fast as it can on the same cores.
"""

import multiprocessing
import struct
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.sharedctypes import SynchronizedArray

import numpy as np

from arguide.asset_files import find_profile, find_scenario
from arguide.geometry.transforms import Array, inverse, pose_along
from arguide.guidance.anatomy import load_anatomy
from arguide.guidance.live import Live
from arguide.guidance.navigator import Navigator, reference_from_tool
from arguide.guidance.state import FiducialState, SessionState, Step, StepView
from arguide.guidance.steps import Input
from arguide.settings.profile import TrackerProfile
from arguide.settings.profile_file import read_profile
from arguide.settings.scenario import Plan, Scenario
from arguide.settings.scenario_file import read_scenario
from arguide.trackers.opening import open_tracker
from arguide.trackers.reading import Sample

SECONDS = 20.0
# In a BX reply whose first tool is seen: 6 header bytes, count, handle, state, 32 of pose, 4 of status, the frame.
FRAME_AT = 45


def serve(written: "SynchronizedArray[float]", address: "multiprocessing.Queue[str]") -> None:
    """The emulator's process: like the real one, but it notes when each reply was written."""
    from arguide_sim.emulation import Options, emulate
    from arguide_sim.serve_pty import PtyServer

    class Timed(PtyServer):
        def _send(self, reply: bytes) -> None:
            # Noted just before the write: afterwards the host may already be at work while this process waits its turn.
            now = time.monotonic()
            super()._send(reply)
            if reply[:2] == b"\xc4\xa5":
                frame = struct.unpack_from("<I", reply, FRAME_AT)[0]
                # The first time it was sent: a frame that is asked for again was known before.
                written[frame] = written[frame] or now

    with Timed(emulate(Options(motion="wave")).device) as server:
        address.put(server.url)
        server.run()


class Guide:
    """In place of a session: the needle is guided from the first sample on, and starts near the target."""

    def __init__(self, scenario: Scenario, plan: Plan, profile: TrackerProfile) -> None:
        needle = profile.tool("needle")
        assert needle is not None and needle.tip_mm is not None and needle.direction is not None
        self._needle_from_tip = pose_along(needle.tip_mm, needle.direction)
        self._start = pose_along(
            0.3 * np.array(plan.entry) + 0.7 * np.array(plan.target), np.subtract(plan.target, plan.entry)
        )
        self._navigator = Navigator(plan, self._needle_from_tip, load_anatomy(scenario, plan))
        self._fiducials = tuple(FiducialState(f.name, True, 0.3, False) for f in scenario.fiducials)
        self._image_from_reference: Array | None = None

    def update(self, sample: Sample, inputs: tuple[Input, ...] = ()) -> SessionState:
        """One state."""
        if self._image_from_reference is None:
            pose, trouble = reference_from_tool(sample, "needle")
            assert pose is not None, trouble
            self._image_from_reference = self._start @ inverse(pose @ self._needle_from_tip)
        needle = self._navigator.update(sample, self._image_from_reference)
        view = StepView(Step.GUIDE, "Advance slowly", "", "", 0.5, False)
        return SessionState(sample, view, needle, None, self._fiducials, 0.3)


def measure() -> list[tuple[str, str, str]]:
    """Median and 99th percentile of both."""
    scenario = read_scenario(find_scenario("lumbar-facet"))
    plan, profile = scenario.plans[0], read_profile(find_profile("emulated"))
    guide = Guide(scenario, plan, profile)
    alone = _latencies_ms(guide, profile, lambda live: time.sleep(SECONDS))
    from arguide.scene.stage import Stage

    with Stage(scenario, plan) as stage:

        def draw(live: Live) -> None:
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                if (state := live.newest) is not None:
                    stage.show(state, time.monotonic() - state.sample.host_time_s)
                    stage.render()

        drawing = _latencies_ms(guide, profile, draw)
    what = "packet on the pty → deviation, 60 Hz, 4 tools, 4 risks"
    return [
        (f"{what}: median", f"{np.median(alone):.2f} ms", "≤ 1 ms"),
        (f"{what}: p99", f"{np.percentile(alone, 99):.2f} ms", "≤ 4 ms"),
        (f"{what}, scene drawing: median", f"{np.median(drawing):.2f} ms", ""),
        (f"{what}, scene drawing: p99", f"{np.percentile(drawing, 99):.2f} ms", "≤ 15 ms"),
        ("samples measured, alone and drawing", f"{len(alone)}, {len(drawing)}", "1200 each"),
    ]


def _latencies_ms(guide: Guide, profile: TrackerProfile, wait: Callable[[Live], None]) -> Array:
    context = multiprocessing.get_context("spawn")
    written, address = context.Array("d", 1 << 15, lock=False), context.Queue()
    emulator = context.Process(target=serve, args=(written, address), daemon=True)
    emulator.start()
    published: list[tuple[int, float]] = []
    try:
        with closing(open_tracker(profile, address.get(timeout=30), time.monotonic)) as tracker:
            tracker.connect()
            tracker.start()
            live = Live(tracker, guide, [lambda _, state: published.append(_dated(state))])  # type: ignore[arg-type]
            live.start()
            try:
                wait(live)
            finally:
                live.stop()
            if live.error:
                raise live.error
    finally:
        emulator.terminate()
        emulator.join()
    # The first second is left out: the pacing is still learning when frames come.
    return np.array([1e3 * (at - written[frame]) for frame, at in published[60:]])


def _dated(state: SessionState) -> tuple[int, float]:
    return state.sample.frame_number, time.monotonic()
