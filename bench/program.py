"""The program as a whole process: start-up, the fast demo, memory."""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def measure() -> list[tuple[str, str, str]]:
    """Whole-process figures. The peak is the largest single process, as the operating system counts it."""
    helps = [_run("--help") for _ in range(5)]
    with tempfile.TemporaryDirectory() as folder:
        demo_s = _run("demo", "--headless", "--fast", "--out", str(Path(folder) / "demo"))
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        ("arguide --help", f"{statistics.median(helps):.2f} s", "≤ 0.3 s"),
        ("arguide demo --headless --fast", f"{demo_s:.1f} s", "≤ 60 s"),
        ("its peak memory", f"{peak_mb:.0f} MB", "≤ 700 MB"),
    ]


def _run(*arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "arguide", *arguments], check=True, capture_output=True)
    return time.perf_counter() - began
