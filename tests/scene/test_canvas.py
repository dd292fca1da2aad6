"""Text in boxes. No window is needed for any of this."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from arguide.errors import DisplayError
from arguide.guidance.state import Grade, Phase, Step
from arguide.scene import canvas as canvas_room
from arguide.scene.canvas import Align, Canvas, Weight, font_file
from arguide.scene.card import HELP
from arguide.scene.layout import Rect
from arguide.scene.overlay import TRAINING_BANNER
from arguide.scene.readout import CAPTIONS, DASHES
from arguide.trackers.reading import Visibility

SAID = [
    *CAPTIONS,
    DASHES,
    TRAINING_BANNER,
    "NO DATA FROM TRACKER for 0.4 s 0123456789 −.°%",
    *Phase,
    *Step,
    *Grade,
    *Visibility,
    *(word for line in HELP for word in line[:2]),
]


@pytest.mark.parametrize("weight", Weight)
def test_the_font_has_every_sign_we_use(weight: Weight) -> None:
    drawn = ImageFont.truetype(str(font_file(weight)), 40)
    missing = bytes(drawn.getmask("\uffff"))
    for sign in sorted(set("".join(SAID)) - {" "}):
        assert bytes(drawn.getmask(sign)) != missing, f"{weight} lacks {sign!r}"


def test_a_missing_font_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas_room, "find_spec", lambda _: None)
    with pytest.raises(DisplayError, match="pip install font-roboto"):
        font_file(Weight.BOLD)


@settings(max_examples=40, deadline=None)
@given(
    st.text(st.characters(categories=["L", "N", "P", "Zs"], max_codepoint=0x17F), max_size=120),
    st.sampled_from(Align),
    st.integers(1, 3),
    st.floats(40, 400),
    st.floats(20, 80),
)
@example(text=31 * "0", align=Align.LEFT, lines=2, width=40.0, height=20.0)
def test_words_never_leave_their_box(text: str, align: Align, lines: int, width: float, height: float) -> None:
    box = Rect(30, 40, width, height)
    label = Canvas(1.0).label(box, 18, text, align=align, lines=lines)
    found = label.bounds()
    if found is None:
        return
    # Glyphs carry up to 4 pixels of empty margin, and words are put on whole pixels.
    assert box.x - 5 <= found.x and found.right <= box.right + 5
    if lines > 1:
        assert box.y - 5 <= found.y and found.bottom <= box.bottom + 5


def test_nothing_is_done_where_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    label = Canvas(1.0).label(Rect(0, 0, 100, 20), 18, "12.3 mm")
    fitted: list[int] = []
    monkeypatch.setattr(label, "_fit", lambda: fitted.append(1))
    label.set("12.3 mm")
    assert not fitted
    label.set("12.4 mm")
    assert fitted


def test_cleared_groups_take_their_words_along() -> None:
    sheet = Canvas(1.0)
    group = sheet.group()
    sheet.label(Rect(0, 0, 50, 20), 12, "gone", parent=group)
    kept = sheet.label(Rect(0, 0, 50, 20), 12, "kept")
    sheet.clear(group)
    assert sheet.labels == [kept]
