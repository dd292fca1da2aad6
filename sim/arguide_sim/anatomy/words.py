"""What the trainee reads before and during the lumbar exercises other than the facet joint's."""

from dataclasses import dataclass

from arguide.settings.scenario import Needle, Plan
from arguide_sim.anatomy.region import Exercise


@dataclass(frozen=True, kw_only=True)
class Words:
    """All the text of an exercise."""

    name: str
    title: str
    procedure: str
    summary: str
    target: str
    """As in the plan's name, behind the side."""
    teaching: tuple[str, ...]
    guidance: str

    def exercise(self, plans: tuple[Plan, ...], needle: Needle) -> Exercise:
        """The exercise with these plans."""
        return Exercise(
            name=self.name, title=self.title, procedure=self.procedure, summary=self.summary, teaching=self.teaching,
            needle=needle, plans=plans,
        )  # fmt: skip


ROOT = Words(
    name="root",
    title="Lumbar nerve-root injection",
    procedure="nerve-root injection",
    summary="Needle beside the L4 nerve root, under the pedicle of L4, prone patient.",
    target="L4 root",
    teaching=(
        (
            "The root leaves the canal below the pedicle of its own number and runs forward, outward and down. The needle comes"
            " obliquely from behind, past the joint, and stops under the pedicle, above and outward of the root: in the triangle"
            " between pedicle, root and outer border of the body, where the least is in its way."
        ),
        (
            "The root itself must not be touched: pain down the leg is the patient's warning, the margin is yours. The thecal sac"
            " lies toward the midline, the vessels in front."
        ),
    ),
    guidance=(
        "Enter obliquely from the side of the root, pass beside the joint, and stop under the pedicle, above and outward of the"
        " root. Going on forward and down leads into the root."
    ),
)
BRANCH = Words(
    name="medial-branch",
    title="Lumbar medial-branch block",
    procedure="medial-branch block",
    summary="Needle onto the bone where superior articular and transverse process of L5 meet, prone patient.",
    target="L4 medial branch",
    teaching=(
        (
            "Each facet joint is supplied by two medial branches. The branch of L4 crosses the root of the transverse process of L5,"
            " in the groove beside its superior articular process."
        ),
        (
            "Aim at bone: the needle is safe as long as it ends on it. Too far forward, past the transverse process, lies the L4"
            " root; too far up and inward the foramen."
        ),
    ),
    guidance=(
        "Enter a little oblique and advance until bone is felt in the groove between the two processes. Stop there."
    ),
)
BIOPSY = Words(
    name="biopsy",
    title="Biopsy",
    procedure="biopsy",
    summary="Needle into the lesion",
    target="lesion",
    teaching=(
        (
            "The needle goes to the middle of the lesion on the shortest way that is free. In bone it passes through the pedicle: its"
            " inner wall borders the canal, its lower wall the root."
        ),
        "Set the direction before the needle is deep: in bone it can no longer be changed.",
    ),
    guidance="Set the direction at the skin, advance straight, and stop in the middle of the lesion.",
)
