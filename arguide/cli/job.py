"""One session from opening the tracker to the report: joins tracker, session, recorder, scene and score."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from arguide.cli.ar import Pictures
from arguide.cli.beside import awaited, beside
from arguide.cli.clocks import FrameClock
from arguide.cli.device_rows import device_rows
from arguide.cli.finishing import print_card, print_results
from arguide.cli.gallery import Gallery
from arguide.cli.hearing import hear, heed, player_for, settings_of
from arguide.cli.igtl_server import server_for
from arguide.cli.notes import ResultNotes, packet_tap
from arguide.cli.progress import progress_bar
from arguide.cli.showing import FILM_HZ, Studio, in_window, until_left
from arguide.cli.soundtrack import Soundtrack
from arguide.cli.sources import open_source
from arguide.errors import ArguideError, PortError, RecordingError, SettingsError
from arguide.guidance.anatomy import load_anatomy
from arguide.guidance.levels import INPUT_FOR
from arguide.guidance.live import Live, Sink
from arguide.guidance.session import Session
from arguide.guidance.state import Level
from arguide.recording.recorder import Recorder
from arguide.recording.recording_file import read_recording
from arguide.recording.records import Header, header_of
from arguide.scene.looks import Looks
from arguide.settings.calibration_file import ToolCalibration, to_text
from arguide.settings.calibration_store import CalibrationStore
from arguide.settings.method import Method
from arguide.settings.profile import TrackerProfile
from arguide.settings.scenario import Plan, Scenario
from arguide.sound.synthesizer import RATE_HZ
from arguide.trackers.tracker import Tracker

if TYPE_CHECKING:
    from arguide.guidance.live_picture import LivePicture
    from arguide.scene.stage import Stage
    from arguide.training.report import Report

Clock: TypeAlias = FrameClock | Callable[[], float]
CARD_S = 5.0


class Curtain(Protocol):
    """Tells what is being done until the stage is there, then goes away."""

    @property
    def closed(self) -> bool:
        """Whether it has gone."""
        ...

    def wait(self, words: str) -> None:
        """Tell it."""
        ...

    def close(self) -> None:
        """Go away."""
        ...


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is to be done, as the command line says it."""

    scenario: Scenario
    plan: Plan
    profile: TrackerProfile
    port: str
    out: Path
    size: tuple[int, int]
    window: bool
    fast: bool = False
    """On a simulated clock: only against an emulated tracker that steps with it."""
    lasting: bool = False
    """Whether a tracker that goes away is waited for and set up again."""
    remarks: dict[str, str] = field(default_factory=dict)
    store: CalibrationStore | None = None
    """Where tool calibrations are taken from and kept; None: neither, as for tools that are emulated."""
    calibrate: str | None = None
    """How the needle is calibrated in the session, by names with commas; None: as the scenario says."""
    guidance: Level = Level.FULL
    muted: bool = False
    """Whether the sound is off at the start."""
    looks: Looks = field(default_factory=Looks)
    """Of the panels; what the user changes in a session is remembered."""
    curtain: Curtain | None = None
    """What is seen until the stage is."""
    igtl_server: tuple[str, int] | None = None
    """Where to share over OpenIGTLink: host and port."""
    ar: str | None = None
    """The camera that the plan is drawn on, by address, or `own`; None: there is none."""

    @property
    def recording(self) -> Path:
        """The recording of this job."""
        return self.out / "session.mcap"


