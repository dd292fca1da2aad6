"""`arguide emulate` hands everything on to the simulator, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from arguide.cli import main

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "sim")])}
PATIENCE_S = 30.0


def test_without_a_device_it_says_what_to_write(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["emulate"]) == 0
    assert "  arguide emulate polaris-vega --tcp " in capsys.readouterr().out


@pytest.mark.skipif(os.name != "posix", reason="this system has no pseudo-terminals")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop(tmp_path: Path, how: signal.Signals) -> None:
    link = tmp_path / "ttyTracker"
    command = [sys.executable, "-m", "arguide", "emulate", "polaris-vicra", "--pty", str(link), "--motion", "idle"]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == f"ready {link}\n"
        assert link.is_symlink()
        process.send_signal(how)
        assert process.wait(PATIENCE_S) == 0
    assert not link.is_symlink()


def test_an_unknown_device_is_named_with_those_there_are() -> None:
    command = [sys.executable, "-m", "arguide", "emulate", "polaris-iris", "--pty"]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 2
    assert "polaris-iris" in done.stderr and "polaris-vicra" in done.stderr
