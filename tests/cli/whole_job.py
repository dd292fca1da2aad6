"""Run `arguide demo` as a user would, and look at everything it leaves behind."""

import subprocess
import sys
from pathlib import Path

import av
import cv2
import numpy as np
from arguide_sim.emulation import Options, emulate

from arguide.geometry.transforms import apply, inverse
from arguide.recording.recording_file import Recording, read_recording
from arguide.settings.scenario import Plan

ROOT = Path(__file__).parents[2]


def arguide(*arguments: str) -> str:
    """Run a command in a process of its own; it must end well. What it printed."""
    command = [sys.executable, "-m", "arguide", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def check_outputs(out: Path) -> Recording:
    """Pictures, film, report and recording are there and whole."""
    names = {path.stem[3:] for path in (out / "pictures").glob("*.png")}
    assert names >= {
        "calibrate-stylus",
        "touch-fiducials",
        "review-registration",
        "searching-entry",
        "aligning",
        "inserting",
        "needle-hidden",
        "reference-hidden",
        "at-target",
        "withdrawn",
        "score",
    }
    for path in (out / "pictures").glob("*.png"):
        picture = cv2.imread(str(path))
        assert picture.shape == (400, 640, 3) and picture.std() > 10, f"{path} is empty"
    with av.open(str(out / "film.mp4")) as film:
        whole_s = [float(stream.duration * stream.time_base) for stream in (*film.streams.video, *film.streams.audio)]
        assert len(whole_s) == 2 and abs(whole_s[0] - whole_s[1]) < 0.2, "it is heard to its end"
        assert sum(1 for _ in film.decode(video=0)) > 500
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "not for patients" in report and "<svg" in report and "data:image/" in report
    recording = read_recording(out / "session.mcap")
    assert recording.ends_early == "" and len(recording.samples) == len(recording.states) > 3000
    assert len(recording.packets) > 2 * len(recording.samples)
    return recording


def error_at_target_mm(recording: Recording, scenario: str, plan: Plan, seed: int = 1) -> float:
    """Distance between the target where the program thought it was and where it truly was (TRE), mm."""
    truth = emulate(Options(scenario=scenario, seed=seed)).world.reference_from_image
    found = next(e.registration for e in reversed(recording.events) if e.registration).image_from_reference
    target = np.array(plan.target)
    return float(np.linalg.norm(apply(inverse(found), target) - apply(truth, target)))
