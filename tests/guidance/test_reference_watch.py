"""A reference body that was bent or soiled after the registration is told; one that never fitted better is not."""

from math import nan

import numpy as np

from arguide.guidance.reference_watch import ReferenceWatch
from arguide.trackers.reading import Reading, Sample, Visibility


def seen(error_mm: float) -> Sample:
    return Sample(1, 0.0, {"reference": Reading("reference", np.eye(4), Visibility.VISIBLE, error_mm)})


def after(then: float, now: float, frames: int = 300) -> str:
    watch = ReferenceWatch()
    for _ in range(frames):
        watch.learn(seen(then))
    words = ""
    for _ in range(frames):
        words = watch.watch(seen(now))
    return words


def test_a_bent_body_asks_for_another_registration() -> None:
    assert "fit to 0.9 mm, 0.2 mm at registration" in (words := after(0.2, 0.9)) and "register again" in words


def test_what_was_so_before_is_no_news() -> None:
    assert after(0.2, 0.2) == after(0.9, 0.9) == after(0.9, 0.2) == ""


def test_one_bad_frame_is_no_news() -> None:
    assert after(0.2, 5.0, frames=1) == ""


def test_a_tracker_that_does_not_tell_is_not_judged() -> None:
    assert after(nan, nan) == "" and after(nan, 3.0) == "" and after(0.2, nan) == ""
    assert ReferenceWatch().watch(Sample(1, 0.0, {})) == ""
