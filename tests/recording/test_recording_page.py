"""docs/recording.md says what the files hold."""

from pathlib import Path

from arguide.recording.mcap_layout import LARGEST_FILE, LARGEST_RECORD, TOPICS, metadata_of
from arguide.recording.recorder import FLUSH_S, QUEUE_LIMIT
from arguide.recording.records import FORMAT
from tests.recording.made_states import header

PAGE = (Path(__file__).parents[2] / "docs" / "recording.md").read_text("utf-8")


def test_topics_and_metadata_are_on_the_page():
    assert [topic for topic in TOPICS if f"| `{topic}` |" not in PAGE] == []
    assert [name for name in metadata_of(header()) if f"`{name}`" not in PAGE] == []


def test_numbers_are_on_the_page():
    assert f"`format` (now {FORMAT})" in PAGE
    assert f"the last {FLUSH_S:g} s" in PAGE
    assert f"{QUEUE_LIMIT:,}".replace(",", " ") in PAGE
    assert f"over {LARGEST_FILE >> 30} GiB" in PAGE
    assert f"over {LARGEST_RECORD >> 20} MiB" in PAGE
