"""The error bars are themselves calibrated: simulated truths lie within the 95 % regions as often as they say."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from math import inf

import numpy as np
import pytest

from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import Array, from_parts, inverse, pose_along, rotation_about, translation
from arguide.geometry.uncertainty import inside_region, point_covariances, region_scale, small_motion
from arguide.guidance.deviation import DeviationFrom
from arguide.guidance.jitter import Jitter
from arguide.guidance.registration_error import residual_covariance, shared_tip_covariance, steady_covariance
from arguide.guidance.state import Deviation, Uncertainty
from arguide.guidance.uncertainty import SCALE_1, SCALE_2, SCALE_3, HitChance, NeedleUncertainty
from arguide.registration.alignment import align, alignment_covariance, moved
from arguide.registration.rigid import register_points
from arguide.settings.scenario import Plan

TRIALS = 12_000
PLAN = Plan(name="oblique", entry=(30.0, -80.0, 5.0), target=(10.0, -20.0, -4.0))
TARGET = np.array(PLAN.target)
NEEDLE_FROM_TIP = pose_along((0.4, -0.3, 190.0), (0.0, 0.02, 1.0))
MARKERS = np.array([(0.0, 0, 0), (0, 50, 0), (-30, 85, 5), (28, 60, -4)])
OPTICAL, EM = 0.25 / np.sqrt(3), (0.9 / np.sqrt(3), np.radians(0.5) / np.sqrt(3))


def body(marker: Array) -> Array:
    """Pose noise (6, 6) of a marker body whose markers are seen with covariance (3, 3)."""
    precisions = np.broadcast_to(np.linalg.inv(marker), (4, 3, 3))
    return alignment_covariance(MARKERS, precisions)


NOISE: dict[str, Array] = {
    "isotropic optical": body(OPTICAL**2 * np.eye(3)),
    "anisotropic optical": body(np.diag([0.1, 0.1, 0.35]) ** 2),
    "electromagnetic": np.diag([EM[1] ** 2] * 3 + [EM[0] ** 2] * 3),
}


@dataclass(frozen=True)
class Bench:
    """Where everything truly is."""

    fiducials: Array
    touch: Array
    """(3, 3) mm²: how well a tip is set on a fiducial, image frame."""
    image_from_tip: Array
    image_from_reference: Array
    tracker_from_reference: Array

    @property
    def tracker_from_needle(self) -> Array:
        image_from_tracker = self.image_from_reference @ inverse(self.tracker_from_reference)
        return inverse(image_from_tracker) @ self.image_from_tip @ inverse(NEEDLE_FROM_TIP)


ROUND = np.array([(-60.0, -75, -60), (55, -70, -70), (-65, -72, 60), (60, -78, 65), (0, -90, 0), (5, -60, 95)])
VIEW = translation([20.0, -60, -1250]) @ rotation_about([1, 0.2, 0], 0.6)
GEOMETRIES = {
    "six around": Bench(
        ROUND,
        0.35**2 / 3 * np.eye(3),
        pose_along(TARGET + [0.5, -1, 2], np.subtract(PLAN.target, PLAN.entry) + [2, 0, 1]),
        translation([40, -90, 130]) @ rotation_about([1, 2, 0.5], 1.1),
        VIEW,
    ),
    "four to one side": Bench(
        ROUND[[0, 1, 2, 4]] + [0, 0, 80],
        0.3**2 * np.eye(3),
        pose_along((24.0, -60, 3), (-1, 2, 0.1)),
        translation([-150, -40, 60]) @ rotation_about([0.3, 1, 0], 2.0),
        VIEW @ rotation_about([0, 1, 0], 0.8),
    ),
    "eight on the back": Bench(
        np.concatenate([ROUND[[0, 1, 2, 3, 5]], [(-30.0, -84, 20), (35, -82, -25), (-8, -92, -90)]]),
        np.diag([0.25, 0.3, 0.35]) ** 2,
        pose_along(TARGET + [4, -40, 9], np.subtract(PLAN.target, PLAN.entry)),
        translation([70, -60, 150]) @ rotation_about([1, 0.3, 0], 0.9),
        VIEW,
    ),
    "twelve, reference far away": Bench(
        np.concatenate([ROUND, ROUND * [0.7, 1.02, -0.8]]),
        0.5**2 * np.eye(3),
        pose_along((30.0, -95, 5), np.subtract(PLAN.target, PLAN.entry)),
        translation([260, -200, 180]) @ rotation_about([0, 1, 1], 0.7),
        VIEW,
    ),
}
ENOUGH = [where for where, bench in GEOMETRIES.items() if len(bench.fiducials) >= 6]
MOST = {"six around": 0.975}
"""The residuals of six tell so little that the region is widened for large doubts; where the tracker's own noise, which is
known, is larger than they are, it holds a little more than it need."""
TIP = np.diag([0.002, 0.002, 1e-12, 0.2, 0.2, 0.3]) ** 2
"""Covariance of the needle's calibration."""


