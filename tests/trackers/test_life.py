"""The tracker's life: the table is whole, and the page shows it."""

import importlib
import itertools
from pathlib import Path

import pytest

from arguide.asset_files import find_profile
from arguide.errors import SettingsError, TrackerStateError
from arguide.settings.profile_file import read_profile
from arguide.trackers.life import NEXT, Event, State, after, mermaid
from arguide.trackers.ndi.driver import NdiTracker
from arguide.trackers.opening import DRIVERS, open_tracker

PAGE = Path(__file__).parents[2] / "docs" / "trackers.md"


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_every_pair_is_in_the_table_or_refused(state: State, event: Event) -> None:
    if (state, event) in NEXT:
        assert after(state, event) in State
    else:
        with pytest.raises(TrackerStateError, match=f"{event}: not possible while the tracker is {state}"):
            after(state, event)


def test_closing_is_always_possible_and_ends_closed() -> None:
    assert {after(state, Event.CLOSE) for state in State} == {State.CLOSED}


def test_every_state_is_reached() -> None:
    assert set(NEXT.values()) == set(State)


def test_page_shows_the_table() -> None:
    assert mermaid() in PAGE.read_text(encoding="utf-8"), "paste arguide.trackers.life.mermaid() into docs/trackers.md"


def test_every_driver_name_leads_to_a_class() -> None:
    for place in DRIVERS.values():
        module, _, name = place.partition(":")
        driver = getattr(importlib.import_module(module), name)
        assert [step for step in ("connect", "start", "read", "stop", "close") if not hasattr(driver, step)] == []
    profile = read_profile(find_profile("emulated"))
    assert isinstance(open_tracker(profile, "/dev/nowhere", lambda: 0.0), NdiTracker), "and nothing is opened yet"


def test_unknown_driver_is_a_settings_error() -> None:
    from dataclasses import replace

    profile = replace(read_profile(find_profile("emulated")), driver="astrolabe")
    with pytest.raises(SettingsError, match="emulated.toml: driver: 'astrolabe' is not one of ndi"):
        open_tracker(profile, "/dev/nowhere", lambda: 0.0)
