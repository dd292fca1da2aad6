"""From the start of `arguide demo` to its first picture, as a whole process; caches filled by a run before.

In a window where there is a desktop (`xvfb-run` makes one), else off screen.
"""

import contextlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from arguide.cli.job import window_possible

ROUNDS = 5
CODE = """
import os, sys, threading, time

def timed(render):
    def once(stage):
        render(stage)
        print("picture", time.monotonic() - float(sys.argv[1]), time.process_time(), flush=True)
        os._exit(0)
    return once

def wait():
    # Loading the scene here would take it out of its place in the start.
    while not hasattr(sys.modules.get("arguide.scene.stage"), "Stage"):
        time.sleep(0.005)
    stage = sys.modules["arguide.scene.stage"].Stage
    stage.render = timed(stage.render)

threading.Thread(target=wait, daemon=True).start()
from arguide.cli.command_line import main
main(sys.argv[2:])
"""


def measure() -> list[tuple[str, str, str]]:
    """Medians of some starts."""
    rows, where = [], "in a window" if window_possible() else "off screen"
    for what, options in (("demo", ()), ("demo --ar", ("--ar",))):
        _start(options)
        times, busy = zip(*(_start(options) for _ in range(ROUNDS)), strict=True)
        figures = f"{statistics.median(times):.1f} s, {statistics.median(busy):.1f} s of its own processor"
        rows.append((f"arguide {what}: first picture after the start, {where}", figures, "≤ 2.5 s"))
    return rows


def _start(options: tuple[str, ...]) -> tuple[float, float]:
    """Seconds from the start of the process to the end of its first frame, and of processor until then."""
    # As people have it: with the byte code of a run before.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", CODE, str(time.monotonic()), "demo", *options]
        command += [] if window_possible() else ["--headless"]
        out = ["--out", str(Path(folder) / "demo")]
        process = subprocess.Popen(command + out, stdout=subprocess.PIPE, text=True, start_new_session=True, env=env)
        said, _ = process.communicate(timeout=120)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # the emulator that it left behind
    _, wall_s, busy_s = next(line for line in said.splitlines() if line.startswith("picture")).split()
    return float(wall_s), float(busy_s)


if __name__ == "__main__":
    for row in measure():
        print("  ".join(row))