def window_possible() -> bool:
    """Whether this machine has a desktop to open a window on."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def new_folder(out: Path | None) -> Path:
    """The folder for the results: the given one, or a new one named by date and time."""
    if out is None:
        out = Path("arguide-output") / time.strftime("%Y%m%d-%H%M%S")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordingError(f"{out}: cannot be made ({error.strerror}); give another folder with --out") from None
    if (out / "session.mcap").exists():
        raise RecordingError(f"{out}: already holds a session.mcap, which is never overwritten; give a new --out")
    return out


def carry_out(job: Job) -> int:
    """Do the whole job; returns the exit status. Whatever ends it, what was recorded stays readable."""
    from arguide.cli.tool_calibrations import methods_wanted

    clock: Clock = FrameClock(job.profile.rate_hz) if job.fast else time.monotonic
    with ExitStack() as stack:
        stored = _stored(job)
        methods = methods_wanted(job.calibrate, job.scenario, stored)
        recorder = stack.enter_context(Recorder(job.recording, _header(job, clock(), stored, methods)))
        tracker = open_source(job.profile, job.port, clock, tap=packet_tap(recorder), lasting=job.lasting)
        stack.callback(tracker.close)
        with progress_bar("Getting ready") as bar:
            progress = _told(bar, job.curtain)
            read = [(0.0, "")]
            loading = beside(lambda: load_anatomy(job.scenario, job.plan, lambda *done: read.append(done)))
            # First what can fail for reasons outside this program.
            progress(0.0, f"connecting to the tracker on {job.port}")
            tracker.connect()
            pictures, no_picture = _pictures(job, tracker, clock, stack)
            progress(0.2, "building the scene")
            sessions: list[Session] = []
            live_picture = pictures.join(lambda: sessions[0] if sessions else None) if pictures else None
            stage = _stage(job, clock, live_picture, no_picture)
            stage.facts.devices += device_rows(job.profile, job.port, tracker) + (pictures.rows() if pictures else [])
            stack.callback(stage.close)
            stack.callback(_remember, job)
            stage.render()  # to be seen at once; what else is needed comes after it
            if job.curtain:
                job.curtain.close()
            anatomy = awaited(loading, lambda: _wait(job, stage, progress, *read[-1]))
            stage.hide_card()
            session = Session(job.scenario, job.plan, job.profile, anatomy, stored, methods)
            sessions.append(session)
            tracker.start()
        beside(_load_rest)
        sinks: list[Sink] = [
            recorder.take,
            ResultNotes(session, job.scenario, recorder),
            *_keepers(job, session, stored),
        ]
        sinks.append(stage.facts.watch)
        if job.igtl_server:
            sinks.append(stack.enter_context(server_for(job.plan, job.igtl_server, clock())).take)
        if live_picture:
            sinks.append(live_picture.take)
        live = Live(tracker, session, sinks)
        if pictures and pictures.feed and not job.fast:
            pictures.feed.start()
        if job.guidance is not Level.FULL:
            live.ask(INPUT_FOR[job.guidance])
        try:
            if job.window:
                return _in_window(job, stage, live, recorder)
            poll = pictures.feed.poll if pictures and pictures.feed else None
            return _off_screen(job, stage, live, recorder, clock, poll)
        except ArguideError as error:
            error.args = (f"{error} (recorded so far: {job.recording})", *error.args[1:])
            raise


def _wait(job: Job, stage: "Stage", progress: Callable[[float, str], None], done: float, what: str) -> None:
    """Say what is worked out for a scenario that is new here, and keep the window alive."""
    progress(0.4 + 0.6 * done, what)
    if job.window and not stage.closed:
        stage.show_card([("The first time", f"{what} · {100 * done:.0f} %", None)], "Getting ready")
        stage.render()


def _load_rest() -> None:
    """Load what registering asks for, so that nothing halts when the third fiducial is touched: half a second of work."""
    from scipy import optimize, spatial, special  # noqa: F401


def _stage(job: Job, clock: Clock, live_picture: "LivePicture | None", no_picture: str) -> "Stage":
    """What the session is seen in; with the camera's view where one was asked for."""
    from arguide.scene.layouts import ARRANGEMENTS
    from arguide.scene.occluders import occluders_of
    from arguide.scene.stage import Stage

    return Stage(
        job.scenario,
        job.plan,
        size=job.size,
        window=job.window,
        stale_after_s=job.profile.stale_after_s,
        looks=job.looks,
        clock=clock,
        arrangement=ARRANGEMENTS[1] if live_picture or no_picture and job.window else ARRANGEMENTS[0],
        live=live_picture,
        occluders=occluders_of(job.profile) if live_picture else None,
        no_live=no_picture,
    )


def _pictures(job: Job, tracker: Tracker, clock: Clock, stack: ExitStack) -> tuple[Pictures | None, str]:
    """The camera that was asked for; one that cannot be used costs its picture, and the reason is told."""
    try:
        return (Pictures(job.ar, job.profile, tracker, clock, stack) if job.ar else None), ""
    except (PortError, SettingsError) as error:
        print(f"note: no live picture: {error}", file=sys.stderr)
        return None, str(error)


