"""What is scored, how much it weighs, and what is said about it: data only. docs/score.md has it as a table."""

from dataclasses import dataclass, field
from math import degrees

from arguide.settings.scenario import Band


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One line of the score. Less is better for every quantity."""

    key: str
    """Name of the quantity in `Metrics`."""
    label: str
    weight: float
    """Points to be had; all weights together are 100."""
    band: Band | None = None
    """Up to `within` all points, at `near` half of them, falling on a straight line and on to 0."""
    tolerance: str = ""
    """Instead of `band`: the field of the plan's `Tolerance` that gives it."""
    unit: str = "mm"
    scale: float = 1.0
    """From the quantity's own unit to `unit`."""
    digits: int = 1
    within: str
    """Remark when the quantity is within its band, …"""
    near: str
    """… when it is near, …"""
    out: str
    """… and when it is out."""
    practise: str
    """What to practise next when this line lost most points."""


CRITERIA = (
    Criterion(
        key="final_target_mm",
        label="Needle tip to target",
        weight=25,
        tolerance="miss_mm",
        within="The tip came to rest at the target.",
        near="The tip stopped close to the target; a small correction would have reached it.",
        out="The tip did not come to rest at the target.",
        practise="Watch depth and predicted miss together over the last 20 mm, and hold still for two seconds there.",
    ),
    Criterion(
        key="margin_undercut",
        label="Safety margin used up",
        weight=20,
        band=Band(within=0.0, near=0.5),
        unit="%",
        scale=100.0,
        digits=0,
        within="Every risk structure was given its margin.",
        near="The needle came closer to a risk structure than its margin allows.",
        out="The needle used up more than half of the margin of a risk structure.",
        practise="Before each advance, read the smallest clearance; when it shrinks, draw back and turn, do not bend.",
    ),
    Criterion(
        key="lateral_rms_mm",
        label="Sideways deviation (RMS)",
        weight=10,
        tolerance="lateral_mm",
        within="The tip stayed on the planned path.",
        near="The tip wandered to the edge of the corridor.",
        out="The tip left the corridor.",
        practise="Advance in steps of 10 mm and check the bullseye's tip dot after each.",
    ),
    Criterion(
        key="angle_rms_rad",
        label="Angle to the path (RMS)",
        weight=10,
        tolerance="angle_rad",
        unit="°",
        scale=degrees(1.0),
        within="The shaft stayed along the path.",
        near="The shaft tilted noticeably from the path.",
        out="The shaft was tilted too far from the path.",
        practise="Align first: with the tip on the entry, bring the hub's dot to the centre before you puncture.",
    ),
    Criterion(
        key="miss_at_puncture_mm",
        label="Predicted miss at puncture",
        weight=10,
        tolerance="miss_mm",
        within="The needle was aimed at the target before it went in.",
        near="The aim at puncture was slightly off.",
        out="The needle went in before it was aimed at the target.",
        practise="Do not puncture until the predicted miss is within tolerance and steady.",
    ),
    Criterion(
        key="redirections",
        label="Redirections",
        weight=5,
        band=Band(within=1, near=3),
        unit="",
        digits=0,
        within="At most one redirection was needed.",
        near="Several redirections were needed.",
        out="Many redirections: each one is another track through tissue.",
        practise="Correct early: small corrections in the first 20 mm spare a withdrawal later.",
    ),
    Criterion(
        key="path_ratio",
        label="Path through tissue, of plan",
        weight=5,
        band=Band(within=1.3, near=2.0),
        unit="×",
        digits=2,
        within="The tip took a short way.",
        near="The tip took a detour.",
        out="The tip went a long way through tissue.",
        practise="Plan the next movement while you hold still; move only when you know where to.",
    ),
    Criterion(
        key="insertion_s",
        label="Time from skin to target",
        weight=5,
        band=Band(within=60.0, near=120.0),
        unit="s",
        digits=0,
        within="The insertion was brisk enough.",
        near="The insertion took long.",
        out="The insertion took very long.",
        practise="Repeat this plan for speed once your aim is right; accuracy first, time second.",
    ),
    Criterion(
        key="tremor_mm",
        label="Tremor (4–14 Hz, RMS)",
        weight=5,
        band=Band(within=0.5, near=1.2),
        digits=2,
        within="The hand was steady.",
        near="The hand trembled a little.",
        out="The hand trembled visibly.",
        practise="Rest the heel of your hand on the phantom and hold the needle close to the skin.",
    ),
    Criterion(
        key="roughness",
        label="Jerkiness of the advance (−SPARC)",
        weight=5,
        band=Band(within=6.0, near=12.0),
        unit="",
        within="The advance was smooth.",
        near="The advance was uneven.",
        out="The advance was jerky.",
        practise="Advance slowly and evenly, as if against a constant resistance.",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How lines become a score. All of it is data, so that a course can grade in its own way."""

    criteria: tuple[Criterion, ...] = field(default=CRITERIA)
    hit_cap: float = 40.0
    """An attempt that put the needle into a risk structure never scores more, however neat the rest."""
    missed_cap: float = 60.0
    """Nor does one that never came near the target."""
    verdicts: tuple[tuple[float, str], ...] = (
        (90.0, "Excellent: precise, safe and economical."),
        (75.0, "Good: safe and close to the plan."),
        (50.0, "Getting there: the idea is right, the hand needs practice."),
        (0.0, "Not yet: go through the steps again, slowly."),
    )
    """Least total and what is said from there on, best first."""
