"""The page of the lumbar morphometry: what is published, what the generated crowd measures, and a scan."""

from collections.abc import Iterator
from itertools import groupby

from arguide_sim.anatomy.norms import COVARIANCE, LEVELS, NOT_WITH_SIZE, SOURCES, YEARS, Norm

from bench._spines import PUBLISHED, Compared, Found, Measures, compare, counts, whole

WHAT = {
    "width_up": "width of the upper endplate",
    "width_low": "width of the lower endplate",
    "depth_up": "depth of the upper endplate",
    "depth_low": "depth of the lower endplate",
    "height": "height of the body, mean of in front and behind",
    "canal_width": "between the innermost of both pedicles' sides, where the canal is widest",
    "canal_depth": "from the back of the body to the arch, the least",
    "pedicle_width": "narrowest place of the pedicle",
    "pedicle_height": "least height of the pedicle, between the body and the processes",
    "pedicle_angle": "how far the pedicle points toward the midline",
    "span": "over both transverse processes",
    "spinous": "from the canal to the tip of the spinous process",
    "disc": "height of the disc below, mean of in front and behind",
    "joint_spacing": "between the middles of both facet joints below",
    "joint_angle": "facet joint below to the sagittal plane, in the axial plane",
    "facet_area": "of one facet joint below, mean of both bones, mm²",
    "facet_height": "of the joint surfaces below; drawn, measured as area",
    "facet_width": "of the joint surfaces below; drawn, measured as area",
}