def _remember(job: Job) -> None:
    """Keep how the panels look; only a window's can be changed."""
    from arguide.settings.choices_file import ThemeName, remember_looks

    if job.window:
        remember_looks(ThemeName(job.looks.theme), job.looks.scale)


def _told(bar: Callable[[float, str], None], curtain: Curtain | None) -> Callable[[float, str], None]:
    """Progress for the terminal, and for the curtain while there is one."""

    def progress(done: float, what: str) -> None:
        bar(done, what)
        if curtain and not curtain.closed:
            curtain.wait(what)

    return progress


def _stored(job: Job) -> dict[str, ToolCalibration]:
    if job.store is None:
        return {}
    from arguide.cli.tool_calibrations import usable

    return usable(job.profile, job.store, job.scenario.limits.calibration_days, datetime.now(UTC))


def _keepers(job: Job, session: Session, stored: dict[str, ToolCalibration]) -> list[Sink]:
    if job.store is None:
        return []
    from arguide.cli.tool_calibrations import USED_TOOLS, CalibrationKeeper, serial_of

    serials = {tool.name: serial_of(tool, job.profile) for tool in job.profile.tools if tool.name in USED_TOOLS}
    turned = "needle" in stored and stored["needle"].direction is not None
    return [CalibrationKeeper(session, job.store, serials, lambda: datetime.now(UTC), turned=turned)]


def _header(job: Job, now_s: float, stored: dict[str, ToolCalibration], needle_methods: tuple[Method, ...]) -> Header:
    return header_of(
        job.scenario,
        job.profile,
        job.plan,
        monotonic_s=now_s,
        calibrations={name: to_text(calibration) for name, calibration in stored.items()},
        needle_methods=needle_methods,
        extra=job.remarks,
    )


def _in_window(job: Job, stage: "Stage", live: Live, recorder: Recorder) -> int:
    stills: list[Path] = []

    def still() -> None:
        from arguide.scene.film import write_picture

        stills.append(job.out / f"still-{len(stills) + 1:02}.png")
        write_picture(stills[-1], stage.portrait())

    with player_for(job.plan, job.profile.stale_after_s, job.muted) as player:
        hear(player, live)
        stage.facts.settings += settings_of(player, live)
        done = in_window(live, stage, still, lambda key: heed(player, key))
    if not done:
        recorder.close()
        print(f"left before the end; the recording is {job.recording}")
        return 0
    from arguide.scene.film import write_picture

    gallery = Gallery(job.out / "pictures", stage.portrait, write_picture)
    report = _close_and_report(job, recorder)
    _show_card(stage, report)
    stage.render()
    gallery.keep("score")
    _save(job, report, gallery)
    until_left(stage, still)
    return 0


def _off_screen(
    job: Job, stage: "Stage", live: Live, recorder: Recorder, clock: Clock, poll: Callable[[], None] | None = None
) -> int:
    from arguide.scene.film import Film, write_picture

    gallery = Gallery(job.out / "pictures", stage.portrait, write_picture)
    sound_hz = None if job.muted else RATE_HZ
    with (
        Film(job.out / "film.mp4", FILM_HZ, job.size, sound_hz=sound_hz) as film,
        progress_bar("Training session") as progress,
    ):
        soundtrack = Soundtrack(film, job.plan, job.profile.stale_after_s)
        studio = Studio(stage, gallery, film, soundtrack, progress)
        if isinstance(clock, FrameClock):
            studio.on_simulated_clock(live, clock, job.profile.rate_hz, poll)
        else:
            studio.in_real_time(live)
        report = _close_and_report(job, recorder)
        _show_card(stage, report)
        studio.keep("score", CARD_S)
    _save(job, report, gallery)
    return 0


def _close_and_report(job: Job, recorder: Recorder) -> "Report":
    from arguide.training.report import report_of

    recorder.close()
    if recorder.dropped:
        print(f"warning: {recorder.dropped} records were dropped: the disk was too slow", file=sys.stderr)
    return report_of(read_recording(job.recording), job.scenario, job.plan)


def _show_card(stage: "Stage", report: "Report") -> None:
    from arguide.training.score import card_lines

    stage.show_card(card_lines(report.score), "Score card")


def _save(job: Job, report: "Report", gallery: Gallery) -> None:
    from arguide.training.report import pictures_of, save_report

    save_report(job.out / "report.html", replace(report, pictures=pictures_of(gallery.close())))
    print_card(report.score)
    print_results(job.out)