@dataclass(frozen=True)
class Trials:
    """What came of many simulated readings."""

    tip_error: Array
    """(n, 3): true minus drawn, image frame."""
    target_error: Array
    tip_covariance: Array
    """(n, 3, 3) as stated."""
    target_covariance: Array


def simulate(
    bench: Bench,
    noise: Array,
    seed: int,
    latency_s: float = 0.0,
    velocity: Array | None = None,
    accuracy_mm: float = 0.0,
) -> Trials:
    """Register and take one reading, thousands of times; the stated covariances come from the program.

    Stated once without a registration's error: they are sums, so each trial adds that of its own.
    """
    rng = np.random.default_rng(seed)
    found, registration = registrations(bench, touch_error(bench, noise), rng, accuracy_mm)
    v = np.zeros(6) if velocity is None else velocity
    jitter = Jitter(0.0, 0.0, accuracy_mm / np.sqrt(3)).covariance + noise
    fixed_tip, fixed_target = stated(bench, np.zeros((6, 6)), (noise, jitter), latency_s, v)
    drawn, truth = readings(bench, found, noise, rng, latency_s, v)
    image_from_tracker = bench.image_from_reference[:3, :3] @ bench.tracker_from_reference[:3, :3].T
    drawn = drawn + rng.standard_normal((TRIALS, 3)) * accuracy_mm / np.sqrt(3) @ image_from_tracker.T
    seen_reference = perturbed(bench.tracker_from_reference, noise, rng)
    drawn_target = points(np.linalg.inv(found), TARGET)
    drawn_target = points(
        bench.image_from_reference @ inverse(bench.tracker_from_reference) @ seen_reference, drawn_target
    )
    return Trials(
        truth - drawn,
        drawn_target - TARGET,
        fixed_tip + point_covariances(registration, bench.image_from_tip[:3, 3]),
        fixed_target + point_covariances(registration, TARGET),
    )


def touch_error(bench: Bench, noise: Array) -> Array:
    """Covariance (3, 3) of a touch, image frame: the hand's, and the tracker's averaged over 30 frames."""
    image_from_tracker = bench.image_from_reference[:3, :3] @ bench.tracker_from_reference[:3, :3].T
    tracker = point_covariances(noise, [0.0, 0, 160])
    return bench.touch + image_from_tracker @ tracker @ image_from_tracker.T / 30


def registrations(bench: Bench, fle: Array, rng: np.random.Generator, accuracy_mm: float = 0.0) -> tuple[Array, Array]:
    """Registrations (n, 4, 4) from touches with error, some of which all share, and their covariances as stated."""
    true = moved(inverse(bench.image_from_reference), bench.fiducials)
    turn = bench.image_from_reference[:3, :3]
    errors = rng.standard_normal((TRIALS, *true.shape)) @ np.linalg.cholesky(fle).T @ turn
    touched = true + errors + rng.standard_normal((TRIALS, 1, 3)) * accuracy_mm / np.sqrt(3)
    found = align(touched, bench.fiducials)
    off = moved(found, touched) - bench.fiducials
    return found, residual_covariance(bench.fiducials, off, TARGET) + steady_covariance(accuracy_mm)


def readings(
    bench: Bench, found: Array, noise: Array, rng: np.random.Generator, latency_s: float, velocity: Array
) -> tuple[Array, Array]:
    """Drawn and true tips (n, 3)."""
    reference = perturbed(bench.tracker_from_reference, noise, rng)
    needle = perturbed(bench.tracker_from_needle, noise, rng)
    tip = perturbed(NEEDLE_FROM_TIP, TIP, rng)
    drawn = (found @ np.linalg.inv(reference) @ needle @ tip)[:, :3, 3]
    since = latency_s * rng.standard_normal((TRIALS, 1))
    return drawn, bench.image_from_tip[:3, 3] + since * velocity[3:]


