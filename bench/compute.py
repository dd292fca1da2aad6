"""From a reading to its deviation, nothing else running."""

import statistics
import time

import numpy as np

from arguide.asset_files import find_profile, find_scenario
from arguide.geometry.transforms import identity, inverse, pose_along, translation
from arguide.guidance.anatomy import load_anatomy
from arguide.guidance.navigator import Navigator
from arguide.settings.profile_file import read_profile
from arguide.settings.scenario_file import read_scenario
from arguide.trackers.reading import Reading, Sample, Visibility

ROUNDS = 3000


def measure() -> list[tuple[str, str, str]]:
    """Median over the whole path of a needle from outside to the target."""
    scenario = read_scenario(find_scenario("lumbar-facet"))
    plan, profile = scenario.plans[0], read_profile(find_profile("emulated"))
    needle = profile.tool("needle")
    assert needle is not None and needle.tip_mm is not None and needle.direction is not None
    needle_from_tip = pose_along(needle.tip_mm, needle.direction)
    navigator = Navigator(plan, needle_from_tip, load_anatomy(scenario, plan))
    entry, target = np.array(plan.entry), np.array(plan.target)
    reference = translation([100, 50, -1200])
    times = []
    for k in range(ROUNDS):
        tip = entry + (target - entry) * (1.5 * k / ROUNDS - 0.3)
        moving = reference @ pose_along(tip, target - entry) @ inverse(needle_from_tip)
        sample = Sample(k, k / 60, {"reference": _seen("reference", reference), "needle": _seen("needle", moving)})
        began = time.perf_counter()
        navigator.update(sample, identity())
        times.append(time.perf_counter() - began)
    risks = len(scenario.risks)
    return [(f"reading → deviation, {risks} risk structures", f"{statistics.median(times) * 1e6:.0f} µs", "≤ 150 µs")]


def _seen(tool: str, pose: np.ndarray) -> Reading:
    return Reading(tool, pose, Visibility.VISIBLE, 0.1)
