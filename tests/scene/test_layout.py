"""Nothing lies outside the window, and the large parts do not lie on each other."""

from hypothesis import given
from hypothesis import strategies as st

from arguide.scene.layout import Rect, layout

widths, heights = st.integers(1024, 3840), st.integers(600, 2160)


def _overlap(one: Rect, other: Rect) -> bool:
    return min(one.right, other.right) - max(one.x, other.x) > 0.5 and (
        min(one.bottom, other.bottom) - max(one.y, other.y) > 0.5
    )


@given(widths, heights, st.booleans())
def test_everything_lies_in_the_window(width: int, height: int, large: bool) -> None:
    parts = layout(width, height, large)
    named = (parts.view, parts.bullseye, parts.readout, parts.steps, parts.title, parts.banner, parts.alarm, parts.card)
    assert all(parts.window.contains(part) for part in (*named, parts.figure))


@given(widths, heights, st.booleans())
def test_the_large_parts_do_not_overlap(width: int, height: int, large: bool) -> None:
    parts = layout(width, height, large)
    assert not _overlap(parts.view, parts.bullseye)
    assert not _overlap(parts.readout, parts.view) and not _overlap(parts.readout, parts.bullseye)
    assert not _overlap(parts.title, parts.banner)
    assert not _overlap(parts.alarm, parts.steps) and not _overlap(parts.steps, parts.readout)


def test_the_alarm_leaves_the_training_banner_alone() -> None:
    parts = layout(1024, 600)
    assert not _overlap(parts.alarm, parts.banner)
