"""A window, as far as it can be told without a desktop."""

from arguide.scene.window import _depths


def test_a_window_is_drawn_behind_the_screen_and_then_brought_there() -> None:
    # Drawn straight into the screen, a window stays grey on software OpenGL.
    assert _depths(0).get_back_buffers() == 1 and _depths(4).get_back_buffers() == 1
