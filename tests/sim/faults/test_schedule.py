"""When faults happen: a pure function of time; and the files and lines that say so."""

from math import inf
from pathlib import Path

import pytest
from arguide_sim.faults.fault_file import read_line, read_script
from arguide_sim.faults.kinds import KINDS, Level
from arguide_sim.faults.schedule import MOST, Fault, Schedule
from hypothesis import given, settings
from hypothesis import strategies as st

from arguide.asset_files import fault_names, find_faults
from arguide.errors import SettingsError


def test_once_and_again() -> None:
    once = Fault("silence", at_s=2, for_s=1)
    assert [once.turn(t) for t in (0, 1.9, 2, 2.9, 3, 50)] == [None, None, 0, 0, None, None]
    again = Fault("silence", at_s=2, for_s=1, every_s=10)
    assert [again.turn(t) for t in (1, 2.5, 4, 12.5, 13.5, 102.5)] == [None, 0, None, 1, None, 10]
    assert Fault("bit-flip").turn(1e9) == 0


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.floats(0.5, 20), st.floats(0.01, 5))
def test_scattered_times_lie_each_in_its_own_stretch_and_last_as_long(seed: int, every_s: float, for_s: float) -> None:
    for_s = min(for_s, every_s)
    fault = Fault("occlusion", for_s=for_s, every_s=every_s, scattered=True, seed=seed)
    steps = [every_s * n / 500 for n in range(2000)]
    turns = [fault.turn(t) for t in steps]
    for n in range(3):
        inside = [t for t, turn in zip(steps, turns, strict=True) if turn == n]
        assert all(n * every_s - 1e-9 <= t <= (n + 1) * every_s + 1e-9 for t in inside)
        assert len(inside) * every_s / 500 == pytest.approx(for_s, abs=2.1 * every_s / 500)


def test_what_begins_is_told_once_each_time() -> None:
    schedule = Schedule([Fault("frame-jump", {"frames": 5}, at_s=1, for_s=inf, every_s=2)])
    told = [len(list(schedule.begun(Level.DEVICE, t / 10))) for t in range(60)]
    assert [n for n, count in enumerate(told) if count] == [10, 30, 50]
    assert list(schedule.active(Level.DEVICE, 1.5)) == [], "what happens at once does not last"
    assert list(schedule.begun(Level.LINE, 1.5)) == []


def test_live_faults_come_and_go() -> None:
    schedule = Schedule()
    schedule.add(Fault("silence", at_s=5, for_s=1))
    schedule.add(Fault("noise", {"bytes": 3}))
    assert schedule.has(Level.LINE) and not schedule.has(Level.SCENE)
    schedule.clear("noise")
    assert [fault.kind for fault in schedule.faults] == ["silence"]
    schedule.clear()
    assert not len(schedule)
    with pytest.raises(ValueError, match="enough"):
        for _ in range(MOST + 1):
            schedule.add(Fault("silence"))


def test_twelve_scripts_ship_and_every_kind_of_trouble_is_in_one() -> None:
    scripts = {name: read_script(find_faults(name)) for name in fault_names()}
    assert len(scripts) == 12 and len({script.title for script in scripts.values()}) == 12
    used = {fault.kind for script in scripts.values() for fault in script.faults}
    assert set(KINDS) == used


def write(folder: Path, text: str) -> Path:
    file = folder / "faults.toml"
    file.write_text('title = "t"\n' + text)
    return file


def test_a_file_says_all_there_is_to_say(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        '[[fault]]\nkind = "occlusion"\ntool = "needle"\nmarkers = "0, 2"\nat_s = 3\nfor_s = 2\nper_minute = 6\n'
        '[[fault]]\nkind = "bit-flip"\nbits = 2\nshare = 0.5\non = "data"\n',
    )
    hidden, flipped = read_script(file).faults
    assert hidden == Fault("occlusion", {"tool": "needle", "markers": "0, 2"}, 3, 2, 10, True)
    assert flipped == Fault("bit-flip", {"bits": 2.0}, share=0.5, only_data=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "at least 1"),
        ('[[fault]]\nkind = "gremlins"', "no fault 'gremlins'; there are occlusion"),
        ('[[fault]]\nkind = "silence"\nsahre = 1', "unknown key"),
        ('[[fault]]\nkind = "silence"\nshare = 1', "unknown key"),
        ('[[fault]]\nkind = "bit-flip"\nshare = 2', "from 0 to 1"),
        ('[[fault]]\nkind = "bit-flip"\nbits = 0', "from 1 to 1000"),
        ('[[fault]]\nkind = "silence"\nfor_s = -1', "from 0"),
        ('[[fault]]\nkind = "silence"\nevery_s = 5\nper_minute = 2', "say one of them"),
        ('[[fault]]\nkind = "occlusion"\nmarkers = "all"', "numbers of markers"),
        ('[[fault]]\nkind = "occlusion"\ntool = 3', "expected a text"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        read_script(write(tmp_path, text))


def test_unknown_scripts_are_named_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match="'storm'.*noisy-line"):
        find_faults("storm")


def test_lines() -> None:
    assert read_line("occlusion tool=needle for_s=2", 7.0) == Fault(
        "occlusion", {"tool": "needle", "markers": ""}, at_s=7.0, for_s=2.0
    )
    assert read_line("bit-flip share=0.1", 0).share == 0.1


@given(st.text(max_size=60))
def test_no_line_does_worse_than_an_error_of_ours(text: str) -> None:
    try:
        fault = read_line("silence " + text, 1.0)
    except SettingsError:
        return
    assert fault.kind == "silence"