def page(found: Found, real: Measures | None) -> str:
    """The whole page, Markdown, of measured people and a measured scan."""
    compared = compare(found, real)
    lines = [
        *_head(found, compared), "", *_comparison(compared), "", SCAN, "", CHOSEN, "", *_drawn_from(), "", "Sources:", "",
        *(f"- {name}: {text}" for name, text in SOURCES.items()), "", SECOND_HAND,
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _head(found: Found, compared: list[Compared]) -> Iterator[str]:
    """What was measured, how, and how many bounds it holds."""
    seeds = [who.seed for who, _, _ in found]
    yield from ("# Morphometry of the lumbar spine", "")
    yield (
        f"{len(found)} generated adults (numbers {min(seeds)} to {max(seeds)}, both sexes, 18 to 95 years) measured on"
        " their finished meshes, beside published means and spreads and beside one real scan. All is measured alike, in"
        " frames found in the meshes themselves (`morphometry.py`, `pedicles.py`), knowing nothing of how a mesh was"
        " made. This page is written by"
    )
    yield from ("", "```", "python -m bench.morphometry docs/morphometry.md", "```", "")
    yield from ("| what | measured | bound |", "| --- | --- | --- |")
    yield from (f"| {what} | {value} | {bound} |" for what, value, bound in [*counts(compared), *whole(found)])
    yield from ("", "## Published, generated, scanned", "")
    yield (
        "Mean ± one standard deviation, mm, degrees or mm². The published spread is that of this crowd: of its sexes and"
        " ages. **Bold** is what misses a bound: 5 % of the mean, 25 % of the spread, the crowd's 2.5 to 97.5 %."
    )


def _drawn_from() -> Iterator[str]:
    """The norms as a table, and what each dimension is."""
    yield from ("## What people are drawn from", "")
    yield (
        f"Means of men and women together at {YEARS:g} years; the spread is one standard deviation within a sex; `women`"
        " is their mean as a share of the men's; the last number is the change with each year of age. `disc`, `joint_*`"
        " and `facet_*` are those below the level. `facet_area` is not drawn: it comes of `facet_height` and"
        " `facet_width`."
    )
    yield ""
    yield "| dimension | mean, T12 / L1 / L2 / L3 / L4 / L5 | spread in one sex | women | a year | source |"
    yield "| --- | --- | --- | --- | --- | --- |"
    yield from (_norm(name, norm) for name, norm in PUBLISHED.items())
    yield ""
    yield from (f"- `{name}`: {what}" for name, what in WHAT.items())


SCAN = (
    "The scan is one CT of an adult with 3 mm voxels, segmented by a program, not by hand; its meshes are smoothed labels,"
    " and half a voxel is a tenth of a canal and a fifth of a pedicle. Seen on the CT itself their outlines follow the"
    " bone; where bone stands out from what lies beside it, at 180 HU, the canal is 20.4 mm wide at L2 and 22.6 mm at L3"
    " (the meshes: 20.7 and 22.4). Joint spaces are narrower than a voxel: labels touch there. At L5 the transverse"
    " process leaves the whole side of the pedicle, so that width and direction of the pedicle cannot be told from it."
)

CHOSEN = (
    "How each dimension is measured was chosen with an earlier crowd and the scan in view: the figures show that both can"
    " be measured alike. The crowd is no part of what the shapes were fitted on: what rounded edges take from a"
    " dimension, and how much a dimension's own spread has to be widened to arrive in the mesh (`ROUNDED` and `GAIN` in"
    " `variation.py`), was fitted on 80 people numbered from 2000 to 3039, that of the pedicles' width and angle,"
    " of their height at L5 and of the canal's width again on the 60 people 2300 to 2359, when pedicles had been made smoother"
    " than other bone: waves as long as a pedicle had turned it by 1.2 to 1.4 degrees at L2 (standard deviation; now 0.9, on 100"
    " others, 2400 to 2499), here inward and there outward. When a first run of this crowd had the angle of L1 0.03° beyond its"
    " bound, it was fitted once more, on the 200 people 2300 to 2499. But faults of the shapes were first seen on"
    " people 1000 to 1050, 1078, 1090 and 1129, and mended for everybody; and the crowd's drawn dimensions, not its meshes, were"
    " looked at before some of `GAIN` were settled. The mean of 200 is a draw itself: what"
    " is drawn for the crowd's pedicles already points 3.4 % less inward than published at L1, and 3.7 % at L2."
)

SECOND_HAND = (
    "Second hand is what was taken as transcribed by others, not read in the original. Where a source says second"
    " hand, from memory, rounded or assumed, it was not compared with print: good for training, not"
    f" reference data. Of each dimension's variance {100 * COVARIANCE['size']:.0f} % comes from the size of the person,"
    f" {100 * COVARIANCE['kind']:.0f} % from the dimension at all levels alike and {100 * COVARIANCE['own']:.0f} % from the level"
    f" alone (5, 60 and 35 % for {', '.join(f'`{name}`' for name in NOT_WITH_SIZE)}); these shares are assumed."
)


def _comparison(compared: list[Compared]) -> Iterator[str]:
    yield "| dimension | level | published | generated | mean | spread | scan | crowd's 95 % |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for name, group in groupby(compared, lambda one: one.name):
        for k, one in enumerate(group):
            scan = "-" if one.scan is None else _bold(f"{one.scan:.1f}", not one.inside)
            yield (
                f"| {f'`{name}`' if k == 0 else ''} | {one.level} | {_pair(one.published)} | {_pair(one.generated)} |"
                f" {_bold(f'{100 * one.off:+.1f} %', abs(one.off) > 0.05)} | {_bold(f'{100 * one.wide:+.0f} %', abs(one.wide) > 0.25)} |"
                f" {scan} | {one.range[0]:.1f} to {one.range[1]:.1f} |"
            )


def _pair(of: tuple[float, float]) -> str:
    return f"{of[0]:.1f} ± {of[1]:.1f}"


def _bold(text: str, wrong: bool) -> str:
    return f"**{text}**" if wrong else text


def _norm(name: str, norm: Norm) -> str:
    means = " / ".join(f"{mean:g}" for mean in norm.mean)
    every = norm.spread if isinstance(norm.spread, tuple) else (norm.spread,)
    spread = " / ".join(f"{one if norm.angle else 100 * one:g}" for one in every) + ("°" if norm.angle else " %")
    assert len(norm.mean) == len(LEVELS)
    return f"| `{name}` | {means} | {spread} | {norm.women:g} | {norm.per_year:g} | {norm.source} |"