def perturbed(pose: Array, covariance: Array, rng: np.random.Generator) -> Array:
    """Poses (n, 4, 4) with small motions in the parent's axes about the pose's own origin."""
    motion = rng.standard_normal((TRIALS, 6)) @ np.linalg.cholesky(covariance).T
    result = np.broadcast_to(pose, (TRIALS, 4, 4)).copy()
    result[:, :3, :3] = rotations_from(motion[:, :3]) @ pose[:3, :3]
    result[:, :3, 3] += motion[:, 3:]
    return result


def points(transforms: Array, at: Array) -> Array:
    return (transforms[..., :3, :3] @ at[..., None])[..., 0] + transforms[..., :3, 3]


def stated(
    bench: Bench, registration: Array, jitters: tuple[Array, Array], latency_s: float, velocity: Array
) -> tuple[Array, Array]:
    """Covariances (3, 3) of tip and target by the program; `jitters` of reference body and needle."""
    bars = NeedleUncertainty(PLAN, NEEDLE_FROM_TIP, registration, TIP, latency_s)
    poses = (bench.image_from_reference, bench.tracker_from_reference)
    motion, target = bars.covariances(*poses, bench.tracker_from_needle, *jitters[::-1], velocity)
    return motion[3:, 3:], target


def share_inside(errors: Array, covariance: Array) -> float:
    return float(inside_region(errors, covariance, SCALE_3).mean())


@pytest.mark.parametrize(("where", "kind"), list(product(ENOUGH, NOISE)))
def test_the_truth_is_in_the_95_percent_region_95_times_of_100(where: str, kind: str) -> None:
    trials = simulate(GEOMETRIES[where], NOISE[kind], seed=len(where) * len(kind))
    assert 0.93 <= share_inside(trials.tip_error, trials.tip_covariance) <= 0.97
    assert 0.93 <= share_inside(trials.target_error, trials.target_covariance) <= MOST.get(where, 0.97)


SLIPS = {
    "along the skin": (0.35, 0.1, 0.35),
    "across the table": (0.45, 0.15, 0.15),
    "along the body": (0.15, 0.15, 0.5),
    "pressed into the skin": (0.15, 0.45, 0.15),
}
"""Standard deviations of a touch, image axes: the fiducials of `ROUND` lie nearly in one plane across the second."""


@pytest.mark.parametrize(("where", "how"), list(product(ENOUGH, SLIPS)))
def test_touches_may_err_more_in_one_direction(where: str, how: str) -> None:
    bench = replace(GEOMETRIES[where], touch=np.diag(SLIPS[how]) ** 2)
    trials = simulate(bench, NOISE["isotropic optical"], seed=len(where) + len(how))
    assert 0.93 <= share_inside(trials.tip_error, trials.tip_covariance) <= 0.97
    assert 0.93 <= share_inside(trials.target_error, trials.target_covariance) <= MOST.get(where, 0.97)


@pytest.mark.parametrize("how", [None, *SLIPS])
def test_of_four_fiducials_the_region_is_rather_too_wide(how: str | None) -> None:
    """One residual of twelve tells how far they were pressed in: the region that holds that holds more of all else."""
    bench = GEOMETRIES["four to one side"]
    bench = bench if how is None else replace(bench, touch=np.diag(SLIPS[how]) ** 2)
    trials = simulate(bench, NOISE["isotropic optical"], seed=4)
    assert 0.93 <= share_inside(trials.target_error, trials.target_covariance) <= 0.996
    assert 0.93 <= share_inside(trials.tip_error, trials.tip_covariance) <= 0.99


@pytest.mark.parametrize("where", ENOUGH)
def test_a_steady_error_of_the_tracker_is_told(where: str) -> None:
    """Needle and stylus each off in the same way for the whole session, which no residual and no jitter shows."""
    trials = simulate(GEOMETRIES[where], NOISE["isotropic optical"], seed=11, accuracy_mm=0.5)
    assert 0.93 <= share_inside(trials.tip_error, trials.tip_covariance) <= 0.97
    assert 0.93 <= share_inside(trials.target_error, trials.target_covariance) <= MOST.get(where, 0.97)


def test_the_scales_that_are_written_out_are_the_scales() -> None:
    assert [region_scale(dimensions=k) for k in (1, 2, 3)] == pytest.approx([SCALE_1, SCALE_2, SCALE_3], rel=1e-12)


def test_the_regions_are_no_larger_than_needed() -> None:
    """A region twice as wide would hold the truth too; half as wide must not."""
    trials = simulate(GEOMETRIES["six around"], NOISE["isotropic optical"], seed=3)
    assert share_inside(trials.tip_error, trials.tip_covariance * 0.5) < 0.85
    assert share_inside(trials.tip_error, trials.tip_covariance * 2.0) > 0.985


