"""The page that shows a driver: its code runs as printed, behind the interface, and it is as short as it says."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from arguide.asset_files import find_profile
from arguide.errors import BadReplyError, PortTimeoutError
from arguide.ports.scripted import ScriptedPort
from arguide.settings.profile_file import Driver, read_profile
from arguide.trackers import opening
from arguide.trackers.reading import Visibility
from arguide.trackers.tracker import Tracker

PAGE = Path(__file__).parents[2] / "docs" / "add-a-tracker.md"
HELLO = (b"?\n", b"CHALK 1\r\n")
FRAMES = (
    b"garbage\n1 stylus 1 0 0 0 10 20 30\n1 stylus 1 0 0 0 99 0 0\n2 stylus 0 0 0 0 1 2 3\n3 needle 0 1 0 0 1 2 3\n"
)


@pytest.fixture
def open_chalk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    code = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert code
    (tmp_path / "chalk").mkdir()
    (tmp_path / "chalk" / "__init__.py").touch()
    (tmp_path / "chalk" / "driver.py").write_text(code[1], "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(opening.DRIVERS, "chalk", "chalk.driver:ChalkTracker")
    profile = replace(read_profile(find_profile("openigtlink")), driver="chalk")

    def make(*script: tuple[bytes, bytes]) -> Tracker:
        port = ScriptedPort(script)
        monkeypatch.setattr(opening, "open_port", lambda url: port)
        return opening.open_tracker(profile, "script", port.clock)

    yield make
    for name in ("chalk.driver", "chalk"):
        sys.modules.pop(name, None)


def test_the_driver_on_the_page_tracks(open_chalk) -> None:  # type: ignore[no-untyped-def]
    tracker = open_chalk(HELLO, (b"GO\n", FRAMES), (b"STOP\n", b""))
    tracker.connect()
    tracker.start()
    first, second = tracker.read(), tracker.read()
    assert (first.frame_number, second.frame_number) == (1, 3)
    assert first.readings["stylus"].tracker_from_tool[:3, 3].tolist() == [10, 20, 30]
    assert first.readings["needle"].visibility is Visibility.HIDDEN
    assert second.readings["needle"].visibility is Visibility.VISIBLE
    with pytest.raises(PortTimeoutError, match="is the device on"):
        tracker.read()
    tracker.close()
    tracker.close()


def test_another_device_is_named(open_chalk) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadReplyError, match="expected CHALK, got 'ELSE'"):
        open_chalk((b"?\n", b"ELSE\r\n")).connect()


def test_the_page_is_short_and_its_two_lists_agree() -> None:
    assert len(PAGE.read_text("utf-8").splitlines()) < 60
    assert {driver.value for driver in Driver} == set(opening.DRIVERS)
