"""Nothing lies outside the window, and the large parts do not lie on each other."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.scene.layout import Layout, Rect, layout
from arguide.scene.layouts import ARRANGEMENTS, Arrangement, ViewKind

widths, heights = st.integers(1024, 3840), st.integers(600, 2160)


def _overlap(one: Rect, other: Rect) -> bool:
    return min(one.right, other.right) - max(one.x, other.x) > 0.5 and (
        min(one.bottom, other.bottom) - max(one.y, other.y) > 0.5
    )


places = st.builds(
    layout, widths, heights, st.sampled_from(ARRANGEMENTS), st.one_of(st.none(), st.sampled_from(ViewKind))
)


@given(places)
def test_everything_lies_in_the_window(place: Layout) -> None:
    panes = [box for pane in place.panes.values() for box in pane]
    parts = (*panes, place.readout, place.steps, place.title, place.banner, place.alarm, place.light, place.card)
    assert all(place.window.contains(part) for part in parts)
    assert all(part.width > 100 and part.height > 20 for part in parts)


@given(places)
def test_the_large_parts_do_not_overlap(place: Layout) -> None:
    panes = list(place.panes.values())
    assert not any(_overlap(one.box, other.box) for one, other in combinations(panes, 2))
    assert not any(_overlap(pane.clear, place.readout) for pane in panes)
    assert not any(_overlap(place.readout, part) for part in (place.title, place.banner, place.alarm))
    assert not any(_overlap(pane.clear, part) for pane in panes for part in (place.steps, place.title, place.banner))
    assert not _overlap(place.title, place.banner) and not _overlap(place.alarm, place.steps)
    assert not _overlap(place.light, place.steps)
    assert not _overlap(place.steps, place.readout)


@pytest.mark.parametrize("kind", ViewKind)
def test_every_view_can_fill_the_window(kind: ViewKind) -> None:
    place = layout(1280, 720, filled=kind)
    assert set(place.panes) == {kind}
    clear = place.panes[kind].clear
    assert clear.width == 1280 and clear.height > 0.7 * 720


@pytest.mark.parametrize("arrangement", ARRANGEMENTS, ids=lambda a: a.name)
def test_no_layout_shows_a_view_twice(arrangement: Arrangement) -> None:
    assert len(set(arrangement.kinds)) == len(arrangement.kinds)


def test_every_view_is_in_some_layout() -> None:
    assert {kind for arrangement in ARRANGEMENTS for kind in arrangement.kinds} == set(ViewKind)


def test_the_alarm_leaves_the_training_banner_alone() -> None:
    parts = layout(1024, 600)
    assert not _overlap(parts.alarm, parts.banner)