def test_latency_widens_the_region_along_the_motion() -> None:
    velocity = np.array([0.0, 0, 0, 30, -40, 0])
    trials = simulate(GEOMETRIES["six around"], NOISE["isotropic optical"], 4, latency_s=0.05, velocity=velocity)
    assert 0.93 <= share_inside(trials.tip_error, trials.tip_covariance) <= 0.97
    still = simulate(GEOMETRIES["six around"], NOISE["isotropic optical"], 4, latency_s=0.05)
    grown = trials.tip_covariance[0] - still.tip_covariance[0]
    np.testing.assert_allclose(grown, 0.05**2 * np.outer(velocity[3:], velocity[3:]), atol=1e-9)


BARS: dict[str, Callable[[Uncertainty], float]] = {
    "depth_mm": lambda u: u.depth_95_mm,
    "lateral_mm": lambda u: u.lateral_95_mm,
    "in_plane_mm": lambda u: u.in_plane_95_mm,
    "out_of_plane_mm": lambda u: u.out_of_plane_95_mm,
    "angle_rad": lambda u: u.angle_95_rad,
    "entry_offset_mm": lambda u: u.entry_offset_95_mm,
    "predicted_miss_mm": lambda u: u.predicted_miss_95_mm,
    "target_mm": lambda u: u.distance_95_mm,
}
SIGNED = ("depth_mm", "in_plane_mm", "out_of_plane_mm")


@pytest.mark.parametrize("off_mm", [0.0, 0.6, 6.0])
def test_the_bars_hold_the_deviations(off_mm: float) -> None:
    """Bars of lengths near zero may hold more than 95 of 100, never fewer; of signed numbers exactly that."""
    rng = np.random.default_rng(8)
    path = np.subtract(PLAN.target, PLAN.entry)
    side = np.cross(path, [0.0, 0, 1]) / np.linalg.norm(np.cross(path, [0.0, 0, 1]))
    true_tip = pose_along(TARGET - 0.3 * path + off_mm * side, path / np.linalg.norm(path) + 0.02 * off_mm * side)
    covariance = np.diag([0.003, 0.004, 0.002, 0.3, 0.5, 0.4]) ** 2
    bars = NeedleUncertainty(PLAN, NEEDLE_FROM_TIP, np.zeros((6, 6)), np.zeros((6, 6)))
    deviation_of = DeviationFrom(PLAN, lambda pose: ())
    truth = deviation_of(true_tip)
    target = np.eye(3)
    count, trials = dict.fromkeys(BARS, 0), 3000
    for motion in rng.standard_normal((trials, 6)) @ np.sqrt(covariance):
        drawn = small_about_tip(true_tip, motion)
        deviation = deviation_of(drawn)
        found = bars.bars(drawn, deviation, covariance, target, 1.0)
        for name, bar in BARS.items():
            count[name] += abs(getattr(deviation, name) - getattr(truth, name)) <= bar(found)
    for name, inside in count.items():
        assert inside / trials >= 0.935, name
        if name in SIGNED or off_mm == 6.0:
            assert inside / trials <= 0.967, name


def small_about_tip(image_from_tip: Array, motion: Array) -> Array:
    turned = small_motion(np.concatenate([motion[:3], np.zeros(3)]))[:3, :3] @ image_from_tip[:3, :3]
    return from_parts(turned, image_from_tip[:3, 3] + motion[3:])


def test_every_source_counts_with_its_lever_arm() -> None:
    """Each alone, against finite differences of the whole chain of frames."""
    bench = GEOMETRIES["four to one side"]

    def tip(motion: Array, source: int) -> Array:
        poses = [bench.image_from_reference, bench.tracker_from_reference, bench.tracker_from_needle, NEEDLE_FROM_TIP]
        moving = small_motion(motion)
        pose = poses[source]
        poses[source] = moving @ pose if source == 0 else small_about_tip(pose, motion)
        return (poses[0] @ inverse(poses[1]) @ poses[2] @ poses[3])[:3, 3]

    rng = np.random.default_rng(2)
    for source in range(4):
        root = 1e-4 * rng.standard_normal((6, 6))
        covariances = [np.zeros((6, 6)) for _ in range(4)]
        covariances[source] = root @ root.T
        bars = NeedleUncertainty(PLAN, NEEDLE_FROM_TIP, covariances[0], covariances[3])
        motion, _ = bars.covariances(
            bench.image_from_reference,
            bench.tracker_from_reference,
            bench.tracker_from_needle,
            covariances[2],
            covariances[1],
            np.zeros(6),
        )
        slope = np.column_stack([(tip(1e-5 * e, source) - tip(-1e-5 * e, source)) / 2e-5 for e in np.eye(6)])
        np.testing.assert_allclose(motion[3:, 3:], slope @ covariances[source] @ slope.T, rtol=1e-5, atol=1e-12)


