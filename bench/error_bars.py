"""From a reading to its error bars, nothing else running."""

import itertools
import timeit

import numpy as np

from arguide.asset_files import find_profile, find_scenario
from arguide.geometry.transforms import identity, inverse, pose_along, translation
from arguide.guidance.deviation import DeviationFrom
from arguide.guidance.shafts import shaft
from arguide.guidance.uncertainty import HitChance, NeedleUncertainty
from arguide.settings.profile_file import read_profile
from arguide.settings.scenario_file import read_scenario

BURST, BURSTS = 60, 300


def measure() -> list[tuple[str, str, str]]:
    """Shortest mean of many short bursts: what it costs when nobody else has the processor."""
    scenario = read_scenario(find_scenario("lumbar-facet"))
    plan = scenario.plans[0]
    needle = shaft(read_profile(find_profile("emulated")), "needle")
    bars = NeedleUncertainty(plan, needle.tool_from_tip, 1e-4 * np.eye(6), needle.covariance, 0.03)
    jitter = np.diag([1e-6] * 3 + [1e-2] * 3)
    still = np.zeros(6)
    entry, target = np.array(plan.entry), np.array(plan.target)
    reference, deviation_of = translation([100, 50, -1200]), DeviationFrom(plan, lambda pose: ())

    def cost(share: float, bars_too: bool = True, chance_every: int = 0) -> str:
        chance, count = HitChance(plan), itertools.count()
        tip = pose_along(entry + share * (target - entry), target - entry)
        moving, deviation = reference @ tip @ inverse(needle.tool_from_tip), deviation_of(tip)

        def once() -> None:
            found = bars.covariances(identity(), reference, moving, jitter, jitter, still)
            if bars_too:
                told = chance.at(next(count) / 10 / chance_every, tip, found[0]) if chance_every else 0.0
                bars.bars(tip, deviation, *found, told)

        return f"{min(timeit.repeat(once, number=BURST, repeat=BURSTS)) / BURST * 1e6:.0f} µs"

    return [
        ("reading → covariance of tip and target", cost(0.3, bars_too=False), "≤ 60 µs"),
        ("the same, and the bars of all deviations", cost(0.3), "≤ 60 µs"),
        (
            "the same near the target, 60 a second, with the chance of a hit 10 times a second: mean",
            cost(0.97, chance_every=6),
            "≤ 60 µs",
        ),
        ("the one of six in which the chance is worked out", cost(0.97, chance_every=1), ""),
    ]
