"""How fast the emulated tracker answers, and what a 400 Hz tracker costs: device and driver, each in its own process."""

import os
import subprocess
import sys
import time

from arguide.asset_files import find_profile, hardware
from arguide.ports.opening import open_port
from arguide.ports.port import Port
from arguide.settings.profile_file import read_profile
from arguide.trackers.ndi.commands import encode, upload_blocks
from arguide.trackers.ndi.driver import NdiTracker

EXCHANGES = 3000
ROUNDS = 5
FAST_HZ = 400.0
SECONDS = 10.0
TOOLS = ("reference", "stylus", "needle", "probe")
BX = encode("BX", "0801")


def measure() -> list[tuple[str, str, str]]:
    """Exchanges a second on the step clock, and the share of a core that 400 Hz take."""
    in_process = _rate(open_port("sim://polaris?clock=step&seed=1"))
    share, hz = _fast()
    return [
        ("emulator alone, step clock, 4 tools by BX", f"{in_process:,.0f} exchanges/s", "≥ 5,000"),
        (f"Vega at {FAST_HZ:g} Hz, 4 tools: samples/s", f"{hz:.0f}", f"{FAST_HZ:g}"),
        ("the same: driver and emulator together", f"{100 * share:.0f} % of a core", "≤ 25 %"),
    ]


def _rate(port: Port) -> float:
    """Exchanges per second of the processor, which others do not take away. Every exchange is a new frame here."""
    _bring_up(port)
    rates = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        for _ in range(EXCHANGES):
            port.write(BX)
            port.read(0.0)
        rates.append(EXCHANGES / (time.thread_time() - began))
    port.close()
    return max(rates)


def _bring_up(port: Port) -> None:
    def say(name: str, arguments: str = "") -> None:
        port.write(encode(name, arguments))
        port.read(1.0)

    say("INIT")
    for handle, tool in enumerate(TOOLS, 1):
        say("PHRQ", "*********1****")
        for block in upload_blocks(handle, (hardware() / "tools" / f"{tool}.rom").read_bytes()):
            say("PVWR", block)
        say("PINIT", f"{handle:02X}")
        say("PENA", f"{handle:02X}D")
    say("TSTART", "80")


def _fast() -> tuple[float, float]:
    """Share of a core of both processes, and samples a second."""
    from dataclasses import replace

    profile = replace(read_profile(find_profile("emulated")), rate_hz=FAST_HZ)
    command = [sys.executable, "-m", "arguide_sim", "polaris-vega", "--pty", "--motion", "wave", "--rate", "400"]
    emulator = subprocess.Popen(
        [*command, "--until-eof"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert emulator.stdout
    try:
        url = emulator.stdout.readline().split()[1]
        with NdiTracker(lambda: open_port(url), profile, time.monotonic) as tracker:
            tracker.connect()
            tracker.start()
            for _ in range(200):
                tracker.read()
            ours, theirs, began = time.process_time(), _cpu_s(emulator.pid), time.monotonic()
            samples = 0
            while time.monotonic() - began < SECONDS:
                tracker.read()
                samples += 1
            passed = time.monotonic() - began
            used = time.process_time() - ours + _cpu_s(emulator.pid) - theirs
    finally:
        emulator.communicate(timeout=10)
    return used / passed, samples / passed


def _cpu_s(pid: int) -> float:
    """Processor time of another process so far (Linux)."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