def test_a_needle_leading_away_has_no_finite_miss_and_no_finite_bar() -> None:
    bars = NeedleUncertainty(PLAN, NEEDLE_FROM_TIP, np.eye(6) * 1e-4, TIP)
    path = np.subtract(PLAN.target, PLAN.entry)
    for direction in (-path, np.cross(path, [0.0, 0, 1])):
        tip = pose_along((24.0, -60, 3), direction)
        deviation = DeviationFrom(PLAN, lambda pose: ())(tip)
        found = bars.bars(tip, deviation, np.eye(6) * 0.01, np.eye(3), 0.0)
        assert (deviation.predicted_miss_mm, found.predicted_miss_95_mm) == (inf, inf)
        assert np.isfinite([found.depth_95_mm, found.lateral_95_mm, found.angle_95_rad]).all()


def test_exactly_on_the_plan_without_any_error() -> None:
    bars = NeedleUncertainty(PLAN, NEEDLE_FROM_TIP, np.zeros((6, 6)), np.zeros((6, 6)))
    tip = pose_along(PLAN.target, np.subtract(PLAN.target, PLAN.entry))
    chance = HitChance(PLAN).at(0.0, tip, np.zeros((6, 6)))
    found = bars.bars(tip, DeviationFrom(PLAN, lambda pose: ())(tip), np.zeros((6, 6)), np.zeros((3, 3)), chance)
    assert found.tip_95_mm == found.lateral_95_mm == found.predicted_miss_95_mm == 0.0 and found.hit_probability == 1.0


def test_the_chance_of_a_hit_follows_as_fast_as_it_can_be_read() -> None:
    chance, on, off = HitChance(PLAN), pose_along(PLAN.target, (0, 1, 0)), pose_along(TARGET + [30, 0, 0], (0, 1, 0))
    covariance = 0.01 * np.eye(6)
    told = [chance.at(n / 60, off if n else on, covariance) for n in range(8)]
    assert told == [1.0] * 6 + [0.0] * 2, "from the sixth reading of 60 a second on"
    assert chance.at(0.0, on, covariance) == 1.0, "time that runs back, as another recording's does"


def test_a_tip_error_that_all_touches_share_moves_the_registration() -> None:
    """Held alike at all touches, the stylus' error is invisible in the residuals and all in the registration."""
    rng = np.random.default_rng(5)
    fiducials = ROUND
    alike = np.broadcast_to(rotation_about([1, 0, 0], 0.3)[:3, :3], (6, 3, 3))
    spread = np.diag([0.3, 0.2, 0.1]) ** 2
    shared = shared_tip_covariance(fiducials, np.ones(6), alike, spread)
    np.testing.assert_allclose(point_covariances(shared, TARGET), alike[0] @ spread @ alike[0].T, atol=1e-12)
    turns = rotations_from(rng.standard_normal((6, 3)))
    weights = np.array([1.0, 1, 0, 2, 1, 1])
    root = np.linalg.cholesky(spread)
    offs = rng.standard_normal((4000, 3)) @ root.T
    wrong = fiducials + (turns[None] @ offs[:, None, :, None])[..., 0]
    errors = moved(align(wrong, fiducials, weights), TARGET[None])[:, 0] - TARGET
    stated_there = point_covariances(shared_tip_covariance(fiducials, weights, turns, spread), TARGET)
    np.testing.assert_allclose(np.cov(errors.T), stated_there, atol=0.1 * np.trace(stated_there))


def test_fewer_fiducials_are_trusted_less() -> None:
    rng = np.random.default_rng(6)
    touched = ROUND + 0.2 * rng.standard_normal(ROUND.shape)
    ratio = []
    for n in (6, 4):
        found = register_points(touched[:n], ROUND[:n])
        off = moved(found.fixed_from_moving, touched[:n]) - ROUND[:n]
        ratio.append(np.trace(residual_covariance(ROUND[:n], off, TARGET)) / np.trace(found.covariance))
    assert 1.1 < ratio[0] < 1.6 < ratio[1] < 2.4


def test_deviations_and_bars_belong_together() -> None:
    assert set(BARS) == set(Deviation.__dataclass_fields__) - {"clearances_mm"}
