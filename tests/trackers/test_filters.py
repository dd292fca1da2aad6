"""Filters smooth, cost what they say, and never invent a pose."""

from dataclasses import replace
from math import pi

import numpy as np
import pytest

from arguide.asset_files import find_profile
from arguide.geometry.transforms import Array, identity, is_rigid, rotation_about, translation
from arguide.settings.profile_file import read_profile
from arguide.trackers.filters import HAND_HZ, ConstantVelocity, Filter, FilteredTracker, OneEuro, filtered
from arguide.trackers.reading import Reading, Sample, Visibility

PROFILE = read_profile(find_profile("emulated"))
RATE = 60.0
NOISE_MM, NOISE_RAD = 0.2, 0.002


def made(name: str) -> Filter:
    return OneEuro() if name == "one-euro" else ConstantVelocity(NOISE_MM, NOISE_RAD)


BOTH = pytest.mark.parametrize("name", ["one-euro", "kalman"])


def delay_s(sent: Array, shown: Array) -> float:
    """Phase delay at HAND_HZ of one row of numbers behind another, over whole periods."""
    wave = np.exp(-2j * pi * HAND_HZ * np.arange(len(sent)) / RATE)
    return float(-np.angle((shown @ wave) / (sent @ wave)) / (2 * pi * HAND_HZ))


@BOTH
def test_noise_at_rest_becomes_less(name: str) -> None:
    random = np.random.default_rng(1)
    smooth = made(name)
    raw, shown = [], []
    for k in range(600):
        turn = rotation_about(random.normal(size=3), random.normal(0, NOISE_RAD))
        pose = translation([10, 20, -1500] + random.normal(0, NOISE_MM, 3)) @ turn
        raw.append(pose)
        shown.append(smooth.step(pose, k / RATE))
        assert is_rigid(shown[-1], 1e-9)
    places = [np.std(np.array([pose[:3, 3] for pose in poses[100:]]), axis=0).max() for poses in (raw, shown)]
    angles = [np.std(np.array([pose[0, 1] for pose in poses[100:]])) for poses in (raw, shown)]
    assert places[1] < 0.7 * places[0]
    assert angles[1] < 0.8 * angles[0]


@BOTH
def test_lag_is_what_it_says(name: str) -> None:
    """A small, slow motion: the one-euro filter's cutoff then stays where it is at rest."""
    smooth = made(name)
    times = np.arange(int(6 * RATE)) / RATE
    size_mm, size_rad = (0.02, 2e-4)
    x, angle = size_mm * np.sin(2 * pi * HAND_HZ * times), size_rad * np.sin(2 * pi * HAND_HZ * times)
    poses = [
        smooth.step(translation([x[k], 0, 0]) @ rotation_about([0, 0, 1], angle[k]), t) for k, t in enumerate(times)
    ]
    late = slice(int(3 * RATE), None)
    shown_x, shown_angle = np.array([p[0, 3] for p in poses]), np.array([p[1, 0] for p in poses])
    lag = smooth.lag()
    assert delay_s(x[late], shown_x[late]) == pytest.approx(lag.translation_s, abs=2e-3)
    assert delay_s(angle[late], shown_angle[late]) == pytest.approx(lag.rotation_s, abs=2e-3)


def test_one_euro_lags_less_the_faster_it_goes() -> None:
    lags = []
    for speed_mm_s in (0.0, 50.0, 200.0):
        smooth = OneEuro()
        for k in range(120):
            smooth.step(translation([speed_mm_s * k / RATE, 0, 0]), k / RATE)
        lags.append(smooth.lag().translation_s)
    assert lags[0] > 2 * lags[1] > 4 * lags[2] > 0


def test_kalman_follows_constant_velocity_and_turning_without_lag() -> None:
    smooth = ConstantVelocity(NOISE_MM, NOISE_RAD)
    for k in range(300):
        pose = translation([80 * k / RATE, 0, 0]) @ rotation_about([0, 1, 0], 1.5 * k / RATE)
        shown = smooth.step(pose, k / RATE)
    assert shown == pytest.approx(pose, abs=0.02)


@BOTH
def test_repeated_time_changes_nothing_and_a_gap_begins_anew(name: str) -> None:
    smooth = made(name)
    first = smooth.step(identity(), 1.0)
    assert smooth.step(translation([5, 0, 0]), 1.0) is first
    far = translation([300, 0, 0])
    assert smooth.step(far, 5.0) == pytest.approx(far)


class Still:
    """A tracker that says what it is told."""

    def __init__(self, samples: list[Sample]) -> None:
        self.samples = samples
        self.said: list[str] = []

    def connect(self) -> None:
        self.said.append("connect")

    def start(self) -> None:
        self.said.append("start")

    def read(self) -> Sample:
        return self.samples.pop(0)

    def stop(self) -> None:
        self.said.append("stop")

    def close(self) -> None:
        self.said.append("close")


def test_hidden_tools_stay_hidden_and_the_rest_passes_through() -> None:
    seen = Reading("needle", translation([1, 0, 0]), Visibility.VISIBLE, 0.1)
    hidden = Reading("needle", None, Visibility.HIDDEN, why="too few markers seen")
    samples = [Sample(k, k / RATE, {"needle": r}, ("an alert",)) for k, r in enumerate((seen, hidden, seen))]
    inner = Still(list(samples))
    tracker = filtered(inner, replace(PROFILE, filter="one-euro"))
    assert isinstance(tracker, FilteredTracker)
    assert "no tool was seen" in tracker.report()
    tracker.connect()
    tracker.start()
    shown = [tracker.read() for _ in samples]
    tracker.stop()
    tracker.close()
    assert inner.said == ["connect", "start", "stop", "close"]
    assert shown[1].readings["needle"] == hidden
    assert [sample.alerts for sample in shown] == [("an alert",)] * 3
    assert set(tracker.lags) == {"needle"}
    assert "filter one-euro: poses are late by" in tracker.report()


def test_no_filter_is_no_filter() -> None:
    inner = Still([])
    assert PROFILE.filter == "none"
    assert filtered(inner, PROFILE) is inner
    assert isinstance(filtered(inner, replace(PROFILE, filter="kalman")), FilteredTracker)
