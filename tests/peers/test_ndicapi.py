"""A second witness: the PyPI client `ndicapi` (module ndicapy) must work with the emulator, over a real pseudo-terminal.

It runs in a process of its own: the client is written in C, keeps the interpreter while it waits, and a fault in it
must not take the tests along.
"""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECK = ROOT.parent / "shared" / "tools" / "ndicapi_check.py"
ROMS = ROOT / "hardware" / "tools"
PATIENCE_S = 60.0

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or importlib.util.find_spec("ndicapy") is None,
    reason="the client ndicapi is not installed here (pip install ndicapi, Linux only)",
)

OWN_SESSION = """
import sys
import ndicapy as nd

port, *roms = sys.argv[1:]
assert nd.ndiProbe(port) == nd.NDI_OKAY
device = nd.ndiOpen(port)
say = lambda command: nd.ndiCommand(device, command)
assert say("INIT:") == "OKAY" and say("COMM:50000") == "OKAY"
handles = []
for rom in roms:
    say("PHRQ:*********1****")
    handles.append(nd.ndiGetPHRQHandle(device))
    assert nd.ndiPVWRFromFile(device, handles[-1], rom) == 0
    say(f"PINIT:{handles[-1]:02X}")
    say(f"PENA:{handles[-1]:02X}D")
say("TSTART:")
for reply, transform, frame in (
    ("TX:0801", nd.ndiGetTXTransform, nd.ndiGetTXFrame),
    ("BX:0801", nd.ndiGetBXTransform, nd.ndiGetBXFrame),
):
    for _ in range(20):
        try:
            say(reply)
        except UnicodeDecodeError:
            pass  # the client's own fault with three tools and more (its issue 46); the reply was parsed
    for handle in handles:
        key = bytes([handle])
        values = transform(device, key)
        assert len(values) == 8 and abs(sum(c * c for c in values[:4]) - 1) < 1e-3, values
        print(reply, handle, int(frame(device, key)), *values[4:7])
say("TSTOP:")
nd.ndiClose(device)
"""


@pytest.fixture(scope="module")
def port() -> Iterator[str]:
    emulator = subprocess.Popen(
        [sys.executable, "-m", "arguide_sim", "polaris", "--pty", "--motion", "wave", "--until-eof"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "sim")]), "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert emulator.stdout
    yield emulator.stdout.readline().split()[1]
    emulator.communicate(timeout=PATIENCE_S)
    assert emulator.returncode == 0


def run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_short_session(port: str) -> None:
    lines = run(
        "-c", OWN_SESSION, port, *(str(ROMS / f"{tool}.rom") for tool in ("reference", "stylus", "needle"))
    ).splitlines()
    assert len(lines) == 6
    for line in lines:
        *_, x, y, z = line.split()
        assert abs(float(x)) < 500 and abs(float(y)) < 500 and -1800 < float(z) < -1200


@pytest.mark.skipif(not CHECK.is_file(), reason=f"{CHECK.name} is not beside this checkout")
def test_the_whole_acceptance_check(port: str) -> None:
    rom = str(ROMS / "needle.rom")
    report = run(str(CHECK), "--port", port, "--break", "--rom", rom, "--frames", "20", "--speed", "0.1")
    assert report.splitlines()[-1] == "PASS"
