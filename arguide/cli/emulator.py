"""Start the emulated tracker as a process of its own and learn which port it answers on."""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from arguide.errors import PortError, SettingsError
from arguide.settings.method import Method
from arguide.settings.profile import TrackerProfile

START_S = 30.0
DEVICES = {"ndi": "polaris", "fastrak": "fastrak", "liberty": "liberty"}
"""Which emulated device answers a driver: those whose stylus has the button that the simulated trainee presses."""


@contextmanager
def emulated_tracker(
    scenario: Path,
    plan: str,
    profile: TrackerProfile,
    methods: Sequence[Method] = (),
    *,
    fast: bool,
    seed: int,
    meanwhile: Callable[[], None] = lambda: None,
) -> Iterator[str]:
    """Run the profile's tracker, emulated, with a simulated trainee who calibrates the needle by `methods`.

    Gives the port's address; ends it afterwards. On a pseudo-terminal where the system has them, over TCP on the loopback
    interface elsewhere. `meanwhile` is done while it starts.
    """
    line = ["--pty"] if os.name == "posix" else ["--tcp", "127.0.0.1:0"]
    if (device := DEVICES.get(profile.driver)) is None:
        raise SettingsError(
            f"{profile.file}: driver {profile.driver}: the simulated trainee needs a stylus with a button; choose a"
            f" profile of {', '.join(DEVICES)}"
        )
    command = [sys.executable, "-m", "arguide_sim", device, *line, "--motion", "trainee", "--until-eof"]
    command += ["--scenario", str(scenario), "--plan", plan, "--profile", str(profile.file)]
    command += ["--calibrate", ",".join(methods) or "none"]
    command += ["--clock", "step" if fast else "real", "--seed", str(seed)]
    with emulator_process(command, meanwhile) as address:
        yield address


@contextmanager
def emulator_process(command: list[str], meanwhile: Callable[[], None] = lambda: None) -> Iterator[str]:
    """Run an emulator's command; gives its port's address; ends the process afterwards. Raises PortError."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        meanwhile()
        yield _address(process)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _address(process: "subprocess.Popen[str]") -> str:
    """The address in the process's first line, `ready ADDRESS`."""
    lines: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None and process.stderr is not None
    threading.Thread(target=lambda out: lines.put(out.readline()), args=[process.stdout], daemon=True).start()
    try:
        first = lines.get(timeout=START_S).split()
    except queue.Empty:
        raise PortError(f"the emulated tracker did not start within {START_S:g} s; try again") from None
    if len(first) == 2 and first[0] == "ready":
        return first[1]
    said = process.stderr.read().strip().splitlines()
    raise PortError(f"the emulated tracker did not start: {said[-1] if said else 'it said nothing'}")
