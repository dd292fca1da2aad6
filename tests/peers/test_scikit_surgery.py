"""A second witness: SciKit-Surgery's tracker class, which other laboratories use, must work with every emulated model.

It runs in a process of its own, for the same reasons as `ndicapi`, on which it stands. It is not among the tests'
dependencies: where it is not installed these tests are skipped.
"""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROMS = [str(ROOT / "hardware" / "tools" / f"{tool}.rom") for tool in ("needle", "stylus")]
PATIENCE_S = 60.0

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or importlib.util.find_spec("sksurgerynditracker") is None,
    reason="the client scikit-surgerynditracker is not installed here (pip install scikit-surgerynditracker)",
)

SESSION = """
import json, math, sys
from sksurgerynditracker.nditracker import NDITracker

tracker = NDITracker(json.loads(sys.argv[1]))
tracker.start_tracking()
for _ in range(20):
    _, _, _, poses, _ = tracker.get_frame()
tracker.stop_tracking()
tracker.close()
print(sum(1 for pose in poses if not math.isnan(float(pose[0][0]))))
"""


@contextmanager
def emulator(*arguments: str) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "arguide_sim", *arguments, "--motion", "wave", "--until-eof"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "sim")]), "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        yield process.stdout.readline().split()[1]
    finally:
        process.communicate(timeout=PATIENCE_S)


def seen(configuration: str, path: str = "") -> int:
    """How many tools a session of that client sees."""
    environment = {**os.environ, "PATH": path + os.pathsep + os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", SESSION, configuration],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return int(done.stdout.split()[-1])


@pytest.mark.parametrize("model", ["polaris-vicra", "polaris-spectra"])
def test_polaris_session_after_session(model: str) -> None:
    roms = ", ".join(f'"{rom}"' for rom in ROMS)
    with emulator(model, "--pty") as port:
        for _ in range(2):  # the first leaves its speed and its tools behind
            assert seen(f'{{"tracker type": "polaris", "serial port": "{port}", "romfiles": [{roms}]}}') == 2


def test_aurora() -> None:
    with emulator("aurora", "--pty") as port:
        assert seen(f'{{"tracker type": "aurora", "serial port": "{port}"}}') == 4


def test_vega_over_the_network(tmp_path: Path) -> None:
    ping = tmp_path / "ping"  # this client asks a program of that name first whether anybody is there
    ping.write_text("#!/bin/sh\nexit 0\n")
    ping.chmod(0o755)
    roms = ", ".join(f'"{rom}"' for rom in ROMS)
    with emulator("polaris-vega", "--tcp", "127.0.0.1:0") as url:
        host, port = url.removeprefix("socket://").rsplit(":", 1)
        configuration = f'{{"tracker type": "vega", "ip address": "{host}", "port": {port}, "romfiles": [{roms}]}}'
        assert seen(configuration, str(tmp_path)) == 2
